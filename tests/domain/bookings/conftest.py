"""The demo house: inside one transaction that is undone, or committed where connections compete."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Select, func, select, text

from exodrive.auditing import earnings
from exodrive.invoicing.models import Invoice
from exodrive.kernel import clock
from exodrive.kernel.db import db, session, transaction
from exodrive.ledger.models import Entry, Posting
from exodrive.local import demo

# A Monday noon at the house; no season or holiday is near, and no clock change for two weeks.
NOON = datetime(2027, 2, 22, 17, tzinfo=UTC)


@pytest.fixture
def at() -> Iterator[datetime]:
    """Business time stands still."""
    with clock.frozen(NOON):
        yield NOON


@pytest.fixture
def house(rolled_back: Flask, at: datetime, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Inside the app's context, with the demo house; nothing is ever committed.

    Whatever a test brings about: in the end all revenue and tax stands on invoices, less credit notes.
    """
    with transaction():
        demo.furnish(at=at)
    yield rolled_back
    if request.node.get_closest_marker("made_up") is None:
        with transaction():
            assert earned() == invoiced()


def earned() -> dict[UUID | None, int]:
    """The revenue and tax of each booking, in minor units."""
    booked = select(Posting.booking_id, -func.sum(Entry.amount)).join(Entry, Entry.posting_id == Posting.id)
    return _sums(booked.where(Entry.account.in_(earnings.EARNED)).group_by(Posting.booking_id))


def invoiced() -> dict[UUID | None, int]:
    """What the documents of each booking come to."""
    return _sums(select(Invoice.booking_id, func.sum(Invoice.total)).group_by(Invoice.booking_id))


def _sums(query: Select[Any]) -> dict[UUID | None, int]:
    return {booking_id: int(amount) for booking_id, amount in session().execute(query) if amount}


@pytest.fixture
def open_house(application: Flask, at: datetime) -> Iterator[Flask]:
    """The demo house for several connections at once; removed afterwards."""
    with application.app_context():
        with transaction():
            demo.furnish(at=at)
        yield application
        db.session.remove()
        tables = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
        with db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
