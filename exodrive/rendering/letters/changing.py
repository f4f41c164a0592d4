"""Letters about a change of a booking: what it costs more, that it is done, that it came to nothing."""

from __future__ import annotations

from flask_babel import gettext as _

from exodrive.bookings import changes
from exodrive.bookings.change_states import ChangeState
from exodrive.bookings.states import State
from exodrive.pricing.price import Price
from exodrive.rendering import formats, letter_facts
from exodrive.rendering.letter_facts import Fact
from exodrive.rendering.letters.case import Case, Context


def change_asked(case: Case) -> Context | None:
    """Not where it was paid, withdrawn or given up meanwhile."""
    change = changes.waiting(case.booking.id)
    if change is None or change.expires_at is None:
        return None
    before, after = (Price.from_json(change.impact[name]) for name in ("before", "after"))
    return {
        "href": f"{case.page_url}/change",
        "until": case.moment(change.expires_at),
        "more": formats.money(after.total - before.total),
        "facts": [
            Fact(_("Total so far"), formats.money(before.total), _("taxes included")),
            Fact(_("Total with the change"), formats.money(after.total), _("taxes included")),
        ],
    }


def change_declined(case: Case) -> Context | None:
    return change_asked(case)


def changed(case: Case) -> Context | None:
    """What the booking is now. A change before the last one is overtaken by it."""
    change = next(
        (row for row in reversed(changes.of_booking(case.booking.id)) if row.state == ChangeState.APPLIED),
        None,
    )
    if change is None:
        return None
    before = Price.from_json(change.impact["before"]).total
    after = Price.from_json(change.impact["after"]).total
    return {
        "href": case.page_url,
        "more": formats.money(after - before) if after > before else "",
        "less": formats.money(before - after) if after < before else "",
        "to_pay": formats.money(after) if case.booking.state == State.AWAITING_PAYMENT else "",
        "addendum": change.impact["paper"] != "none",
        "facts": [*letter_facts.rental(case.booking), *letter_facts.price(case.booking)],
    }


def change_ended(case: Case) -> Context | None:
    change = changes.latest(case.booking.id)
    if change is None or change.state != ChangeState.EXPIRED:
        return None
    return {
        "href": case.page_url,
        "facts": [*letter_facts.rental(case.booking), *letter_facts.price(case.booking)],
    }
