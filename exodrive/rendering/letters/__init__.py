"""The letters to a customer, by the moment of a rental: one function for each, and the table of them all.

`write` reads the rows as they are now. A letter that has been overtaken (signed meanwhile, paid meanwhile) is
not written, and neither is one that nobody would get.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask_babel import force_locale

from exodrive.bookings import queries
from exodrive.bookings.reservation import remembering
from exodrive.house import queries as houses
from exodrive.rendering import environment, mail
from exodrive.rendering.letters import (
    asked_for,
    asking_again,
    billing,
    booking,
    changing,
    charging,
    deposit,
    deposit_back,
    driving,
    ending,
    paying_later,
    reviewing,
)
from exodrive.rendering.letters.case import About, Case, Context, Letter, Site, Typed

__all__ = ["LETTERS", "About", "Letter", "Site", "Typed", "write"]

LETTERS: dict[str, Callable[[Case], Context | None]] = {
    letter.__name__: letter
    for letter in (
        booking.booking_received,
        booking.payment_link,
        booking.payment_declined,
        booking.payment_stuck,
        booking.payment_received,
        booking.sign_agreement,
        booking.agreement_declined_or_expired,
        booking.confirmed,
        paying_later.pay_later,
        deposit.deposit_request,
        deposit.deposit_link,
        deposit.deposit_held,
        deposit.deposit_declined,
        deposit_back.deposit_released,
        deposit_back.deposit_statement,
        deposit_back.receipt,
        asking_again.approve_again,
        asking_again.paid_otherwise,
        changing.change_asked,
        changing.change_declined,
        changing.changed,
        changing.change_ended,
        driving.handed_over,
        driving.taken_back,
        charging.charges_added,
        charging.objection_answered,
        driving.invoice,
        billing.bill,
        billing.bill_reminder,
        billing.bill_payment,
        billing.bill_cancelled,
        reviewing.review_request,
        reviewing.review_declined,
        ending.cancelled,
        ending.missed,
        ending.expired,
        ending.money_released,
        asked_for.booking_link,
        asked_for.details_code,
        asked_for.paper_rejected,
        asked_for.desk_letter,
    )
}


def write(
    template: str, booking_id: UUID, *, site: Site, at: datetime, about: About | None = None
) -> Letter | None:
    """The letter of this name for a booking as it stands; None where it is not to be sent (any more).

    Needs an app context. Raises KeyError for an unknown letter, BookingNotFound.
    """
    case = Case(queries.by_id(booking_id), houses.house(), site, at, about or About())
    to_email = _address(case)
    if to_email is None:
        return None
    with force_locale(environment.LANGUAGE):
        own = LETTERS[template](case)
        if own is None:
            return None
        shown = mail.render(template, **(_common(case) | own))
    return Letter(to_email, shown.subject, shown.html, shown.text)


def _address(case: Case) -> str | None:
    if case.about.code is not None:  # the booking has no renter yet, and may never have this one
        return remembering.recipient(case.about.code, at=case.at)
    if case.booking.renter is not None:
        return case.booking.renter.email
    return case.booking.customer.email if case.booking.customer else None


def _common(case: Case) -> Context:
    return {
        "lang": "en",
        "house": case.house,
        "reference": case.booking.reference,
        "car": case.booking.car.name,
        "page_url": case.page_url,
        "points": (),
        "calendar_url": "",
        "evidence_url": "",
    }
