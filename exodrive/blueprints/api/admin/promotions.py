"""Promo codes by the staff's programs: all of them, one, making, changing, ending, taking up again."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.blueprints import promo_codes
from exodrive.blueprints.api import answers
from exodrive.blueprints.api.admin.gifts import DiscountUnclear, TakenOff
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, Seen, operation
from exodrive.blueprints.api.shapes import WHOLE, Id, Line, Moment, Money, Shape, Slug
from exodrive.bookings.reservation import promoting
from exodrive.bookings.reservation.promoting import Come
from exodrive.fleet import queries as fleet
from exodrive.fleet.queries import CarNotFound
from exodrive.house import queries as houses
from exodrive.kernel import money
from exodrive.kernel.errors import Refused, Stale
from exodrive.kernel.ids import new_id
from exodrive.pricing import promotions
from exodrive.pricing.discounts import DiscountSource
from exodrive.pricing.promotion_models import Promotion, PromotionState
from exodrive.pricing.promotion_rules import CodeUnfit, Conditions, Terms
from exodrive.pricing.promotions import BelowUses, CodeTaken, PromotionFixed, PromotionNotFound

TAG = "Desk: promo codes"
Count = Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
WISH: dict[str, Any] = {
    "code": "SPRING",
    "note": "Newsletter of March",
    "rate_bp": 1000,
    "on": ["rental"],
    "pickup_from": "2027-03-01",
    "pickup_until": "2027-05-31",
    "minimum_days": 3,
    "most_uses": 100,
    "most_per_customer": 1,
}
EXAMPLE: dict[str, Any] = {
    **{**WISH, "booked_from": None, "booked_until": None, "categories": [], "cars": [], "amount": None},
    "id": "0197c5a1-7c3e-7d55-9d2f-3c1d1a6f0b11",
    "version": 1,
    "state": "active",
    "uses": 12,
    "revenue": [{"amount": 3583380, "currency": "USD"}],
    "created_at": "2027-02-22T17:00:00Z",
}


class CategoryUnknown(Refused):
    """The house has no such kind of car."""

    code = "category_unknown"


class OtherCurrency(Refused):
    """A code's amount is in the currency of the house."""

    code = "other_currency"


class DaysBackwards(Refused):
    """The last day is before the first."""

    code = "days_backwards"


class PromotionWish(TakenOff):
    """A promo code: what it takes off, for whom, how often. What is left out is no condition."""

    model_config = ConfigDict(json_schema_extra={"examples": [WISH]})

    code: Annotated[str, Field(min_length=1, max_length=promo_codes.LONGEST)]
    """4 to 20 letters and figures; what looks alike (O and 0; I, L and 1) is one."""
    note: Annotated[Line, Field(max_length=200)] = ""
    booked_from: date | None = None
    """Days are those of the house, and both ends count."""
    booked_until: date | None = None
    pickup_from: date | None = None
    pickup_until: date | None = None
    minimum_days: Annotated[int, Field(ge=1, le=365), WHOLE] = 1
    categories: Annotated[tuple[Slug, ...], Field(max_length=50)] = ()
    cars: Annotated[tuple[Slug, ...], Field(max_length=200)] = ()
    """A car counts where it, or its category, is named; where neither is, every car does."""
    most_uses: Count | None = None
    most_per_customer: Count | None = None

    def terms(self) -> Terms:
        """Raises CategoryUnknown, CarNotFound, OtherCurrency."""
        if not set(self.categories) <= {row.slug for row in fleet.categories()}:
            raise CategoryUnknown
        if self.amount is not None and self.amount.currency != houses.house().currency:
            raise OtherCurrency
        if _backwards(self.booked_from, self.booked_until) or _backwards(self.pickup_from, self.pickup_until):
            raise DaysBackwards
        return Terms(
            code=self.code,
            discount=self.discount(DiscountSource.PROMOTION, code=self.code),
            conditions=Conditions(
                booked_from=self.booked_from,
                booked_until=self.booked_until,
                pickup_from=self.pickup_from,
                pickup_until=self.pickup_until,
                minimum_days=self.minimum_days,
                categories=frozenset(self.categories),
                cars=frozenset(fleet.any_car(slug).id for slug in self.cars),
                currency=self.amount.currency if self.amount else None,
            ),
            most_uses=self.most_uses,
            most_per_customer=self.most_per_customer,
            note=self.note,
        )


class PromotionChange(PromotionWish):
    """The whole code as it is to be, and the version that was read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**WISH, "version": 1}]})

    version: Annotated[int, Field(ge=1, le=2**31 - 1), WHOLE]


class PromotionFound(Shape):
    """A promo code and what came of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: Id
    version: int
    state: PromotionState
    code: str
    note: str
    rate_bp: int | None
    amount: Money | None
    on: tuple[str, ...]
    booked_from: date | None
    booked_until: date | None
    pickup_from: date | None
    pickup_until: date | None
    minimum_days: int
    categories: tuple[str, ...]
    cars: tuple[str, ...]
    most_uses: int | None
    most_per_customer: int | None
    uses: int
    """By bookings that have it and were not given up before their payment."""
    revenue: tuple[Money, ...]
    """The totals of those that were paid for and not cancelled, by currency."""
    created_at: Moment

    @classmethod
    def of(cls, row: Promotion, came: Come) -> PromotionFound:
        off = row.discount
        return cls(
            id=row.id,
            version=row.version,
            state=PromotionState(row.state),
            code=row.code,
            note=row.note,
            rate_bp=row.rate_bp,
            amount=Money.of(off.amount) if off.amount else None,
            on=tuple(str(kind) for kind in off.kinds),
            booked_from=row.booked_from,
            booked_until=row.booked_until,
            pickup_from=row.pickup_from,
            pickup_until=row.pickup_until,
            minimum_days=row.minimum_days,
            categories=tuple(row.categories),
            cars=tuple(fleet.car_by_id(car_id).slug for car_id in row.cars),
            most_uses=row.most_uses,
            most_per_customer=row.most_per_customer,
            uses=came.uses,
            revenue=tuple(
                Money.of(money.Money(amount, currency)) for currency, amount in sorted(came.revenue.items())
            ),
            created_at=row.created_at,
        )


class Promotions(Shape):
    """All codes: those that can be used first, the newest of each first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"promotions": [EXAMPLE]}]})

    promotions: tuple[PromotionFound, ...]


TERMS = (DiscountUnclear, CodeUnfit, CodeTaken, CategoryUnknown, CarNotFound, OtherCurrency, DaysBackwards)
ONE = {200: Says(PromotionFound, "How the code is now.")}


def _lock(promotion_id: UUID, **_: Any) -> None:
    promotions.lock(promotion_id)


def _look(promotion_id: UUID, **_: Any) -> PromotionFound:
    return _told(promotions.one(promotion_id))[0]


SEEN = Seen(_lock, _look)


@operation(
    "GET",
    "/admin/promotions",
    tag=TAG,
    summary="List promo codes",
    answers={200: Says(Promotions, "All of them.")},
)
def admin_list_promotions(call: Call) -> Answer:  # noqa: ARG001  every operation is called with one
    """Every code of the house with its uses and the revenue of its bookings."""
    return Answer(Promotions(promotions=tuple(_told(*promotions.every()))))


@operation(
    "GET",
    "/admin/promotions/<uuid:promotion_id>",
    tag=TAG,
    summary="Read a promo code",
    answers=ONE,
    errors=(PromotionNotFound,),
)
def admin_read_promotion(call: Call, *, promotion_id: UUID) -> Answer:  # noqa: ARG001
    """One code."""
    return _one(promotions.one(promotion_id))


@operation(
    "POST",
    "/admin/promotions",
    tag=TAG,
    summary="Make a promo code",
    answers={201: Says(PromotionFound, "It can be used at once.")},
    errors=TERMS,
    key_required=True,
)
def admin_make_promotion(call: Call, *, body: PromotionWish) -> Answer:
    """Make a code that customers can type from now on."""
    made = promotions.create(new_id(), body.terms(), by=call.caller.actor, at=call.at)
    where = {"Location": answers.address("admin_read_promotion", promotion_id=made.id)}
    return Answer(_told(made)[0], 201, where)


@operation(
    "PUT",
    "/admin/promotions/<uuid:promotion_id>",
    tag=TAG,
    summary="Change a promo code",
    answers=ONE,
    errors=(PromotionNotFound, Stale, PromotionFixed, BelowUses, *TERMS),
    matches=SEEN,
)
def admin_change_promotion(call: Call, *, promotion_id: UUID, body: PromotionChange) -> Answer:
    """Give it other conditions and limits; before its first use, other terms too."""
    return _one(
        promotions.edit(promotion_id, body.terms(), version=body.version, by=call.caller.actor, at=call.at)
    )


@operation(
    "POST",
    "/admin/promotions/<uuid:promotion_id>/end",
    tag=TAG,
    summary="End a promo code",
    answers=ONE,
    errors=(PromotionNotFound,),
    matches=SEEN,
)
def admin_end_promotion(call: Call, *, promotion_id: UUID) -> Answer:
    """Nobody can use it any more; bookings that have it keep it. Normal twice."""
    return _one(promotions.end(promotion_id, by=call.caller.actor, at=call.at))


@operation(
    "POST",
    "/admin/promotions/<uuid:promotion_id>/reactivate",
    tag=TAG,
    summary="Take up a promo code again",
    answers=ONE,
    errors=(PromotionNotFound,),
    matches=SEEN,
)
def admin_reactivate_promotion(call: Call, *, promotion_id: UUID) -> Answer:
    """It can be used again, within its conditions. Normal twice."""
    return _one(promotions.reactivate(promotion_id, by=call.caller.actor, at=call.at))


def _one(row: Promotion) -> Answer:
    return Answer(_told(row)[0])


def _told(*rows: Promotion) -> list[PromotionFound]:
    came = promoting.come_of(row.id for row in rows)
    return [PromotionFound.of(row, came.get(row.id, Come(0, {}))) for row in rows]


def _backwards(first: date | None, last: date | None) -> bool:
    return first is not None and last is not None and last < first
