"""What can be chosen is what cars on show have, with how many each choice would leave."""

from __future__ import annotations

from dataclasses import replace

from exodrive.fleet import options
from exodrive.fleet.options import Candidate
from exodrive.kernel.ids import new_id

CAR = Candidate(new_id(), "sports", 2, "Dual clutch", "Rear-wheel drive", 640, 2023, False, 89_500, "USD", 1)


def cars(*changes: dict[str, object]) -> list[Candidate]:
    return [replace(CAR, id=new_id(), **change) for change in changes]  # type: ignore[arg-type]


def counts(found: object) -> dict[str, int]:
    return {option.value: option.count for option in found}  # type: ignore[attr-defined]


def test_words_in_any_case_are_one_and_the_frequent_come_first() -> None:
    found = options.of(cars({"transmission": "manual"}, {}, {"transmission": "dual Clutch"}))
    assert [(each.value, each.words, each.count) for each in found.transmissions] == [
        ("dual clutch", "Dual clutch", 2),
        ("manual", "Manual", 1),
    ]


def test_a_choice_counts_what_all_the_other_wishes_leave() -> None:
    few_seats, manual, both = frozenset({"seats"}), frozenset({"transmission"}), {"seats", "transmission"}
    found = options.of(
        cars(
            {"seats": 4},
            {"seats": 2, "misses": few_seats},
            {"seats": 4, "transmission": "Manual", "misses": manual},
            {"seats": 2, "transmission": "Manual", "misses": frozenset(both)},
        )
    )
    assert counts(found.seats) == {"4": 1}
    assert counts(found.transmissions) == {"dual clutch": 1, "manual": 1}
    assert found.everything == 1


def test_cars_that_cannot_be_had_are_no_reason_to_choose() -> None:
    found = options.of(cars({}, {"free": False}, {"free": False, "category": "classic"}))
    assert counts(found.categories) == {"sports": 1, "classic": 0}


def test_steps_tell_the_cars_apart() -> None:
    """No step that all cars have, none that no car has."""
    found = options.of(cars({"power_hp": 310, "seats": 2}, {"power_hp": 640, "seats": 4}, {"power_hp": 986}))
    assert counts(found.powers) == {"400": 2, "500": 2, "600": 2, "700": 1, "800": 1}
    assert counts(found.seats) == {"4": 1}


def test_the_range_of_prices() -> None:
    found = options.of(cars({"daily_price": 45_000}, {"daily_price": 380_000}))
    assert (found.lowest, found.highest) == (45_000, 380_000)


def test_a_house_without_cars_has_nothing_to_choose() -> None:
    found = options.of([])
    lists = (found.categories, found.seats, found.powers, found.transmissions, found.drivetrains)
    assert not any(lists)
    assert (found.lowest, found.highest, found.everything) == (None, None, 0)
