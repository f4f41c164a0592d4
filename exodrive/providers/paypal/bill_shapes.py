"""PayPal's invoices, read strictly into the port's answers, and ours written as PayPal wants them.

Every reader raises Malformed.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from exodrive.billing.ports import BillAnswer, BillItem, BillPayment, BillRefund, BillRequest
from exodrive.kernel.money import Money, MoneyError
from exodrive.providers import reading
from exodrive.providers.http import Malformed
from exodrive.providers.paypal import shapes

STATUSES: Final = frozenset(
    {
        *("DRAFT", "SENT", "SCHEDULED", "UNPAID", "PARTIALLY_PAID", "PAYMENT_PENDING", "PAID", "CANCELLED"),
        *("MARKED_AS_PAID", "PARTIALLY_REFUNDED", "REFUNDED", "MARKED_AS_REFUNDED"),
    }
)
EXTERNAL: Final = "EXTERNAL"

# The longest texts PayPal takes of what is only read by people; keys are refused by PayPal itself.
LONGEST_NAME: Final = 140
LONGEST_BUSINESS: Final = 300
LONGEST_ITEM: Final = 200
LONGEST_DESCRIPTION: Final = 1000
LONGEST_TEXT: Final = 4000
LONGEST_PAYMENT_NOTE: Final = 2000

_ADDRESS: Final = re.compile(r"/v2/invoicing/invoices/([A-Z0-9-]+)/?$")


def bill_body(request: BillRequest) -> dict[str, Any]:
    """The body of `POST /v2/invoicing/invoices`: one recipient, whole amounts, tax in them."""
    term = {"due_date": request.due_on.isoformat()} if request.due_on else {"term_type": "DUE_ON_RECEIPT"}
    return {
        "detail": {
            "invoice_number": request.number,
            "reference": request.reference,
            "currency_code": request.items[0].amount.currency,
            "payment_term": term,
            **text("note", request.note, LONGEST_TEXT),
            **text("terms_and_conditions", request.terms, LONGEST_TEXT),
        },
        "invoicer": {"business_name": request.business[:LONGEST_BUSINESS]},
        "primary_recipients": [{"billing_info": _recipient(request)}],
        "items": [_item(each) for each in request.items],
        "configuration": {"partial_payment": {"allow_partial_payment": request.partial_payment}},
    }


def _recipient(request: BillRequest) -> dict[str, Any]:
    name = {
        **text("given_name", request.recipient_given_name, LONGEST_NAME),
        **text("surname", request.recipient_surname, LONGEST_NAME),
    }
    return {
        "email_address": request.recipient_email,
        "language": request.language,
        **({"name": name} if name else {}),
    }


def _item(item: BillItem) -> dict[str, Any]:
    return {
        "name": item.name[:LONGEST_ITEM],
        **text("description", item.description, LONGEST_DESCRIPTION),
        "quantity": "1",
        "unit_amount": shapes.amount_body(item.amount),
        "unit_of_measure": "AMOUNT",  # the payer sees one sum per line, not "1 ×"
    }


def notice(*, subject: str, note: str) -> dict[str, Any]:
    """What PayPal writes to the recipient; the house learns of it from us."""
    return {
        "send_to_recipient": True,
        "send_to_invoicer": False,
        **text("subject", subject, LONGEST_TEXT),
        **text("note", note, LONGEST_TEXT),
    }


def text(name: str, value: str, longest: int) -> dict[str, str]:
    """A text that people read, cut to what PayPal takes; nothing where there is none."""
    return {name: value[:longest]} if value else {}


def bill(data: Any) -> BillAnswer:
    """An invoice with the payments and refunds that PayPal has on it."""
    body = reading.mapping(data)
    detail = reading.child(body, "detail")
    metadata = reading.child(detail, "metadata")
    amount = _money(reading.child(body, "amount"), "amount")
    payments, refunds = reading.child(body, "payments"), reading.child(body, "refunds")
    zero = Money.zero(amount.currency)
    paid = _money_or(payments, "paid_amount", zero)
    return BillAnswer(
        paypal_id=reading.text(body, "id"),
        number=reading.text(detail, "invoice_number"),
        status=reading.one_of(body, "status", STATUSES),
        amount=amount,
        due=_money_or(body, "due_amount", max(amount - paid, zero)),
        paid=paid,
        refunded=_money_or(refunds, "refund_amount", zero),
        reference=reading.text_or_none(detail, "reference"),
        recipient_view_url=reading.text_or_none(metadata, "recipient_view_url"),
        created_at=reading.time_or_none(metadata, "create_time"),
        sent_at=reading.time_or_none(metadata, "first_sent_time"),
        cancelled_at=reading.time_or_none(metadata, "cancel_time"),
        payments=tuple(_payment(each) for each in reading.children(payments, "transactions")),
        refunds=tuple(_refund(each) for each in reading.children(refunds, "transactions")),
    )


def draft(data: Any) -> BillAnswer | str:
    """The answer to a creation: the whole invoice, or PayPal's id of it from the link that stands for it."""
    body = reading.mapping(data)
    if "id" in body:
        return bill(body)
    found = _ADDRESS.search(reading.text(body, "href"))
    if found is None:
        raise Malformed("the answer is neither an invoice nor its address")
    return found.group(1)


def numbers(data: Any) -> dict[str, str]:
    """PayPal's ids of the invoices of a search, by their numbers."""
    found = reading.children(reading.mapping(data), "items")
    return {
        reading.text(reading.child(each, "detail"), "invoice_number"): reading.text(each, "id")
        for each in found
    }


def next_number(data: Any) -> str:
    return reading.text(reading.mapping(data), "invoice_number")


def _payment(body: dict[str, Any]) -> BillPayment:
    return BillPayment(
        paypal_id=reading.text(body, "payment_id"),
        amount=_money(reading.child(body, "amount"), "amount"),
        method=reading.text(body, "method"),
        external=reading.text_or_none(body, "type") == EXTERNAL,
        paid_on=_day(body, "payment_date"),
        note=reading.text_or_none(body, "note") or "",
    )


def _refund(body: dict[str, Any]) -> BillRefund:
    return BillRefund(
        paypal_id=reading.text(body, "refund_id"),
        amount=_money(reading.child(body, "amount"), "amount"),
        method=reading.text(body, "method"),
        external=reading.text_or_none(body, "type") == EXTERNAL,
        refunded_on=_day(body, "refund_date"),
    )


def _day(body: dict[str, Any], name: str) -> date | None:
    """A day; PayPal has been seen to add the zone to it."""
    value = reading.text_or_none(body, name)
    try:
        return None if value is None else date.fromisoformat(value[:10])
    except ValueError as error:
        raise Malformed(f"{name} is not a day") from error


def _money(body: dict[str, Any], name: str) -> Money:
    try:
        return Money.from_text(reading.text(body, "value"), reading.text(body, "currency_code"))
    except MoneyError as error:
        raise Malformed(f"{name}: {error}") from error


def _money_or(body: dict[str, Any], name: str, otherwise: Money) -> Money:
    """An amount that PayPal leaves out while there is nothing to say. It has the bill's own currency."""
    if body.get(name) is None:
        return otherwise
    found = _money(reading.child(body, name), name)
    if found.currency != otherwise.currency:
        raise Malformed(f"{name} is in {found.currency}, the bill in {otherwise.currency}")
    return found
