"""Past and coming bookings for the demo house, up to a million: for lists, searches and measurements.

They are whole (drivers, money, ledger, agreement, invoice, audit trail) and ask for nothing: no event is
emitted. PayPal and DocuSeal know nothing of them.
"""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any

import psycopg
from flask import Flask, current_app
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from exodrive.bookings.models import Booking
from exodrive.fleet.models import Car
from exodrive.invoicing.models import InvoiceCounter
from exodrive.kernel import clock
from exodrive.kernel.db import METADATA, db, session, transaction
from exodrive.local.bulk import scene, slots, stock, telling, trail
from exodrive.local.bulk.rows import Batch
from exodrive.local.bulk.scene import Scene
from exodrive.local.bulk.slots import Slot
from exodrive.local.bulk.tale import Tale
from exodrive.local.bulk.trail import Entry

SEED = 1964
BATCH = 1_000  # bookings in one transaction: some 50,000 rows, a second or two
TELL_EVERY = 5  # seconds
FILLED = (
    "audit_entries", "booking_charges", "booking_drivers", "bookings", "cars", "condition_photos",
    "condition_reports", "contracts", "customers", "invoices", "ledger_entries", "ledger_postings",
    "occupancies", "payment_authorizations", "payment_captures", "payment_operations", "payment_orders",
    "payment_refunds", "payments",
)  # fmt: skip


class NotASandbox(RuntimeError):
    """Invented money has no place in a real house's books."""


@dataclass(frozen=True, slots=True)
class Told:
    """Bookings that are ready to be written, with the deeds that the audit trail will have of them."""

    batch: Batch
    deeds: list[Entry]
    references: frozenset[str]


def add_bookings(count: int) -> None:
    """Add exactly `count` bookings; called again, it adds as many more. Needs an app context.

    The house's cars that nobody has had yet are filled first; hidden cars are added for the rest. Raises
    NotASandbox, NoHouse.
    """
    if not current_app.config["SANDBOX"]:
        raise NotASandbox("bookings can be made up in a sandbox only")
    play, planned = _set(count)
    begun = told = time.monotonic()
    done = 0
    with _uncollected():
        for written in _in_batches(play, planned):
            done += written
            if time.monotonic() - told > TELL_EVERY or done == count:
                told = time.monotonic()
                print(f"{done:,} of {count:,} bookings, {told - begun:.0f} s", flush=True)
    _finish(play)


def add_planned(play: Scene, planned: list[Slot]) -> None:
    """Add the bookings of a plan made elsewhere. Raises NotASandbox."""
    if not current_app.config["SANDBOX"]:
        raise NotASandbox("bookings can be made up in a sandbox only")
    for _ in _in_batches(play, planned):
        pass
    _finish(play)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Rows hold no cycles: looking for some among so many would take a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _in_batches(play: Scene, planned: list[Slot]) -> Iterator[int]:
    """Write all, telling one batch while the database takes the one before; yields the size of each."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # a thread has no proxies
    waiting, unwritten = iter(planned), frozenset[str]()
    with ThreadPoolExecutor(max_workers=1) as scribe:
        writing: Future[int] | None = None
        while chosen := list(islice(waiting, BATCH)):
            told = _tell(play, chosen, besides=unwritten)
            if writing is not None:
                yield writing.result()
            writing, unwritten = scribe.submit(_write, app, told), told.references
        if writing is not None:
            yield writing.result()


def _set(count: int) -> tuple[Scene, list[Slot]]:
    """The cars and the plan: when each of them is out."""
    with transaction():
        now = clock.now()
        existing = session().scalar(select(func.count(Booking.id))) or 0
        chance = Random(SEED + existing)  # noqa: S311  the same bookings again in an empty house
        unused = stock.unused_cars()
        own, more = slots.cars_needed(count, own=len(unused))
        cars = unused[:own] + stock.add_cars(more, at=now)
        play = scene.load(
            cars, existing=existing, key=current_app.config["SETTINGS"].secret_key, now=now, chance=chance
        )
    closed = scene.closed_weekdays(play.desk.house.hours)
    return play, slots.plan(count, cars=len(cars), today=play.today.weekday(), closed=closed, chance=chance)


def _tell(play: Scene, chosen: list[Slot], *, besides: frozenset[str]) -> Told:
    batch, deeds = Batch(), list[Entry]()
    references = _free_references(play, len(chosen), besides=besides)
    for slot, reference in zip(chosen, references, strict=True):
        tale = Tale(play, batch, slot, reference=reference)
        telling.tell(tale)
        deeds += tale.trail.in_order()
    return Told(batch, deeds, frozenset(references))


def _free_references(play: Scene, count: int, *, besides: frozenset[str]) -> list[str]:
    """So many references that no booking has, nor the ones `besides` that are being written."""
    found: set[str] = set()
    while len(found) < count:
        drawn = {play.ids.reference(play.desk.house.reference_prefix) for _ in range(count)} - found - besides
        with transaction():
            taken = session().scalars(select(Booking.reference).where(Booking.reference.in_(drawn)))
            found |= drawn - set(taken)
    return sorted(found)[:count]


def _write(app: Flask, told: Told) -> int:
    """One transaction. What others may wait for is locked only now that the rows are ready."""
    with app.app_context(), transaction():
        # Nobody is told that all is well before the last batch: a crash of the machine may lose some.
        session().execute(text("SET LOCAL synchronous_commit = off"))
        # Words to search by are sorted in before they go into their index: a third less work.
        session().execute(text("SET LOCAL gin_pending_list_limit = '64MB'"))
        _number_invoices(told.batch)
        trail.write(told.batch, told.deeds, ids=_audit_ids(len(told.deeds)))
        told.batch.write(_connection())
    return len(told.references)


def _number_invoices(batch: Batch) -> None:
    """The next numbers of each year, in the order of issue."""
    by_year: dict[int, list[dict[str, Any]]] = {}
    for row in sorted(batch.of("invoices"), key=lambda row: row["issued_at"]):
        by_year.setdefault(row["year"], []).append(row)
    for year, rows in by_year.items():
        last = session().execute(
            insert(InvoiceCounter)
            .values(year=year, last=len(rows))
            .on_conflict_do_update(index_elements=["year"], set_={"last": InvoiceCounter.last + len(rows)})
            .returning(InvoiceCounter.last)
        )
        for number, row in enumerate(rows, start=last.scalar_one() - len(rows) + 1):
            row["sequence"] = number


def _audit_ids(count: int) -> list[int]:
    """So many numbers of the trail, each given once."""
    following = func.nextval(func.pg_get_serial_sequence("audit_entries", "id"))
    return list(session().scalars(select(following).select_from(func.generate_series(1, count))))


def _connection() -> psycopg.Connection[Any]:
    """The driver's connection of the open transaction: SQLAlchemy has no COPY."""
    connection = session().connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)  # noqa: S101  there is no other driver
    return connection


def _finish(play: Scene) -> None:
    """Let the odometers show what was driven, and the planner know what there is now."""
    with transaction():
        for car_id, odometer in play.odometers.items():
            session().execute(
                update(Car).where(Car.id == car_id).values(odometer=func.greatest(Car.odometer, odometer))
            )
    tables = ", ".join(METADATA.tables[name].name for name in FILLED)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM (ANALYZE) {tables}"))
