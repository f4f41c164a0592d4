"""Letters about the security deposit before the pick-up."""

from __future__ import annotations

from exodrive.bookings.deposit import deposits
from exodrive.payments.states import Purpose
from exodrive.rendering import formats, letter_facts
from exodrive.rendering.letters.booking import declined_as
from exodrive.rendering.letters.case import Case, Context


def deposit_request(case: Case) -> Context | None:
    if case.booking.state not in deposits.WANTS_DEPOSIT or deposits.is_held(case.booking):
        return None
    return _deposit(case)


def deposit_link(case: Case) -> Context | None:
    """The same once PayPal answers again, for whom its page promised the link."""
    return deposit_request(case)


def deposit_held(case: Case) -> Context | None:
    return _deposit(case)


def deposit_declined(case: Case) -> Context | None:
    own = deposit_request(case)
    return None if own is None else own | declined_as(case, Purpose.DEPOSIT)


def _deposit(case: Case) -> Context:
    return {
        "href": case.page_url,
        "deposit": formats.money(case.booking.deposit_money),
        "release": case.release_by(case.booking.return_at),
        "facts": letter_facts.rental(case.booking),
    }
