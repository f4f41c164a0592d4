"""A car's place in the line: total, readable from an address, and deaf to what we did not write."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from exodrive.bookings.reservation import ranking
from exodrive.bookings.reservation.ranking import Order, Place, Standing
from exodrive.fleet.options import Candidate
from exodrive.kernel.ids import new_id

CAR = Candidate(new_id(), "sports", 2, "Manual", "Rear-wheel drive", 640, 2023, False, 89_500, "USD", 1)


@pytest.mark.parametrize("order", Order)
def test_a_place_is_read_as_it_was_written(order: Order) -> None:
    place = ranking.place(CAR, Standing.FREE, order=order, amount=329_315)
    assert Place.read(str(place)) == place


@pytest.mark.parametrize(
    "written",
    ["", "x", "1.2.3", "3.0.0." + "0" * 32, "1.0.0." + "0" * 31, "1.0.0." + "G" * 32, "1.1e9.0." + "0" * 32,
     "1." + "9" * 19 + ".0." + "0" * 32, "1.٣.0." + "0" * 32, "1.0.0." + "0" * 32 + "\n", "\x00"],
)  # fmt: skip
def test_what_is_no_place_is_none(written: str) -> None:
    assert Place.read(written) is None


@pytest.mark.parametrize("order", Order)
def test_no_two_cars_share_a_place(order: Order) -> None:
    twin = replace(CAR, id=UUID(int=CAR.id.int + 1))
    places = [ranking.place(car, Standing.FREE, order=order, amount=1) for car in (CAR, twin)]
    assert places[0] < places[1]


@pytest.mark.parametrize(
    ("order", "better"),
    [
        (Order.CHOICE, {"featured": True, "daily_price": 1}),
        (Order.CHOICE, {"daily_price": 99_500}),
        (Order.POWER, {"power_hp": 700}),
        (Order.NEWEST, {"year": 2024}),
    ],
)
def test_what_an_order_puts_first(order: Order, better: dict[str, int]) -> None:
    first = ranking.place(replace(CAR, **better), Standing.FREE, order=order, amount=9)  # type: ignore[arg-type]
    assert first < ranking.place(CAR, Standing.FREE, order=order, amount=1)


def test_amounts_go_both_ways() -> None:
    def place(order: Order, amount: int) -> Place:
        return ranking.place(CAR, Standing.FREE, order=order, amount=amount)

    assert place(Order.PRICE, 1) < place(Order.PRICE, 2)
    assert place(Order.PRICE_DOWN, 2) < place(Order.PRICE_DOWN, 1)


@pytest.mark.parametrize("order", Order)
def test_ones_own_comes_first_and_what_is_taken_last(order: Order) -> None:
    mine, free, taken, short = (
        ranking.place(CAR, standing, order=order, amount=1)
        for standing in (Standing.MINE, Standing.FREE, Standing.TAKEN, Standing.TOO_SHORT)
    )
    assert mine < free < taken == short
