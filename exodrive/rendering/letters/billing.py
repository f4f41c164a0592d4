"""Letters about bills: what is to be paid after a rental, what was paid of it, and that it is withdrawn."""

from __future__ import annotations

from flask_babel import gettext as _

from exodrive.billing import opening, queries
from exodrive.billing.models import Bill
from exodrive.billing.states import OPEN, BillState
from exodrive.bookings.money import bill_links
from exodrive.rendering import formats, letter_facts, price_words
from exodrive.rendering.letter_facts import Fact
from exodrive.rendering.letters.case import Case, Context


def bill(case: Case) -> Context | None:
    """The bill itself, with the way to pay it; nothing where that was paid or withdrawn meanwhile."""
    found = _found(case)
    return _told(case, found) if found.state in OPEN and found.outstanding else None


def bill_reminder(case: Case) -> Context | None:
    return bill(case)


def bill_payment(case: Case) -> Context | None:
    """Thanks for what was paid, with what is left."""
    found = _found(case)
    return _told(case, found) | {"left": formats.money(found.outstanding) if found.outstanding else ""}


def bill_cancelled(case: Case) -> Context | None:
    found = _found(case)
    return _told(case, found) | {"href": case.page_url} if found.state == BillState.CANCELLED else None


def _found(case: Case) -> Bill:
    if case.about.bill is None:
        raise ValueError("a letter about a bill names it")
    return queries.one(case.about.bill)


def _told(case: Case, found: Bill) -> Context:
    value = bill_links.secret(case.site.key, found, version=case.booking.link_version)
    evidence = f"{case.site.public_url}/bills/{value}"
    return {
        "href": found.view_url or evidence,
        "evidence_url": evidence,
        "number": found.number,
        "outstanding": formats.money(found.outstanding),
        "paid": formats.money(found.paid_money),
        "due": case.day(found.due_at),
        "at_paypal": found.view_url is not None,
        "facts": [
            *(
                Fact(row.name, formats.money(row.amount), row.reason)
                for row in price_words.rows(opening.lines_of(found))
            ),
            Fact(_("In all"), formats.money(found.money)),
            *_credited(found),
            *([Fact(_("Paid"), formats.money(found.paid_money))] if found.paid else []),
            *([Fact(_("Due by"), case.day(found.due_at))] if found.outstanding else []),
            *letter_facts.rental(case.booking),
        ],
    }


def _credited(found: Bill) -> list[Fact]:
    """What credit notes took off lowers what is asked for."""
    amount = formats.amount(-found.credited, found.currency)
    return [Fact(_("Taken off by credit notes"), amount)] if found.credited else []
