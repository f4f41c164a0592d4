"""PayPal's Invoicing v2 over plain HTTP: its states, its refusals, the payer's page and its events."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from exodrive.simulators.server import Running
from tests import faults
from tests.simulators.conftest import PATIENCE, PayPal, Receiver, issue, usd

BILLS = "/v2/invoicing/invoices"


def body(number: str | None = "EXO-1", *values: str, **detail: Any) -> dict[str, Any]:
    named = {"invoice_number": number} if number else {}
    return {
        "detail": {"currency_code": "USD", "reference": "bk_1", **named, **detail},
        "invoicer": {"business_name": "ExoDrive"},
        "primary_recipients": [{"billing_info": {"email_address": "robin@personal.example"}}],
        "items": [
            {"name": f"Item {index}", "quantity": "1", "unit_amount": usd(value)}
            for index, value in enumerate(values or ("100.00",), start=1)
        ],
        "configuration": {"partial_payment": {"allow_partial_payment": True}},
    }


def draft(paypal: PayPal, *args: Any, **detail: Any) -> dict[str, Any]:
    answer = paypal.call("POST", BILLS, body(*args, **detail))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def do(paypal: PayPal, bill: dict[str, Any], deed: str, said: Any = None) -> requests.Response:
    return paypal.call("POST", f"{BILLS}/{bill['id']}/{deed}", said or {})


def shown(paypal: PayPal, bill: dict[str, Any]) -> dict[str, Any]:
    return dict(paypal.call("GET", f"{BILLS}/{bill['id']}").json())


def sent(paypal: PayPal, *args: Any, **detail: Any) -> dict[str, Any]:
    bill = draft(paypal, *args, **detail)
    assert do(paypal, bill, "send").status_code == 200
    return shown(paypal, bill)


def view(bill: dict[str, Any]) -> str:
    return str(bill["detail"]["metadata"]["recipient_view_url"])


def pay(bill: dict[str, Any], amount: str = "", funding: str = "good") -> int:
    form = {"amount": amount, "funding": funding}
    return requests.post(view(bill), data=form, allow_redirects=False, timeout=PATIENCE).status_code


def cash(value: str | None = None) -> dict[str, Any]:
    return {"method": "CASH", **({"amount": usd(value)} if value else {})}


def test_an_invoice_goes_from_draft_to_paid_in_parts(
    simulators: Running, paypal: PayPal, receiver: Receiver
) -> None:
    bill = draft(paypal, "EXO-1", "80.00", "20.50")
    assert (bill["status"], bill["amount"]["value"], bill["due_amount"]["value"]) == (
        "DRAFT",
        "100.50",
        "100.50",
    )
    assert "recipient_view_url" not in bill["detail"]["metadata"]
    link = do(paypal, bill, "send", {"subject": "Your tolls", "note": "See http://house/evidence/1"})
    assert (link.status_code, link.json()["rel"]) == (200, "payer-view")
    bill = shown(paypal, bill)
    assert (bill["status"], view(bill)) == ("SENT", link.json()["href"])
    page = requests.get(view(bill), timeout=PATIENCE).text
    assert "Your tolls" in page
    assert 'href="http://house/evidence/1"' in page
    assert pay(bill, "40.00") == 303
    assert (shown(paypal, bill)["status"], shown(paypal, bill)["due_amount"]["value"]) == (
        "PARTIALLY_PAID",
        "60.50",
    )
    assert [pay(bill, wrong) for wrong in ("60.51", "0", "-1", "x", "1.001", "NaN")] == [422] * 6
    assert pay(bill) == 303
    bill = shown(paypal, bill)
    assert (bill["status"], bill["due_amount"]["value"], bill["payments"]["paid_amount"]["value"]) == (
        "PAID",
        "0.00",
        "100.50",
    )
    assert pay(bill) == 409
    payment = bill["payments"]["transactions"][0]
    capture = paypal.call("GET", f"/v2/payments/captures/{payment['payment_id']}").json()
    assert capture["seller_receivable_breakdown"]["paypal_fee"]["value"] == "1.89"
    kinds = [
        receiver.wait_for(lambda one, kind=kind: json.loads(one.body)["event_type"] == kind)
        for kind in ("INVOICING.INVOICE.CREATED", "INVOICING.INVOICE.UPDATED", "INVOICING.INVOICE.PAID")
    ]
    assert {json.loads(one.body)["resource"]["invoice"]["id"] for one in kinds} == {bill["id"]}
    log = paypal.call("GET", f"/v1/notifications/webhooks-events?transaction_id={bill['id']}").json()
    assert log["count"] == 4


def test_money_that_the_house_records_marks_the_invoice(simulators: Running, paypal: PayPal) -> None:
    bill = sent(paypal)
    part = do(paypal, bill, "payments", {**cash("30.00"), "note": "desk", "payment_date": "2026-01-05"})
    assert part.json()["payment_id"]
    assert shown(paypal, bill)["status"] == "PARTIALLY_PAID"
    assert issue(do(paypal, bill, "payments", cash("70.01"))) == (
        422,
        "PAYMENT_AMOUNT_GREATER_THAN_AMOUNT_DUE",
    )
    assert issue(do(paypal, bill, "refunds", cash("30.01"))) == (422, "INVALID_REFUND_AMOUNT")
    assert do(paypal, bill, "payments", cash()).status_code == 200
    assert shown(paypal, bill)["status"] == "MARKED_AS_PAID"
    assert issue(do(paypal, bill, "payments", cash("1.00"))) == (422, "CANNOT_PROCESS_PAYMENTS")
    assert do(paypal, bill, "refunds", cash("10.00")).json()["refund_id"]
    assert shown(paypal, bill)["status"] == "PARTIALLY_REFUNDED"
    assert issue(do(paypal, bill, "cancel")) == (422, "CANNOT_CANCEL_REFUNDED_INVOICE")
    assert do(paypal, bill, "refunds", cash()).status_code == 200
    bill = shown(paypal, bill)
    assert (bill["status"], bill["refunds"]["refund_amount"]["value"]) == ("MARKED_AS_REFUNDED", "100.00")
    assert issue(do(paypal, bill, "refunds", cash("1.00"))) == (422, "CANNOT_PROCESS_REFUNDS")


@pytest.mark.parametrize(
    ("deed", "said", "refusal"),
    [
        ("payments", {}, "MISSING_REQUIRED_PARAMETER"),
        ("payments", {"method": "GOLD"}, "INVALID_PAYMENT_METHOD"),
        ("payments", cash("0.00"), "VALUE_CANNOT_BE_ZERO"),
        ("payments", cash("1.005"), "INVALID_DECIMAL_VALUE"),
        ("payments", cash("one"), "INVALID_PARAMETER_SYNTAX"),
        ("payments", {**cash(), "payment_date": "5 January"}, "INVALID_PARAMETER_SYNTAX"),
        (
            "payments",
            {"method": "CASH", "amount": {"currency_code": "EUR", "value": "1.00"}},
            "NOT_SUPPORTED",
        ),
        ("refunds", {"method": "GOLD"}, "INVALID_REFUND_METHOD"),
        ("refunds", cash("0"), "VALUE_CANNOT_BE_ZERO"),
        ("remind", {"note": "x" * 4001}, "INVALID_STRING_MAX_LENGTH"),
        ("cancel", {"subject": "x" * 4001}, "INVALID_STRING_MAX_LENGTH"),
    ],
)
def test_what_is_not_well_formed_is_refused(
    simulators: Running, paypal: PayPal, deed: str, said: dict[str, Any], refusal: str
) -> None:
    assert issue(do(paypal, sent(paypal), deed, said)) == (400, refusal)


def test_cancelling_depends_on_the_state(simulators: Running, paypal: PayPal) -> None:
    bill = draft(paypal)
    assert issue(do(paypal, bill, "cancel")) == (422, "CANNOT_CANCEL_DRAFT_INVOICE")
    assert issue(do(paypal, bill, "remind")) == (422, "CANNOT_REMIND_INVOICE")
    assert do(paypal, bill, "send").status_code == 200
    assert do(paypal, bill, "send").status_code == 200  # once more has no effect
    assert do(paypal, bill, "remind", {"subject": "Still open"}).status_code == 204
    page = requests.get(view(shown(paypal, bill)), timeout=PATIENCE).text
    assert (page.count("Reminder"), "Still open" in page) == (1, True)
    assert do(paypal, bill, "cancel").status_code == 204
    gone = shown(paypal, bill)
    assert (gone["status"], gone["due_amount"]["value"]) == ("CANCELLED", "0.00")
    assert gone["detail"]["metadata"]["cancel_time"]
    assert issue(do(paypal, bill, "cancel")) == (422, "INVOICE_CANCELED_ALREADY")
    assert issue(do(paypal, bill, "send")) == (422, "INVOICE_CANCELED_ALREADY")
    assert pay(gone) == 409
    paid = sent(paypal, "EXO-2")
    assert pay(paid) == 303
    assert issue(do(paypal, paid, "cancel")) == (422, "CANNOT_CANCEL_PAID_INVOICE")


def test_a_number_is_given_once_and_counted_on(simulators: Running, paypal: PayPal) -> None:
    def following() -> str:
        return str(paypal.call("POST", "/v2/invoicing/generate-next-invoice-number").json()["invoice_number"])

    assert following() == "0001"
    assert draft(paypal, None)["detail"]["invoice_number"] == "0001"
    draft(paypal, "EXO-2026-0009")
    assert following() == "EXO-2026-0010"
    again = paypal.call("POST", BILLS, body("EXO-2026-0009"))
    assert issue(again) == (422, "DUPLICATE_INVOICE_NUMBER")
    assert again.json()["links"][0]["href"].startswith("https://developer.paypal.com/docs/api/invoicing/")
    assert issue(paypal.call("POST", BILLS, body("x" * 26))) == (400, "INVALID_STRING_MAX_LENGTH")


def test_a_minimal_answer_is_a_link(simulators: Running, paypal: PayPal) -> None:
    answer = paypal.call("POST", BILLS, body(), Prefer="return=minimal")
    assert answer.status_code == 201
    assert (answer.json().keys(), answer.json()["rel"]) == ({"href", "rel", "method"}, "self")
    assert paypal.call("GET", answer.json()["href"].removeprefix(paypal.url)).json()["status"] == "DRAFT"


def test_a_search_narrows_by_parts_of_a_number(simulators: Running, paypal: PayPal) -> None:
    for number in ("EXO-1", "EXO-11", "EXO-2"):
        draft(paypal, number)

    def search(query: str = "", **said: Any) -> requests.Response:
        return paypal.call("POST", f"/v2/invoicing/search-invoices{query}", said)

    def numbers(answer: requests.Response) -> list[str]:
        return [one["detail"]["invoice_number"] for one in answer.json()["items"]]

    assert numbers(search(invoice_number="EXO-1")) == ["EXO-11", "EXO-1"]
    page = search("?page=2&page_size=2&total_required=true")
    assert (numbers(page), page.json()["total_items"], page.json()["total_pages"]) == (["EXO-1"], 3, 2)
    assert numbers(search(reference="bk_2")) == []
    assert numbers(search(status=["SENT"])) == []
    assert len(numbers(search(recipient_email="robin@personal.example"))) == 3
    assert issue(search(invoice_number="x" * 26)) == (400, "INVALID_STRING_MAX_LENGTH")
    assert issue(search("?page=0")) == (400, "INVALID_INTEGER_MIN_VALUE")
    assert issue(search("?page_size=101")) == (400, "INVALID_INTEGER_MAX_VALUE")


def test_an_echeck_is_pending_until_the_bank_answers(simulators: Running, paypal: PayPal) -> None:
    good, bad = sent(paypal, "EXO-1"), sent(paypal, "EXO-2")
    for bill, answer, end in ((good, "complete", "PAID"), (bad, "deny", "SENT")):
        assert pay(bill, funding="echeck") == 303
        assert shown(paypal, bill)["status"] == "PAYMENT_PENDING"
        assert issue(do(paypal, bill, "cancel")) == (422, "CANNOT_CANCEL_PAID_INVOICE")
        page = requests.get(f"{paypal.url}/invoices", timeout=PATIENCE).text
        deed = next(part for part in page.split('action="')[1:] if f"/{answer}" in part.partition('"')[0])
        address = simulators.url + deed.partition('"')[0]
        assert requests.post(address, timeout=PATIENCE).status_code == 200
        assert shown(paypal, bill)["status"] == end


def test_a_refunded_capture_refunds_its_invoice(simulators: Running, paypal: PayPal) -> None:
    bill = sent(paypal)
    pay(bill)
    capture = shown(paypal, bill)["payments"]["transactions"][0]["payment_id"]
    assert paypal.refund(capture, "40.00").status_code == 201
    assert shown(paypal, bill)["status"] == "PARTIALLY_REFUNDED"
    assert paypal.refund(capture).status_code == 201
    assert shown(paypal, bill)["status"] == "REFUNDED"


def test_an_invoice_of_a_later_day_waits_for_it(simulators: Running, paypal: PayPal) -> None:
    clock = requests.get(f"{simulators.url}/clock", timeout=PATIENCE).json()["now"][:10]
    assert issue(paypal.call("POST", BILLS, body(invoice_date="soon"))) == (400, "INVALID_PARAMETER_SYNTAX")
    later = f"{int(clock[:4]) + 1}{clock[4:8]}01"
    bill = draft(paypal, "EXO-1", invoice_date=later)
    assert do(paypal, bill, "send").status_code == 202
    assert shown(paypal, bill)["status"] == "SCHEDULED"
    assert issue(do(paypal, bill, "cancel")) == (422, "CANNOT_CANCEL_SCHEDULED_INVOICE")
    paypal.move(days=366)
    assert shown(paypal, bill)["status"] == "SENT"


def test_a_link_to_share_is_not_mailed(simulators: Running, paypal: PayPal) -> None:
    bill = draft(paypal)
    assert do(paypal, bill, "send", {"send_to_recipient": False}).status_code == 200
    bill = shown(paypal, bill)
    assert bill["status"] == "UNPAID"
    assert "by PayPal’s mail" not in requests.get(view(bill), timeout=PATIENCE).text


def test_a_draft_is_changed_and_deleted(simulators: Running, paypal: PayPal) -> None:
    bill = draft(paypal)
    changed = paypal.call("PUT", f"{BILLS}/{bill['id']}", body("EXO-9", "7.00"))
    assert (changed.status_code, changed.json()["amount"]["value"]) == (200, "7.00")
    assert changed.json()["detail"]["invoice_number"] == "EXO-1"
    assert paypal.call("DELETE", f"{BILLS}/{bill['id']}").status_code == 204
    assert issue(paypal.call("GET", f"{BILLS}/{bill['id']}")) == (404, "INVALID_RESOURCE_ID")
    kept = sent(paypal)
    pay(kept)
    assert issue(paypal.call("DELETE", f"{BILLS}/{kept['id']}")) == (422, "CANNOT_DELETE_INVOICE")
    assert issue(paypal.call("PUT", f"{BILLS}/{kept['id']}", body())) == (422, "CANNOT_UPDATE_INVOICE")


def test_yen_have_no_decimals_here_either(simulators: Running, paypal: PayPal) -> None:
    def asked(value: str) -> requests.Response:
        said = body(currency_code="JPY")
        said["items"][0]["unit_amount"] = {"currency_code": "JPY", "value": value}
        return paypal.call("POST", BILLS, said)

    assert issue(asked("1200.00")) == (400, "INVALID_INTEGER_VALUE")
    bill = asked("1200").json()
    assert (bill["amount"]["value"], bill["due_amount"]["value"]) == ("1200", "1200")


def test_a_part_is_only_taken_where_the_house_allows_it(simulators: Running, paypal: PayPal) -> None:
    whole = body("EXO-1")
    whole["configuration"] = {"partial_payment": {"allow_partial_payment": False}}
    least = body("EXO-2")
    least["configuration"]["partial_payment"]["minimum_amount_due"] = usd("20.00")
    for said, refused, taken in ((whole, "99.99", "100.00"), (least, "19.99", "20.00")):
        bill = paypal.call("POST", BILLS, said).json()
        do(paypal, bill, "send")
        bill = shown(paypal, bill)
        assert (pay(bill, refused), pay(bill, taken)) == (422, 303)


def test_tax_of_an_item_is_added(simulators: Running, paypal: PayPal) -> None:
    said = body()
    said["items"][0] |= {"quantity": "3", "tax": {"name": "VAT", "percent": "7.25"}}
    bill = paypal.call("POST", BILLS, said).json()
    assert (bill["amount"]["value"], bill["amount"]["breakdown"]["tax_total"]["value"]) == ("321.75", "21.75")


def test_an_invoice_fails_on_demand(simulators: Running, paypal: PayPal) -> None:
    bill = draft(paypal)
    with faults.arm(simulators.url, provider="paypal", operation="invoices.send", kind="error") as fault:
        assert do(paypal, bill, "send").status_code == 503
        assert fault.struck() == 1
    assert shown(paypal, bill)["status"] == "DRAFT"
    nobody = requests.get(f"{paypal.url}/invoice/p/NONE", timeout=PATIENCE)
    assert nobody.status_code == 404
