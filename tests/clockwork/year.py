"""Half a year of a house: guests come, the clock leaps to what is due next, the scheduler runs between."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from unittest import mock
from uuid import UUID

from sqlalchemy import select, update

from exodrive.fleet.models import Car
from exodrive.house.models import Policy
from exodrive.house.rules import CaptureRules
from exodrive.kernel import clock, deliveries, outbox
from exodrive.kernel.actors import SYSTEM
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.ids import new_id
from exodrive.kernel.outbox import Delivery, DeliveryState
from exodrive.local import demo
from exodrive.payments import queries as payments
from exodrive.providers import factory
from exodrive.reconciliation import runs
from exodrive.rendering import printing
from exodrive.rendering.printing import Content
from exodrive.storage import files
from exodrive.tasks import sweeps, work
from exodrive.tasks.routes import LETTER
from tests import drain, rental
from tests.clockwork import outcome, ways
from tests.clockwork.bank import Bank
from tests.clockwork.biller import Biller
from tests.clockwork.guests import Guest
from tests.clockwork.notary import Notary, Postman
from tests.clockwork.outcome import Outcome
from tests.clockwork.persons import Deed, Surroundings

OPENS = datetime(2027, 1, 4, 14, tzinfo=UTC)
ARRIVALS = timedelta(days=75)  # over which the guests come
BETWEEN_SWEEPS = timedelta(hours=6)  # every minute, in a real house
AFTERWARDS = timedelta(days=45)  # after the last deed: whatever date follows from it has passed
BETWEEN_RECONCILIATIONS = timedelta(days=45)  # every day, in a real house
ROUNDS = 1000  # of due work, one after the other; a reconciliation reads ten payments in each
POLICIES = (
    CaptureRules(when="before_pickup", hours_before=24),
    CaptureRules(when="on_signing"),
    CaptureRules(when="on_return"),
    CaptureRules(when="before_pickup", hours_before=96),
)


def lived(bookings: int, *, seed: int, say: Callable[[str], None]) -> Outcome:
    """Live through it. Needs the app's context on an empty, migrated database."""
    chance = random.Random(seed)
    bank, biller, notary, postman = Bank(chance), Biller(chance), Notary(), Postman()
    with contextlib.ExitStack() as stack:
        parts = {"payment": bank, "bill": biller, "signing": notary, "mail": postman}
        for name, part in parts.items():
            stack.enter_context(mock.patch.object(factory, f"{name}_gateway", lambda part=part: part))
        # Paper takes time and moves no money.
        stack.enter_context(mock.patch.object(printing, "render", _printed))
        with clock.frozen(OPENS):
            around = _furnished(bank, notary, cars=max(12, bookings // 9))
        end = _live(_arrivals(around, bookings, chance), bank, say=say)
    return outcome.looked_over(around, biller, end, rentals=bookings)


def _furnished(bank: Bank, notary: Notary, *, cars: int) -> Surroundings:
    """The demo house with as many cars as its guests need, and a capture policy that changes on the way."""
    with transaction():
        demo.furnish(at=OPENS)
        ways.print_codes()
        for version, rules in enumerate(POLICIES[1:], start=2):
            session().add(
                Policy(
                    kind=CaptureRules.kind,
                    version=version,
                    terms=asdict(rules),
                    in_force_at=OPENS + (version - 1) * ARRIVALS / len(POLICIES),
                    changed_by="Olga Owner",
                )
            )
        photo = files.keep(
            rental.photo(), folder="photos", name="car.jpg", media_type="image/jpeg", at=OPENS
        ).id
        models = list(session().scalars(select(Car)))
        for number in range(cars - len(models)):
            session().add(_twin(models[number % len(models)], number))
    with transaction():
        slugs = list(session().scalars(select(Car.slug).order_by(Car.slug)))
    return Surroundings(bank, notary, slugs, photo)


def _twin(car: Car, number: int) -> Car:
    values = {column.key: getattr(car, column.key) for column in Car.__table__.columns}
    return Car(
        **{
            **values,
            "id": new_id(),
            "slug": f"{car.slug}-{number}",
            "vin": f"TWIN{number:013d}",
            "plate": f"TW{number:05d}",
            "featured": False,
        }
    )


def _printed(content: Content) -> bytes:
    return f"%PDF-1.7 {content.digest}".encode()


Due = tuple[datetime, int, Deed]


def _arrivals(around: Surroundings, bookings: int, chance: random.Random) -> list[Due]:
    agenda: list[Due] = []
    for number in range(bookings):
        guest = Guest(around, random.Random(chance.random()))
        heapq.heappush(agenda, (OPENS + ARRIVALS * chance.random(), number, guest.come))
    return agenda


def _live(agenda: list[Due], bank: Bank, *, say: Callable[[str], None]) -> datetime:
    """Deeds in the order of their time, and the scheduler's sweeps in between; returns the end."""
    numbers = itertools.count(len(agenda))
    next_sweep, now = OPENS, OPENS
    while agenda:
        due, _, deed = heapq.heappop(agenda)
        while next_sweep <= due:
            _sweep(next_sweep, bank)
            next_sweep += BETWEEN_SWEEPS
        if due.month != now.month:
            say(f"{due:%B}: {len(agenda)} guests are under way or still to come")
        now = due
        with clock.frozen(due):
            following = deed()
            _work()
        if following is not None:
            heapq.heappush(agenda, (max(following.at, due), next(numbers), following.deed))
    while next_sweep <= now + AFTERWARDS:
        _sweep(next_sweep, bank)
        next_sweep += BETWEEN_SWEEPS
    with clock.frozen(next_sweep):
        _reconcile()
    return next_sweep


def _sweep(at: datetime, bank: Bank) -> None:
    """What the scheduler does, and what PayPal's webhooks tell of holds that it has ended."""
    with clock.frozen(at):
        for order_id in bank.ended(at):
            with transaction():
                found = payments.by_paypal_ids([order_id])
                if found is not None:
                    payment_id = str(found.payment_id)
                    outbox.emit("payment.check", subject_id=found.booking_id, payment_id=payment_id)
        for sweep in sweeps.EVERY_MINUTE:
            sweep()
            db.session.remove()
        _work()
        if (at - OPENS) % BETWEEN_RECONCILIATIONS < BETWEEN_SWEEPS:
            _reconcile()


def _reconcile() -> None:
    with transaction():
        runs.begin(by=SYSTEM, at=clock.now())
    _work()


def _work() -> None:
    """What workers do, until nothing is due. What failed for now is tried again at once."""
    for _ in range(ROUNDS):
        with transaction():
            batch = _without_letters(deliveries.due(limit=200))
        if not batch:
            return
        for delivery_id, actor in batch:
            work.perform(actor, delivery_id)
    raise AssertionError(f"still not quiet at {clock.now()}: {drain.troubles()[:5]}")


def _without_letters(batch: list[tuple[UUID, str, str]]) -> list[tuple[UUID, str]]:
    """Letters take most of the time and move no money: they count as written."""
    letters = [delivery_id for delivery_id, actor, _ in batch if actor == LETTER.actor]
    if letters:
        done = {"state": DeliveryState.DONE, "attempts": 1, "finished_at": clock.real_now()}
        session().execute(update(Delivery).where(Delivery.id.in_(letters)).values(done))
    return [(delivery_id, actor) for delivery_id, actor, _ in batch if actor != LETTER.actor]
