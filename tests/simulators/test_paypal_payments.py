"""Holds, captures and refunds: PayPal's rules of time and money, one by one."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulators.conftest import PayPal, issue, usd

VOID_EVENT = "PAYMENT.AUTHORIZATION.VOIDED"


def test_a_hold_knows_its_life(paypal: PayPal) -> None:
    hold = paypal.on_hold(paypal.hold(custom_id="bk_1", invoice_id="EXO-1"), "show").json()
    assert hold["status"] == "CREATED"
    assert (hold["custom_id"], hold["invoice_id"]) == ("bk_1", "EXO-1")
    assert hold["supplementary_data"]["related_ids"]["order_id"]
    assert {link["rel"] for link in hold["links"]} == {"self", "capture", "void", "reauthorize", "up"}


@pytest.mark.parametrize(
    "path", ["/v2/payments/authorizations/NONE", "/v2/payments/captures/NONE", "/v2/payments/refunds/NONE"]
)
def test_what_is_not_there_is_not_found(paypal: PayPal, path: str) -> None:
    assert issue(paypal.call("GET", path)) == (404, "INVALID_RESOURCE_ID")


def test_a_capture_takes_all_and_tells_the_fee(paypal: PayPal) -> None:
    hold = paypal.hold("1000.00", invoice_id="EXO-1")
    capture = paypal.capture(hold, invoice_id="EXO-1-C1")
    assert capture["status"] == "COMPLETED"
    assert capture["amount"]["value"] == "1000.00"
    breakdown = {name: amount["value"] for name, amount in capture["seller_receivable_breakdown"].items()}
    assert breakdown == {"gross_amount": "1000.00", "paypal_fee": "35.39", "net_amount": "964.61"}
    assert capture["supplementary_data"]["related_ids"]["authorization_id"] == hold
    assert paypal.on_hold(hold, "show").json()["status"] == "CAPTURED"


def test_a_part_leaves_the_rest_on_hold(paypal: PayPal) -> None:
    hold = paypal.hold()
    paypal.capture(hold, "300.00")
    assert paypal.on_hold(hold, "show").json()["status"] == "PARTIALLY_CAPTURED"
    assert paypal.capture(hold)["amount"]["value"] == "700.00"
    assert paypal.on_hold(hold, "show").json()["status"] == "CAPTURED"


def test_a_final_part_releases_the_rest(paypal: PayPal) -> None:
    hold = paypal.hold()
    assert paypal.capture(hold, "300.00", final_capture=True)["final_capture"] is True
    assert issue(paypal.on_hold(hold, "capture", {})) == (422, "AUTHORIZATION_ALREADY_CAPTURED")


@pytest.mark.parametrize(
    ("held", "asked", "taken"),
    [
        ("100.00", "115.00", True),
        ("100.00", "115.01", False),
        ("1000.00", "1075.00", True),
        ("1000.00", "1075.01", False),
    ],
)
def test_at_most_115_percent_and_75_dollars_more_are_taken(
    paypal: PayPal, held: str, asked: str, taken: bool
) -> None:
    answer = paypal.on_hold(paypal.hold(held), "capture", {"amount": usd(asked)})
    if taken:
        assert answer.status_code == 201
    else:
        assert issue(answer) == (422, "MAX_CAPTURE_AMOUNT_EXCEEDED")


def test_the_limit_counts_all_captures_together(paypal: PayPal) -> None:
    hold = paypal.hold("100.00")
    paypal.capture(hold, "60.00")
    answer = paypal.on_hold(hold, "capture", {"amount": usd("60.00")})
    assert issue(answer) == (422, "MAX_CAPTURE_AMOUNT_EXCEEDED")


def test_captures_are_counted(paypal: PayPal) -> None:
    hold = paypal.hold()
    for _ in range(10):
        paypal.capture(hold, "1.00")
    assert issue(paypal.on_hold(hold, "capture", {"amount": usd("1.00")})) == (
        422,
        "MAX_CAPTURE_COUNT_EXCEEDED",
    )


CAPTURE_FAULTS: list[tuple[dict[str, Any], int, str]] = [
    ({"amount": {"currency_code": "EUR", "value": "1.00"}}, 422, "AUTH_CAPTURE_CURRENCY_MISMATCH"),
    ({"amount": usd("1.001")}, 422, "DECIMAL_PRECISION"),
    ({"amount": usd("0")}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ({"amount": {"currency_code": "USD"}}, 400, "MISSING_REQUIRED_PARAMETER"),
    ({"note_to_payer": "x" * 256}, 400, "INVALID_STRING_LENGTH"),
    ({"soft_descriptor": "x" * 23}, 400, "INVALID_STRING_LENGTH"),
    ({"invoice_id": "x" * 128}, 400, "INVALID_STRING_LENGTH"),
    ({"final_capture": "yes"}, 400, "INVALID_PARAMETER_SYNTAX"),
]


@pytest.mark.parametrize(("body", "status", "expected"), CAPTURE_FAULTS)
def test_a_wrong_capture_is_refused(paypal: PayPal, body: dict[str, Any], status: int, expected: str) -> None:
    assert issue(paypal.on_hold(paypal.hold(), "capture", body)) == (status, expected)


def test_an_invoice_number_is_captured_once(paypal: PayPal) -> None:
    hold = paypal.hold()
    paypal.capture(hold, "10.00", invoice_id="EXO-C1")
    answer = paypal.on_hold(hold, "capture", {"amount": usd("10.00"), "invoice_id": "EXO-C1"})
    assert issue(answer) == (422, "DUPLICATE_INVOICE_ID")


def test_the_same_request_captures_once_for_45_days(paypal: PayPal) -> None:
    hold = paypal.hold()
    first = paypal.on_hold(hold, "capture", {"amount": usd("10.00")}, PayPal_Request_Id="c1")
    again = paypal.on_hold(hold, "capture", {"amount": usd("10.00")}, PayPal_Request_Id="c1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    paypal.move(days=44)
    later = paypal.on_hold(hold, "capture", {"amount": usd("10.00")}, PayPal_Request_Id="c1")
    assert later.json()["id"] == first.json()["id"]
    paypal.move(days=2)
    late = paypal.on_hold(hold, "capture", {"amount": usd("10.00")}, PayPal_Request_Id="c1")
    assert issue(late) == (422, "AUTHORIZATION_VOIDED")


def test_a_repetition_shows_the_latest_state(paypal: PayPal) -> None:
    hold = paypal.hold()
    first = paypal.on_hold(hold, "capture", {}, PayPal_Request_Id="c1").json()
    paypal.refund(first["id"])
    again = paypal.on_hold(hold, "capture", {}, PayPal_Request_Id="c1").json()
    assert (first["status"], again["status"]) == ("COMPLETED", "REFUNDED")


def test_a_hold_is_captured_late_but_not_after_29_days(paypal: PayPal) -> None:
    hold = paypal.hold()
    paypal.move(days=28.9)
    paypal.capture(hold, "10.00")
    paypal.move(days=0.2)
    assert issue(paypal.on_hold(hold, "capture", {})) == (422, "AUTHORIZATION_EXPIRED")


def test_paypal_voids_what_is_left_after_30_days(paypal: PayPal) -> None:
    hold = paypal.hold()
    paypal.move(days=30.01)
    assert paypal.on_hold(hold, "show").json()["status"] == "VOIDED"
    assert issue(paypal.on_hold(hold, "capture", {})) == (422, "AUTHORIZATION_VOIDED")
    address = f"/v1/notifications/webhooks-events?event_type={VOID_EVENT}&transaction_id={hold}"
    assert paypal.call("GET", address).json()["count"] == 1


def test_a_captured_hold_is_left_alone(paypal: PayPal) -> None:
    hold = paypal.hold()
    paypal.capture(hold)
    paypal.move(days=31)
    assert paypal.on_hold(hold, "show").json()["status"] == "CAPTURED"


def test_a_reauthorization_is_a_new_hold_within_the_same_29_days(paypal: PayPal) -> None:
    hold = paypal.hold(invoice_id="EXO-1")
    old = paypal.on_hold(hold, "show").json()
    paypal.move(days=4)
    answer = paypal.on_hold(hold, "reauthorize", {"amount": usd("1000.00")})
    assert answer.status_code == 201
    new = answer.json()
    assert new["id"] != hold
    assert new["expiration_time"] == old["expiration_time"]
    assert new["create_time"] > old["create_time"]
    paypal.capture(new["id"])
    assert issue(paypal.on_hold(hold, "capture", {})) == (422, "AUTHORIZATION_ALREADY_CAPTURED")


@pytest.mark.parametrize(("days", "allowed"), [(0, False), (2.9, False), (3.01, True), (28.9, True)])
def test_from_day_four_to_day_29(paypal: PayPal, days: float, allowed: bool) -> None:
    hold = paypal.hold()
    paypal.move(days=days)
    answer = paypal.on_hold(hold, "reauthorize", {})
    if allowed:
        assert answer.status_code == 201
    else:
        assert issue(answer) == (422, "REAUTHORIZATION_TOO_SOON")


def test_once_and_only_of_the_original(paypal: PayPal) -> None:
    hold = paypal.hold()
    paypal.move(days=4)
    first = paypal.on_hold(hold, "reauthorize", {}, PayPal_Request_Id="r").json()
    assert paypal.on_hold(hold, "reauthorize", {}, PayPal_Request_Id="r").json()["id"] == first["id"]
    paypal.move(days=4)
    assert issue(paypal.on_hold(hold, "reauthorize", {})) == (422, "REAUTHORIZATION_NOT_SUPPORTED")
    assert issue(paypal.on_hold(first["id"], "reauthorize", {})) == (422, "REAUTHORIZATION_NOT_SUPPORTED")


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("void", "AUTHORIZATION_VOIDED"),
        ("capture", "AUTHORIZATION_ALREADY_CAPTURED"),
        ("expire", "AUTHORIZATION_EXPIRED"),
    ],
)
def test_what_is_over_is_not_reauthorized(paypal: PayPal, before: str, expected: str) -> None:
    hold = paypal.hold()
    paypal.move(days=29.1 if before == "expire" else 4)
    if before != "expire":
        paypal.on_hold(hold, before, {})
    assert issue(paypal.on_hold(hold, "reauthorize", {})) == (422, expected)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ({"currency_code": "EUR", "value": "1.00"}, "AUTH_CURRENCY_MISMATCH"),
        (usd("1075.01"), "MAX_CAPTURE_AMOUNT_EXCEEDED"),
    ],
)
def test_a_reauthorization_keeps_currency_and_limit(
    paypal: PayPal, amount: dict[str, str], expected: str
) -> None:
    hold = paypal.hold()
    paypal.move(days=4)
    assert issue(paypal.on_hold(hold, "reauthorize", {"amount": amount})) == (422, expected)


def test_a_void_answers_nothing_or_all(paypal: PayPal) -> None:
    quiet = paypal.on_hold(paypal.hold(), "void", Prefer="return=minimal")
    assert (quiet.status_code, quiet.content) == (204, b"")
    told = paypal.on_hold(paypal.hold(), "void")
    assert (told.status_code, told.json()["status"]) == (200, "VOIDED")


def test_a_void_is_repeated_by_its_request_id_alone(paypal: PayPal) -> None:
    hold = paypal.hold()
    assert paypal.on_hold(hold, "void", PayPal_Request_Id="v").status_code == 200
    assert paypal.on_hold(hold, "void", PayPal_Request_Id="v").status_code == 200
    assert issue(paypal.on_hold(hold, "void")) == (422, "PREVIOUSLY_VOIDED")
    assert issue(paypal.on_hold(hold, "capture", {})) == (422, "AUTHORIZATION_VOIDED")


def test_what_is_captured_is_not_voided(paypal: PayPal) -> None:
    hold = paypal.hold()
    paypal.capture(hold)
    assert issue(paypal.on_hold(hold, "void")) == (422, "PREVIOUSLY_CAPTURED")


def test_the_rest_of_a_part_is_voided(paypal: PayPal) -> None:
    hold = paypal.hold()
    paypal.capture(hold, "10.00")
    assert paypal.on_hold(hold, "void").json()["status"] == "VOIDED"


def test_a_reauthorization_is_voided_with_its_original(paypal: PayPal) -> None:
    hold = paypal.hold()
    paypal.move(days=4)
    new = paypal.on_hold(hold, "reauthorize", {}).json()["id"]
    assert issue(paypal.on_hold(new, "void")) == (422, "CANNOT_BE_VOIDED")
    assert paypal.on_hold(hold, "void").json()["status"] == "VOIDED"
    assert paypal.on_hold(new, "show").json()["status"] == "VOIDED"


def act(paypal: PayPal, path: str) -> None:
    """Do what only PayPal does, by the button on its page."""
    answer = requests.post(f"{paypal.url}/payments/{path}", allow_redirects=False, timeout=60)
    assert answer.status_code == 303


@pytest.mark.parametrize(("decision", "status"), [("accept", "CREATED"), ("deny", "DENIED")])
def test_a_hold_under_review_waits_for_paypal(paypal: PayPal, decision: str, status: str) -> None:
    hold = paypal.hold(funding="review")
    pending = paypal.on_hold(hold, "show").json()
    assert (pending["status"], pending["status_details"]) == ("PENDING", {"reason": "PENDING_REVIEW"})
    assert issue(paypal.on_hold(hold, "capture", {})) == (422, "TRANSACTION_REFUSED")
    act(paypal, f"authorizations/{hold}/{decision}")
    assert paypal.on_hold(hold, "show").json()["status"] == status


def test_a_denied_hold_is_not_captured(paypal: PayPal) -> None:
    hold = paypal.hold(funding="review")
    act(paypal, f"authorizations/{hold}/deny")
    assert issue(paypal.on_hold(hold, "capture", {})) == (422, "AUTHORIZATION_DENIED")


@pytest.mark.parametrize(("decision", "status"), [("complete", "COMPLETED"), ("deny", "DECLINED")])
def test_an_echeck_waits_for_the_bank(paypal: PayPal, decision: str, status: str) -> None:
    capture = paypal.capture(paypal.hold(funding="echeck"))
    assert (capture["status"], capture["status_details"]) == ("PENDING", {"reason": "ECHECK"})
    assert issue(paypal.refund(capture["id"])) == (422, "PENDING_CAPTURE")
    act(paypal, f"captures/{capture['id']}/{decision}")
    assert paypal.call("GET", f"/v2/payments/captures/{capture['id']}").json()["status"] == status


def test_a_declined_capture_is_not_refunded(paypal: PayPal) -> None:
    capture = paypal.capture(paypal.hold(funding="echeck"))
    act(paypal, f"captures/{capture['id']}/deny")
    assert issue(paypal.refund(capture["id"])) == (422, "REFUND_NOT_ALLOWED")


def test_a_capture_is_refunded_in_parts(paypal: PayPal) -> None:
    capture = paypal.capture(paypal.hold())["id"]
    first = paypal.refund(capture, "400.00", invoice_id="R1", note_to_payer="Sorry").json()
    assert (first["status"], first["note_to_payer"], first["invoice_id"]) == ("COMPLETED", "Sorry", "R1")
    assert paypal.call("GET", f"/v2/payments/captures/{capture}").json()["status"] == "PARTIALLY_REFUNDED"
    assert issue(paypal.refund(capture, "600.01")) == (422, "REFUND_AMOUNT_EXCEEDED")
    rest = paypal.refund(capture).json()
    assert rest["amount"]["value"] == "600.00"
    assert rest["seller_payable_breakdown"]["total_refunded_amount"]["value"] == "1000.00"
    assert issue(paypal.refund(capture)) == (422, "CAPTURE_FULLY_REFUNDED")
    assert paypal.call("GET", f"/v2/payments/refunds/{rest['id']}").json() == rest


def test_yen_have_no_decimals(paypal: PayPal) -> None:
    body = {"amount": {"currency_code": "JPY", "value": "1.5"}}
    assert issue(paypal.on_hold(paypal.hold(), "capture", body)) == (422, "DECIMALS_NOT_SUPPORTED")


REFUND_FAULTS: list[tuple[dict[str, Any], int, str]] = [
    ({"amount": {"currency_code": "EUR", "value": "1.00"}}, 422, "REFUND_CAPTURE_CURRENCY_MISMATCH"),
    ({"amount": usd("1.001")}, 422, "DECIMAL_PRECISION"),
    ({"amount": usd("-1")}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ({"custom_id": "not allowed"}, 400, "INVALID_PARAMETER_SYNTAX"),
    ({"note_to_payer": "x" * 256}, 400, "INVALID_STRING_LENGTH"),
]


@pytest.mark.parametrize(("body", "status", "expected"), REFUND_FAULTS)
def test_a_wrong_refund_is_refused(paypal: PayPal, body: dict[str, Any], status: int, expected: str) -> None:
    capture = paypal.capture(paypal.hold())["id"]
    answer = paypal.call("POST", f"/v2/payments/captures/{capture}/refund", body)
    assert issue(answer) == (status, expected)


def test_an_invoice_number_is_refunded_once(paypal: PayPal) -> None:
    capture = paypal.capture(paypal.hold())["id"]
    paypal.refund(capture, "1.00", invoice_id="R1")
    assert issue(paypal.refund(capture, "1.00", invoice_id="R1")) == (422, "DUPLICATE_INVOICE_ID")


def test_the_same_request_refunds_once(paypal: PayPal) -> None:
    capture = paypal.capture(paypal.hold())["id"]
    path = f"/v2/payments/captures/{capture}/refund"
    first, again = (paypal.call("POST", path, {"amount": usd("1.00")}, PayPal_Request_Id="r") for _ in "12")
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]


def test_after_180_days_nothing_is_refunded(paypal: PayPal) -> None:
    capture = paypal.capture(paypal.hold())["id"]
    paypal.move(days=180.1)
    assert issue(paypal.refund(capture)) == (422, "REFUND_TIME_LIMIT_EXCEEDED")


def test_a_slow_refund_counts_when_it_arrives(paypal: PayPal) -> None:
    capture = paypal.capture(paypal.hold(funding="slow_refunds"))["id"]
    refund = paypal.refund(capture).json()
    assert (refund["status"], refund["status_details"]) == ("PENDING", {"reason": "ECHECK"})
    assert paypal.call("GET", f"/v2/payments/captures/{capture}").json()["status"] == "COMPLETED"
    assert issue(paypal.refund(capture, "1.00")) == (422, "REFUND_AMOUNT_EXCEEDED")
    act(paypal, f"refunds/{refund['id']}/complete")
    assert paypal.call("GET", f"/v2/payments/captures/{capture}").json()["status"] == "REFUNDED"
    assert paypal.call("GET", f"/v2/payments/refunds/{refund['id']}").json()["status"] == "COMPLETED"


def test_a_failed_refund_can_be_made_again(paypal: PayPal) -> None:
    capture = paypal.capture(paypal.hold(funding="slow_refunds"))["id"]
    act(paypal, f"refunds/{paypal.refund(capture).json()['id']}/fail")
    assert paypal.refund(capture).status_code == 201


def test_what_is_decided_is_not_decided_again(paypal: PayPal) -> None:
    hold = paypal.hold()
    answer = requests.post(f"{paypal.url}/payments/authorizations/{hold}/accept", timeout=60)
    assert answer.status_code == 409


def test_the_order_shows_the_whole_tree(paypal: PayPal) -> None:
    hold = paypal.hold()
    order = paypal.on_hold(hold, "show").json()["supplementary_data"]["related_ids"]["order_id"]
    capture = paypal.capture(hold, "10.00")["id"]
    refund = paypal.refund(capture, "5.00").json()["id"]
    payments = paypal.call("GET", f"/v2/checkout/orders/{order}").json()["purchase_units"][0]["payments"]
    ids = {name: [one["id"] for one in payments[name]] for name in payments}
    assert ids == {"authorizations": [hold], "captures": [capture], "refunds": [refund]}
