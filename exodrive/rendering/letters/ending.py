"""Letters of rentals that did not take place as booked."""

from __future__ import annotations

from flask_babel import gettext as _

from exodrive.bookings import changes
from exodrive.kernel.money import Money, total
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.rendering import formats, letter_facts, money_trail
from exodrive.rendering.letter_facts import Fact
from exodrive.rendering.letters.case import Case, Context, shown


def cancelled(case: Case) -> Context | None:
    booking = case.booking
    fee = Money(booking.cancellation_fee or 0, booking.currency)
    secured = money_trail.secured(tree.of_booking(booking.id).get(Purpose.RENTAL), booking.currency)
    back = secured - fee if fee < secured else Money.zero(booking.currency)
    held = money_trail.deposit(booking)
    facts = [
        *letter_facts.rental(booking),
        Fact(_("Cancellation fee"), formats.money(fee)),
        Fact(_("Returned to you"), formats.money(back)),
    ]
    if held.released:
        facts.append(Fact(_("Deposit released"), formats.money(held.released)))
    return {
        "href": case.site.car(booking),
        "pickup": case.moment(booking.pickup_at),
        "fee": shown(fee),
        "returned": shown(back),
        "facts": facts,
    }


def missed(case: Case) -> Context | None:
    """Nobody came: what the terms charge, and what of the price, the deposit and the till goes back."""
    booking = case.booking
    fee = Money(booking.cancellation_fee or 0, booking.currency)
    rentals = (money_trail.secured(row, booking.currency) for row in changes.paid_by(booking.id))
    secured = total(rentals, currency=booking.currency)
    back = max(secured - fee, Money.zero(booking.currency)) + money_trail.deposit(booking).released
    return {
        "href": case.page_url,
        "pickup": case.moment(booking.pickup_at),
        "fee": formats.money(fee),
        "returned": shown(back),
        "facts": [
            *letter_facts.rental(booking),
            Fact(_("Charged"), formats.money(fee)),
            Fact(_("Returned to you"), formats.money(back)),
        ],
    }


def expired(case: Case) -> Context | None:
    return {
        "href": case.site.car(case.booking),
        "unsigned": case.booking.authorized_at is not None,
        "facts": letter_facts.rental(case.booking),
    }


def money_released(case: Case) -> Context | None:
    return {
        "href": case.site.car(case.booking),
        "total": formats.money(case.booking.total_money),
        "facts": letter_facts.rental(case.booking),
    }
