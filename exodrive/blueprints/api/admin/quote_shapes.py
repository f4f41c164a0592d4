"""A quote for the staff's programs: what is offered to whom, which are listed, and how one stands."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.admin.gifts import TakenOff
from exodrive.blueprints.api.admin.letters import Text
from exodrive.blueprints.api.booking_shapes import BOOKING_ID, BookedCar
from exodrive.blueprints.api.paging import Paged
from exodrive.blueprints.api.price_shapes import PLACE_EXAMPLE, PRICE_EXAMPLE, Place, Price
from exodrive.blueprints.api.quotes import Code, PromoCode, Quantity
from exodrive.blueprints.api.shapes import WHOLE, Id, Line, Moment, Money, Shape, Slug
from exodrive.bookings.quote.quote_models import Quote
from exodrive.bookings.quote.quote_states import QuoteState

QUOTE: dict[str, Any] = {
    "id": "019ab3f2-8c11-7d10-9a41-6f2f6f0f8a22",
    "number": "EXDQ-7K4M2Q",
    "version": 1,
    "state": "open",
    "name": "Maya Okafor",
    "email": "maya@okafor.example",
    "phone": "+13015550123",
    "car": {"id": "019ab3f2-7c5e-7d10-9a41-6f2f6f0f8a11", "slug": "aurelia-gt", "name": "Aurelia GT"},
    "pickup_place": PLACE_EXAMPLE,
    "return_place": PLACE_EXAMPLE,
    "pickup_at": "2026-12-11T15:00:00Z",
    "return_at": "2026-12-14T15:00:00Z",
    "price": PRICE_EXAMPLE,
    "deposit": {"amount": 250000, "currency": "USD"},
    "note": "",
    "sent_at": "2026-11-24T15:00:00Z",
    "valid_until": "2026-12-01T15:00:00Z",
    "opened_at": None,
    "openings": 0,
    "settled_at": None,
    "booking_id": BOOKING_ID,
}
WISH: dict[str, Any] = {
    "car": "aurelia-gt",
    "pickup_place": "rockville",
    "pickup_at": "2026-12-11T10:00:00-05:00",
    "return_at": "2026-12-14T10:00:00-05:00",
    "name": "Maya Okafor",
    "email": "maya@okafor.example",
    "phone": "+1 301 555 0123",
    "valid_days": 5,
    "hold_hours": 24,
}
Days = Annotated[int, Field(ge=1, le=365), WHOLE]


class AdminQuoteWish(Shape):
    """What is offered to whom."""

    model_config = ConfigDict(json_schema_extra={"examples": [WISH]})

    car: Slug
    pickup_place: Slug
    return_place: Slug | None = None
    """Left out: back to where it was picked up."""
    pickup_at: Moment
    return_at: Moment
    delivery_address: Annotated[Line, Field(max_length=300)] | None = None
    extras: Annotated[dict[Code, Quantity], Field(max_length=30)] = Field(default_factory=dict)
    """How many of each extra, by its code."""
    additional_drivers: Annotated[int, Field(ge=0, le=20), WHOLE] = 0
    name: Annotated[Line, Field(min_length=2, max_length=100)]
    email: Annotated[Line, Field(min_length=3, max_length=254)]
    phone: Annotated[Line, Field(max_length=40)]
    promo_code: PromoCode | None = None
    note: Annotated[Text, Field(max_length=1000)] | Literal[""] = ""
    """For the customer, below the price."""
    valid_days: Days | None = None
    """How long the price stands; left out, as long as the rules say."""
    hold_hours: Annotated[int, Field(ge=0, le=1000), WHOLE] = 0
    """How long the car is kept for it; 0 leaves it to whoever comes first."""
    gift: TakenOff | None = None
    """What the house takes off, for a `reason`; without the scope `bookings:manage` as much as agents may."""
    reason: Reason | None = None
    """Why something is taken off."""


class Extending(Shape):
    """How much longer the price stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"valid_days": 3}]})

    valid_days: Days
    """From now."""


class Withdrawing(Shape):
    """Why the quote is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The car is sold"}]})

    reason: Reason


class QuoteFilters(Paged):
    """Which quotes."""

    view: Literal["open", "accepted", "ended", "all"] = "open"


class SentQuote(Shape):
    """A quote as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [QUOTE]})

    id: Id
    number: str
    version: int
    state: QuoteState
    name: str
    email: str
    phone: str
    car: BookedCar
    pickup_place: Place
    return_place: Place
    pickup_at: Moment
    return_at: Moment
    price: Price
    """Never worked out again: it is what the booking will cost."""
    deposit: Money
    note: str
    sent_at: Moment
    valid_until: Moment
    opened_at: Moment | None
    """When somebody who has its link looked at it first."""
    openings: int
    settled_at: Moment | None
    booking_id: Id | None
    """The hold that keeps the car for it, or the booking that it became."""

    @classmethod
    def of(cls, quote: Quote) -> Self:
        return cls(
            id=quote.id,
            number=quote.number,
            version=quote.version,
            state=QuoteState(quote.state),
            name=quote.name,
            email=quote.email,
            phone=quote.phone,
            car=BookedCar(id=quote.car.id, slug=quote.car.slug, name=quote.car.name),
            pickup_place=Place.of(quote.pickup_place),
            return_place=Place.of(quote.return_place),
            pickup_at=quote.pickup_at,
            return_at=quote.return_at,
            price=Price.of(quote.agreed),
            deposit=Money.of(quote.deposit_money),
            note=quote.note,
            sent_at=quote.sent_at,
            valid_until=quote.valid_until,
            opened_at=quote.opened_at,
            openings=quote.openings,
            settled_at=quote.settled_at,
            booking_id=quote.booking_id,
        )


class QuoteRows(Shape):
    """A page of quotes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [QUOTE], "next": None}]})

    items: tuple[SentQuote, ...]
    next: str | None
    """The cursor of the next page; null on the last one."""
