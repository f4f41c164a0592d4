"""The providers' own Python SDKs drive the simulators as foreign clients: a rental's whole traffic."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import resend
from docuseal import DocusealApi
from docuseal._http import ApiError
from paypalserversdk.configuration import Configuration, Environment, Server
from paypalserversdk.exceptions.api_exception import ApiException
from paypalserversdk.http.auth.o_auth_2 import ClientCredentialsAuthCredentials
from paypalserversdk.models.amount_with_breakdown import AmountWithBreakdown
from paypalserversdk.models.capture_request import CaptureRequest
from paypalserversdk.models.checkout_payment_intent import CheckoutPaymentIntent
from paypalserversdk.models.money import Money
from paypalserversdk.models.order_request import OrderRequest
from paypalserversdk.models.patch import Patch
from paypalserversdk.models.payment_source import PaymentSource
from paypalserversdk.models.paypal_wallet import PaypalWallet
from paypalserversdk.models.paypal_wallet_experience_context import PaypalWalletExperienceContext
from paypalserversdk.models.purchase_unit_request import PurchaseUnitRequest
from paypalserversdk.models.reauthorize_request import ReauthorizeRequest
from paypalserversdk.models.refund_request import RefundRequest
from paypalserversdk.paypal_serversdk_client import PaypalServersdkClient

from exodrive.simulators.server import Running

FULL = "return=representation"


@pytest.fixture
def paypal_sdk(simulators: Running, monkeypatch: pytest.MonkeyPatch) -> PaypalServersdkClient:
    """The SDK has no setting for its address, but keeps its addresses in one place."""
    addresses = {Environment.SANDBOX: {Server.DEFAULT: f"{simulators.url}/paypal"}}
    monkeypatch.setattr(Configuration, "environments", addresses)
    credentials = ClientCredentialsAuthCredentials("sandbox-client", "sandbox-secret")
    return PaypalServersdkClient(client_credentials_auth_credentials=credentials)


def usd(value: str) -> Money:
    return Money("USD", value)


def new_order(sdk: PaypalServersdkClient, request_id: str) -> Any:
    context = PaypalWalletExperienceContext(
        return_url="http://house/back", cancel_url="http://house/cancel", user_action="PAY_NOW"
    )
    request = OrderRequest(
        CheckoutPaymentIntent.AUTHORIZE,
        [PurchaseUnitRequest(AmountWithBreakdown("USD", "1500.00"), custom_id="bk_1", invoice_id="EXO-1")],
        payment_source=PaymentSource(paypal=PaypalWallet(experience_context=context)),
    )
    return sdk.orders.create_order({"body": request, "paypal_request_id": request_id, "prefer": FULL}).body


def test_paypals_sdk_pays_a_rental(paypal_sdk: PaypalServersdkClient, simulators: Running) -> None:
    orders, payments = paypal_sdk.orders, paypal_sdk.payments
    order = new_order(paypal_sdk, "order-1")
    assert new_order(paypal_sdk, "order-1").id == order.id
    where = {
        "id": order.id,
        "body": [Patch("replace", "/purchase_units/@reference_id=='default'/custom_id", "b")],
    }
    with pytest.raises(ApiException):  # only replaces what is there under another reference
        orders.patch_order({**where, "body": [Patch("replace", "/intent", "CAPTURE")]})
    orders.patch_order(where)
    page = next(link.href for link in order.links if link.rel == "payer-action")
    requests.post(page, data={"decision": "approve"}, allow_redirects=False, timeout=60)
    assert orders.get_order({"id": order.id}).body.status == "APPROVED"
    paid = orders.authorize_order({"id": order.id, "paypal_request_id": "auth-1", "prefer": FULL}).body
    hold = paid.purchase_units[0].payments.authorizations[0]
    assert (hold.status, hold.amount.value, hold.custom_id) == ("CREATED", "1500.00", "b")
    assert payments.get_authorized_payment({"authorization_id": hold.id}).body.expiration_time
    capture = payments.capture_authorized_payment(
        {
            "authorization_id": hold.id,
            "paypal_request_id": "capture-1",
            "prefer": FULL,
            "body": CaptureRequest(amount=usd("1000.00"), invoice_id="EXO-1-C", final_capture=True),
        }
    ).body
    assert capture.seller_receivable_breakdown.net_amount.value == "964.61"
    assert payments.get_captured_payment({"capture_id": capture.id}).body.status == "COMPLETED"
    refund = payments.refund_captured_payment(
        {"capture_id": capture.id, "prefer": FULL, "body": RefundRequest(amount=usd("200.00"))}
    ).body
    assert payments.get_refund({"refund_id": refund.id}).body.status == "COMPLETED"


def test_paypals_sdk_renews_and_voids_a_hold(paypal_sdk: PaypalServersdkClient, simulators: Running) -> None:
    order = new_order(paypal_sdk, "order-2")
    page = next(link.href for link in order.links if link.rel == "payer-action")
    requests.post(page, data={"decision": "approve"}, allow_redirects=False, timeout=60)
    paid = paypal_sdk.orders.authorize_order({"id": order.id, "prefer": FULL}).body
    hold = {"authorization_id": paid.purchase_units[0].payments.authorizations[0].id}
    renew = {**hold, "prefer": FULL, "body": ReauthorizeRequest(amount=usd("1500.00"))}
    with pytest.raises(ApiException) as early:
        paypal_sdk.payments.reauthorize_payment(renew)
    assert early.value.response_code == 422
    assert early.value.details[0].issue == "REAUTHORIZATION_TOO_SOON"
    requests.post(f"{simulators.url}/clock", json={"offset_seconds": 4 * 86400}, timeout=60)
    fresh = PaypalServersdkClient(
        client_credentials_auth_credentials=ClientCredentialsAuthCredentials(
            "sandbox-client", "sandbox-secret"
        )
    )
    renewed = fresh.payments.reauthorize_payment(renew).body
    assert renewed.id != hold["authorization_id"]
    assert fresh.payments.void_payment({**hold, "prefer": FULL}).body.status == "VOIDED"


# DocuSeal's SDK leaves its connections to the garbage collector.
leaves_connections_open = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture
def docuseal_sdk(simulators: Running) -> DocusealApi:
    return DocusealApi(key="sandbox-docuseal-key", url=f"{simulators.url}/docuseal/api")


@leaves_connections_open
def test_docuseals_sdk_gets_an_agreement_signed(docuseal_sdk: DocusealApi) -> None:
    assert docuseal_sdk.list_templates()["data"][0]["name"] == "Rental agreement"
    fields = [{"name": "VIN", "default_value": "WBS123", "readonly": True}]
    signer = {"role": "Renter", "name": "Maya Okafor", "email": "maya@okafor.example", "fields": fields}
    made = docuseal_sdk.create_submission(
        {"template_id": 1, "send_email": False, "submitters": [{**signer, "external_id": "bk_1"}]}
    )
    submitter = docuseal_sdk.list_submitters({"external_id": "bk_1"})["data"][0]
    assert submitter["submission_id"] == made["id"]
    docuseal_sdk.update_submitter(submitter["id"], {"send_email": True})
    page = made["submitters"][0]["embed_src"]
    requests.post(page, data={"signature": "Maya Okafor", "agreed": "yes"}, allow_redirects=False, timeout=60)
    assert docuseal_sdk.get_submission(made["id"])["status"] == "completed"
    documents = docuseal_sdk.get_submission_documents(made["id"])["documents"]
    assert requests.get(documents[0]["url"], timeout=60).content.startswith(b"%PDF")
    assert docuseal_sdk.get_submitter(submitter["id"])["status"] == "completed"
    assert docuseal_sdk.archive_submission(made["id"])["archived_at"]
    assert docuseal_sdk.list_submissions({"archived": True})["data"][0]["id"] == made["id"]


@leaves_connections_open
def test_docuseals_sdk_meets_the_limits_of_the_open_source_edition(docuseal_sdk: DocusealApi) -> None:
    with pytest.raises(ApiError, match="404"):
        docuseal_sdk.create_submission_from_html({"documents": []})


@leaves_connections_open
def test_docuseals_sdk_handles_templates(docuseal_sdk: DocusealApi) -> None:
    copy = docuseal_sdk.clone_template(1, {"name": "Copy", "external_id": "t2"})
    assert docuseal_sdk.update_template(copy["id"], {"name": "Renamed"})["id"] == copy["id"]
    assert docuseal_sdk.get_template(copy["id"])["name"] == "Renamed"
    assert docuseal_sdk.archive_template(copy["id"])["archived_at"]


@pytest.fixture
def resend_sdk(simulators: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resend, "api_url", f"{simulators.url}/resend")
    monkeypatch.setattr(resend, "api_key", "re_sandbox_key")


@pytest.mark.usefixtures("resend_sdk")
def test_resends_sdk_sends_once() -> None:
    mail: resend.Emails.SendParams = {
        "from": "House <house@house.example>",
        "to": ["maya@okafor.example"],
        "subject": "Your car is held",
        "html": "<p>Hello</p>",
        "text": "Hello",
        "tags": [{"name": "booking", "value": "bk_1"}],
    }
    options: resend.Emails.SendOptions = {"idempotency_key": "held/bk_1"}
    first = resend.Emails.send(mail, options)
    assert resend.Emails.send(mail, options)["id"] == first["id"]
    assert resend.Emails.get(first["id"])["subject"] == "Your car is held"
    with pytest.raises(resend.exceptions.ResendError) as other:
        resend.Emails.send({**mail, "subject": "Another"}, options)
    assert other.value.error_type == "invalid_idempotent_request"


@pytest.mark.usefixtures("resend_sdk")
def test_resends_sdk_sends_many_and_takes_one_back() -> None:
    one: Any = {"from": "house@house.example", "to": "a@b.example", "subject": "S", "text": "T"}
    assert len(resend.Batch.send([one, one])["data"]) == 2
    later = resend.Emails.send({**one, "scheduled_at": "2030-01-01T00:00:00Z"})
    assert resend.Emails.cancel(later["id"])["id"] == later["id"]
    assert resend.Emails.get(later["id"])["last_event"] == "canceled"
