"""The end of a rental's money: capture the rental, take from the deposit or release it, invoice, close.

Staff decide once; workers do the calls; whenever something has come of one, `advance` looks whether all is
done. So it does not matter in which order PayPal answers, or whether somebody stops in between.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from exodrive.bookings import changes, owing, planning, transitions
from exodrive.bookings.charge import charge_bills, charges
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.money import earnings, rental_money, takings
from exodrive.bookings.states import Move, State
from exodrive.house import queries as house
from exodrive.invoicing import issuing
from exodrive.invoicing.issuing import InvoiceLine, Recipient
from exodrive.kernel.actors import SYSTEM, Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money, total
from exodrive.ledger import postings
from exodrive.ledger.models import Account
from exodrive.payments import tree, wishes
from exodrive.payments.models import Payment
from exodrive.payments.receipt_models import For
from exodrive.payments.states import Purpose

GIVEN_BACK = "given_back"  # the code of the invoice's line for refunds by hand
# The customer or staff have to do something first; whatever comes of it at PayPal moves the settlement on.
WAITS_FOR_PEOPLE = frozenset({Attention.PAYMENT_REFUSED, Attention.HOLD_LOST, Attention.DEPOSIT_LOST})


class BeyondDeposit(Refused):
    """Other than what was agreed to exceeds what the deposit holds: `bill` is what would be billed now."""

    code = "beyond_deposit"

    def __init__(self, held: Money, bill: Money) -> None:
        super().__init__(held.to_text())
        self.held = held
        self.bill = bill


class ReasonMissing(Refused):
    """A charge is let go for a reason only: it was due by the rules that the customer agreed to."""

    code = "reason_missing"


class AlreadySettling(Refused):
    code = "already_settling"


class ChargesContested(Refused):
    """A charge is still being assessed, or the customer's objection to it is not answered."""

    code = "charges_contested"


def charged(booking: Booking) -> Money:
    """All charges that the settlement is about."""
    return charges.sum_of(booking.charges, currency=booking.currency)


def settle(
    booking_id: UUID,
    *,
    charge_ids: set[UUID],
    by: Actor,
    at: datetime,
    version: int | None = None,
    reason: str | None = None,
    bill: Money | None = None,
) -> Booking:
    """Settle a returned rental: the charges in `charge_ids` come from the deposit, the others are dropped.

    What exceeds the deposit is billed, where that is the `bill` that was shown to whoever decides. What was
    dropped is audited with the `reason`. Raises BeyondDeposit, AlreadySettling, MoveImpossible,
    ChargesContested, Stale.
    """
    booking = transitions.lock(booking_id, version=version)
    if not transitions.allowed(booking, Move.SETTLE):
        raise transitions.MoveImpossible(State(booking.state), Move.SETTLE)
    if booking.settling_at is not None:
        raise AlreadySettling
    dropped = [row for row in booking.charges if row.id not in charge_ids]
    for row in dropped:
        charges.drop(booking, row, reason=reason)
    if charges.contested(booking.charges):
        raise ChargesContested
    take = charged(booking)
    deposit = tree.of_booking(booking.id).get(Purpose.DEPOSIT)
    held = secured(booking, deposit)
    beyond = max(take - held, Money.zero(booking.currency))
    if beyond != (bill or Money.zero(booking.currency)):
        raise BeyondDeposit(held, beyond)
    booking.settling_at = at
    booking.deposit_take = (take - beyond).amount
    transitions.note(
        booking,
        "booking.settling",
        by=by,
        at=at,
        reason=reason,
        take=(take - beyond).amount,
        bill=beyond.amount,
        currency=take.currency,
        dropped=[[row.kind, row.amount] for row in dropped],
    )
    advance(booking, at=at)
    return booking


def advance(booking: Booking, *, at: datetime) -> None:
    """Ask for what is still to be done about a settling booking's money; close it when nothing is."""
    if booking.state != State.RETURNED or booking.settling_at is None:
        return
    payments = tree.lock_all(booking.id)
    rentals = changes.paid_by(booking.id, known=payments)
    deposit = next((row for row in payments if row.purpose == Purpose.DEPOSIT), None)
    take = Money(booking.deposit_take or 0, booking.currency)
    done = [
        rental_money.settled(booking, rentals, at=at),
        _deposit_done(deposit, take=take - _kept_at_desk(booking), at=at),
    ]
    if all(done):
        _close(booking, rentals, deposit, at=at)


def unfinished(*, at: datetime, limit: int = 50) -> list[UUID]:
    """Settling bookings that wait for PayPal: the sweep looks after them.

    Not those that wait for people. There would be ever more of them, before all that could be gone on with.
    """
    waits = Booking.attention.is_(None) | Booking.attention.not_in(WAITS_FOR_PEOPLE)
    return list(
        session().scalars(
            select(Booking.id)
            .where(Booking.state == State.RETURNED, Booking.settling_at <= at, waits)
            .order_by(Booking.settling_at)
            .limit(limit)
        )
    )


def secured(booking: Booking, deposit: Payment | None) -> Money:
    """What charges can come from, at PayPal and at the desk."""
    at_desk = takings.standing(booking, For.DEPOSIT)
    return at_desk + within_reach(deposit) if deposit is not None else at_desk


def within_reach(deposit: Payment) -> Money:
    """What charges can come from: what PayPal still holds, and what was taken by hand and not given back."""
    held = tree.live_authorization(deposit)
    return kept(deposit) + tree.left(held) if held else kept(deposit)


def kept(payment: Payment) -> Money:
    """What was taken and stays with the house."""
    return tree.captured(payment) - tree.refunding(payment)


def _deposit_done(deposit: Payment | None, *, take: Money, at: datetime) -> bool:
    """Take what is still missing to the charges, let go of the rest, and give back what is too much."""
    if deposit is None or rental_money.undecided(deposit):
        return deposit is None
    missing = take - kept(deposit)
    held = tree.live_authorization(deposit)
    if held is not None:
        if missing.amount > 0:
            wishes.capture(deposit, amount=min(missing, tree.left(held)), at=at)
        else:
            wishes.release(deposit, at=at)
        return False
    if missing.amount < 0:
        wishes.refund_towards(deposit, amount=-missing, at=at)
        return False
    return True


def _close(booking: Booking, rentals: list[Payment], deposit: Payment | None, *, at: datetime) -> None:
    renter = booking.renter
    if renter is None:
        raise ValueError("a rental that ended has a renter")
    from_deposit = _deposit_kept(booking, deposit)
    paid = takings.standing(booking, For.RENTAL) + from_deposit
    paid += rental_money.kept(rentals, currency=booking.currency)
    allowance = owing.favour(booking, rentals)
    lines = _invoice_lines(booking, allowance)
    due = total((line.amount for line in lines), currency=booking.currency)
    invoice = issuing.issue(
        booking.id,
        recipient=Recipient(renter.name, renter.address, renter.email),
        lines=lines,
        total=due,
        paid=paid,
        zone=ZoneInfo(house.house().time_zone),
        at=at,
        supplied_on=booking.pickup_at.astimezone(booking.pickup_place.zone).date(),
    )
    _recognise(booking, due=due, paid=paid, from_deposit=from_deposit, allowance=allowance, at=at)
    _settle_charges(booking, kept=from_deposit, invoice_id=invoice.id, at=at)
    booking.hand_back = (takings.standing(booking, For.DEPOSIT) - _kept_at_desk(booking)).amount
    booking.deposit_release_at = None
    booking.closed_at = at
    planning.end(booking, cause="settled", at=at)
    transitions.apply(booking, Move.SETTLE, by=SYSTEM, at=at)


def _settle_charges(booking: Booking, *, kept: Money, invoice_id: UUID, at: datetime) -> None:
    """Each charge comes from what was kept of the deposit; what is left of them goes on one bill."""
    shares = charge_bills.spread(booking, kept)
    lines = [
        charge_bills.line(charge, currency=booking.currency, covered=share.amount)
        for charge, share in shares
        if share.amount < charge.amount
    ]
    cause = f"settlement:{booking.id}"
    bill_id = None
    if lines:
        bill_id = charge_bills.open_for(booking, lines, cause=cause, invoice_id=invoice_id, at=at).id
    for charge, share in shares:
        charges.settle(charge, from_deposit=share, bill_id=bill_id, at=at)


def _deposit_kept(booking: Booking, deposit: Payment | None) -> Money:
    """What was taken of the deposit for the charges, by PayPal and at the desk."""
    at_desk = _kept_at_desk(booking)
    return at_desk + kept(deposit) if deposit is not None else at_desk


def _kept_at_desk(booking: Booking) -> Money:
    """What the settlement keeps of a deposit that the desk has: that comes first, being there already."""
    take = Money(booking.deposit_take or 0, booking.currency)
    return min(take, takings.standing(booking, For.DEPOSIT))


def _invoice_lines(booking: Booking, allowance: Money) -> list[InvoiceLine]:
    lines = [InvoiceLine(line.code, dict(line.params), line.amount) for line in booking.agreed.lines]
    lines += [
        InvoiceLine(
            f"charge_{row.kind}", {**row.params, "note": row.note}, Money(row.amount, booking.currency)
        )
        for row in booking.charges
    ]
    return [*lines, InvoiceLine(GIVEN_BACK, {}, -allowance)] if allowance else lines


def _recognise(
    booking: Booking, *, due: Money, paid: Money, from_deposit: Money, allowance: Money, at: datetime
) -> None:
    """What was taken in advance becomes revenue and tax; what is still owed becomes a receivable.

    An allowance lowers the revenue; the tax stays as it was agreed.
    """
    postings.post(
        "settlement",
        source=f"settlement:{booking.id}",
        booking_id=booking.id,
        sides={
            Account.PREPAID: paid - from_deposit,
            Account.DEPOSITS: from_deposit,
            Account.RECEIVABLE: due - paid,
            Account.REFUNDS: allowance,
            **earnings.of_price(booking.agreed),
            **earnings.of_charges(booking.charges, currency=booking.currency),
        },
        at=at,
    )
