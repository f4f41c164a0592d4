"""A price shown is a promise: the quote carries it, signed, to the moment of booking.

A quote is what was asked, what was answered, and when. Its token is safe in a form or an address and cannot
be changed unseen. For its life it is honoured as it stands, even where a rule has changed meanwhile.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from exodrive.kernel.errors import Conflict, Refused
from exodrive.pricing.price import Price
from exodrive.pricing.request import PriceRequest

LIFE = timedelta(minutes=30)  # twice the hold, so that reading the page slowly costs nobody the price
FORM = 1  # the form of the token's content


class QuoteExpired(Conflict):
    """The price is too old to be promised any longer: a new one is to be shown and agreed."""

    code = "quote_expired"


class QuoteForged(Refused):
    """The token is not one that this house has signed."""

    code = "quote_forged"


@dataclass(frozen=True, slots=True)
class Quote:
    """A price promised for a request at a time. The price names the version of its rule book."""

    request: PriceRequest
    price: Price
    issued_at: datetime


def sign(quote: Quote, *, secret: str) -> str:
    """The quote as a token for an address or a form."""
    content = [FORM, int(quote.issued_at.timestamp()), quote.request.to_json(), quote.price.to_json()]
    return str(_serializer(secret).dumps(content))


def read(token: str, *, secret: str, at: datetime, life: timedelta = LIFE) -> Quote:
    """The quote of a token. Raises QuoteForged, and QuoteExpired once its life has passed at `at`."""
    try:
        content: list[Any] = _serializer(secret).loads(token)
    except BadData as error:
        raise QuoteForged from error
    if content[0] != FORM:
        # We did sign it, before an upgrade. To the customer it is merely an old price.
        raise QuoteExpired
    _, issued, request, price = content
    issued_at = datetime.fromtimestamp(issued, UTC)
    if at >= issued_at + life:
        raise QuoteExpired
    return Quote(PriceRequest.from_json(request), Price.from_json(price), issued_at)


def _serializer(secret: str) -> URLSafeSerializer:
    """HMAC-SHA256 over compressed JSON; the salt keeps other signed things from passing as a quote."""
    return URLSafeSerializer(
        secret,
        salt="pricing.quote",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
