"""A discount on one booking as a gift, by the staff's programs."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import current_app
from pydantic import ConfigDict, Field

from exodrive.blueprints.api import changes
from exodrive.blueprints.api.admin import booking_file
from exodrive.blueprints.api.admin.bookings import TAG, Reason
from exodrive.blueprints.api.admin.money import Asked
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls import callers
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.change_shapes import ChangeAnswer
from exodrive.blueprints.api.changes import ANSWERS
from exodrive.blueprints.api.operations import Seen, operation
from exodrive.blueprints.api.shapes import WHOLE, Money, Shape
from exodrive.bookings.change import change_tokens, changing, gifts
from exodrive.bookings.change.gifts import GiftBeyondLimit, GiftTooSmall
from exodrive.bookings.reservation import ordering
from exodrive.bookings.transitions import BookingNotFound
from exodrive.kernel import money
from exodrive.kernel.errors import Refused
from exodrive.pricing.discounts import MOST_BP, REDUCIBLE, Discount, DiscountSource

Rate = Annotated[int, Field(ge=1, le=MOST_BP), WHOLE]
On = Annotated[tuple[Literal["rental", "extra"], ...], Field(min_length=1, max_length=2)]
WISH: dict[str, Any] = {"rate_bp": 1000, "reason": "Waited an hour for the car", "dry_run": True}


class DiscountUnclear(Refused):
    """Neither a share nor an amount is named, or both are."""

    code = "discount_unclear"


class TakenOff(Shape):
    """What a discount takes off: a share, or an amount."""

    rate_bp: Rate | None = None
    """Basis points: 1250 is 12.5 %."""
    amount: Asked | None = None
    on: On = ("rental", "extra")
    """What it is off: the rental days, the extras, or both."""

    def discount(self, source: DiscountSource, *, code: str = "") -> Discount:
        """Raises DiscountUnclear."""
        if (self.rate_bp is None) == (self.amount is None):
            raise DiscountUnclear
        kinds = tuple(kind for kind in REDUCIBLE if kind in self.on)
        amount: money.Money | None = self.amount.plain() if self.amount else None
        return Discount(source, kinds, rate_bp=self.rate_bp, amount=amount, code=code)


class Gift(TakenOff):
    """How much, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [WISH]})

    reason: Reason
    dry_run: bool = False
    """Only say what it would do."""
    agreed_total: Money | None = None
    """The total that a dry run has shown; needed to do it."""


def _lock(booking_id: UUID, body: Gift) -> None:
    """The turn on the car comes before the booking; what is only shown waits for nobody."""
    if not body.dry_run:
        changing.lock(booking_id, car_id=None)


@operation(
    "POST",
    "/admin/bookings/<uuid:booking_id>/gifts",
    tag=TAG,
    summary="Give a discount",
    answers=ANSWERS,
    errors=(*changes.ERRORS, BookingNotFound, DiscountUnclear, GiftBeyondLimit, GiftTooSmall),
    key_required=True,
    matches=Seen(_lock, booking_file.look),
)
def admin_give_discount(call: Call, *, booking_id: UUID, body: Gift) -> Answer:
    """Lower the price of a booking for a reason, until its car is back.

    Nothing is done but for the total that a dry run has shown. Tokens without `bookings:manage` give as much
    as agents may. What was taken beyond the new total goes back.
    """
    by_manager = callers.decides(call.caller)
    discount = body.discount(DiscountSource.GIFT)
    impact = gifts.preview(booking_id, discount, by_manager=by_manager, at=call.at)
    if body.dry_run:
        return Answer(ChangeAnswer.of(impact, None))
    if body.agreed_total is None or body.agreed_total.plain() != impact.after.total:
        raise ordering.PriceChanged(impact.after.total)
    key = str(current_app.config["SECRET_KEY"])
    made = gifts.give(
        booking_id,
        change_tokens.sign(impact, secret=key, by_staff=True, at=call.at),
        secret=key,
        by=call.caller.actor,
        by_manager=by_manager,
        reason=body.reason,
        at=call.at,
    )
    return Answer(ChangeAnswer.of(impact, made))
