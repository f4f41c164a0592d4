"""PayPal's Invoicing v2 behind the port of bills.

https://developer.paypal.com/docs/api/invoicing/v2/

Errors are those of `client.py`. Invoicing keeps no idempotency key: a bill's number is looked for before it
is drafted, and looked for again where PayPal refuses the draft. After a write the bill is read, since most
writes are answered with nothing, or with a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from exodrive.billing.ports import BillAnswer, BillFee, BillRequest, Method
from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money
from exodrive.providers.paypal import bill_shapes, shapes
from exodrive.providers.paypal.channel import WHOLE, Channel

_BILLS: Final = "/v2/invoicing/invoices"
_BILL: Final = _BILLS + "/{id}"
_PAGE: Final = {"page": "1", "page_size": "100", "total_required": "true"}
_NOT_THERE: Final = frozenset({"RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"})


class PayPalBills(Channel):
    """Bills that PayPal mails, and that are paid on its page."""

    def next_number(self) -> str:
        """The number after the last; PayPal does not reserve it."""
        answer = self._send("POST", "/v2/invoicing/generate-next-invoice-number", write=False)
        return self._read(answer, bill_shapes.next_number)

    def create(self, request: BillRequest) -> BillAnswer:
        """Draft a bill; the one that has its number already is returned as it is."""
        found = self.find(request.number)
        if found is not None:
            return found
        body = bill_shapes.bill_body(request)
        try:
            answer = self._send("POST", _BILLS, headers=WHOLE, body=body)
        except GatewayRejected:
            # Two at once, and the other was first. PayPal documents no word for a number in use.
            found = self.find(request.number)
            if found is None:
                raise
            return found
        return self._created(self._read(answer, bill_shapes.draft))

    def show(self, bill_id: str) -> BillAnswer:
        return self._show(_BILL, bill_id, read=bill_shapes.bill)

    def find(self, number: str) -> BillAnswer | None:
        """The search narrows by parts of a number and may leave fields out, so that the bill is read too."""
        body = {"invoice_number": number}
        answer = self._send("POST", "/v2/invoicing/search-invoices", query=_PAGE, body=body, write=False)
        found = self._read(answer, bill_shapes.numbers).get(number)
        return None if found is None else self.show(found)

    def send(self, bill_id: str, *, subject: str, note: str) -> BillAnswer:
        """Mail the bill. Sending one that was sent before has no effect at PayPal."""
        return self._done(bill_id, "send", bill_shapes.notice(subject=subject, note=note))

    def remind(self, bill_id: str, *, subject: str, note: str) -> None:
        self._do(bill_id, "remind", bill_shapes.notice(subject=subject, note=note))

    def cancel(self, bill_id: str, *, subject: str, note: str) -> BillAnswer:
        return self._done(bill_id, "cancel", bill_shapes.notice(subject=subject, note=note))

    def record_payment(
        self, bill_id: str, *, amount: Money, method: Method, on: date, note: str = ""
    ) -> BillAnswer:
        body = {
            "method": method.value,
            "payment_date": on.isoformat(),
            "amount": shapes.amount_body(amount),
            **bill_shapes.text("note", note, bill_shapes.LONGEST_PAYMENT_NOTE),
        }
        return self._done(bill_id, "payments", body)

    def record_refund(self, bill_id: str, *, amount: Money, method: Method, on: date) -> BillAnswer:
        body = {
            "method": method.value,
            "refund_date": on.isoformat(),
            "amount": shapes.amount_body(amount),
        }
        return self._done(bill_id, "refunds", body)

    def fee_of(self, payment_id: str) -> BillFee | None:
        """A payment of a bill is a capture at PayPal; one that was only recorded is none."""
        try:
            taken = self._show("/v2/payments/captures/{id}", payment_id, read=shapes.capture)
        except GatewayRejected as error:
            if error.code in _NOT_THERE:
                return None
            raise
        return None if taken.fee is None else BillFee(gross=taken.amount, fee=taken.fee)

    def _created(self, made: BillAnswer | str) -> BillAnswer:
        """The new bill, read where PayPal gave no more than its address."""
        return self._after(lambda: self.show(made)) if isinstance(made, str) else made

    def _done(self, bill_id: str, deed: str, body: Mapping[str, Any]) -> BillAnswer:
        self._do(bill_id, deed, body)
        return self._after(lambda: self.show(bill_id))

    def _do(self, bill_id: str, deed: str, body: Mapping[str, Any]) -> None:
        self._send("POST", f"{_BILL}/{deed}", subject=bill_id, body=body)
