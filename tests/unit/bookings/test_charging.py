"""What a rental costs beyond its price: the edges of grace, hours, gallons and miles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exodrive.bookings.charge import charging
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import Booking, ChargeKind
from exodrive.fleet.models import Car
from exodrive.house.rules import KINDS, FuelRules, LateRules, Rulebook
from exodrive.pricing.price import Line, LineKind, Price
from tests.unit.pricing.examples import usd

RULES = Rulebook(**{kind.kind: kind() for kind in KINDS}, versions={})  # type: ignore[arg-type]
DUE = datetime(2027, 3, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "amount", "params"),
    [
        (-600, None, None),
        (0, None, None),
        (29, None, None),  # the last minute of the grace
        (30, 100_00, {"hours": 1}),
        (60, 100_00, {"hours": 1}),
        (61, 200_00, {"hours": 2}),  # each hour begun
        (180, 300_00, {"hours": 3}),
        (181, 550_00, {"days": 1, "penalty": 150_00}),  # the fourth hour: a day and the penalty
        (24 * 60, 550_00, {"days": 1, "penalty": 150_00}),
        (24 * 60 + 1, 950_00, {"days": 2, "penalty": 150_00}),
    ],
)
def test_a_late_return(minutes: int, amount: int | None, params: dict[str, int] | None) -> None:
    found = charging.late(LateRules(), by=timedelta(minutes=minutes), day_price=usd(400_00))
    if amount is None:
        assert found is None
    else:
        assert found == ChargeLine(ChargeKind.LATE, usd(amount), params=params or {})


@pytest.mark.parametrize(
    ("eighths", "gallons"),
    [(-2, 0), (0, 0), (1, 3), (2, 5), (4, 10), (8, 19)],  # of 19 gallons, rounded up
)
def test_missing_fuel_is_filled_by_the_gallon(eighths: int, gallons: int) -> None:
    found = charging.fuel(FuelRules(), missing_eighths=eighths, tank=19, currency="USD")
    if not gallons:
        assert found is None
    else:
        assert found is not None
        assert found.amount == usd(gallons * 7_00 + 25_00)
        assert found.params == {"gallons": gallons, "each": 7_00, "service": 25_00}


def booking(*, per_day: int | None = None, extra_mile: int | None = None) -> Booking:
    price = Price(
        currency="USD", days=4, lines=(Line("rental", LineKind.RENTAL, {}, usd(1600_00)),), book="1"
    )
    return Booking(
        car=Car(miles_per_day=per_day, extra_mile=extra_mile, tank_gallons=20),
        price=price.to_json(),
        currency="USD",
        return_at=DUE,
    )


@pytest.mark.parametrize(
    ("per_day", "extra_mile", "driven", "charged"),
    [
        (None, None, 400, None),  # four days of the house's hundred miles
        (None, None, 401, 5_00),
        (50, None, 201, 5_00),  # the car's own allowance
        (50, 9_00, 210, 90_00),  # and its own price
        (None, None, 0, None),
    ],
)
def test_miles_over_the_allowance(
    per_day: int | None, extra_mile: int | None, driven: int, charged: int | None
) -> None:
    lines = charging.propose(
        booking(per_day=per_day, extra_mile=extra_mile),
        rules=RULES,
        driven=driven,
        missing_eighths=0,
        returned_at=DUE,
    )
    assert [line.amount.amount for line in lines] == ([] if charged is None else [charged])


def test_all_that_is_due_is_proposed_each_with_its_reason() -> None:
    lines = charging.propose(
        booking(), rules=RULES, driven=402, missing_eighths=8, returned_at=DUE + timedelta(minutes=30)
    )
    assert [(line.kind, line.amount.amount) for line in lines] == [
        (ChargeKind.MILEAGE, 10_00),
        (ChargeKind.FUEL, 20 * 7_00 + 25_00),
        (ChargeKind.LATE, 100_00),
    ]
