"""PayPal's error table, and tokens, against a server that says each word of it."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
import structlog

from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.kernel.money import Money
from exodrive.providers.http import Unauthorized
from exodrive.providers.paypal import MemoryTokens, PayPal
from exodrive.providers.paypal.errors import REMEDIES, Remedy, remedy
from exodrive.providers.signatures import PayPalHeaders
from tests.providers import faulty
from tests.providers.faulty import Faulty, answer

AMOUNT = {"currency_code": "USD", "value": "10.00"}
HELD: dict[str, Any] = {"id": "1A", "status": "CREATED", "amount": AMOUNT}


def token(text: str = "T-1", *, seconds: int = 30000) -> faulty.Step:
    return answer(200, json.dumps({"access_token": text, "token_type": "Bearer", "expires_in": seconds}))


def problem(status: int, name: str, *issues: str, **headers: str) -> faulty.Step:
    details = [{"issue": each, "description": "..."} for each in issues]
    body = {"name": name, "message": "...", "debug_id": "d-1", "details": details}
    return answer(status, json.dumps(body), **headers)


def refused(*issues: str) -> faulty.Step:
    return problem(422, "UNPROCESSABLE_ENTITY", *issues)


def client(server: Faulty, *steps: faulty.Step) -> PayPal:
    server.says(token(), *steps)
    patience = 2.0 if faulty.stall in steps else 60.0
    return PayPal(server.url, client_id="id", client_secret="secret", timeout=(10.0, patience))


def capture(paypal: PayPal) -> object:
    return paypal.capture(
        "1A", amount=Money(10_00, "USD"), invoice_id="EXO-1", final=True, request_id="capture:1"
    )


@pytest.mark.parametrize("issue", sorted(REMEDIES))
def test_every_issue_of_the_table_is_a_refusal(server: Faulty, issue: str) -> None:
    with structlog.testing.capture_logs() as lines, pytest.raises(GatewayRejected) as caught:
        capture(client(server, refused(issue)))
    assert (caught.value.code, caught.value.reference) == (issue, "d-1")
    assert {"event": "paypal.refused", "remedy": remedy(issue).value} == {
        name: value for name, value in lines[-1].items() if name in ("event", "remedy")
    }


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (problem(403, "NOT_AUTHORIZED"), "NOT_AUTHORIZED"),
        (problem(403, "NOT_AUTHORIZED", "PERMISSION_DENIED"), "PERMISSION_DENIED"),
        (refused("SOMETHING_NEW"), "SOMETHING_NEW"),
        (refused("FIRST", "SECOND"), "FIRST"),
        (problem(400, "INVALID_REQUEST"), "INVALID_REQUEST"),
        (
            answer(400, '{"error": "unsupported_grant_type", "error_description": "..."}'),
            "unsupported_grant_type",
        ),
    ],
)
def test_the_issue_counts_before_the_name(server: Faulty, step: faulty.Step, code: str) -> None:
    with pytest.raises(GatewayRejected) as caught:
        capture(client(server, step))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("step", "wait", "unknown"),
    [
        (problem(409, "RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS"), timedelta(seconds=5), True),
        (refused("SOMETHING", "PREVIOUS_REQUEST_IN_PROGRESS"), timedelta(seconds=5), True),
        (problem(429, "RATE_LIMIT_REACHED"), timedelta(minutes=1), False),
        (problem(429, "RATE_LIMIT_REACHED", Retry_After="90"), timedelta(seconds=90), False),
        (problem(500, "INTERNAL_SERVER_ERROR"), None, True),
        (problem(503, "SERVICE_UNAVAILABLE", Retry_After="9"), timedelta(seconds=9), True),
        (answer(504, "<html>"), None, True),
        (answer(403, "<html>Access denied</html>"), None, True),
        (answer(201, ""), None, True),
        (answer(201, "[]"), None, True),
        (answer(201, json.dumps(HELD | {"status": "NEW_WORD"})), None, True),
        (answer(201, json.dumps(HELD | {"amount": {"currency_code": "USD", "value": 10.0}})), None, True),
        (answer(201, json.dumps(HELD | {"amount": AMOUNT | {"value": "10.001"}})), None, True),
        (answer(201, json.dumps(HELD | {"amount": AMOUNT | {"value": "NaN"}})), None, True),
        (answer(201, json.dumps(HELD | {"amount": AMOUNT | {"currency_code": "XXX"}})), None, True),
        (answer(201, json.dumps(HELD | {"create_time": "yesterday"})), None, True),
        (answer(201, json.dumps(HELD | {"create_time": "2026-01-01T00:00:00"})), None, True),
        (faulty.stall, None, True),
        (faulty.hang_up, None, True),
    ],
)
def test_what_may_pass(server: Faulty, step: faulty.Step, wait: timedelta | None, unknown: bool) -> None:
    paypal = client(server, step)
    with pytest.raises(GatewayUnavailable) as caught:
        paypal.reauthorize("1A", amount=Money(10_00, "USD"), request_id="reauthorize:1")
    assert (caught.value.retry_after, caught.value.outcome_unknown) == (wait, unknown)
    assert len(server.received) == 2  # the token and the call: nothing was repeated


def test_every_write_carries_its_key_and_asks_for_all(server: Faulty) -> None:
    body = json.dumps(HELD)
    assert client(server, answer(201, body)).reauthorize("1A", amount=Money(10_00, "USD"), request_id="r:1")
    sent = server.received[1]
    assert sent.headers["paypal-request-id"] == "r:1"
    assert sent.headers["prefer"] == "return=representation"
    assert sent.headers["authorization"] == "Bearer T-1"
    assert json.loads(sent.body) == {"amount": AMOUNT}


def test_an_order_is_asked_for_in_one_way_only(server: Faulty) -> None:
    order = {"id": "O1", "status": "APPROVED", "purchase_units": [{"amount": AMOUNT}]}
    client(server, answer(201, json.dumps(order))).authorize("O1", request_id="a:1")
    sent = server.received[1]
    assert (sent.path, sent.body, sent.headers["content-type"]) == (
        "/v2/checkout/orders/O1/authorize",
        b"",
        "application/json",
    )


def test_an_empty_answer_to_a_void_is_followed_by_a_look(server: Faulty) -> None:
    voided = answer(200, json.dumps(HELD | {"status": "VOIDED"}))
    assert client(server, answer(204), voided).void("1A", request_id="v:1").status == "VOIDED"
    with pytest.raises(GatewayUnavailable) as caught:
        client(server, answer(204), answer(503)).void("1A", request_id="v:1")
    assert caught.value.outcome_unknown


def test_an_id_cannot_leave_its_place_in_the_address(server: Faulty) -> None:
    client(server, answer(200, json.dumps(HELD))).show_authorization("../../v1/x?y#z")
    assert server.received[1].path == "/v2/payments/authorizations/..%2F..%2Fv1%2Fx%3Fy%23z"


def test_a_token_is_asked_for_once(server: Faulty) -> None:
    paypal = client(server, answer(200, json.dumps(HELD)))
    threads = [threading.Thread(target=paypal.show_authorization, args=("1A",)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.path for each in server.received].count("/v1/oauth2/token") == 1


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(problem(401, "AUTHENTICATION_FAILURE"), id="as the specification says"),
        pytest.param(answer(401, '{"error": "invalid_token"}'), id="as OAuth says"),
        pytest.param(answer(401), id="without a word"),
    ],
)
def test_a_token_that_died_is_replaced_once(server: Faulty, step: faulty.Step) -> None:
    paypal = client(server, step, token("T-2"), answer(200, json.dumps(HELD)))
    assert paypal.show_authorization("1A").status == "CREATED"
    assert [each.headers["authorization"] for each in server.received][1::2] == ["Bearer T-1", "Bearer T-2"]


def test_a_second_401_is_the_end(server: Faulty) -> None:
    denied = problem(401, "AUTHENTICATION_FAILURE")
    with pytest.raises(Unauthorized) as caught:
        capture(client(server, denied, token("T-2"), denied))
    assert not caught.value.outcome_unknown
    assert len(server.received) == 4


def test_a_token_about_to_die_is_used_once_and_not_kept(server: Faulty) -> None:
    server.says(token(seconds=59), answer(200, json.dumps(HELD)), token("T-2"), answer(200, json.dumps(HELD)))
    paypal = PayPal(server.url, client_id="id", client_secret="secret")
    for _ in range(2):
        paypal.show_authorization("1A")
    assert [each.headers["authorization"] for each in server.received][1::2] == ["Bearer T-1", "Bearer T-2"]


def test_a_token_that_cannot_be_had_leaves_no_doubt(server: Faulty) -> None:
    server.says(answer(500, "{}"))
    with pytest.raises(GatewayUnavailable) as caught:
        capture(PayPal(server.url, client_id="id", client_secret="secret"))
    assert not caught.value.outcome_unknown


def test_tokens_of_another_account_are_not_found(server: Faulty) -> None:
    tokens = MemoryTokens()
    server.says(token(), answer(200, json.dumps(HELD)), token("T-2"), answer(200, json.dumps(HELD)))
    for secret in ("one", "two"):
        PayPal(server.url, client_id="id", client_secret=secret, tokens=tokens).show_authorization("1A")
    assert server.received[3].headers["authorization"] == "Bearer T-2"


def test_the_payee_is_for_staff() -> None:
    assert remedy("PAYEE_ACCOUNT_RESTRICTED") is Remedy.STAFF
    assert remedy("NEVER_HEARD_OF") is Remedy.UNKNOWN


def test_a_webhook_is_sent_on_in_its_own_bytes(server: Faulty) -> None:
    headers = PayPalHeaders("t-1", "2026-03-01T12:00:00Z", "c2ln", "https://x/cert", "SHA256withRSA")
    body = b'{ "id" : "WH-1", "amount": 1.50, "name": "\\u00dc" }'
    paypal = client(server, answer(200, '{"verification_status": "SUCCESS"}'))
    assert paypal.confirms_webhook(headers, body, webhook_id="WH-OURS")
    sent = server.received[1].body
    assert sent.endswith(b'"webhook_event": ' + body + b"}")
    assert json.loads(sent)["webhook_id"] == "WH-OURS"
    paypal = client(server, answer(200, '{"verification_status": "FAILURE"}'))
    assert not paypal.confirms_webhook(headers, body, webhook_id="WH-OURS")
    asked = len(server.received)
    assert not paypal.confirms_webhook(headers, b'{}, "webhook_id": "WH-THEIRS"', webhook_id="WH-OURS")
    assert len(server.received) == asked
    with pytest.raises(GatewayUnavailable):
        client(server, answer(200, '{"verification_status": "MAYBE"}')).confirms_webhook(
            headers, body, webhook_id="WH-OURS"
        )
