"""Bookings that are made up in bulk are what real ones are: they keep every rule that real ones keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import aliased, joinedload, selectinload

from exodrive.availability.models import Occupancy
from exodrive.bookings import cancelling, links
from exodrive.bookings.condition_models import ReportKind
from exodrive.bookings.models import Booking
from exodrive.bookings.money import settlement
from exodrive.bookings.reservation import ordering
from exodrive.bookings.states import OCCUPYING, State
from exodrive.config import Settings
from exodrive.contracts.models import Contract
from exodrive.fleet.models import Car
from exodrive.invoicing.models import Invoice, InvoiceCounter
from exodrive.kernel import audit, clock, outbox
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session
from exodrive.ledger.models import Entry, Posting
from exodrive.local import demo, demo_bookings
from exodrive.payments import tree
from exodrive.payments.models import Payment
from exodrive.payments.states import PaymentState, Purpose
from exodrive.storage import files
from tests import filled
from tests.servers import Servers

COUNT = 600


@pytest.fixture(scope="module")
def house(servers: Servers, worker_number: int, settings: Settings) -> Iterator[Flask]:
    with filled.house(servers, database="made_up", worker=worker_number, bookings=COUNT) as house:
        yield house.app


@pytest.fixture(scope="module")
def bookings(house: Flask) -> list[Booking]:
    return list(
        session().scalars(
            select(Booking).options(
                joinedload(Booking.car),
                joinedload(Booking.pickup_place),
                joinedload(Booking.return_place),
                selectinload(Booking.drivers),
                selectinload(Booking.charges),
            )
        )
    )


@pytest.fixture(scope="module")
def payments(house: Flask) -> dict[tuple[UUID, str], Payment]:
    rows = session().scalars(select(Payment).options(tree.WHOLE, selectinload(Payment.operations)))
    return {(row.booking_id, row.purpose): row for row in rows}


def test_there_are_exactly_as_many_in_every_state(bookings: list[Booking]) -> None:
    states = Counter(booking.state for booking in bookings)
    assert states.total() == COUNT
    assert set(states) >= set(State) - {State.HELD, State.AWAITING_PAYMENT}, "these few depend on the hour"
    assert states[State.CLOSED] > COUNT // 3
    assert states[State.CONFIRMED] > COUNT // 10


def test_no_car_is_out_twice(house: Flask) -> None:
    one, other = aliased(Occupancy), aliased(Occupancy)
    overlaps = (
        select(func.count())
        .select_from(one)
        .join(other, (one.car_id == other.car_id) & (one.id < other.id) & one.period.overlaps(other.period))
    )
    assert session().scalar(overlaps) == 0


def test_what_keeps_its_place_has_one(bookings: list[Booking]) -> None:
    kept = set(session().scalars(select(Occupancy.booking_id)))
    keeps = OCCUPYING | {State.RETURNED, State.CLOSED}
    assert kept == {booking.id for booking in bookings if booking.state in keeps}


def test_time_does_not_run_backwards(bookings: list[Booking]) -> None:
    at = clock.now()
    for booking in bookings:
        steps = [
            booking.held_at,
            booking.ordered_at,
            booking.authorized_at,
            booking.confirmed_at,
            booking.handed_over_at,
            booking.taken_back_at,
            booking.settling_at,
            booking.closed_at,
        ]
        reached = [step for step in steps if step is not None]
        assert reached == sorted(reached), booking.reference
        assert reached[-1] <= at
        assert steps[len(reached) :] == [None] * (len(steps) - len(reached)), booking.reference


def test_snapshots_can_be_read_and_are_the_total(bookings: list[Booking]) -> None:
    for booking in bookings:
        assert booking.agreed.total == booking.total_money
        assert booking.agreed.tax.amount > 0


def test_references_and_links_lead_to_one_booking(house: Flask, bookings: list[Booking]) -> None:
    assert len({booking.reference for booking in bookings}) == COUNT
    key = house.config["SECRET_KEY"]
    for booking in bookings[:20]:
        at = booking.held_at
        assert links.booking_id(links.secret(key, booking.id, booking.link_version), at=at) == booking.id


def test_staff_find_them_as_any_other(bookings: list[Booking]) -> None:
    for booking in bookings:
        assert booking.search == ordering.searchable(booking)


def test_payments_are_in_the_state_that_their_trees_say(payments: dict[tuple[UUID, str], Payment]) -> None:
    for payment in payments.values():
        stored = payment.state
        tree.refresh_state(payment, at=payment.updated_at)
        assert payment.state == stored


def test_payments_fit_their_bookings(
    bookings: list[Booking], payments: dict[tuple[UUID, str], Payment]
) -> None:
    held = {PaymentState.AUTHORIZED, PaymentState.CAPTURED, PaymentState.PARTIALLY_CAPTURED}
    for booking in bookings:
        rental = payments.get((booking.id, Purpose.RENTAL))
        deposit = payments.get((booking.id, Purpose.DEPOSIT))
        assert (rental is None) == (booking.ordered_at is None)
        if booking.state in (State.AWAITING_SIGNATURE, State.CONFIRMED, State.ON_RENT, State.RETURNED):
            assert rental is not None
            assert rental.state in held
        if booking.state in (State.ON_RENT, State.RETURNED):
            assert booking.deposit_waiver or (deposit is not None and deposit.state in held)
        if booking.state in (State.CANCELLED, State.NO_SHOW, State.EXPIRED) and rental is not None:
            kept = tree.captured(rental) - tree.refunded(rental)
            assert kept.amount == (booking.cancellation_fee or 0), booking.reference
            assert tree.live_authorization(rental) is None
        if booking.state == State.CLOSED:
            assert rental is not None
            for payment in filter(None, (rental, deposit)):
                assert payment.state not in {PaymentState.APPROVED, PaymentState.AUTHORIZED}
                assert tree.live_authorization(payment) is None, booking.reference


def test_nothing_waits_to_be_unwound_or_settled(bookings: list[Booking]) -> None:
    """The use cases find nothing to do: no event is emitted, no operation wanted."""
    ended = [row for row in bookings if row.state in (State.CANCELLED, State.NO_SHOW, State.EXPIRED)]
    for booking in ended[:60]:
        cancelling.unwind(booking, at=clock.now())
    session().flush()
    assert session().scalar(select(func.count(outbox.Event.id))) == 0


def test_the_ledger_sums_to_zero_for_each_posting(house: Flask) -> None:
    per_posting = (
        select(Entry.posting_id)
        .group_by(Entry.posting_id, Entry.currency)
        .having(func.sum(Entry.amount) != 0)
    )
    assert session().scalars(per_posting).all() == []
    assert session().scalar(select(func.sum(Entry.amount))) == 0


def test_what_has_ended_leaves_no_prepayment(bookings: list[Booking]) -> None:
    left = session().execute(
        select(Posting.booking_id, func.sum(Entry.amount))
        .join(Entry, Entry.posting_id == Posting.id)
        .where(Entry.account == "customer_prepayments")
        .group_by(Posting.booking_id)
    )
    prepaid = {booking_id: -amount for booking_id, amount in left}
    for booking in bookings:
        if booking.state in (State.CLOSED, State.CANCELLED, State.NO_SHOW, State.EXPIRED):
            assert prepaid.get(booking.id, 0) == 0, booking.reference


def test_invoices_are_numbered_without_gaps_in_the_order_of_issue(bookings: list[Booking]) -> None:
    rows = list(session().scalars(select(Invoice).order_by(Invoice.year, Invoice.sequence)))
    earned = set(
        session().scalars(select(Posting.booking_id).where(Posting.kind.in_(("settlement", "cancellation"))))
    )
    assert {row.booking_id for row in rows} == earned
    assert earned >= {row.id for row in bookings if row.state == State.CLOSED}
    counters = session().execute(select(InvoiceCounter.year, InvoiceCounter.last))
    for year, last in counters:
        of_year = [row for row in rows if row.year == year]
        assert [row.sequence for row in of_year] == list(range(1, last + 1))
        assert [row.issued_at for row in of_year] == sorted(row.issued_at for row in of_year)


def test_invoices_say_what_was_agreed_and_charged(
    bookings: list[Booking], payments: dict[tuple[UUID, str], Payment]
) -> None:
    by_id = {booking.id: booking for booking in bookings}
    for invoice in session().scalars(select(Invoice)):
        booking = by_id[invoice.booking_id]
        assert sum(amount for _, _, amount in invoice.lines) == invoice.total
        kept = booking.cancellation_fee
        whole = booking.total + settlement.charged(booking).amount
        assert invoice.total == (whole if booking.state == State.CLOSED else kept)
        assert invoice.paid == sum(
            (tree.captured(row) - tree.refunded(row)).amount
            for (owner, _), row in payments.items()
            if owner == booking.id
        )


def test_who_drove_had_signed(bookings: list[Booking]) -> None:
    signed = set(session().scalars(select(Contract.booking_id).where(Contract.state == "signed")))
    assert {row.id for row in bookings if row.handed_over_at} <= signed
    contract = session().scalars(select(Contract).where(Contract.state == "signed").limit(1)).one()
    assert contract.agreement_file_id is not None
    _, document = files.read(contract.agreement_file_id)
    assert document.startswith(b"%PDF")


def test_odometers_only_grow(house: Flask) -> None:
    reports = session().execute(
        text(
            "SELECT b.car_id, r.odometer FROM condition_reports r JOIN bookings b ON b.id = r.booking_id"
            " ORDER BY b.car_id, b.pickup_at, r.kind = :back"
        ),
        {"back": ReportKind.RETURN},
    )
    seen: dict[UUID, int] = {}
    for car_id, odometer in reports:
        assert odometer >= seen.get(car_id, 0)
        seen[car_id] = odometer
    now = dict(session().execute(select(Car.id, Car.odometer)).all())
    assert {car_id: now[car_id] for car_id in seen} == seen


def test_the_audit_trail_is_sealed_without_a_break(house: Flask) -> None:
    unsealed = session().scalars(select(AuditEntry.action).where(AuditEntry.seal.is_(None)))
    assert set(unsealed) == {"promotion.created", "staff.added"}, (
        "these were added in earnest, and wait for the sweep"
    )
    audit.seal()
    before = None
    entries = session().scalars(select(AuditEntry).order_by(AuditEntry.link))
    link = 0
    for link, entry in enumerate(entries, start=1):
        assert entry.link == link
        assert entry.seal == (before := audit.digest(entry, before=before))
    assert link > COUNT * 5


@pytest.mark.usefixtures("rolled_back")
def test_a_real_house_refuses_them(application: Flask) -> None:
    application.config["SANDBOX"] = False
    try:
        with pytest.raises(demo_bookings.NotASandbox):
            demo.add_bookings(1)
    finally:
        application.config["SANDBOX"] = True


def test_a_second_call_adds_as_many_again(house: Flask) -> None:
    session().rollback()
    demo.add_bookings(150)

    assert session().scalar(select(func.count(Booking.id))) == COUNT + 150
    hidden = session().scalars(select(Car).where(Car.slug.startswith("demo-stock-"))).all()
    assert hidden
    assert not any(car.visible or car.available for car in hidden)
    assert all("demo stock" in car.name for car in hidden)
