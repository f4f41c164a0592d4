"""What is typed of new damage as the car comes back: an estimate, and the photos that show it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from exodrive.blueprints import typed_money
from exodrive.bookings.after_return.claims import Claim
from exodrive.bookings.after_return.late_charges import LARGEST
from exodrive.bookings.condition_models import POSITIONS
from exodrive.kernel.money import Money


@dataclass(slots=True)
class ClaimForm:
    """`claim` is nothing where no estimate was typed; `fault` says what is wrong with it."""

    amount: str = ""
    positions: list[str] = field(default_factory=list)
    claim: Claim | None = None
    fault: str = ""


def of(sent: MultiDict[str, str], *, marks: str | None, currency: str) -> ClaimForm:
    """Read what was sent. An estimate without described marks is a fault: the renter reads what it is for."""
    typed = sent.get("claim-amount", "").strip()
    form = ClaimForm(typed, [each for each in sent.getlist("claim-position") if each in POSITIONS])
    if not typed:
        return form
    amount = _amount(typed, currency)
    if amount is None:
        form.fault = _("Write an amount such as %(example)s.", example=typed_money.example(currency))
    elif not (marks or "").strip():
        form.fault = _("Describe the new marks above: the renter reads what it is for.")
    else:
        form.claim = Claim(amount, _positions(form.positions))
    return form


def _amount(typed: str, currency: str) -> Money | None:
    found = typed_money.read(typed, currency)
    return found if found is not None and 0 < found.amount <= LARGEST else None


def _positions(ticked: Collection[str]) -> tuple[str, ...]:
    return tuple(position for position in POSITIONS if position in ticked)
