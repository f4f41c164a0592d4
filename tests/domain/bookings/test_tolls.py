"""Tolls find the rental in which they arose, and are charged once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exodrive.billing import opening as bills
from exodrive.bookings import queries, transitions
from exodrive.bookings.after_return import toll_files, tolls
from exodrive.bookings.after_return.tolls import Stay, TollFileImported
from exodrive.bookings.charge import charges
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from tests import paper, rental

NEW_YORK = ZoneInfo("America/New_York")
SPRING, AUTUMN = datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


def upload(*lines: str) -> UUID:
    content = "\n".join(("plate,time,amount,place,reference,kind", *lines)).encode()
    with transaction():
        return tolls.keep(content, name="tolls.csv", by=rental.AGENT, at=clock.now()).id


def outcomes(toll_file_id: UUID) -> list[str]:
    with transaction():
        return [each.outcome for each in tolls.preview(tolls.one(toll_file_id), at=clock.now())]


def imported(toll_file_id: UUID) -> list[str]:
    with transaction():
        done = tolls.import_file(toll_file_id, by=rental.AGENT, at=clock.now())
        return [row["outcome"] for row in done.outcomes]


@pytest.mark.usefixtures("house")
def test_a_file_is_looked_at_then_charged_once_and_never_again() -> None:
    booking_id = paper.returned(odometer=20_050, fuel_eighths=8)
    rental.settle(booking_id)
    paper.answer(booking_id)
    with transaction():  # three hours on the road
        booking = transitions.lock(booking_id)
        booking.handed_over_at = clock.now() - timedelta(hours=3)
    assert booking.handed_over_at is not None
    plate, at = booking.car.plate, booking.handed_over_at
    lines = (
        f"{plate.lower()},{at.isoformat()},4.50,Bay Bridge,T-1,toll",
        f"{plate},{(at - timedelta(hours=1)).isoformat()},4.50,Bay Bridge,T-2,toll",
        f"NOBODY1,{at.isoformat()},4.50,Bay Bridge,T-3,toll",
        f"{plate},{at.isoformat()},4.50,Bay Bridge,t 1,toll",
        f"{plate},yesterday,4.50,,T-5,toll",
        f"{plate},{at.isoformat()},much,,T-6,toll",
        f"{plate},{at.isoformat()},75.00,K Street,F-1,parking fine",
        f"{plate},{(clock.now() + timedelta(days=9)).isoformat()},1,,T-8,",
    )
    expected = [
        "matched", "no_rental", "unknown_plate", "twice", "bad_time", "bad_amount", "matched", "future",
    ]  # fmt: skip
    first = upload(*lines)
    assert outcomes(first) == expected
    assert charges.all_of(booking_id) == []  # looking changes nothing
    assert imported(first) == expected
    toll, fine = charges.all_of(booking_id)
    assert [(toll.kind, toll.amount), (fine.kind, fine.amount)] == [("toll", 450), ("fine", 7500)]
    assert toll.bill_id == fine.bill_id  # one bill for both
    bill = bills.of_cause(f"late_charge:{toll.id}")
    assert bill is not None
    assert bill.amount == 7950
    with pytest.raises(TollFileImported):
        imported(first)
    again = upload(*lines)
    assert imported(again)[0] == imported_before(again) == "already_imported"
    assert len(charges.all_of(booking_id)) == 2


def imported_before(toll_file_id: UUID) -> str:
    session().expire_all()
    found = tolls.one(toll_file_id)
    outcome: str = found.outcomes[6]["outcome"]
    return outcome


@pytest.mark.usefixtures("house")
def test_a_rental_that_is_not_settled_pays_from_its_deposit() -> None:
    booking_id = paper.on_rent()
    booking = queries.by_id(booking_id)
    assert booking.handed_over_at is not None
    at = booking.handed_over_at.isoformat()
    assert imported(upload(f"{booking.car.plate},{at},4.50,,,")) == ["matched"]
    session().expire_all()
    (toll,) = queries.by_id(booking_id).charges
    assert (toll.state, toll.late, toll.bill_id) == ("proposed", False, None)


def stays(start: datetime, lengths: list[int], gaps: list[int]) -> list[Stay]:
    """One car's rentals, one after the other, some without a minute between them."""
    found, since = [], start
    for number, (length, gap) in enumerate(zip(lengths, gaps, strict=True)):
        until = since + timedelta(minutes=length)
        found.append(Stay(UUID(int=number), str(number), since, until, "USD", takes_more=True))
        since = until + timedelta(minutes=gap)
    return found


@given(
    st.sampled_from([SPRING, AUTUMN, AUTUMN + timedelta(days=30)]),
    st.lists(st.tuples(st.integers(1, 900), st.sampled_from([0, 0, 1, 60])), min_size=1, max_size=6),
    st.integers(-120, 3000),
)
def test_every_minute_belongs_to_one_rental_at_most(
    start: datetime, shape: list[tuple[int, int]], minute: int
) -> None:
    """Adjacent rentals share no toll, also where the clocks change; a local time finds its instant again."""
    own = stays(start, [length for length, _ in shape], [gap for _, gap in shape])
    moment = start + timedelta(minutes=minute)
    inside = [stay for stay in own if stay.since <= moment < (stay.until or moment)]
    assert tolls.stays_at(own, moment) == inside
    assert len(inside) <= 1
    local = moment.astimezone(NEW_YORK).replace(tzinfo=None)
    assert moment in toll_files.instants(local, NEW_YORK)
    assert len(toll_files.instants(local, NEW_YORK)) <= 2
