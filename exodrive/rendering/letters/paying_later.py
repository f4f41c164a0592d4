"""The letter about a rental that stands without payment in advance: what is to be paid, where and by when."""

from __future__ import annotations

from exodrive.bookings.money import prepayment
from exodrive.rendering import formats, letter_facts
from exodrive.rendering.letters.case import Case, Context


def pay_later(case: Case) -> Context | None:
    """Not where it was paid meanwhile."""
    owed = prepayment.owed(case.booking)
    if not owed:
        return None
    return {
        "href": case.page_url,
        "amount": formats.money(owed),
        "until": case.moment(case.booking.pickup_at),
        "facts": letter_facts.rental(case.booking),
    }
