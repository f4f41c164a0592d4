"""PayPal's client for bills against the simulator over HTTP: a bill's whole life, refusals, lost answers."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import requests

from exodrive.billing.ports import BillAnswer, BillGateway, BillItem, BillRequest, Method
from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.kernel.money import Money
from exodrive.providers.breaker import NoAnswer
from exodrive.providers.paypal import PayPalBills
from tests import faults
from tests.providers import faulty
from tests.providers.conftest import Simulators

DAY = date(2026, 3, 14)


@pytest.fixture
def bills(simulators: Simulators) -> PayPalBills:
    return PayPalBills(f"{simulators.url}/paypal", client_id="sandbox-client", client_secret="sandbox-secret")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def number() -> str:
    return f"EXO-B-{uuid4().hex[:12]}"


def request(*amounts: Money, **facts: Any) -> BillRequest:
    return BillRequest(
        **{
            "number": number(),
            "reference": "EXO-7K3M",
            "business": "ExoDrive Exotics",
            "recipient_email": "robin.renter@personal.example",
            "items": tuple(BillItem("Toll A1", each, "14 March, 08:12") for each in amounts or (usd(80_25),)),
            "recipient_given_name": "Robin",
            "recipient_surname": "Renter",
            "note": "Evidence: http://localhost:8000/evidence/1",
            **facts,
        }
    )


def sent(bills: PayPalBills, *amounts: Money, **facts: Any) -> BillAnswer:
    made = bills.create(request(*amounts, **facts))
    return bills.send(made.paypal_id, subject="Your tolls", note="http://localhost:8000/evidence/1")


def pay(bill: BillAnswer, amount: str = "") -> None:
    assert bill.recipient_view_url
    answer = requests.post(
        bill.recipient_view_url, data={"amount": amount}, allow_redirects=False, timeout=60
    )
    assert answer.status_code == 303, answer.text


def test_it_is_a_bill_gateway(bills: PayPalBills) -> None:
    gateway: BillGateway = bills  # mypy compares every signature here
    assert gateway


def test_a_bill_from_draft_to_paid(bills: PayPalBills) -> None:
    asked = request(usd(80_25), usd(19_75))
    drafted = bills.create(asked)
    assert (drafted.status, drafted.number, drafted.reference) == ("DRAFT", asked.number, "EXO-7K3M")
    assert (drafted.amount, drafted.due, drafted.paid, drafted.refunded) == (
        usd(100_00),
        usd(100_00),
        usd(0),
        usd(0),
    )
    assert drafted.created_at
    assert drafted.recipient_view_url is None
    bill = bills.send(drafted.paypal_id, subject="Your tolls", note="Look: http://localhost:8000/e/1")
    assert (bill.status, bills.show(bill.paypal_id)) == ("SENT", bill)
    assert bill.sent_at
    page = requests.get(str(bill.recipient_view_url), timeout=60).text
    assert "http://localhost:8000/e/1" in page
    bills.remind(bill.paypal_id, subject="Still open", note="")
    pay(bill, "40.00")
    bill = bills.show(bill.paypal_id)
    assert (bill.status, bill.due, bill.paid) == ("PARTIALLY_PAID", usd(60_00), usd(40_00))
    pay(bill)
    bill = bills.show(bill.paypal_id)
    assert (bill.status, bill.due, bill.paid) == ("PAID", usd(0), usd(100_00))
    first, second = bill.payments
    assert (first.amount, first.external, first.method) == (usd(40_00), False, "PAYPAL")
    assert first.paypal_id != second.paypal_id
    assert first.paid_on
    fee = bills.fee_of(first.paypal_id)
    assert fee
    assert (fee.gross, fee.fee) == (usd(40_00), usd(1_89))


def test_money_from_elsewhere_is_recorded_and_given_back(bills: PayPalBills) -> None:
    bill = sent(bills)
    bill = bills.record_payment(bill.paypal_id, amount=usd(30_25), method=Method.CASH, on=DAY, note="desk/1")
    assert (bill.status, bill.due) == ("PARTIALLY_PAID", usd(50_00))
    (payment,) = bill.payments
    assert (payment.external, payment.method, payment.paid_on, payment.note) == (True, "CASH", DAY, "desk/1")
    assert bills.fee_of(payment.paypal_id) is None
    bill = bills.record_payment(bill.paypal_id, amount=usd(50_00), method=Method.BANK_TRANSFER, on=DAY)
    assert bill.status == "MARKED_AS_PAID"
    bill = bills.record_refund(bill.paypal_id, amount=usd(80_25), method=Method.CASH, on=DAY)
    assert (bill.status, bill.refunded) == ("MARKED_AS_REFUNDED", usd(80_25))
    (refund,) = bill.refunds
    assert (refund.external, refund.refunded_on) == (True, DAY)


def test_a_number_is_drafted_once(bills: PayPalBills) -> None:
    asked = request()
    first = bills.create(asked)
    assert bills.create(asked) == first
    longer = bills.create(request(number=asked.number + "X"))
    assert longer.paypal_id != first.paypal_id
    assert bills.find(asked.number) == first
    assert bills.find(number()) is None
    assert bills.next_number() not in (first.number, longer.number)


def test_a_bill_that_nobody_paid_is_called_back(bills: PayPalBills) -> None:
    bill = bills.create(request())
    with pytest.raises(GatewayRejected) as early:
        bills.cancel(bill.paypal_id, subject="", note="")
    assert early.value.code == "CANNOT_CANCEL_DRAFT_INVOICE"
    bills.send(bill.paypal_id, subject="", note="")
    gone = bills.cancel(bill.paypal_id, subject="Called back", note="By mistake")
    assert (gone.status, gone.due) == ("CANCELLED", usd(0))
    assert gone.cancelled_at
    with pytest.raises(GatewayRejected) as late:
        bills.remind(bill.paypal_id, subject="", note="")
    assert (late.value.code, late.value.status) == ("CANNOT_REMIND_INVOICE", 422)
    assert late.value.reference


@pytest.mark.parametrize("currency", ["JPY", "HUF", "TWD"])
def test_currencies_without_decimals_have_none(bills: PayPalBills, currency: str) -> None:
    bill = sent(bills, Money(12_345, currency))
    assert (bill.amount, bill.due) == (Money(12_345, currency), Money(12_345, currency))
    part = Money(345, currency)
    bill = bills.record_payment(bill.paypal_id, amount=part, method=Method.OTHER, on=DAY)
    assert (bill.due, bill.paid) == (Money(12_000, currency), part)


def test_texts_are_cut_and_a_day_is_kept(bills: PayPalBills) -> None:
    item = BillItem("x" * 300, usd(1_00), "y" * 2000)
    asked = request(items=(item,), note="z" * 5000, due_on=date(2099, 12, 31), partial_payment=False)
    assert bills.create(asked).status == "DRAFT"


WRITES = ("invoices.create", "invoices.send", "invoices.payments", "invoices.refunds", "invoices.cancel")


def act(bills: PayPalBills, operation: str, bill: BillAnswer, asked: BillRequest) -> BillAnswer:
    match operation:
        case "invoices.create":
            return bills.create(asked)
        case "invoices.send":
            return bills.send(bill.paypal_id, subject="s", note="n")
        case "invoices.payments":
            return bills.record_payment(bill.paypal_id, amount=usd(10_00), method=Method.CASH, on=DAY)
        case "invoices.refunds":
            return bills.record_refund(bill.paypal_id, amount=usd(1_00), method=Method.CASH, on=DAY)
        case _:
            return bills.cancel(bill.paypal_id, subject="s", note="n")


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "error", "truncated"])
def test_a_lost_answer_is_an_unknown_outcome(
    bills: PayPalBills, simulators: Simulators, operation: str, kind: str
) -> None:
    asked = request()
    bill = bills.create(request()) if operation in WRITES[:2] else sent(bills)
    if operation == "invoices.refunds":
        bills.record_payment(bill.paypal_id, amount=usd(10_00), method=Method.CASH, on=DAY)
    bodiless = operation == "invoices.cancel" and kind == "truncated"
    with faults.arm(simulators.url, provider="paypal", operation=operation, kind=kind, times=1):
        if bodiless:
            act(bills, operation, bill, asked)
        else:
            with pytest.raises(NoAnswer) as lost:
                act(bills, operation, bill, asked)
            assert lost.value.outcome_unknown
    # Settled by reading: what was done shows, and what was not can be done now.
    done = kind in ("cut_after", "truncated")
    now = bills.find(asked.number) if operation == "invoices.create" else bills.show(bill.paypal_id)
    shows = {
        "invoices.create": now is not None,
        "invoices.send": now is not None and now.status == "SENT",
        "invoices.payments": now is not None and now.paid == usd(10_00),
        "invoices.refunds": now is not None and now.refunded == usd(1_00),
        "invoices.cancel": now is not None and now.status == "CANCELLED",
    }
    assert shows[operation] is done
    if operation == "invoices.create":
        assert bills.create(asked) == bills.find(asked.number)


def test_a_write_that_cannot_be_read_afterwards_is_unknown(
    bills: PayPalBills, simulators: Simulators
) -> None:
    bill = bills.create(request())
    with (
        faults.arm(simulators.url, provider="paypal", operation="invoices.get", kind="rate_limited"),
        pytest.raises(GatewayUnavailable) as lost,
    ):
        bills.send(bill.paypal_id, subject="s", note="n")
    assert lost.value.outcome_unknown
    assert bills.show(bill.paypal_id).status == "SENT"


def answered(server: faulty.Faulty, *bodies: str) -> PayPalBills:
    token = '{"access_token": "t", "expires_in": 9000}'
    server.says(*(faulty.answer(200, each) for each in (token, *bodies)))
    return PayPalBills(server.url, client_id="c", client_secret="s")


GOOD = (
    '{"id": "INV2-AAAA", "status": "%s", "detail": {"invoice_number": "1", "currency_code": "USD"%s},'
    ' "amount": {"currency_code": "USD", "value": "%s"}%s}'
)


def test_a_link_as_the_answer_to_a_draft_is_followed(server: faulty.Faulty) -> None:
    link = '{"href": "https://api.paypal.com/v2/invoicing/invoices/INV2-AAAA", "rel": "self"}'
    made = answered(server, '{"items": []}', link, GOOD % ("DRAFT", "", "1.00", "")).create(request())
    assert (made.paypal_id, made.due, made.paid) == ("INV2-AAAA", usd(1_00), usd(0))


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        GOOD % ("LOST", "", "1.00", ""),
        GOOD % ("SENT", "", "1.001", ""),
        GOOD % ("SENT", "", "1.00", ', "due_amount": {"currency_code": "EUR", "value": "1.00"}'),
        GOOD % ("SENT", "", "1.00", ', "payments": {"transactions": [{"payment_id": "1"}]}'),
        GOOD % ("SENT", ', "metadata": {"create_time": "soon"}', "1.00", ""),
        GOOD
        % (
            "SENT",
            "",
            "1.00",
            ', "payments": {"transactions": [{"payment_id": "1", "method": "CASH", "payment_date": "soon",'
            ' "amount": {"currency_code": "USD", "value": "1.00"}}]}',
        ),
    ],
)
def test_an_answer_of_another_form_is_no_bill(server: faulty.Faulty, body: str) -> None:
    with pytest.raises(GatewayUnavailable):
        answered(server, body).show("INV2-AAAA")


@pytest.mark.parametrize("body", ['{"href": "https://api.paypal.com/elsewhere", "rel": "self"}', "{}"])
def test_a_draft_without_an_address_is_an_unknown_outcome(server: faulty.Faulty, body: str) -> None:
    with pytest.raises(GatewayUnavailable) as unclear:
        answered(server, '{"items": []}', body).create(request())
    assert unclear.value.outcome_unknown
