"""What ending a booking before its keys would do, and the seal by which one agrees to exactly that."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict

from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.bookings import own
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, operation
from exodrive.blueprints.api.quotes import TAG
from exodrive.blueprints.api.shapes import Moment, Money, Shape
from exodrive.bookings import ending, queries
from exodrive.bookings.ending import Way
from exodrive.bookings.transitions import MoveImpossible

NOTHING = {"amount": 0, "currency": "USD"}
EXAMPLE: dict[str, Any] = {
    "way": "cancelled",
    "fee": {"amount": 99793, "currency": "USD"},
    "free_until": "2026-12-08T15:00:00Z",
    "kept": {"amount": 99793, "currency": "USD"},
    "tax": {"amount": 10293, "currency": "USD"},
    "uncovered": NOTHING,
    "rental": {
        "taken": {"amount": 99793, "currency": "USD"},
        "let_go": {"amount": 199585, "currency": "USD"},
        "given_back": NOTHING,
    },
    "deposit": {"taken": NOTHING, "let_go": NOTHING, "given_back": NOTHING},
    "hand_back": NOTHING,
    "freed_from": "2026-12-11T14:00:00Z",
    "freed_until": "2026-12-14T18:00:00Z",
    "agreement_withdrawn": False,
    "change_withdrawn": False,
    "promo_code_returned": False,
    "under_way": False,
    "letters": ["booking.cancelled", "invoice.ready"],
    "seal": "5b1c0f7e2d9a4c38b6e1f0a97d3c2b14",
}


class Moves(Shape):
    """What happens to the money of one purpose."""

    taken: Money
    """Of what PayPal holds."""
    let_go: Money
    """Of what PayPal holds."""
    given_back: Money
    """Of what was charged."""

    @classmethod
    def of(cls, moves: ending.Moves) -> Self:
        return cls(
            taken=Money.of(moves.take),
            let_go=Money.of(moves.let_go),
            given_back=Money.of(moves.give_back),
        )


class Ending(Shape):
    """What ending the booking would do now. Nothing is kept of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    way: Way
    fee: Money
    free_until: Moment
    """Cancelling costs nothing until then."""
    kept: Money
    """What PayPal has of the fee in the end."""
    tax: Money
    """Within what is kept."""
    uncovered: Money
    """What of the fee nobody holds: it is not asked for by itself."""
    rental: Moves
    """Of the price, changes of it included."""
    deposit: Moves
    hand_back: Money
    """What the desk took, and gives back."""
    freed_from: Moment | None
    """When others can have the car again, preparation included."""
    freed_until: Moment | None
    agreement_withdrawn: bool
    change_withdrawn: bool
    """A change that waited for its payment."""
    promo_code_returned: bool
    under_way: bool
    """PayPal is being asked about some of the money: what comes of it is followed by the same rules."""
    letters: tuple[str, ...]
    """What the customer is told by mail, by the events that it follows from."""
    seal: str
    """Send it as `shown`, and only this is done."""

    @classmethod
    def of(cls, found: ending.Ending) -> Self:
        return cls(
            way=found.way,
            fee=Money.of(found.fee),
            free_until=found.free_until,
            kept=Money.of(found.kept),
            tax=Money.of(found.tax),
            uncovered=Money.of(found.uncovered),
            rental=Moves.of(found.price_moves),
            deposit=Moves.of(found.deposit_moves),
            hand_back=Money.of(found.hand_back),
            freed_from=found.freed.starts_at if found.freed else None,
            freed_until=found.freed.ends_at if found.freed else None,
            agreement_withdrawn=found.agreement_withdrawn,
            change_withdrawn=found.change_withdrawn,
            promo_code_returned=found.code_returned,
            under_way=found.under_way,
            letters=found.letters,
            seal=found.seal,
        )


SHOWN = {200: Says(Ending, "What it would do.")}


@operation(
    "GET",
    "/bookings/<uuid:booking_id>/ending",
    tag=TAG,
    summary="See what cancelling would do",
    answers=SHOWN,
    errors=(MoveImpossible,),
    booking=own,
)
def read_ending(call: Call, *, booking_id: UUID) -> Answer:
    """The fee, what comes back and how, and the seal to cancel for exactly that."""
    return Answer(Ending.of(ending.of(queries.by_id(booking_id), Way.CANCELLED, at=call.at)))
