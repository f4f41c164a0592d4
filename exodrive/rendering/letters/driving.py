"""Letters about the rental itself: the keys, the return, what it came to."""

from __future__ import annotations

from flask_babel import gettext as _

from exodrive.bookings.deposit import deposits
from exodrive.bookings.money import fee_invoices
from exodrive.bookings.money.settlement import charged
from exodrive.bookings.states import State
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.models import InvoiceKind
from exodrive.rendering import credit_words, formats, letter_facts, money_trail
from exodrive.rendering.letter_facts import Fact
from exodrive.rendering.letters.case import Case, Context, shown

# What the documents of a booking that did not take place are for: what was kept, and what a bill asks for.
FOR_NOT_COMING = {InvoiceKind.INVOICE: "fee", InvoiceKind.SUPPLEMENT: "owed"}


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
    release = case.release_by(booking.taken_back_at or booking.return_at)
    held = booking.deposit and deposits.is_held(booking)
    return {
        "href": case.page_url,
        "charges": bool(booking.charges),
        "charged": formats.money(charged(booking)),
        "release": release if held else "",
        "facts": [*letter_facts.charges(booking), *letter_facts.rental(booking)],
    }


def invoice(case: Case) -> Context | None:
    named = case.about.invoice
    found = invoices.invoice(named) if named else invoices.of_booking(case.booking.id)
    if found is None:
        return None
    deposit = money_trail.deposit(case.booking)
    ended = case.booking.state in fee_invoices.ENDED
    return {
        "href": case.page_url,
        "number": found.number,
        "kind": FOR_NOT_COMING.get(InvoiceKind(found.kind), found.kind) if ended else found.kind,
        "reason": credit_words.reason(found.reason),
        "taken": shown(deposit.taken),
        "released": shown(deposit.released),
        "facts": [
            Fact(_("Total"), formats.money(found.total_money)),
            Fact(_("Paid"), formats.money(found.paid_money)),
            Fact(_("Due"), formats.money(found.total_money - found.paid_money)),
            *letter_facts.rental(case.booking),
        ],
    }
