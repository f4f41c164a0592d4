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

from exodrive.billing import queries as bills
from exodrive.bookings import changes, conflicts, transitions
from exodrive.bookings.by_hand import bills as bill_deeds
from exodrive.bookings.by_hand import deposit_release
from exodrive.bookings.change import changing
from exodrive.bookings.deposit import deposits
from exodrive.bookings.money import due_steps, settlement
from exodrive.bookings.quote import quotes, quoting
from exodrive.bookings.reservation import expiry, papers, remembering
from exodrive.contracts import issuing
from exodrive.kernel import audit, clock, failpoints, kept_answers, outbox, sandbox_clock
from exodrive.kernel.db import db, transaction
from exodrive.kernel.errors import DomainError
from exodrive.kernel.failpoints import Place
from exodrive.ledger import forward
from exodrive.payments import queries as payments
from exodrive.reconciliation import runs
from exodrive.reviews import inviting
from exodrive.storage import files, orphans
from exodrive.storage.orphans import WrongStore
from exodrive.tasks import link_pictures
from exodrive.tasks.routes import DOCUMENTS, MESSAGES

log = structlog.get_logger(__name__)

UNHEARD = timedelta(minutes=3)
UNSIGNED = timedelta(minutes=10)
UNREAD = timedelta(hours=1)  # bills wait for weeks, and PayPal tells of most payments by itself


def expire_bookings() -> None:
    """End what was not finished in time."""
    with transaction():
        due = expiry.overdue(at=clock.now())
    for booking_id in due:
        _each(expire_bookings, partial(expiry.expire_if_due, booking_id, at=clock.now()))


def expire_changes() -> None:
    """Let go of what was to be changed and was not paid for in time."""
    with transaction():
        due = changes.due(at=clock.now())
    for change_id in due:
        _each(expire_changes, partial(changing.expire, change_id, at=clock.now()))


def expire_quotes() -> None:
    """End the quotes whose price does not stand any more."""
    with transaction():
        due = quotes.due(at=clock.now())
    for quote_id in due:
        _each(expire_quotes, partial(quoting.expire, quote_id, at=clock.now()))


def find_conflicts() -> None:
    """Find the cars that will not be back in time for their next rental."""
    with transaction():
        due = conflicts.late(at=clock.now())
    for booking_id in due:
        _each(find_conflicts, partial(conflicts.look, booking_id, at=clock.now()))


def close_conflicts() -> None:
    """Close the clashes that are over, and let nobody look at them any more."""
    with transaction():
        ended = conflicts.overtaken()
    for booking_id in ended:
        _each(close_conflicts, partial(conflicts.recheck, booking_id, at=clock.now()))
    with transaction():
        over = conflicts.over()
    for booking_id in over:
        _each(close_conflicts, partial(conflicts.calm, booking_id, at=clock.now()))


def ask_for_deposits() -> None:
    """Ask for the deposits that open now."""
    with transaction():
        due = deposits.due(at=clock.now())
    for booking_id in due:
        _each(ask_for_deposits, partial(deposits.ask, booking_id, at=clock.now()))


def run_payment_plans() -> None:
    """Do what the plans of payments want done by now."""
    with transaction():
        due = payments.steps_due(at=clock.now())
    for step in due:
        _each(run_payment_plans, partial(due_steps.run, step, at=clock.now()))


def read_unheard_payments() -> None:
    """Read the orders of payers who have not come back."""
    with transaction():
        now = clock.now()
        found = payments.take_unheard(before=now - UNHEARD, at=now)
        found += payments.take_asked_again(before=now - UNHEARD, at=now)
        for booking_id, payment_id in found:
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
        _each(finish_settlements, partial(_advance, booking_id))


def _advance(booking_id: UUID) -> None:
    settlement.advance(transitions.lock(booking_id), at=clock.now())


def release_deposits() -> None:
    """Let go of deposits on their last day; tell staff of those that a claim keeps."""
    with transaction():
        due = deposit_release.due(at=clock.now())
    for booking_id in due:
        _each(release_deposits, partial(deposit_release.keep_to_date, booking_id, at=clock.now()))


def ask_for_reviews() -> None:
    """Ask the renters of closed rentals how it was."""
    with transaction():
        due = inviting.due(at=clock.now())
    for booking_id in due:
        _each(ask_for_reviews, partial(inviting.ask, booking_id, at=clock.now()))


def seal_audit_trail() -> None:
    """Chain the new entries of the audit trail to the sealed ones."""
    with transaction():
        audit.seal()


def forget_kept_answers() -> None:
    """Let go of what was answered to idempotency keys a day ago."""
    with transaction():
        kept_answers.sweep(at=clock.real_now())


def remind_of_bills() -> None:
    """Remind the customers whose bills have waited long enough."""
    with transaction():
        due = bills.reminders_due(at=clock.now())
    for _, bill_id in due:
        _each(remind_of_bills, partial(bill_deeds.remind, bill_id, at=clock.now()))


def read_open_bills() -> None:
    """Read the bills that customers have: PayPal's message of a payment may have been lost."""
    with transaction():
        now = clock.now()
        for booking_id, bill_id in bills.take_unread(before=now - UNREAD, at=now):
            outbox.emit("bill.check", subject_id=booking_id, bill_id=str(bill_id))


def forget_papers() -> None:
    """Delete photos of licences and insurance cards whose time is over, and who asked for old details."""
    with transaction():
        due = papers.due(at=clock.now())
        remembering.sweep(at=clock.now())
    for booking_id in due:
        _each(forget_papers, partial(papers.forget, booking_id, at=clock.now()))


def remove_orphans() -> None:
    """Delete from the store what no row knows: a process died between a file's bytes and its commit."""
    found: list[str] = []
    try:
        # The store says what lies there in its own time, which is long: no transaction waits for it.
        for keys in files.lying(before=clock.real_now() - orphans.AGE):
            with transaction():
                found += orphans.among(keys)
            orphans.check(found)
    except WrongStore:
        log.exception("files left alone")
        return
    for key in found:
        with transaction():
            files.erase(key)
    if found:
        log.warning("orphaned files removed", count=len(found))


def draw_link_pictures() -> None:
    """Draw what links to the cars show, where a car says something else by now."""
    link_pictures.draw_missing()


def reconcile_payments() -> None:
    """Once a day, have PayPal's side of every open payment read."""
    with transaction():
        runs.begin_if_due(at=clock.now())


def bring_balances_forward() -> None:
    """Keep what stood on each account at the end of every day; the first time, of all days there were."""
    while True:
        with transaction():
            if not forward.bring(at=clock.now()):
                return


EVERY_MINUTE: tuple[Callable[[], None], ...] = (
    expire_bookings,
    expire_changes,
    expire_quotes,
    find_conflicts,
    close_conflicts,
    ask_for_deposits,
    run_payment_plans,
    read_unheard_payments,
    read_unsigned_agreements,
    finish_settlements,
    release_deposits,
    remind_of_bills,
    read_open_bills,
    ask_for_reviews,
    seal_audit_trail,
    forget_kept_answers,
    forget_papers,
)
# A car that was just put on show has its own picture before its link is sent round.
EVERY_FIVE_MINUTES: tuple[Callable[[], None], ...] = (draw_link_pictures,)
EVERY_HOUR: tuple[Callable[[], None], ...] = (
    reconcile_payments,
    bring_balances_forward,
)
# It asks the store for the name of everything in it, which a house pays for by the request.
EVERY_DAY: tuple[Callable[[], None], ...] = (remove_orphans,)


def declare(broker: RedisBroker, app: Flask) -> None:
    """Make every sweep an actor that periodiq sends as often as the table says that it stands in."""
    seldom = {"*/5 * * * *": EVERY_FIVE_MINUTES, "17 * * * *": EVERY_HOUR, "41 7 * * *": EVERY_DAY}
    for moment, sweep in [(moment, sweep) for moment, sweeps in seldom.items() for sweep in sweeps]:
        dramatiq.actor(
            actor_name=f"sweeps.{sweep.__name__}",
            queue_name=DOCUMENTS,
            broker=broker,
            time_limit=3_600_000,
            max_age=3_600_000,
            periodic=cron(moment),
        )(_runner(app, sweep))
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
            failpoints.reach(Place.SWEEP_DONE, sweep.__name__)
        finally:
            db.session.remove()


def _each(sweep: Callable[[], None], deed: Callable[[], None]) -> None:
    """One thing found by a sweep: its failure is logged and leaves the others alone."""
    name = sweep.__name__
    try:
        with transaction():
            deed()
    except DomainError as error:
        log.warning("sweep skipped one", sweep=name, code=error.code, error=str(error))
    except Exception:
        log.exception("sweep failed at one", sweep=name)
    failpoints.reach(Place.SWEEP_BETWEEN, name)
