"""What every shape of the API is made of: strict, closed, immutable, with money, moments and lines of text.

A shape is a pydantic model. It refuses what it does not know, so that nothing can be assigned that no field
names; its JSON Schema goes into the OpenAPI document, the words under each field with it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from exodrive.kernel import money

# More than any rental costs, and exact in every JSON reader that keeps numbers as doubles (RFC 8259, 6).
LARGEST_AMOUNT = 10**12
# RFC 3339; seconds may be left out, as people do who type a time.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Shape(BaseModel):
    """Something that is sent, as JSON. Every answer has all of its fields; None stands for what is not."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


class Asked(Shape):
    """The part of an address behind the question mark: text that is read as what it stands for."""

    model_config = ConfigDict(strict=False)


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or _MOMENT.fullmatch(value) is None:
        raise ValueError("write a date, a time and its offset, such as 2026-12-11T10:00:00-05:00")
    return datetime.fromisoformat(value.upper())


def _day(value: Any) -> Any:
    if type(value) is date:
        return value
    if not isinstance(value, str) or _DAY.fullmatch(value) is None:
        raise ValueError("write a date, such as 1991-04-02")
    return date.fromisoformat(value)


def _whole(value: Any) -> Any:
    # To JSON Schema 3.0 is a whole number, as it is to many programs that write JSON.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _known(currency: str) -> str:
    if currency not in money.DECIMALS:
        raise ValueError("this currency is not known here")
    return currency


# A moment, never a local time. It is answered in UTC.
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Currency = Annotated[
    str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": sorted(money.DECIMALS)})
]
# Stands last in an annotation: what stands before it is what the document says.
WHOLE = BeforeValidator(_whole)
Id = UUID
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
# What was shown, as one text that is sent back unchanged.
Seal = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
# As a pattern writes what `kernel.seen` calls turning.
_TURNING = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# One line of text: no control characters, which the database or a letter could not keep, no signs that turn
# its direction, so that words read as others, and no space at its ends.
Line = Annotated[
    str,
    StringConstraints(
        pattern=rf"^[^\u0000-\u0020\u007f-\u00a0{_TURNING}](?:[^\u0000-\u001f\u007f-\u009f{_TURNING}]*"
        rf"[^\u0000-\u0020\u007f-\u00a0{_TURNING}])?$"
    ),
]


class Money(Shape):
    """An amount of one currency, in its minor units: 125000 USD is $1,250.00, 125000 JPY is ¥125,000."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": 125000, "currency": "USD"}]})

    amount: Annotated[int, Field(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT), WHOLE]
    """Whole minor units. Less than nothing is a discount or goes back to the customer."""
    currency: Currency
    """ISO 4217."""

    @classmethod
    def of(cls, value: money.Money) -> Self:
        return cls(amount=value.amount, currency=value.currency)

    def plain(self) -> money.Money:
        """The same for the use cases."""
        return money.Money(self.amount, self.currency)
