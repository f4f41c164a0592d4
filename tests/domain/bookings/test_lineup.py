"""The line of cars, page by page: nobody is lost or shown twice, whatever happens between two pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from exodrive.availability import occupancies
from exodrive.availability.rules import FOREVER, OccupancyKind, Period
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation import holding, lineup, offers
from exodrive.bookings.reservation.lineup import LineUp, Part
from exodrive.bookings.reservation.offers import Desk, Journey
from exodrive.bookings.reservation.ranking import Order, Standing
from exodrive.fleet.models import Car
from exodrive.fleet.wishes import Wishes
from exodrive.house import queries as houses
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id
from exodrive.pricing.models import Season
from exodrive.pricing.rulebook import SeasonKind
from tests.rental import KEY

DAY = timedelta(days=1)
MORE = 40


@pytest.fixture
def desk(house: Flask, at: datetime) -> Desk:
    return _desk(at)


@pytest.fixture
def journey(house: Flask, at: datetime) -> Journey:
    place = houses.place("rockville")
    return Journey(place, place, at + 7 * DAY, at + 10 * DAY)


@pytest.fixture
def many(house: Flask) -> None:
    """Forty cars more, of which many cost the same and are as strong and as old."""
    columns = [column.key for column in inspect(Car).column_attrs]
    models = session().scalars(select(Car).order_by(Car.slug)).all()
    for number in range(MORE):
        like = {name: getattr(models[number % 3], name) for name in columns}
        like.update(id=new_id(), slug=f"more-{number}", vin=f"MORE{number}", plate=f"MORE {number}")
        session().add(Car(**like))
    session().flush()


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("dated", [False, True])
def test_every_car_once(
    many: None, desk: Desk, journey: Journey, at: datetime, order: Order, dated: bool
) -> None:
    _take("aurelia-gt", journey, at)
    wanted = journey if dated else None
    pages = list(_pages(order, wanted, desk=desk, at=at))
    seen = [entry.car.slug for page in pages for entry in page.entries]
    assert len(pages) == 3
    assert len(seen) == len(set(seen)) == 14 + MORE
    assert [page.more for page in pages] == [54 - 18, 54 - 36, 0]
    assert {page.found for page in pages} == {53 if dated else 54}


def test_cars_that_come_and_go_meanwhile_shift_nothing(many: None, desk: Desk, at: datetime) -> None:
    first = _line(Order.PRICE, None, desk=desk, at=at)
    assert first.last is not None
    gone, last = first.entries[0].car, first.entries[-1].car
    gone.visible, last.visible = False, False
    session().flush()
    second = _line(Order.PRICE, None, desk=desk, at=at, part=Part(after=first.last))
    shown = {entry.car.id for entry in first.entries}
    assert not shown & {entry.car.id for entry in second.entries}
    assert len(shown) + len(second.entries) + second.more == 14 + MORE


def test_all_up_to_a_place_for_who_comes_back(many: None, desk: Desk, at: datetime) -> None:
    first, second, _third = _pages(Order.NEWEST, None, desk=desk, at=at)
    again = _line(Order.NEWEST, None, desk=desk, at=at, part=Part(upto=second.last))
    assert [entry.car.id for entry in again.entries] == [
        entry.car.id for page in (first, second) for entry in page.entries
    ]
    assert (again.last, again.more) == (second.last, second.more)


def test_the_order_goes_by_totals_where_dates_are_given(desk: Desk, journey: Journey, at: datetime) -> None:
    """A rule of its own makes the cheapest car of a day the dearest of these dates."""
    car = session().scalars(select(Car).order_by(Car.daily_price)).first()
    assert car is not None
    session().add(
        Season(
            kind=SeasonKind.SEASON, name="Once", rate_bp=200_000, car_id=car.id, valid_from=at.date() - DAY
        )
    )
    session().flush()
    dear = _line(Order.PRICE_DOWN, journey, desk=_desk(at), at=at)
    assert dear.entries[0].car.id == car.id
    totals = [entry.offer.price.total for entry in dear.entries if entry.offer]
    assert totals == sorted(totals, key=lambda total: -total.amount)
    assert _line(Order.PRICE, None, desk=desk, at=at).entries[0].car.id == car.id


def test_taken_cars_come_last_with_when_they_are_free_for_as_long(
    desk: Desk, journey: Journey, at: datetime
) -> None:
    """A gap of a day between two rentals is no place for three days."""
    taken = _take("aurelia-gt", journey, at)
    later = Period(taken.ends_at + DAY, taken.ends_at + 3 * DAY)
    occupancies.occupy(_car("aurelia-gt"), later, kind=OccupancyKind.MAINTENANCE, at=at)
    occupancies.occupy(_car("noctua-r"), Period(at, FOREVER), kind=OccupancyKind.OUT_OF_SERVICE, at=at)
    line = _line(Order.CHOICE, journey, desk=desk, at=at)
    assert [(entry.car.slug, entry.free_from) for entry in line.entries[-2:]] == [
        ("aurelia-gt", later.ends_at),
        ("noctua-r", None),
    ]
    assert line.found == 12


def test_ones_own_hold_is_not_taken(desk: Desk, journey: Journey, at: datetime) -> None:
    car = session().get_one(Car, _car("linnet-38"))
    offer = next(
        entry.offer
        for entry in _line(Order.CHOICE, journey, desk=desk, at=at).entries
        if entry.car.id == car.id
    )
    assert offer is not None
    booking, _secret = holding.hold(offer, policies=desk.policies, prefix="EXD", visitor="me", key=KEY, at=at)
    mine = _line(Order.CHOICE, journey, desk=desk, at=at, visitor="me")
    assert (mine.entries[0].standing, mine.entries[0].begun) == (Standing.MINE, booking)
    assert mine.found == 13
    for others in (None, "somebody else"):
        line = _line(Order.CHOICE, journey, desk=desk, at=at, visitor=others)
        assert (line.entries[-1].car.id, line.entries[-1].standing) == (car.id, Standing.TAKEN)
    run_out = _line(Order.CHOICE, journey, desk=desk, at=booking.held_at + DAY, visitor="me")
    assert run_out.entries[-1].standing is Standing.TAKEN


def test_cars_for_longer_only_are_told_apart(desk: Desk, journey: Journey, at: datetime) -> None:
    short = Journey(journey.pickup_place, journey.return_place, journey.pickup_at, journey.pickup_at + DAY)
    line = _line(Order.CHOICE, short, desk=desk, at=at)
    assert (line.entries[-1].car.slug, line.entries[-1].standing) == ("noctua-r", Standing.TOO_SHORT)
    assert (line.found, line.days) == (13, 1)
    assert _line(Order.CHOICE, short, desk=desk, at=at, wishes=Wishes(category="exotic")).found == 1


@pytest.mark.parametrize(
    ("wishes", "slugs"),
    [
        (Wishes(category="classic"), {"linnet-38"}),
        (Wishes(price_max=52_000), {"linnet-38", "harrowgate-six"}),
        (Wishes(price_min=240_000), {"noctua-r", "noctua-s"}),
        (Wishes(seats=5), {"harrowgate-eight", "harrowgate-six", "bramante-s"}),
        (Wishes(transmission="Manual"), {"linnet-38"}),
        (Wishes(transmission="automatic", power=600), {"bramante-s"}),
        (Wishes(drivetrain="REAR-WHEEL DRIVE", power=700), {"aurelia-gt", "aurelia-gt-green", "strada-tt"}),
        (Wishes(category="classic", seats=5), set()),
    ],
)
def test_each_wish(desk: Desk, at: datetime, wishes: Wishes, slugs: set[str]) -> None:
    line = _line(Order.CHOICE, None, desk=desk, at=at, wishes=wishes)
    assert {entry.car.slug for entry in line.entries} == slugs
    assert line.found == len(slugs)


def test_a_wish_for_what_no_car_has_is_passed_over(desk: Desk, at: datetime) -> None:
    line = _line(
        Order.CHOICE, None, desk=desk, at=at, wishes=Wishes(category="boat", transmission="reins", seats=5)
    )
    assert set(line.passed_over) == {"category", "transmission"}
    assert line.found == 3


def test_dates_that_cannot_be_had_are_refused(desk: Desk, journey: Journey, at: datetime) -> None:
    wrong = Journey(journey.pickup_place, journey.return_place, journey.return_at, journey.pickup_at)
    with pytest.raises(DatesRefused, match="return_before_pickup"):
        _line(Order.CHOICE, wrong, desk=desk, at=at)


def _desk(at: datetime) -> Desk:
    return offers.desk(houses.house(), houses.rulebook(at), currencies={"USD"}, at=at)


def _line(
    order: Order,
    journey: Journey | None,
    *,
    desk: Desk,
    at: datetime,
    wishes: Wishes | None = None,
    visitor: str | None = None,
    part: Part | None = None,
) -> LineUp:
    return lineup.line_up(
        wishes or Wishes(), order=order, journey=journey, desk=desk, at=at, visitor=visitor, part=part
    )


def _pages(order: Order, journey: Journey | None, *, desk: Desk, at: datetime) -> Iterator[LineUp]:
    page = _line(order, journey, desk=desk, at=at)
    yield page
    while page.more:
        page = _line(order, journey, desk=desk, at=at, part=Part(after=page.last))
        yield page


def _car(slug: str) -> UUID:
    return session().scalars(select(Car.id).where(Car.slug == slug)).one()


def _take(slug: str, journey: Journey, at: datetime) -> Period:
    """The car is in the workshop for exactly the promised times."""
    period = Period(journey.pickup_at, journey.return_at)
    occupancies.occupy(_car(slug), period, kind=OccupancyKind.MAINTENANCE, at=at)
    return period
