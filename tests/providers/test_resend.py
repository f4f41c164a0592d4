"""The Resend client against the simulator over HTTP, and its error table against a server that says each."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.notifications.ports import Mail, MailAttachment, MailGateway
from exodrive.providers.http import Unauthorized
from exodrive.providers.resend import MAX_MAIL_BYTES, Resend
from tests.providers import faulty
from tests.providers.conftest import Simulators
from tests.providers.faulty import Faulty, answer


@pytest.fixture
def resend(simulators: Simulators) -> Resend:
    return Resend(f"{simulators.url}/resend", api_key="re_sandbox_key")


def mail() -> Mail:
    return Mail(
        key=f"booking-confirmed/{uuid4()}",
        sender="ExoDrive Exotics <bookings@exodrive.example>",
        to="robin@example.com",
        subject="Your Porsche is waiting",
        html="<p>See you on Friday, Jürgen.</p>",
        text="See you on Friday, Jürgen.",
        reply_to="desk@exodrive.example",
        tags={"kind": "booking.confirmed", "booking": "EXO-1", "empty": ""},
        attachments=(MailAttachment("invoice.pdf", b"%PDF-1.7 ...", "application/pdf"),),
    )


def test_it_is_a_mail_gateway(resend: Resend) -> None:
    gateway: MailGateway = resend  # mypy compares every signature here
    assert gateway


def test_a_mail_is_sent_once_per_key(resend: Resend) -> None:
    first = mail()
    sent = resend.send(first)
    assert resend.send(first) == sent
    assert resend.send(mail()) != sent
    assert resend.last_event(sent) in ("queued", "sent", "delivered")


def test_another_mail_under_the_same_key_is_refused(resend: Resend) -> None:
    first = mail()
    resend.send(first)
    with pytest.raises(GatewayRejected) as caught:
        resend.send(replace(first, subject="Another"))
    assert caught.value.code == "invalid_idempotent_request"


def test_a_bad_address_is_refused(resend: Resend) -> None:
    with pytest.raises(GatewayRejected) as caught:
        resend.send(replace(mail(), to="nobody"))
    assert (caught.value.code, caught.value.status) == ("validation_error", 422)


def test_a_wrong_key_is_for_staff_to_mend(simulators: Simulators) -> None:
    with pytest.raises(GatewayUnavailable) as caught:
        Resend(f"{simulators.url}/resend", api_key="re_wrong").send(mail())
    assert not caught.value.outcome_unknown


def test_a_mail_beyond_the_limit_is_not_even_sent(server: Faulty) -> None:
    huge = MailAttachment("scan.pdf", b"x" * MAX_MAIL_BYTES, "application/pdf")
    with pytest.raises(GatewayRejected) as caught:
        Resend(server.url, api_key="k").send(replace(mail(), attachments=(huge,)))
    assert caught.value.code == "mail_too_large"
    assert server.received == []


def test_the_same_mail_is_the_same_bytes(server: Faulty) -> None:
    server.says(answer(200, '{"id": "m-1"}'))
    first = mail()
    again = replace(first, tags=dict(reversed(first.tags.items())))
    assert [Resend(server.url, api_key="k").send(each) for each in (first, again)] == ["m-1", "m-1"]
    one, other = server.received
    assert one.body == other.body
    assert one.headers["idempotency-key"] == first.key
    assert json.loads(one.body)["tags"] == [
        {"name": "booking", "value": "EXO-1"},
        {"name": "kind", "value": "booking-confirmed"},
    ]


def problem(status: int, name: str, **headers: str) -> faulty.Step:
    body = json.dumps({"statusCode": status, "name": name, "message": "..."})
    return answer(status, body, **headers)


@pytest.mark.parametrize(
    ("step", "wait", "unknown"),
    [
        (problem(429, "rate_limit_exceeded", Retry_After="2"), timedelta(seconds=2), False),
        (problem(429, "rate_limit_exceeded", Ratelimit_Reset="3"), timedelta(seconds=3), False),
        (problem(429, "daily_quota_exceeded", Retry_After="1"), timedelta(hours=6), False),
        (problem(429, "monthly_quota_exceeded"), timedelta(hours=24), False),
        (problem(409, "concurrent_idempotent_requests"), timedelta(seconds=5), True),
        (problem(403, "invalid_api_key"), timedelta(minutes=5), False),
        (problem(500, "application_error"), None, True),
        (answer(502, "<html>"), None, True),
        (answer(200, "{}"), None, True),
        (answer(200, '{"id": ""}'), None, True),
    ],
)
def test_what_may_pass(server: Faulty, step: faulty.Step, wait: timedelta | None, unknown: bool) -> None:
    server.says(step)
    with pytest.raises(GatewayUnavailable) as caught:
        Resend(server.url, api_key="k").send(mail())
    assert (caught.value.retry_after, caught.value.outcome_unknown) == (wait, unknown)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "validation_error"),
        (400, "invalid_idempotency_key"),
        (403, "validation_error"),
        (404, "not_found"),
        (409, "invalid_idempotent_request"),
        (422, "missing_required_field"),
        (422, "invalid_attachment"),
    ],
)
def test_what_will_not_pass(server: Faulty, status: int, name: str) -> None:
    server.says(problem(status, name))
    with pytest.raises(GatewayRejected) as caught:
        Resend(server.url, api_key="k").send(mail())
    assert (caught.value.code, caught.value.status) == (name, status)


def test_a_missing_key_is_told_apart(server: Faulty) -> None:
    server.says(problem(401, "missing_api_key"))
    with pytest.raises(Unauthorized):
        Resend(server.url, api_key="").send(mail())
