"""Resend: what it takes and refuses, what it tells by webhook, and the mailbox."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import requests
from svix.webhooks import Webhook, WebhookVerificationError

from exodrive.simulators.server import Running, running
from tests.simulators.conftest import Receiver, await_result

SECRET = "whsec_c2FuZGJveC1yZXNlbmQtc2VjcmV0"
MAIL: dict[str, Any] = {
    "from": "House <house@house.example>",
    "to": "Maya <maya@renter.example>",
    "subject": "Your car is held",
    "html": '<p>Hello <a href="https://house.example/b/1">your booking</a></p>',
    "text": "Hello https://house.example/b/1",
    "tags": [{"name": "booking", "value": "bk_1"}],
}


class Resend:
    """Plain HTTP to the simulated Resend."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/resend"
        self.root = url

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {"Authorization": "Bearer re_sandbox_key", **named}
        return requests.request(method, self.url + path, json=body, headers=given, timeout=60)

    def send(self, **changed: Any) -> str:
        whole = {name: value for name, value in {**MAIL, **changed}.items() if value is not None}
        answer = self.call("POST", "/emails", whole)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def last_event(self, mail_id: str) -> str:
        return str(self.call("GET", f"/emails/{mail_id}").json()["last_event"])


@pytest.fixture
def mail(simulators: Running) -> Resend:
    return Resend(simulators.url)


REFUSED: list[tuple[Any, str]] = [
    ({"from": None}, "missing_required_field"),
    ({"to": []}, "missing_required_field"),
    ({"subject": ""}, "missing_required_field"),
    ({"html": None, "text": None}, "missing_required_field"),
    ({"from": "the house"}, "validation_error"),
    ({"to": ["maya"]}, "validation_error"),
    ({"cc": "nobody"}, "validation_error"),
    ({"to": [f"a{n}@b.example" for n in range(51)]}, "validation_error"),
    ({"tags": [{"name": "with space", "value": "x"}]}, "validation_error"),
    ({"tags": ["x"]}, "validation_error"),
    ({"tags": [{"name": "a", "value": "b"}] * 2}, "validation_error"),
    ({"scheduled_at": "in a while"}, "validation_error"),
    ({"attachments": [{"content": "eA=="}]}, "invalid_attachment"),
    ({"attachments": [{"filename": "a.pdf"}]}, "invalid_attachment"),
    ({"attachments": [{"filename": "a.pdf", "content": "%%%"}]}, "invalid_attachment"),
]


@pytest.mark.parametrize(("changed", "name"), REFUSED)
def test_a_mail_that_is_wrong_is_refused(mail: Resend, changed: dict[str, Any], name: str) -> None:
    answer = mail.call("POST", "/emails", {**MAIL, **changed})
    assert answer.status_code == 422
    assert set(answer.json()) == {"statusCode", "name", "message"}
    assert answer.json()["name"] == name


def test_what_is_no_object_is_refused(mail: Resend) -> None:
    assert mail.call("POST", "/emails", [MAIL]).json()["name"] == "validation_error"


@pytest.mark.parametrize(
    ("header", "status", "name"),
    [("", 401, "missing_api_key"), ("Bearer wrong", 403, "invalid_api_key")],
)
def test_a_stranger_is_refused(mail: Resend, header: str, status: int, name: str) -> None:
    answer = mail.call("POST", "/emails", MAIL, Authorization=header)
    assert (answer.status_code, answer.json()["name"]) == (status, name)


def test_attachments_are_limited_together(mail: Resend) -> None:
    half = {"filename": "a.bin", "content": "A" * (21 * 1024 * 1024)}
    answer = mail.call("POST", "/emails", {**MAIL, "attachments": [half, half]})
    assert answer.json()["name"] == "invalid_attachment"


def test_an_unknown_mail_is_not_found(mail: Resend) -> None:
    answer = mail.call("GET", "/emails/none")
    assert (answer.status_code, answer.json()["name"]) == (404, "not_found")


def test_the_same_key_sends_once_for_24_hours(mail: Resend) -> None:
    first = mail.call("POST", "/emails", MAIL, Idempotency_Key="held/1").json()
    assert mail.call("POST", "/emails", MAIL, Idempotency_Key="held/1").json() == first
    other = mail.call("POST", "/emails", {**MAIL, "subject": "Other"}, Idempotency_Key="held/1")
    assert (other.status_code, other.json()["name"]) == (409, "invalid_idempotent_request")
    requests.post(f"{mail.root}/clock", json={"offset_seconds": 86401}, timeout=60)
    assert mail.call("POST", "/emails", MAIL, Idempotency_Key="held/1").json() != first


@pytest.mark.parametrize("key", ["", "k" * 257])
def test_a_key_has_1_to_256_characters(mail: Resend, key: str) -> None:
    answer = mail.call("POST", "/emails", MAIL, Idempotency_Key=key)
    assert (answer.status_code, answer.json()["name"]) == (400, "invalid_idempotency_key")


def test_many_mails_at_once(mail: Resend) -> None:
    answer = mail.call(
        "POST", "/emails/batch", [MAIL, {**MAIL, "attachments": [{"filename": "x", "content": "eA=="}]}]
    )
    assert len(answer.json()["data"]) == 2
    assert mail.call("POST", "/emails/batch", []).status_code == 422
    assert mail.call("POST", "/emails/batch", [MAIL, {}]).status_code == 422
    listed = mail.call("GET", "/emails?limit=1").json()
    assert (len(listed["data"]), listed["has_more"]) == (1, True)
    rest = mail.call("GET", f"/emails?after={listed['data'][0]['id']}").json()
    assert (len(rest["data"]), rest["has_more"]) == (1, False)


def test_a_mail_may_wait_and_be_called_back(mail: Resend) -> None:
    waiting, called_back = (mail.send(scheduled_at="2090-01-01T00:00:00Z") for _ in "12")
    assert mail.call("POST", f"/emails/{called_back}/cancel").status_code == 200
    assert mail.last_event(waiting) == "scheduled"
    requests.post(f"{mail.root}/clock", json={"now": "2036-01-01T00:00:00Z"}, timeout=60)
    assert mail.last_event(waiting) == "scheduled"
    sent = mail.send()
    assert mail.call("POST", f"/emails/{sent}/cancel").status_code == 422
    soon = mail.send(scheduled_at="2036-01-02T00:00:00Z")
    requests.post(f"{mail.root}/clock", json={"now": "2036-01-02T00:01:00Z"}, timeout=60)
    await_result(lambda: mail.last_event(soon) == "delivered")
    assert mail.last_event(called_back) == "canceled"


def refusals(answers: list[requests.Response]) -> list[requests.Response]:
    return [one for one in answers if one.status_code == 429]


def test_requests_are_counted(state: Path) -> None:
    with running(state_path=state, resend_rate="2") as limited:
        mail = Resend(limited.url)
        first = mail.call("GET", "/emails")
        # As many as it takes until three have come within one second.
        (refused,) = await_result(lambda: refusals([mail.call("GET", "/emails")]))
    assert first.status_code == 200
    assert refused.json()["name"] == "rate_limit_exceeded"
    assert refused.headers["retry-after"] == "1"
    assert first.headers["ratelimit-limit"] == "2"
    assert {"ratelimit-remaining", "ratelimit-reset"} <= {name.lower() for name in first.headers}


def told(receiver: Receiver, event_type: str) -> dict[str, Any]:
    found = receiver.wait_for(lambda one: json.loads(one.body).get("type") == event_type)
    Webhook(SECRET).verify(found.body, found.headers)
    return dict(json.loads(found.body))


def test_a_mail_is_sent_delivered_and_opened(mail: Resend, receiver: Receiver) -> None:
    mail_id = mail.send()
    sent = told(receiver, "email.sent")["data"]
    assert (sent["email_id"], sent["tags"]) == (mail_id, {"booking": "bk_1"})
    told(receiver, "email.delivered")
    assert mail.last_event(mail_id) == "delivered"
    for _ in "12":
        requests.get(f"{mail.url}/mailbox/{mail_id}", timeout=60)
    told(receiver, "email.opened")
    assert mail.last_event(mail_id) == "opened"
    kinds = [json.loads(one.body)["type"] for one in receiver.messages]
    assert kinds == ["email.sent", "email.delivered", "email.opened"]


@pytest.mark.parametrize(
    ("address", "event_type", "field"),
    [
        ("bounced@resend.dev", "email.bounced", "bounce"),
        ("complained+x@resend.dev", "email.complained", "tags"),
        ("suppressed@resend.dev", "email.suppressed", "suppressed"),
    ],
)
def test_some_addresses_end_badly(
    mail: Resend, receiver: Receiver, address: str, event_type: str, field: str
) -> None:
    mail_id = mail.send(to=address)
    assert field in told(receiver, event_type)["data"]
    assert mail.last_event(mail_id) == event_type.removeprefix("email.")


def test_a_tampered_webhook_is_seen_through(mail: Resend, receiver: Receiver) -> None:
    mail.send()
    message = receiver.wait_for(lambda one: b"email.sent" in one.body)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(message.body.replace(b"held", b"sold"), message.headers)


def test_each_attempt_keeps_its_id_and_is_signed_afresh(mail: Resend, receiver: Receiver) -> None:
    receiver.status = 500
    mail.send()
    await_result(lambda: len([one for one in receiver.messages if b"email.sent" in one.body]) > 1)
    receiver.status = 200
    first, second = [one for one in receiver.messages if b"email.sent" in one.body][:2]
    assert first.headers["svix-id"] == second.headers["svix-id"]
    assert first.headers["svix-signature"] != second.headers["svix-signature"]
    Webhook(SECRET).verify(second.body, second.headers)


def test_the_mailbox_shows_each_mail_as_its_reader_would_see_it(mail: Resend) -> None:
    picture = base64.b64encode(b"\x89PNG").decode()
    mail_id = mail.send(
        html='<html><head><title>T</title></head><body><img src="cid:car"> Hello</body></html>',
        attachments=[
            {"filename": "car.png", "content": picture, "content_type": "image/png", "content_id": "car"},
            {"filename": "rental.ics", "content": "QkVHSU4=", "content_type": "text/calendar"},
        ],
    )
    mail.send(to="sam@other.example", subject="For Sam")
    inbox = requests.get(f"{mail.url}/mailbox", timeout=60).text
    assert inbox.index("For Sam") < inbox.index("Your car is held")
    only_sam = requests.get(f"{mail.url}/mailbox?to=sam@other.example", timeout=60).text
    assert "Your car is held" not in only_sam
    page = requests.get(f"{mail.url}/mailbox/{mail_id}", timeout=60).text
    assert f'src="/resend/mailbox/{mail_id}/html"' in page
    assert 'sandbox="allow-popups allow-top-navigation-by-user-activation"' in page
    shown = requests.get(f"{mail.url}/mailbox/{mail_id}/html", timeout=60)
    assert '<head><base target="_top">' in shown.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    picture_at = shown.text.split('src="')[1].split('"')[0]
    served = requests.get(mail.root + picture_at, timeout=60)
    assert (served.content, served.headers["Content-Type"]) == (b"\x89PNG", "image/png")
    assert "rental.ics" in page


def test_a_mail_without_html_has_no_html_page(mail: Resend) -> None:
    mail_id = mail.send(html=None)
    assert requests.get(f"{mail.url}/mailbox/{mail_id}/html", timeout=60).status_code == 404
    assert requests.get(f"{mail.url}/mailbox/none", timeout=60).status_code == 404
    assert requests.get(f"{mail.url}/mailbox/{mail_id}/files/none", timeout=60).status_code == 404
