"""Letters about charges: what was added beside the price, and what an objection has come to."""

from __future__ import annotations

from flask_babel import gettext as _

from exodrive.bookings.after_return import objections
from exodrive.bookings.charge import charges
from exodrive.bookings.charge.charge_models import Answer
from exodrive.bookings.models import Charge
from exodrive.bookings.states import State
from exodrive.rendering import charge_words, formats
from exodrive.rendering.letter_facts import Fact
from exodrive.rendering.letters.case import Case, Context


def charges_added(case: Case) -> Context | None:
    """None where all of them were let go again meanwhile."""
    found = [row for row in _about(case) if row.state != "dropped"]
    if not found:
        return None
    return {
        "href": f"{case.page_url}/charges",
        "sum": formats.money(charges.sum_of(found, currency=case.booking.currency)),
        "late": any(row.late for row in found),
        "settled": case.booking.state == State.CLOSED,
        "facts": [_fact(case, row) for row in found],
    }


def objection_answered(case: Case) -> Context | None:
    for row in _about(case):
        said = objections.of_charges([row]).get(row.id)
        if said is not None and said.outcome is not None:
            words = {
                Answer.KEPT: _("The charge stays as it is."),
                Answer.REDUCED: _("The charge is lower now."),
                Answer.DROPPED: _("The charge is gone."),
            }[Answer(said.outcome)]
            return {
                "href": f"{case.page_url}/charges",
                "outcome": words,
                "answer": said.answer or "",
                "facts": [_fact(case, row)],
            }
    return None


def _about(case: Case) -> list[Charge]:
    return [row for row in charges.all_of(case.booking.id) if row.id in case.about.charges]


def _fact(case: Case, row: Charge) -> Fact:
    currency = case.booking.currency
    words = charge_words.in_words(row.kind, row.params, currency=currency, note=row.note)
    return Fact(words.name, formats.money(row.left(currency)), words.reason)
