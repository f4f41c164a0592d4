"""How an actor works: claim the delivery, do the deed, finish it or put it off. One retry engine for all.

`@actor` is for deeds that call a provider: the function opens its own transactions, and its last one also
says `deliveries.done`. `@step` is for deeds inside the database alone: one transaction around it all.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

import structlog
from flask import current_app

from exodrive.kernel import deliveries, failpoints, sandbox_clock
from exodrive.kernel.db import db, transaction
from exodrive.kernel.deliveries import LeaseLost, Trouble, Work
from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.kernel.failpoints import Place

log = structlog.get_logger(__name__)

Deed = Callable[[Work], None]

# Every actor by name with its queue: the broker declares them, tests call them.
DEEDS: dict[str, tuple[Deed, str]] = {}


def actor(name: str, *, queue: str) -> Callable[[Deed], Deed]:
    """Register a deed that manages its own transactions."""

    def register(deed: Deed) -> Deed:
        DEEDS[name] = (deed, queue)
        return deed

    return register


def step(name: str, *, queue: str) -> Callable[[Deed], Deed]:
    """Register a deed that is one transaction, its delivery's end included."""

    def register(deed: Deed) -> Deed:
        @functools.wraps(deed)
        def in_transaction(work: Work) -> None:
            with transaction():
                deed(work)
                deliveries.done(work)

        DEEDS[name] = (in_transaction, queue)
        return deed

    return register


def perform(name: str, delivery_id: UUID) -> None:
    """Do what a delivery asks for, unless it is done or in flight elsewhere. Needs an app context."""
    deed, _ = DEEDS[name]
    try:
        with transaction():
            if current_app.config["SANDBOX"]:
                sandbox_clock.load()
            work = deliveries.claim(delivery_id)
        if work is None:
            return
        failpoints.reach(Place.DELIVERY_CLAIMED, name)
        with structlog.contextvars.bound_contextvars(delivery=str(delivery_id), event=work.event, actor=name):
            _attempt(deed, work)
        failpoints.reach(Place.DELIVERY_RECORDED, name)
    finally:
        db.session.remove()


def _attempt(deed: Deed, work: Work) -> None:
    """Nothing is written by whoever has lost the lease, whether the deed went well or not."""
    try:
        _do(deed, work)
    except LeaseLost:
        log.warning("lease lost: another worker has gone on")


def _do(deed: Deed, work: Work) -> None:
    try:
        deed(work)
    except LeaseLost:
        raise
    except GatewayUnavailable as error:
        log.info("provider unavailable", error=str(error), unknown=error.outcome_unknown)
        with transaction():
            deliveries.wait_out(
                work, error=str(error), trouble=Trouble(error.trouble), after=error.retry_after
            )
    except GatewayRejected as refusal:
        # The same call would be refused again, but for a conflict that passes; a person has to look.
        log.warning("provider refused", code=refusal.code, reference=refusal.reference)
        with transaction():
            if refusal.status == HTTPStatus.CONFLICT:
                deliveries.retry(work, error=f"refused: {refusal.code}", trouble=Trouble.REFUSED)
            else:
                deliveries.fail(work, error=f"refused: {refusal.code}: {refusal}"[:500])
    except Exception as error:
        log.exception("attempt failed", attempt=work.attempts)
        with transaction():
            deliveries.retry(work, error=f"{type(error).__name__}: {error}"[:500])
