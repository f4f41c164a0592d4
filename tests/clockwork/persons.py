"""What everybody in the proof can do: try a deed, which may be refused in words, and come again later."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from exodrive.bookings import queries
from exodrive.bookings.models import Booking
from exodrive.kernel import clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import DomainError
from exodrive.payments import opening
from exodrive.payments.models import Payment
from tests import rental
from tests.clockwork.bank import Bank
from tests.clockwork.branches import Branch
from tests.clockwork.notary import Notary

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MANAGER = Actor(ActorKind.STAFF, "Max Manager")

# A deed done at a moment; it may name the next one of the same guest and when that is.
Deed = Callable[[], "Next | None"]


@dataclass(frozen=True, slots=True)
class Next:
    at: datetime
    deed: Deed


@dataclass
class Surroundings:
    bank: Bank
    notary: Notary
    cars: list[str]
    photo_id: UUID
    refused: Counter[str] = field(default_factory=Counter)
    took: Counter[Branch] = field(default_factory=Counter)


class Person:
    """Somebody with a booking, and a chance of their own."""

    def __init__(self, around: Surroundings, chance: random.Random) -> None:
        self._around, self._chance = around, chance
        self._booking_id: UUID | None = None

    def _try(self, deed: Callable[[], object], branch: Branch | None = None) -> bool:
        """Do it in a transaction of its own; whether it was done, which is then counted as `branch`."""
        with self._in_words():
            with transaction():
                deed()
            if branch is not None:
                self._around.took[branch] += 1
            return True
        return False

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        """What a person tries may be refused in words; then the day goes on."""
        try:
            yield
        except DomainError as refusal:
            self._around.refused[refusal.code] += 1

    def _approve(self, payment: Payment | None) -> bool:
        """Say yes at PayPal and come back; False where there is no page to say it on. In a transaction."""
        order = opening.usable_order(payment, at=clock.now()) if payment else None
        if order is None:
            return False
        self._around.bank.approve(order.paypal_id)
        opening.payer_returned(self._id, order.paypal_id, at=clock.now())
        return True

    def _soon(self, wait: timedelta, deed: Deed) -> Next:
        return Next(clock.now() + wait, deed)

    def _between(self, start: datetime, end: datetime) -> datetime:
        return start + max(end - start, HOUR) * self._chance.random()

    def _booking(self) -> Booking:
        with transaction():
            return queries.by_id(self._id)

    def _state(self) -> str:
        return rental.state(self._id)

    @property
    def _id(self) -> UUID:
        assert self._booking_id is not None
        return self._booking_id
