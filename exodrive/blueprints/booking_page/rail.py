"""The steps of a booking as its customer sees them, each with an amount or a time."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from exodrive.blueprints.booking_page.standing import Standing
from exodrive.blueprints.booking_page.steps import PayStep, RailStep
from exodrive.bookings import policy
from exodrive.bookings.states import State
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.rendering import formats

# How many of the steps before it a state has behind it: pay, sign.
PAID = (State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED, State.CLOSED)
SIGNED = (State.CONFIRMED, State.ON_RENT, State.RETURNED, State.CLOSED)
OUT = (State.ON_RENT, State.RETURNED, State.CLOSED)
ENDED = (State.EXPIRED, State.CANCELLED, State.NO_SHOW)


def steps(standing: Standing) -> list[RailStep]:
    """Pay, sign, deposit, ready. Where the deposit was asked for before the signature, it comes before it."""
    if standing.state in ENDED:
        return []
    order = [_pay_later(standing) if _pays_later(standing) else _pay(standing), _sign(standing)]
    if standing.booking.deposit:
        early = standing.booking.deposit_asked_at is not None and standing.state not in SIGNED
        order.insert(1 if early else 2, _deposit(standing))
    order.append(_ready(standing))
    return _with_one_now(order)


def _with_one_now(order: list[RailStep]) -> list[RailStep]:
    """The first step that is open is the present one, unless it has failed."""
    for number, step in enumerate(order):
        if step.step == "failed":
            break
        if step.step == "next":
            order[number] = step._replace(step="now")
            break
    return order


def _pay(standing: Standing) -> RailStep:
    total = formats.money(standing.booking.total_money)
    if standing.asked_again(Purpose.RENTAL):
        return RailStep(_("Pay"), "failed", _("Approve it again"))
    if standing.state in PAID:
        return RailStep(_("Pay"), "done", _paid(standing, total))
    if standing.pay_step is PayStep.DECLINED:
        return RailStep(_("Pay"), "failed", _("Declined. Try another way"))
    if standing.pay_step is PayStep.REVIEW:
        return RailStep(_("Pay"), "next", _("PayPal is looking at it"))
    if standing.pay_step is PayStep.STUCK:
        return RailStep(_("Pay"), "next", _("We are looking at it"))
    return RailStep(_("Pay"), "next", _("PayPal holds %(amount)s", amount=total))


def _paid(standing: Standing, total: str) -> str:
    """How it was paid: taken at the desk, or at PayPal, or held there; or what is open again."""
    if standing.owed:
        return _("%(amount)s to be paid", amount=formats.money(standing.owed))
    held = tree.live_authorization(standing.rental) if standing.rental is not None else None
    if held is not None and not held.captures:
        return _("PayPal holds %(amount)s", amount=total)
    return _("%(amount)s paid", amount=total)


def _pay_later(standing: Standing) -> RailStep:
    owed = formats.money(standing.owed)
    return RailStep(_("Pay"), "done", _("%(amount)s, when you come", amount=owed))


def _pays_later(standing: Standing) -> bool:
    """Whether it stands without payment in advance, and nobody has paid for it yet."""
    waived = standing.booking.prepayment_waiver is not None and standing.state not in OUT
    return waived and bool(standing.owed)


def _sign(standing: Standing) -> RailStep:
    contract = standing.contract
    if standing.state in SIGNED:
        signed = contract.signed_at if contract else None
        note = _("Signed %(day)s", day=formats.day(signed, standing.zone)) if signed else _("Signed")
        return RailStep(_("Sign"), "done", note)
    if contract is not None and contract.state in ("declined", "expired"):
        return RailStep(_("Sign"), "failed", _("We will send a new one"))
    if standing.signable:
        return RailStep(_("Sign"), "next", _("About two minutes, on any screen"))
    return RailStep(_("Sign"), "next", _("The agreement comes by e-mail"))


def _deposit(standing: Standing) -> RailStep:
    booking = standing.booking
    amount = formats.money(booking.deposit_money)
    if standing.state is State.CLOSED:
        return RailStep(_("Deposit"), "done", _settled(standing))
    if standing.deposit_again:
        return RailStep(_("Deposit"), "failed", _("Approve it again"))
    if booking.deposit_waiver:
        return RailStep(_("Deposit"), "done", _("Waived by the house"))
    if standing.deposit_step is PayStep.DONE or standing.state in OUT:
        return RailStep(_("Deposit"), "done", _("%(amount)s held, not charged", amount=amount))
    if standing.deposit_step is PayStep.DECLINED:
        return RailStep(_("Deposit"), "failed", _("Declined. Try another way"))
    return RailStep(_("Deposit"), "next", _deposit_to_come(standing, amount))


def _deposit_to_come(standing: Standing, amount: str) -> str:
    opens_at = _opens_at(standing)
    if opens_at > standing.at:
        return _("Opens %(day)s", day=formats.day(opens_at, standing.zone))
    return _("%(amount)s to be held", amount=amount)


def _settled(standing: Standing) -> str:
    """What became of the deposit in the end."""
    taken = standing.booking.deposit_take
    if not taken:
        return _("Released")
    amount = formats.money(Money(taken, standing.booking.currency))
    if taken >= standing.booking.deposit:
        return _("%(amount)s taken", amount=amount)
    return _("%(amount)s taken, the rest released", amount=amount)


def _opens_at(standing: Standing) -> datetime:
    """When the deposit is asked for; planned for good once the booking is confirmed."""
    booking = standing.booking
    if booking.deposit_asked_at is not None:
        return booking.deposit_asked_at
    return booking.deposit_ask_at or policy.deposit_ask_at(
        booking.pickup_at, at=standing.at, rules=standing.rules.deposit
    )


def _ready(standing: Standing) -> RailStep:
    pickup = formats.moment(standing.booking.pickup_at, standing.zone)
    return RailStep(_("Ready"), "done" if standing.state in OUT else "next", pickup)
