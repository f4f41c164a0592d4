"""The letters to a customer, in the order of a rental: one function for each, and the table of them all.

`write` reads the rows as they are now. A letter that has been overtaken (signed meanwhile, paid meanwhile) is
not written, and neither is one that nobody would get.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import force_locale
from flask_babel import gettext as _

from exodrive.bookings import deposits, links, policy, queries
from exodrive.bookings.models import Booking
from exodrive.bookings.settlement import charged
from exodrive.bookings.states import State
from exodrive.contracts import issuing as contracts
from exodrive.contracts.states import WAITING, ContractState
from exodrive.house import queries as houses
from exodrive.house.models import House
from exodrive.house.rules import Rulebook
from exodrive.invoicing import issuing as invoices
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.rendering import environment, formats, letter_facts, mail, money_trail
from exodrive.rendering.letter_facts import Fact

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where customers find the house, and the key that their page links are derived from."""

    public_url: str
    key: str

    def page(self, booking: Booking) -> str:
        """The secret address of a booking's page."""
        return f"{self.public_url}/b/{links.secret(self.key, booking.id, booking.link_version)}"

    def car(self, booking: Booking) -> str:
        return f"{self.public_url}/cars/{booking.car.slug}"


@dataclass(frozen=True, slots=True)
class Letter:
    to_email: str
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """What a letter is written from."""

    booking: Booking
    house: House
    site: Site
    at: datetime

    @property
    def page_url(self) -> str:
        return self.site.page(self.booking)

    @property
    def rules(self) -> Rulebook:
        return houses.rulebook_of(self.booking.policies)

    def moment(self, at: datetime) -> str:
        """A time by the clock of the place of pick-up."""
        return formats.moment(at, self.booking.pickup_place.zone)

    def until(self) -> str:
        """When the unfinished booking ends."""
        return self.moment(self.booking.expires_at or self.booking.pickup_at)


def write(template: str, booking_id: UUID, *, site: Site, at: datetime) -> Letter | None:
    """The letter of this name for a booking as it stands; None where it is not to be sent (any more).

    Needs an app context. Raises KeyError for an unknown letter, BookingNotFound.
    """
    booking = queries.by_id(booking_id)
    to_email = _address(booking)
    if to_email is None:
        return None
    case = Case(booking, houses.house(), site, at)
    with force_locale(environment.LANGUAGE):
        own = LETTERS[template](case)
        if own is None:
            return None
        shown = mail.render(template, **(_common(case) | own))
    return Letter(to_email, shown.subject, shown.html, shown.text)


def _address(booking: Booking) -> str | None:
    if booking.renter is not None:
        return booking.renter.email
    return booking.customer.email if booking.customer else None


def _common(case: Case) -> Context:
    return {
        "lang": "en",
        "house": case.house,
        "reference": case.booking.reference,
        "car": case.booking.car.name,
        "page_url": case.page_url,
        "points": (),
        "calendar_url": "",
    }


def booking_received(case: Case) -> Context | None:
    if case.booking.state != State.AWAITING_PAYMENT:
        return None
    return _to_pay(case) | {"delayed": case.booking.payment_delayed}


def payment_link(case: Case) -> Context | None:
    return _to_pay(case) if case.booking.state == State.AWAITING_PAYMENT else None


def payment_declined(case: Case) -> Context | None:
    return _to_pay(case) if case.booking.state == State.AWAITING_PAYMENT else None


def _to_pay(case: Case) -> Context:
    facts = [*letter_facts.rental(case.booking), *letter_facts.price(case.booking)]
    return {"href": case.page_url, "until": case.until(), "facts": facts}


def payment_received(case: Case) -> Context | None:
    if case.booking.state != State.AWAITING_SIGNATURE:
        return None
    facts = [*letter_facts.rental(case.booking), *letter_facts.price(case.booking)]
    return {"href": case.page_url, "total": formats.money(case.booking.total_money), "facts": facts}


def sign_agreement(case: Case) -> Context | None:
    contract = contracts.current(case.booking.id)
    if contract is None or contract.state not in WAITING or contract.sign_url is None:
        return None
    return {
        "href": contract.sign_url,
        "until": case.moment(contract.expires_at),
        "facts": letter_facts.rental(case.booking),
    }


def agreement_declined_or_expired(case: Case) -> Context | None:
    """Not where a new agreement is under way already, or the booking has ended with the old one."""
    contract = contracts.latest(case.booking.id)
    ended = (ContractState.DECLINED, ContractState.EXPIRED)
    if contract is None or contract.state not in ended or case.booking.state != State.AWAITING_SIGNATURE:
        return None
    return {
        "href": case.page_url,
        "declined": contract.state == ContractState.DECLINED,
        "facts": letter_facts.rental(case.booking),
    }


def confirmed(case: Case) -> Context | None:
    booking = case.booking
    terms = policy.cancellation(booking.agreed, booking.pickup_at, at=case.at, rules=case.rules.cancellation)
    return {
        "href": case.page_url,
        "pickup": case.moment(booking.pickup_at),
        "free_until": case.moment(terms.free_until) if terms.free else "",
        "points": _to_bring(booking),
        "facts": [
            *letter_facts.rental(booking),
            *letter_facts.price(booking),
            letter_facts.mileage(booking, case.rules),
        ],
        "calendar_url": f"{case.page_url}/booking.ics",
    }


def _to_bring(booking: Booking) -> list[str]:
    points = [_("The licence of every driver, and another photo ID of yours")]
    points.append(_("Proof of your full-coverage insurance"))
    if booking.deposit:
        points.append(_("The PayPal account that holds the deposit: we mail you when it is time"))
    return points


def deposit_request(case: Case) -> Context | None:
    if case.booking.state not in deposits.WANTS_DEPOSIT or deposits.is_held(case.booking):
        return None
    return _deposit(case)


def deposit_held(case: Case) -> Context | None:
    return _deposit(case)


def deposit_declined(case: Case) -> Context | None:
    return deposit_request(case)


def _deposit(case: Case) -> Context:
    return {
        "href": case.page_url,
        "deposit": formats.money(case.booking.deposit_money),
        "release": _release_by(case, case.booking.return_at),
        "facts": letter_facts.rental(case.booking),
    }


def _release_by(case: Case, returned_at: datetime) -> str:
    returned_on = returned_at.astimezone(case.booking.return_place.zone).date()
    return formats.day(policy.deposit_release_by(returned_on, rules=case.rules.deposit))


def handed_over(case: Case) -> Context | None:
    booking = case.booking
    if booking.state != State.ON_RENT:
        return None
    return {
        "href": case.page_url,
        "back": formats.moment(booking.return_at, booking.return_place.zone),
        "facts": [
            *letter_facts.coming_back(booking),
            letter_facts.mileage(booking, case.rules),
            letter_facts.fuel(case.rules),
            Fact(_("Anything wrong?"), case.house.phone),
        ],
    }


def taken_back(case: Case) -> Context | None:
    booking = case.booking
    release = _release_by(case, booking.taken_back_at or booking.return_at)
    held = booking.deposit and deposits.is_held(booking)
    return {
        "href": case.page_url,
        "charges": bool(booking.charges),
        "charged": formats.money(charged(booking)),
        "release": release if held else "",
        "facts": [*letter_facts.charges(booking), *letter_facts.rental(booking)],
    }


def invoice(case: Case) -> Context | None:
    found = invoices.of_booking(case.booking.id)
    if found is None:
        return None
    deposit = money_trail.deposit(case.booking)
    return {
        "href": case.page_url,
        "number": found.number,
        "taken": _shown(deposit.taken),
        "released": _shown(deposit.released),
        "facts": [
            Fact(_("Total"), formats.money(found.total_money)),
            Fact(_("Paid"), formats.money(found.paid_money)),
            Fact(_("Due"), formats.money(found.total_money - found.paid_money)),
            *letter_facts.rental(case.booking),
        ],
    }


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
        "fee": _shown(fee),
        "returned": _shown(back),
        "facts": facts,
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


def booking_link(case: Case) -> Context | None:
    return {"href": case.page_url, "facts": letter_facts.rental(case.booking)}


def _shown(amount: Money) -> str:
    """An amount in words; nothing where it is nothing."""
    return formats.money(amount) if amount else ""


LETTERS: dict[str, Callable[[Case], Context | None]] = {
    letter.__name__: letter
    for letter in (
        booking_received,
        payment_link,
        payment_declined,
        payment_received,
        sign_agreement,
        agreement_declined_or_expired,
        confirmed,
        deposit_request,
        deposit_held,
        deposit_declined,
        handed_over,
        taken_back,
        invoice,
        cancelled,
        expired,
        money_released,
        booking_link,
    )
}
