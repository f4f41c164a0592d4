"""Webhooks that go astray on demand: lost, late, doubled, overtaken, forged, and never heard of."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from exodrive.simulators.server import Running, running
from tests import faults
from tests.simulators.conftest import PATIENCE, Message, PayPal, Receiver, await_result

MAIL = {"from": "a@b.example", "subject": "S", "text": "T"}


def send_mail(url: str) -> str:
    """Send a mail, of which Resend reports that it was sent, and a second later that it arrived."""
    answer = requests.post(
        f"{url}/resend/emails",
        json={**MAIL, "to": f"{uuid4().hex}@c.example"},
        headers={"Authorization": "Bearer re_sandbox_key"},
        timeout=PATIENCE,
    )
    return str(answer.json()["id"])


def reported(receiver: Receiver, mark: str) -> list[str]:
    """The types of the events that mention `mark`, as they arrived."""
    found = [json.loads(one.body) for one in list(receiver.messages) if mark.encode() in one.body]
    return [str(one.get("type") or one.get("event_type")) for one in found]


def test_a_lost_event_is_in_the_log_and_never_arrives(simulators: Running, receiver: Receiver) -> None:
    with faults.arm(simulators.url, provider="resend", operation="email.sent", kind="lost") as fault:
        mail = send_mail(simulators.url)
        await_result(lambda: "email.delivered" in reported(receiver, mail))
        assert reported(receiver, mail) == ["email.delivered"]
        assert fault.struck() == 1
    page = requests.get(f"{simulators.url}/resend/events", timeout=PATIENCE).text
    assert page.count("Lost") == 1


def test_a_delayed_event_waits_so_long(simulators: Running, receiver: Receiver) -> None:
    faults.arm(simulators.url, provider="resend", operation="email.sent", kind="delayed", seconds=600)
    mail = send_mail(simulators.url)
    await_result(lambda: reported(receiver, mail) == ["email.delivered"])
    courier = simulators.world.courier
    (waiting,) = [row for row in courier.log("resend") if row["event_type"] == "email.sent"]
    assert waiting["next_at"] - waiting["created_at"] == 600
    courier.retry_now("resend")
    await_result(lambda: reported(receiver, mail) == ["email.delivered", "email.sent"])


def test_a_duplicated_event_arrives_so_often_under_one_id(simulators: Running, receiver: Receiver) -> None:
    faults.arm(simulators.url, provider="resend", operation="email.sent", kind="duplicated", copies=3)
    mail = send_mail(simulators.url)
    await_result(lambda: len(reported(receiver, mail)) == 4)
    assert Counter(reported(receiver, mail)) == {"email.sent": 3, "email.delivered": 1}
    sent = [one for one in receiver.messages if mail.encode() in one.body and b"email.sent" in one.body]
    assert len({one.headers["svix-id"] for one in sent}) == 1


def test_paypal_sends_a_double_as_a_transmission_of_its_own(
    simulators: Running, paypal: PayPal, receiver: Receiver
) -> None:
    faults.arm(simulators.url, provider="paypal", kind="duplicated", times=1)
    order = paypal.order()
    paypal.approve(order["id"])
    await_result(lambda: len(receiver.messages) == 2)
    assert len({json.loads(one.body)["id"] for one in receiver.messages}) == 1
    assert len({one.headers["paypal-transmission-id"] for one in receiver.messages}) == 2


def test_a_reordered_event_is_overtaken_by_the_next(
    simulators: Running, paypal: PayPal, receiver: Receiver
) -> None:
    faults.arm(simulators.url, provider="paypal", kind="reordered", seconds=600, times=1)
    paypal.hold()
    await_result(lambda: len(receiver.messages) == 3)
    assert [json.loads(one.body)["event_type"] for one in receiver.messages] == [
        "PAYMENT.AUTHORIZATION.CREATED",
        "CHECKOUT.ORDER.APPROVED",
        "CHECKOUT.ORDER.COMPLETED",
    ]


def test_while_one_event_waits_the_next_does_not(
    simulators: Running, paypal: PayPal, receiver: Receiver
) -> None:
    with faults.arm(simulators.url, provider="paypal", kind="reordered", seconds=600):
        for _ in range(4):
            paypal.hold()
        await_result(lambda: len(receiver.messages) >= 11)  # of twelve, and none is left for ten minutes


def test_what_nothing_overtakes_goes_after_its_time(simulators: Running, receiver: Receiver) -> None:
    faults.arm(simulators.url, provider="resend", kind="reordered", operation="email.delivered", seconds=0.2)
    mail = send_mail(simulators.url)
    await_result(lambda: reported(receiver, mail) == ["email.sent", "email.delivered"])


def test_a_restart_keeps_what_is_held_back(state: Path, receiver: Receiver) -> None:
    address = receiver.address("resend")
    with running(state_path=state, webhooks_resend=address) as before:
        faults.arm(before.url, provider="resend", operation="email.sent", kind="reordered", seconds=600)
        mail = send_mail(before.url)
    with running(state_path=state, webhooks_resend=address):
        await_result(lambda: len(reported(receiver, mail)) == 2)
    assert reported(receiver, mail) == ["email.delivered", "email.sent"]


def sound(message: Message) -> bool:
    """Whether a message of Resend's carries a signature that holds."""
    names = ("id", "timestamp", "signature")
    headers = {f"webhook-{name}": message.headers[f"svix-{name}"] for name in names}
    try:
        Webhook("whsec_c2FuZGJveC1yZXNlbmQtc2VjcmV0").verify(message.body, headers)
    except WebhookVerificationError:
        return False
    return True


@pytest.mark.parametrize("manner", ["wrong_secret", "tampered"])
def test_one_attempt_is_badly_signed_and_the_next_is_genuine(
    simulators: Running, receiver: Receiver, manner: str
) -> None:
    receiver.status = 401
    faults.arm(simulators.url, provider="resend", kind="badly_signed", manner=manner, times=1)
    mail = send_mail(simulators.url)
    first = receiver.wait_for(lambda one: mail.encode() in one.body)
    receiver.status = 200
    assert not sound(first)
    assert (b"tampered" in first.body) == (manner == "tampered")
    again = receiver.wait_for(lambda one: one is not first and b"email.sent" in one.body)
    assert sound(again)
    assert again.headers["svix-id"] == first.headers["svix-id"]


@pytest.mark.parametrize("manner", ["wrong_secret", "tampered", "other_certificate"])
def test_paypal_disowns_a_badly_signed_message(
    simulators: Running, paypal: PayPal, receiver: Receiver, manner: str
) -> None:
    with faults.arm(simulators.url, provider="paypal", kind="badly_signed", manner=manner):
        order = paypal.order()
        paypal.approve(order["id"])
        forged = receiver.wait_for(lambda one: order["id"].encode() in one.body)
    assert _disowned(paypal, forged)
    certificate = x509.load_pem_x509_certificates(
        requests.get(forged.headers["paypal-cert-url"], timeout=PATIENCE).content
    )
    assert len(certificate) == 2
    root = requests.get(f"{simulators.url}/paypal/simulator/root.pem", timeout=PATIENCE).content
    trusted = x509.load_pem_x509_certificate(root)
    if manner == "other_certificate":
        with pytest.raises(InvalidSignature):
            certificate[1].verify_directly_issued_by(trusted)
    else:
        certificate[1].verify_directly_issued_by(trusted)


def _disowned(paypal: PayPal, message: Message) -> bool:
    """What PayPal itself says of a message, asked with the exact bytes."""
    names = ("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time")
    asked = {name: message.headers[f"paypal-{name.replace('_', '-')}"] for name in names}
    question = json.dumps({**asked, "webhook_id": "WH-SANDBOX-1"})[:-1].encode()
    answer = requests.post(
        f"{paypal.url}/v1/notifications/verify-webhook-signature",
        data=question + b', "webhook_event": ' + message.body + b"}",
        headers={"Authorization": f"Bearer {paypal.token}", "Content-Type": "application/json"},
        timeout=PATIENCE,
    )
    return bool(answer.json()["verification_status"] == "FAILURE")


@pytest.mark.parametrize(
    ("provider", "event_type", "name"),
    [
        ("paypal", None, "event_type"),
        ("docuseal", "form.teleported", "event_type"),
        ("resend", None, "type"),
    ],
)
def test_a_burst_of_the_future(
    simulators: Running, paypal: PayPal, receiver: Receiver, provider: str, event_type: str | None, name: str
) -> None:
    faults.burst(simulators.url, provider=provider, count=7, event_type=event_type)
    await_result(lambda: len(receiver.messages) == 7)
    types = {json.loads(one.body)[name] for one in receiver.messages}
    assert len(types) == 1
    assert event_type is None or types == {event_type}
    assert len({one.body for one in receiver.messages}) == 7
    if provider == "resend":
        assert all(map(sound, receiver.messages))
    if provider == "paypal":
        assert not any(_disowned(paypal, one) for one in receiver.messages)
