"""The relay and the workers in one thread: does what is due until nothing is, as often as a test likes."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app
from sqlalchemy import update

from exodrive.kernel import clock, deliveries
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.outbox import OPEN, Delivery, DeliveryState
from exodrive.providers import factory
from exodrive.tasks import (
    bills,
    bookings,
    contracts,
    enquiries,
    files,
    invoices,
    messages,
    payments,
    photos,
    quotes,
    reconciling,
    reviews,
    sandbox,
    webhooks,
    work,
)
from tests import circuits

# registered by their import
ACTORS = (
    bills, bookings, contracts, enquiries, files, invoices, messages, payments, photos, quotes, reconciling,
    reviews,
    sandbox, webhooks,
)  # fmt: skip


def drain(*, rounds: int = 30) -> list[str]:
    """Perform due deliveries, and those that they bring about; returns the actors in order.

    Needs the app's context. Fails where something is still due after so many rounds.
    """
    done: list[str] = []
    for _ in range(rounds):
        with transaction():
            batch = deliveries.due(limit=100)
        if not batch:
            return done
        for delivery_id, actor, _queue in batch:
            work.perform(actor, delivery_id)
            done.append(actor)
    raise AssertionError(f"still not quiet after {rounds} rounds: {done[-10:]}")


def come_due() -> None:
    """Let time pass for what waits for its next try, for every lease and place in the queue."""
    with transaction():
        session().execute(
            update(Delivery)
            .where(Delivery.state.in_(OPEN))
            .values(due_at=clock.real_now() - timedelta(seconds=1))
        )


def hurry() -> None:
    """The same, and for every open circuit."""
    come_due()
    circuits.pass_open_time(current_app.config["SETTINGS"].redis_url)


def troubles() -> list[str]:
    """What failed or waits for another try, for a readable assertion."""
    with transaction():
        rows = session().query(Delivery).filter(Delivery.last_error.is_not(None)).all()
        found = [f"{row.actor}: {row.last_error}" for row in rows if row.state != DeliveryState.DONE]
    db.session.remove()
    return found


__all__ = ["ACTORS", "come_due", "drain", "factory", "hurry", "troubles"]
