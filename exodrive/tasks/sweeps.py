"""The periodic sweeps: whatever was to happen by a time, and whatever a lost message would have told.

Each may run twice, or beside itself, without harm. They only find what is due; the deeds are the same
functions that everybody calls, one transaction for each thing found.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker
from flask import Flask, current_app
from periodiq import cron

from exodrive.bookings import deposits, expiry, settlement, transitions
from exodrive.contracts import issuing
from exodrive.kernel import audit, clock, outbox, sandbox_clock
from exodrive.kernel.db import db, transaction
from exodrive.kernel.errors import DomainError
from exodrive.payments import queries as payments
from exodrive.payments import tree, wishes
from exodrive.tasks.routes import MESSAGES

log = structlog.get_logger(__name__)

UNHEARD = timedelta(minutes=3)
UNSIGNED = timedelta(minutes=10)


def expire_bookings() -> None:
    """End what was not finished in time."""
    with transaction():
        due = expiry.overdue(at=clock.now())
    for booking_id in due:
        _each(partial(expiry.expire_if_due, booking_id, at=clock.now()))


def ask_for_deposits() -> None:
    """Ask for the deposits that open now."""
    with transaction():
        due = deposits.due(at=clock.now())
    for booking_id in due:
        _each(partial(deposits.ask, booking_id, at=clock.now()))


def capture_rentals() -> None:
    """Capture what the plan says."""
    with transaction():
        due = payments.capture_due(at=clock.now())
    for booking_id, payment_id in due:
        _each(partial(_capture, booking_id, payment_id))


def _capture(booking_id: UUID, payment_id: UUID) -> None:
    transitions.lock(booking_id)
    payment = tree.lock(payment_id)
    if tree.live_authorization(payment) is None:
        payment.capture_at = None
    else:
        wishes.capture(payment, amount=payment.money, at=clock.now())


def read_unheard_payments() -> None:
    """Read the orders of payers who have not come back."""
    with transaction():
        now = clock.now()
        for booking_id, payment_id in payments.take_unheard(before=now - UNHEARD, at=now):
            outbox.emit("payment.check", subject_id=booking_id, payment_id=str(payment_id))


def read_unsigned_agreements() -> None:
    """Read the agreements that nobody has signed yet."""
    with transaction():
        for contract_id in issuing.waiting(before=clock.now() - UNSIGNED):
            contract = issuing.lock(contract_id)
            contract.checked_at = clock.now()
            outbox.emit("contract.check", subject_id=contract.booking_id, contract_id=str(contract_id))


def finish_settlements() -> None:
    """Look after the rentals whose settlement waits for PayPal."""
    with transaction():
        due = settlement.unfinished(at=clock.now())
    for booking_id in due:
        _each(partial(_advance, booking_id))


def _advance(booking_id: UUID) -> None:
    settlement.advance(transitions.lock(booking_id), at=clock.now())


def seal_audit_trail() -> None:
    """Chain the new entries of the audit trail to the sealed ones."""
    with transaction():
        audit.seal()


EVERY_MINUTE: tuple[Callable[[], None], ...] = (
    expire_bookings,
    ask_for_deposits,
    capture_rentals,
    read_unheard_payments,
    read_unsigned_agreements,
    finish_settlements,
    seal_audit_trail,
)


def declare(broker: RedisBroker, app: Flask) -> None:
    """Make every sweep an actor that periodiq sends once a minute."""
    for sweep in EVERY_MINUTE:
        dramatiq.actor(
            actor_name=f"sweeps.{sweep.__name__}",
            queue_name=MESSAGES,
            broker=broker,
            max_age=60_000,  # a sweep that waited longer than its interval has been overtaken by the next
            periodic=cron("* * * * *"),
        )(_runner(app, sweep))


def _runner(app: Flask, sweep: Callable[[], None]) -> Callable[[], None]:
    return lambda: run(app, sweep)


def run(app: Flask, sweep: Callable[[], None]) -> None:
    """One sweep, inside the app's context and by the sandbox's clock."""
    with app.app_context():
        try:
            if current_app.config["SANDBOX"]:
                with transaction():
                    sandbox_clock.load()
            sweep()
        finally:
            db.session.remove()


def _each(deed: Callable[[], None]) -> None:
    """One thing found by a sweep: its failure is logged and leaves the others alone."""
    try:
        with transaction():
            deed()
    except DomainError as error:
        log.warning("sweep skipped one", code=error.code, error=str(error))
    except Exception:
        log.exception("sweep failed at one")
