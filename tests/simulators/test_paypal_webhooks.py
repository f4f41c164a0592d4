"""PayPal's webhooks: real signatures under a chain, the check of them, and the log."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from exodrive.simulators.server import Running
from tests.simulators.conftest import Message, PayPal, Receiver, await_result


def event(receiver: Receiver, event_type: str) -> Message:
    return receiver.wait_for(lambda one: json.loads(one.body).get("event_type") == event_type)


def chain(message: Message, url: str) -> list[x509.Certificate]:
    """Leaf, intermediate and root."""
    served = requests.get(message.headers["paypal-cert-url"], timeout=60).content
    root = requests.get(f"{url}/paypal/simulator/root.pem", timeout=60).content
    return [*x509.load_pem_x509_certificates(served), *x509.load_pem_x509_certificates(root)]


def signed_text(message: Message, body: bytes) -> bytes:
    ids = (message.headers["paypal-transmission-id"], message.headers["paypal-transmission-time"])
    return "|".join([*ids, "WH-SANDBOX-1", str(zlib.crc32(body))]).encode()


def verify(message: Message, leaf: x509.Certificate, body: bytes) -> None:
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    signature = base64.b64decode(message.headers["paypal-transmission-sig"])
    key.verify(signature, signed_text(message, body), padding.PKCS1v15(), hashes.SHA256())


def test_a_webhook_is_signed_under_a_chain_to_the_root(
    simulators: Running, paypal: PayPal, receiver: Receiver
) -> None:
    paypal.hold()
    message = event(receiver, "PAYMENT.AUTHORIZATION.CREATED")
    leaf, intermediate, root = chain(message, simulators.url)
    leaf.verify_directly_issued_by(intermediate)
    intermediate.verify_directly_issued_by(root)
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert [name.value for name in names] == ["messageverificationcerts.sandbox.paypal.com"]
    assert message.headers["paypal-auth-algo"] == "SHA256withRSA"
    verify(message, leaf, message.body)
    with pytest.raises(InvalidSignature):
        verify(message, leaf, message.body + b" ")


def test_the_envelope_holds_the_resource_as_the_api_shows_it(paypal: PayPal, receiver: Receiver) -> None:
    hold = paypal.hold(custom_id="bk_1")
    paypal.refund(paypal.capture(hold)["id"])
    created = json.loads(event(receiver, "PAYMENT.AUTHORIZATION.CREATED").body)
    assert created["id"].startswith("WH-")
    assert created["resource"]["id"] == hold
    assert created["resource"]["custom_id"] == "bk_1"
    captured = json.loads(event(receiver, "PAYMENT.CAPTURE.COMPLETED").body)
    assert captured["resource"]["supplementary_data"]["related_ids"]["authorization_id"] == hold
    refunded = json.loads(event(receiver, "PAYMENT.CAPTURE.REFUNDED").body)
    assert refunded["resource_type"] == "refund"
    up = next(link["href"] for link in refunded["resource"]["links"] if link["rel"] == "up")
    assert up.endswith(captured["resource"]["id"])


def test_the_whole_way_is_told(paypal: PayPal, receiver: Receiver) -> None:
    paypal.on_hold(paypal.hold(), "void")
    for name in ("CHECKOUT.ORDER.APPROVED", "CHECKOUT.ORDER.COMPLETED", "PAYMENT.AUTHORIZATION.VOIDED"):
        event(receiver, name)


def question(message: Message, raw: bytes, **changed: str) -> bytes:
    """The body of a verification call, the event spliced in byte by byte."""
    asked = {
        "auth_algo": message.headers["paypal-auth-algo"],
        "cert_url": message.headers["paypal-cert-url"],
        "transmission_id": message.headers["paypal-transmission-id"],
        "transmission_sig": message.headers["paypal-transmission-sig"],
        "transmission_time": message.headers["paypal-transmission-time"],
        "webhook_id": "WH-SANDBOX-1",
        **changed,
    }
    return json.dumps(asked).encode()[:-1] + b', "webhook_event" : ' + raw + b"}"


def answer_of(paypal: PayPal, body: bytes) -> Any:
    headers = {"Authorization": f"Bearer {paypal.token}", "Content-Type": "application/json"}
    address = f"{paypal.url}/v1/notifications/verify-webhook-signature"
    return requests.post(address, data=body, headers=headers, timeout=60).json()


def test_paypal_verifies_its_own_messages(paypal: PayPal, receiver: Receiver) -> None:
    paypal.hold()
    message = event(receiver, "PAYMENT.AUTHORIZATION.CREATED")
    assert answer_of(paypal, question(message, message.body)) == {"verification_status": "SUCCESS"}


@pytest.mark.parametrize(
    "changed",
    [
        {"transmission_sig": base64.b64encode(b"x" * 256).decode()},
        {"transmission_sig": "not base64!"},
        {"transmission_id": "another"},
        {"transmission_time": "2020-01-01T00:00:00Z"},
        {"cert_url": "http://elsewhere/cert.pem"},
        {"auth_algo": "SHA1withRSA"},
        {"webhook_id": "OTHER"},
    ],
)
def test_paypal_verifies_nothing_else(paypal: PayPal, receiver: Receiver, changed: dict[str, str]) -> None:
    paypal.hold()
    message = event(receiver, "PAYMENT.AUTHORIZATION.CREATED")
    assert answer_of(paypal, question(message, message.body, **changed))["verification_status"] == "FAILURE"


def test_the_bytes_count_not_the_meaning(paypal: PayPal, receiver: Receiver) -> None:
    paypal.hold()
    message = event(receiver, "PAYMENT.AUTHORIZATION.CREATED")
    same_meaning = json.dumps(json.loads(message.body)).encode()
    assert answer_of(paypal, question(message, same_meaning))["verification_status"] == "FAILURE"


def test_a_question_with_a_gap_is_refused(paypal: PayPal) -> None:
    answer = paypal.call("POST", "/v1/notifications/verify-webhook-signature", {"auth_algo": "x"})
    assert (answer.status_code, answer.json()["name"]) == (400, "INVALID_REQUEST")


def test_a_target_that_is_down_gets_the_same_message_later(paypal: PayPal, receiver: Receiver) -> None:
    receiver.status = 503
    paypal.order()
    paypal.hold()
    first = event(receiver, "PAYMENT.AUTHORIZATION.CREATED")
    receiver.status = 200
    copies = await_result(lambda: [one for one in receiver.messages if one.body == first.body][1:])
    assert copies[0].headers["paypal-transmission-id"] == first.headers["paypal-transmission-id"]
    assert copies[0].headers["paypal-transmission-sig"] == first.headers["paypal-transmission-sig"]


def test_events_are_listed_shown_and_sent_again(paypal: PayPal, receiver: Receiver) -> None:
    paypal.hold()
    message = json.loads(event(receiver, "PAYMENT.AUTHORIZATION.CREATED").body)
    listed = paypal.call("GET", "/v1/notifications/webhooks-events?page_size=2").json()
    assert listed["count"] == len(listed["events"]) == 2
    address = f"/v1/notifications/webhooks-events/{message['id']}"
    assert paypal.call("GET", address).json() == message
    receiver.messages.clear()
    assert paypal.call("POST", f"{address}/resend", {}).status_code == 202
    assert json.loads(event(receiver, "PAYMENT.AUTHORIZATION.CREATED").body)["id"] == message["id"]


def test_events_are_found_by_time(paypal: PayPal) -> None:
    paypal.hold()
    early = paypal.call("GET", "/v1/notifications/webhooks-events?end_time=2020-01-01T00:00:00Z").json()
    late = paypal.call("GET", "/v1/notifications/webhooks-events?start_time=2020-01-01T00:00:00Z").json()
    assert early["count"] == 0
    assert late["count"] == 3
    assert paypal.call("GET", "/v1/notifications/webhooks-events?start_time=soon").status_code == 400


def test_there_is_one_subscription(paypal: PayPal, receiver: Receiver) -> None:
    listed = paypal.call("GET", "/v1/notifications/webhooks").json()["webhooks"]
    assert [(one["id"], one["url"]) for one in listed] == [("WH-SANDBOX-1", receiver.address("paypal"))]
    assert paypal.call("GET", "/v1/notifications/webhooks/WH-SANDBOX-1").json() == listed[0]
    assert paypal.call("GET", "/v1/notifications/webhooks/OTHER").status_code == 404
    assert paypal.call("GET", "/v1/notifications/webhooks-events/OTHER").status_code == 404


def test_another_certificate_is_not_served(simulators: Running) -> None:
    answer = requests.get(f"{simulators.url}/paypal/v1/notifications/certs/CERT-1.pem", timeout=60)
    assert answer.status_code == 404
