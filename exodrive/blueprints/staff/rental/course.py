"""The rail of a booking at the desk: seven steps from the hold to the settlement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask_babel import gettext as _

from exodrive.blueprints import states
from exodrive.blueprints.staff.facts import Facts
from exodrive.bookings.states import State
from exodrive.payments import tree
from exodrive.payments.states import PaymentState
from exodrive.rendering import formats

ENDED = {State.EXPIRED, State.CANCELLED, State.NO_SHOW}


class Step(NamedTuple):
    name: str
    step: str  # done, now, next or failed
    note: str


class Stage(NamedTuple):
    """A step before it is known which one is now."""

    name: str
    done: bool
    note: str


def steps(facts: Facts) -> list[Step]:
    """The rail. The first step that is not done is where the booking stands, or where it ended."""
    found: list[Step] = []
    here = "failed" if facts.state in ENDED else "now"
    for stage in _stages(facts):
        step = "done" if stage.done else here
        note = _end(facts) if step == "failed" else stage.note
        found.append(Step(stage.name, step, note))
        if not stage.done:
            here = "next"
    return found


def _stages(facts: Facts) -> Iterator[Stage]:
    booking, zone = facts.booking, facts.zone
    yield Stage(_("Held"), booking.ordered_at is not None, formats.moment_short(booking.held_at, zone))
    waived = booking.prepayment_waiver is not None
    yield Stage(_("Pay"), booking.authorized_at is not None or waived, _paid(facts))
    yield Stage(_("Sign"), booking.confirmed_at is not None, _signed(facts))
    yield Stage(
        _("Deposit"),
        facts.deposit_held or booking.deposit_waiver is not None or booking.closed_at is not None,
        _deposit(facts),
    )
    yield Stage(
        _("Keys"),
        booking.handed_over_at is not None,
        formats.moment_short(booking.handed_over_at or booking.pickup_at, zone),
    )
    yield Stage(
        _("Return"),
        booking.taken_back_at is not None,
        formats.moment_short(booking.taken_back_at or booking.return_at, booking.return_place.zone),
    )
    settled = formats.moment_short(booking.closed_at, zone) if booking.closed_at else ""
    yield Stage(
        _("Settle"),
        booking.closed_at is not None,
        settled or (_("Waiting for PayPal") if booking.settling_at else ""),
    )


def _paid(facts: Facts) -> str:
    amount = formats.money(facts.booking.total_money)
    if facts.booking.prepayment_waiver is not None and not facts.paid_for:
        return _("%(amount)s, not in advance", amount=amount)
    if facts.rental is None or facts.rental.state == PaymentState.OPENED:
        return amount
    taken = tree.captured(facts.rental)
    if taken:
        return _("%(amount)s captured", amount=formats.money(taken))
    return f"{amount}, {str(states.shown('payment', facts.rental.state).word).lower()}"


def _signed(facts: Facts) -> str:
    contract = facts.contract
    if contract is None:
        return ""
    if contract.signed_at:
        return formats.moment_short(contract.signed_at, facts.zone)
    return str(states.shown("contract", contract.state).word)


def _deposit(facts: Facts) -> str:
    booking = facts.booking
    if booking.deposit == 0:
        return _("None wanted")
    if booking.closed_at is not None and booking.deposit_take is not None:
        taken = formats.amount(booking.deposit_take, booking.currency)
        return _("%(amount)s taken", amount=taken) if booking.deposit_take else _("Released")
    amount = formats.money(booking.deposit_money)
    if booking.deposit_waiver is not None:
        return _("%(amount)s, waived", amount=amount)
    if facts.deposit_held:
        return _("%(amount)s held", amount=amount)
    if booking.deposit_ask_at is not None:
        return _("Opens %(when)s", when=formats.moment_short(booking.deposit_ask_at, facts.zone))
    return _("%(amount)s, asked", amount=amount) if booking.deposit_asked_at is not None else amount


def _end(facts: Facts) -> str:
    return str(states.shown("booking", facts.state).word)
