"""What the simulators really send, checked as the web does it and decided as a worker does it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest
import requests

from exodrive.kernel import clock
from exodrive.kernel.errors import GatewayUnavailable
from exodrive.kernel.money import Money
from exodrive.payments.ports import OrderRequest
from exodrive.providers import signatures
from exodrive.providers.certificates import PayPalMessages
from exodrive.providers.docuseal import DocuSeal
from exodrive.providers.paypal import PayPal
from exodrive.providers.resend import Resend
from exodrive.providers.signatures import PayPalTrust, State, Verdict, Why
from tests.providers import faulty
from tests.providers.conftest import Simulators
from tests.providers.faulty import Received, answer
from tests.providers.test_docuseal import agreement
from tests.providers.test_resend import mail


def wait_for(simulators: Simulators, path: str, event: str, mark: str) -> Received:
    """The first message at `path` of that type that mentions `mark`."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for message in list(simulators.inbox.received):
            if message.path == path and event.encode() in message.body and mark.encode() in message.body:
                return message
        time.sleep(0.02)
    raise AssertionError(f"no {event} arrived at {path}")


@pytest.fixture
def paypal(simulators: Simulators) -> PayPal:
    return PayPal(f"{simulators.url}/paypal", client_id="sandbox-client", client_secret="sandbox-secret")


@pytest.fixture
def trust(simulators: Simulators) -> PayPalTrust:
    return signatures.paypal_trust(f"{simulators.url}/paypal", sandbox=True)


@pytest.fixture
def messages(paypal: PayPal, trust: PayPalTrust) -> PayPalMessages:
    return PayPalMessages(paypal, webhook_id="WH-SANDBOX-1", trust=trust)


@pytest.fixture
def approved(paypal: PayPal, simulators: Simulators) -> Received:
    """The message that a payer approved an order."""
    reference = f"bk_{time.monotonic_ns()}"
    request = OrderRequest(
        request_id=f"order:{reference}",
        reference=reference,
        invoice_id=reference,
        amount=Money(99_00, "USD"),
        description="Rental",
        return_url="http://localhost:8000/",
        cancel_url="http://localhost:8000/",
        brand="ExoDrive",
    )
    order = paypal.create_order(request)
    assert order.approve_url
    simulators.approve(order.approve_url)
    return wait_for(simulators, "/paypal", "CHECKOUT.ORDER.APPROVED", order.paypal_id)


def by_web(
    message: Received, trust: PayPalTrust, certificates: Mapping[str, bytes], *, body: bytes | None = None
) -> Verdict:
    return signatures.paypal(
        message.headers,
        message.body if body is None else body,
        webhook_ids=["WH-SANDBOX-1"],
        trust=trust,
        certificates=certificates,
        at=clock.real_now(),
    )


def test_paypals_first_message_is_decided_by_a_worker_and_the_next_by_the_web(
    approved: Received, trust: PayPalTrust, messages: PayPalMessages
) -> None:
    first = by_web(approved, trust, {})
    assert (first.state, first.why) == (State.UNDECIDED, Why.NO_CERTIFICATE)
    judged = messages.judge(approved.headers, approved.body, certificates={}, at=clock.real_now())
    assert judged.verdict.state is State.VERIFIED
    assert set(judged.fetched) == set(first.needs)
    assert by_web(approved, trust, judged.fetched)
    altered = json.dumps(json.loads(approved.body), indent=1).encode()
    assert by_web(approved, trust, judged.fetched, body=altered).why is Why.SIGNATURE
    again = messages.judge(approved.headers, approved.body, certificates=judged.fetched, at=clock.real_now())
    assert (again.verdict.state, again.fetched) == (State.VERIFIED, {})


def test_a_worker_refuses_what_is_not_genuine(approved: Received, messages: PayPalMessages) -> None:
    tampered = approved.body.replace(b"99.00", b"1.00")
    judged = messages.judge(approved.headers, tampered, certificates={}, at=clock.real_now())
    assert (judged.verdict.state, judged.verdict.why) == (State.REFUSED, Why.SIGNATURE)
    assert judged.fetched  # the certificate was genuine, and serves the next message


def test_a_certificate_that_paypal_does_not_have(
    approved: Received, messages: PayPalMessages, simulators: Simulators
) -> None:
    url = f"{simulators.url}/paypal/v1/notifications/certs/CERT-0-0-0"
    headers = approved.headers | {"paypal-cert-url": url}
    judged = messages.judge(headers, approved.body, certificates={}, at=clock.real_now())
    assert (judged.verdict.state, judged.verdict.why) == (State.REFUSED, Why.NO_CERTIFICATE)


def test_paypal_is_asked_where_we_do_not_know_the_issuer(
    approved: Received, paypal: PayPal, trust: PayPalTrust, simulators: Simulators
) -> None:
    """As when PayPal changes to an issuer that is newer than this program."""
    leaf_url = approved.headers["paypal-cert-url"]
    leaf = requests.get(leaf_url, timeout=60).content.split(b"-----END CERTIFICATE-----\n")[0]
    newer = replace(trust, simulator=None)
    messages = PayPalMessages(paypal, webhook_id="WH-SANDBOX-1", trust=newer)
    at_hand = {leaf_url: leaf + b"-----END CERTIFICATE-----\n"}
    for body, state in (
        (approved.body, State.VERIFIED),
        (approved.body.replace(b"99.00", b"9.00"), State.REFUSED),
    ):
        judged = messages.judge(approved.headers, body, certificates=at_hand, at=clock.real_now())
        assert (judged.verdict.state, judged.fetched) == (state, {})


@pytest.mark.parametrize("step", [answer(503), faulty.hang_up, answer(200, b"x" * 70_000)])
def test_a_certificate_that_cannot_be_had_now_is_tried_again(
    approved: Received, server: faulty.Faulty, step: faulty.Step
) -> None:
    server.says(step)
    down = PayPal(server.url, client_id="id", client_secret="secret")
    trust = signatures.paypal_trust(server.url, sandbox=True)
    messages = PayPalMessages(down, webhook_id="WH-SANDBOX-1", trust=trust)
    headers = approved.headers | {"paypal-cert-url": f"{server.url}/v1/notifications/certs/CERT-1"}
    with pytest.raises(GatewayUnavailable):
        messages.judge(headers, approved.body, certificates={}, at=clock.real_now())


def test_docuseals_message(simulators: Simulators) -> None:
    docuseal = DocuSeal(f"{simulators.url}/docuseal", api_key="sandbox-docuseal-key", template_id=1)
    sent = docuseal.send(agreement())
    simulators.sign(sent.sign_url)
    message = wait_for(simulators, "/docuseal", "form.completed", str(sent.external_id))

    def check(body: bytes, secret: str = "whsec_sandbox-docuseal-secret") -> Verdict:
        return signatures.docuseal(message.headers, body, secret=secret, at=clock.real_now())

    assert check(message.body)
    assert check(message.body.replace(b"completed", b"declined")).why is Why.SIGNATURE
    assert check(message.body, secret="another").why is Why.SIGNATURE


def test_resends_message(simulators: Simulators) -> None:
    sent = Resend(f"{simulators.url}/resend", api_key="re_sandbox_key").send(mail())
    message = wait_for(simulators, "/resend", "email.sent", sent)

    def check(body: bytes, secret: str = "whsec_c2FuZGJveC1yZXNlbmQtc2VjcmV0") -> Verdict:
        return signatures.resend(message.headers, body, secret=secret, at=clock.real_now())

    assert check(message.body)
    assert check(message.body + b" ").why is Why.SIGNATURE
    assert check(message.body, secret="whsec_YW5vdGhlcg==").why is Why.SIGNATURE
