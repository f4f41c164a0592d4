"""A shown price on its way through a form: the signed quote, with the places that it is for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from exodrive.bookings.reservation.offers import Journey, Offer
from exodrive.house import queries as house
from exodrive.kernel.money import Money
from exodrive.pricing import quotes
from exodrive.pricing.quotes import Quote, QuoteForged

FOREVER = timedelta(days=10_000)


@dataclass(frozen=True, slots=True)
class Promise:
    """What was shown. The places are kept by their slugs: a price knows only their names and taxes."""

    quote: Quote
    pickup_place: str
    return_place: str

    def journey(self) -> Journey:
        """Raises PlaceNotFound where the house has given up a place meanwhile."""
        return Journey(
            house.place(self.pickup_place),
            house.place(self.return_place),
            self.quote.request.pickup_at,
            self.quote.request.return_at,
        )


def sign(offer: Offer, *, secret: str, at: datetime) -> str:
    """An offer as a token for a form."""
    quote = quotes.sign(Quote(offer.request, offer.price, at), secret=secret)
    journey = offer.journey
    return str(_serializer(secret).dumps([quote, journey.pickup_place.slug, journey.return_place.slug]))


def read(token: str, *, secret: str, at: datetime) -> Promise:
    """The promise of a token. Raises QuoteForged and QuoteExpired."""
    quote, pickup_place, return_place = _parts(token, secret)
    return Promise(quotes.read(quote, secret=secret, at=at), pickup_place, return_place)


def old_total(token: str, *, secret: str, at: datetime) -> Money:
    """What was promised by a token that may have expired."""
    quote, _, _ = _parts(token, secret)
    return quotes.read(quote, secret=secret, at=at, life=FOREVER).price.total


def _parts(token: str, secret: str) -> tuple[str, str, str]:
    try:
        quote, pickup_place, return_place = _serializer(secret).loads(token)
    except (BadData, ValueError) as error:
        raise QuoteForged from error
    return quote, pickup_place, return_place


def _serializer(secret: str) -> URLSafeSerializer:
    """The salt keeps other signed things from passing as a promise."""
    return URLSafeSerializer(
        secret,
        salt="checkout.promise",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
