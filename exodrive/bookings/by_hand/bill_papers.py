"""The house's documents behind bills by hand: what they earn has an invoice, what goes back a credit note.

A bill asks first for what is owed already, which stands on a document of its own; of a booking that did not
take place, then for the fee that nobody holds, with the tax within it; what goes beyond is a charge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from exodrive.billing.models import Bill
from exodrive.billing.opening import BillLine
from exodrive.bookings import owing
from exodrive.bookings.by_hand import correcting
from exodrive.bookings.charge import charge_bills
from exodrive.bookings.models import Booking
from exodrive.bookings.money import earnings, fee_invoices
from exodrive.bookings.states import State
from exodrive.invoicing import issuing
from exodrive.invoicing.issuing import InvoiceLine
from exodrive.invoicing.models import Invoice
from exodrive.kernel.money import Money, total
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.ledger.postings import Side

REFUNDED = "bill_refunded"  # why a credit note follows PayPal; put into words where it is shown


@dataclass(frozen=True, slots=True)
class Parts:
    """What a bill is for: `owed` already, a `fee` for not coming, and charges of its own."""

    owed: Money
    fee: Money
    charges: tuple[BillLine, ...]

    @property
    def earned(self) -> Money:
        """What becomes revenue and tax with this bill."""
        return total((self.fee, *(line.amount for line in self.charges)), currency=self.fee.currency)


def parts(booking: Booking, lines: Sequence[BillLine]) -> Parts:
    """Take a bill apart, before it is opened."""
    nothing = Money.zero(booking.currency)
    amount = total((line.amount for line in lines), currency=booking.currency)
    owed = min(max(owing.unbilled(booking), nothing), amount)
    short = owing.for_rental(booking) if booking.state in fee_invoices.ENDED else nothing
    fee = min(short, amount - owed)
    return Parts(owed, fee, tuple(_beyond(lines, owed + fee)))


def issue(booking: Booking, bill: Bill, found: Parts, *, at: datetime) -> Invoice | None:
    """Post what the bill earns and issue its invoice; None where it asks for nothing new."""
    if not found.earned:
        return None
    fee = found.fee
    invoice = charge_bills.supplement(
        booking,
        [
            *(fee_invoices.lines(booking.agreed, fee) if fee else ()),
            *(InvoiceLine(line.code, dict(line.params), line.amount) for line in found.charges),
        ],
        found.earned,
        at=at,
        supplied_on=booking.pickup_at.astimezone(booking.pickup_place.zone).date() if fee else None,
    )
    postings.post(
        "late_charge",
        source=bill.cause,
        booking_id=booking.id,
        sides={Account.RECEIVABLE: found.earned, **_credits(booking, found)},
        at=at,
    )
    bill.invoice_id = invoice.id
    booking.fee_billed += fee.amount
    return invoice


def follow_refund(booking: Booking, bill: Bill, went_back: Money, *, at: datetime) -> None:
    """Money of a bill went back at PayPal, which lowered the revenue: find the document that says so.

    What was overpaid was never revenue. Then comes what earlier credit notes made the house's debt; for the
    rest one is issued now, as far as the bill's document is not credited yet.
    """
    nothing = Money.zero(bill.currency)
    document = _document(booking, bill)
    standing = postings.balance(Account.RECEIVABLE, currency=bill.currency, booking_id=booking.id)
    overpaid = min(went_back, max(-standing, nothing))
    noted = min(_owed_by_notes(booking, bill, document, went_back), went_back - overpaid)
    left = correcting.left(document) if document else nothing
    credited = min(went_back - overpaid - noted, left)
    postings.post(
        "transfer",
        source=f"bill_credit:{bill.id}/{bill.refunded}",
        booking_id=booking.id,
        sides={
            Account.RECEIVABLE: overpaid,
            Account.PREPAID: noted + credited,
            Account.REFUNDS: -(overpaid + noted + credited),
        },
        at=at,
    )
    if document is not None and credited:
        correcting.issue_note(booking, document, credited, reason=REFUNDED, given_to=Account.PREPAID, at=at)


def _owed_by_notes(booking: Booking, bill: Bill, document: Invoice | None, went_back: Money) -> Money:
    """What credit notes had made the house's debt, before this went back."""
    if booking.state == State.CLOSED:
        return owing.to_customer(booking)
    if document is None:
        return Money.zero(bill.currency)
    credited = document.total_money - correcting.left(document)
    settled = Money(bill.credited + bill.refunded, bill.currency) - went_back
    return max(credited - settled, Money.zero(bill.currency))


def _document(booking: Booking, bill: Bill) -> Invoice | None:
    """What the bill stands on: its own document, else the booking's invoice."""
    if bill.invoice_id is not None:
        return issuing.invoice(bill.invoice_id)
    return issuing.of_booking(booking.id)


def _beyond(lines: Sequence[BillLine], covered: Money) -> Iterator[BillLine]:
    """What of the lines is left when the first `covered` of them stands elsewhere."""
    for line in lines:
        part = min(covered, line.amount)
        covered -= part
        if part < line.amount:
            yield BillLine(line.code, dict(line.params), line.amount - part)


def _credits(booking: Booking, found: Parts) -> dict[Side, Money]:
    """The fee with its taxes, and the charges by their kind."""
    credits: dict[Side, Money] = defaultdict(lambda: Money.zero(booking.currency))
    if found.fee:
        credits.update(earnings.of_fee(booking.agreed, found.fee))
    for line in found.charges:
        credits[Account.CHARGES, line.code.removeprefix(charge_bills.PREFIX)] -= line.amount
    return dict(credits)
