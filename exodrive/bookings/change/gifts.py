"""A discount that staff give on one booking, for a reason: a change of its price and of nothing else.

Before the payment another amount is asked for; after it less is taken, or some of it goes back. A rental that
is back is settled or corrected instead (`refunding`, `correcting`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from exodrive.bookings import transitions
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.impact import Impact
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.change_models import Change
from exodrive.house import queries as houses
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import Refused
from exodrive.kernel.money import Money, total
from exodrive.pricing import rounding
from exodrive.pricing.discounts import REDUCIBLE, Discount, DiscountSource, is_discount
from exodrive.pricing.price import Price

GIVEN = "booking.gift_given"


class GiftBeyondLimit(Refused):
    """More than an agent may give away on one booking; managers may. `most` is all of it together."""

    code = "gift_beyond_limit"

    def __init__(self, most: Money) -> None:
        super().__init__(most.to_text())
        self.most = most


class GiftTooSmall(Refused):
    """It takes nothing off: it is too small for the currency, or nothing more can be taken off."""

    code = "gift_too_small"


def preview(booking_id: UUID, gift: Discount, *, by_manager: bool, at: datetime) -> Impact:
    """What a gift would do. Raises GiftBeyondLimit, GiftTooSmall and what `changing.preview` raises."""
    found = changing.preview(booking_id, Wanted(gift=gift), at=at, by_staff=True)
    _check(found, by_manager=by_manager, at=at)
    return found


def give(
    booking_id: UUID, token: str, *, secret: str, by: Actor, by_manager: bool, reason: str, at: datetime
) -> Change:
    """Give what a preview has shown; normal twice. Raises what `preview` and `changing.agree` raise."""
    shown = change_tokens.read(token, secret=secret, at=at)
    if shown.wanted.named != {"gift"}:
        raise change_tokens.ChangeForged
    made = changing.agree(booking_id, token, secret=secret, by=by, by_staff=True, reason=reason, at=at)
    before, after = (Price.from_json(made.impact[name]) for name in ("before", "after"))
    booking = transitions.lock(booking_id)
    if not by_manager and given(after) > most_of_agents(after, at=at):
        raise GiftBeyondLimit(most_of_agents(after, at=at))
    if made.created_at == at:
        transitions.note(
            booking,
            GIVEN,
            by=by,
            at=at,
            reason=reason,
            amount=(given(after) - given(before)).amount,
            currency=booking.currency,
        )
    return made


def given(price: Price) -> Money:
    """All gifts in a price, before its taxes."""
    lines = [line.amount for line in price.lines if line.code == DiscountSource.GIFT]
    return -total(lines, currency=price.currency)


def most_of_agents(price: Price, *, at: datetime) -> Money:
    """What agents may give away on a booking, by the rules of the house in force now.

    Rounded as a gift of that share is, for the days and for the extras: it must be within its own limit.
    """
    rate = houses.rulebook(at).booking.agent_gift_bp
    own = [line for line in price.lines if not is_discount(line)]
    bases = (
        total((line.amount for line in own if line.kind is kind), currency=price.currency)
        for kind in REDUCIBLE
    )
    return total((rounding.portion(base, rate, of=10_000) for base in bases), currency=price.currency)


def _check(found: Impact, *, by_manager: bool, at: datetime) -> None:
    most = most_of_agents(found.after, at=at)
    if not by_manager and given(found.after) > most:
        raise GiftBeyondLimit(most)
    if given(found.after) == given(found.before):
        raise GiftTooSmall
