"""The letters about what PayPal would not take or renew: approve it once more, or it came another way."""

from __future__ import annotations

from exodrive.bookings.money import asking_again
from exodrive.payments.states import Purpose
from exodrive.rendering import formats, letter_facts
from exodrive.rendering.letters.case import Case, Context


def approve_again(case: Case) -> Context | None:
    """Not where it was approved meanwhile."""
    found = next(iter(asking_again.open_of(case.booking.id)), None)
    if found is None:
        return None
    payment, step = found
    return {
        "href": case.page_url,
        "amount": formats.money(asking_again.missing(payment)),
        "until": case.moment(step.due_at),
        "is_deposit": payment.purpose == Purpose.DEPOSIT,
        "facts": letter_facts.rental(case.booking),
    }


def paid_otherwise(case: Case) -> Context:
    """Also twice, where somebody approves twice: nothing was taken either time."""
    return {
        "href": case.page_url,
        "facts": letter_facts.rental(case.booking),
    }
