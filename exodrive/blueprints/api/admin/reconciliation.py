"""Reconciliation by the staff's programs: have PayPal's side read, see what differs, and have it mended."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from exodrive.blueprints.api import answers, paging
from exodrive.blueprints.api.admin.bookings import Reason
from exodrive.blueprints.api.answers import Answer
from exodrive.blueprints.api.booking_shapes import BOOKING_ID
from exodrive.blueprints.api.calls.dispatch import Call
from exodrive.blueprints.api.operations import Says, Seen, operation
from exodrive.blueprints.api.paging import Paged
from exodrive.blueprints.api.shapes import Asked, Id, Moment, Money, Shape
from exodrive.bookings import queries as bookings
from exodrive.bookings.transitions import BookingNotFound
from exodrive.kernel.cursors import CursorUnreadable
from exodrive.reconciliation import keeping, mending, models, queries, runs
from exodrive.reconciliation.keeping import DifferenceNotFound, DifferenceSolved
from exodrive.reconciliation.queries import Past, Told
from exodrive.reconciliation.runs import RunNotFound
from exodrive.reconciliation.states import Cause, DifferenceState, Remedy

TAG = "Desk: money"
RUN: dict[str, Any] = {
    "id": "019ab3f2-9a01-7b33-8a11-0b6f5d1f2e01",
    "booking_id": None,
    "asked_by": "ExoDrive",
    "total": 41,
    "read": 41,
    "differed": 1,
    "started_at": "2026-12-10T08:00:00Z",
    "finished_at": "2026-12-10T08:00:09Z",
}
DIFFERENCE: dict[str, Any] = {
    "id": "019ab3f2-9a01-7b33-8a11-0b6f5d1f2e02",
    "booking_id": BOOKING_ID,
    "reference": "EXD-7K4M2Q9",
    "payment_id": "019ab3f2-9a01-7b33-8a11-0b6f5d1f2c66",
    "bill_id": None,
    "cause": "refund_unknown",
    "subject": "8WM07411U3308425L",
    "ours": None,
    "theirs": {"amount": 5000, "currency": "USD"},
    "our_word": None,
    "their_word": "COMPLETED",
    "state": "open",
    "remedy": "take_over",
    "under_way": False,
    "reason": None,
    "found_at": "2026-12-10T08:00:04Z",
    "solved_at": None,
    "solved_by": None,
}


class Reconciliation(Shape):
    """One reading of PayPal's side: of all that is open there, or of one booking's."""

    model_config = ConfigDict(json_schema_extra={"examples": [RUN]})

    id: Id
    booking_id: Id | None
    """None: the whole house."""
    asked_by: str
    total: int
    """How many payments and bills it reads."""
    read: int
    """How many it has read."""
    differed: int
    """How many differences it has found that were not known before."""
    started_at: Moment
    finished_at: Moment | None

    @classmethod
    def of(cls, past: Past) -> Self:
        run = past.run
        return cls(
            id=run.id,
            booking_id=run.booking_id,
            asked_by=run.asked_by,
            total=run.total,
            read=run.done,
            differed=past.differed,
            started_at=run.started_at,
            finished_at=run.finished_at,
        )


class Reconciliations(Shape):
    """The newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reconciliations": [RUN]}]})

    reconciliations: list[Reconciliation]


class Difference(Shape):
    """One thing that we and PayPal say otherwise of."""

    model_config = ConfigDict(json_schema_extra={"examples": [DIFFERENCE]})

    id: Id
    booking_id: Id
    reference: str
    payment_id: Id | None
    bill_id: Id | None
    cause: Cause
    subject: str
    """PayPal's id of what differs, or ours where PayPal has none."""
    ours: Money | None
    """None: nothing is here."""
    theirs: Money | None
    """None: PayPal has nothing."""
    our_word: str | None
    their_word: str | None
    state: DifferenceState
    remedy: Remedy
    """What `mend` does about it."""
    under_way: bool
    """It is being mended."""
    reason: str | None
    found_at: Moment
    solved_at: Moment | None
    solved_by: str | None

    @classmethod
    def of(cls, told: Told) -> Self:
        row = told.difference
        return cls(
            id=row.id,
            booking_id=row.booking_id,
            reference=told.booking.reference,
            payment_id=row.payment_id,
            bill_id=row.bill_id,
            cause=Cause(row.cause),
            subject=row.subject,
            ours=Money.of(row.our_money) if row.our_money is not None else None,
            theirs=Money.of(row.their_money) if row.their_money is not None else None,
            our_word=row.our_word,
            their_word=row.their_word,
            state=DifferenceState(row.state),
            remedy=row.remedy,
            under_way=row.asked_at is not None,
            reason=row.reason,
            found_at=row.found_at,
            solved_at=row.solved_at,
            solved_by=row.solved_by,
        )


class Differences(Shape):
    """One page of them, the newest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"differences": [DIFFERENCE], "next": None}]})

    differences: list[Difference]
    next: str | None
    """The cursor of the next page; None on the last one."""


class DifferenceFilters(Paged):
    """Which differences."""

    solved: bool = False
    """Those that are solved, in place of the open ones."""
    booking_id: UUID | None = None


class RunFilters(Asked):
    """Which of them."""

    limit: Annotated[int, Field(ge=1, le=paging.MOST)] = paging.USUAL
    """How many of the newest."""


class Reconciling(Shape):
    """What to read."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"booking_id": None}]})

    booking_id: Id | None = None
    """Left out: all that is open."""


class Explaining(Shape):
    """Why it differs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Refunded by telephone, see mail"}]})

    reason: Reason


def _lock(difference_id: UUID, **_: Any) -> None:
    mending.lock(difference_id)


def _look(difference_id: UUID, **_: Any) -> Difference:
    return Difference.of(queries.one(difference_id))


SEEN = Seen(_lock, _look)


@operation(
    "GET",
    "/admin/reconciliations",
    tag=TAG,
    summary="List reconciliations",
    answers={200: Says(Reconciliations, "The newest first.")},
)
def admin_list_reconciliations(_call: Call, *, query: RunFilters) -> Answer:
    """The last readings of PayPal's side, one that is under way included."""
    found = [Reconciliation.of(past) for past in queries.last_runs(limit=query.limit)]
    return Answer(Reconciliations(reconciliations=found))


@operation(
    "GET",
    "/admin/reconciliations/<uuid:reconciliation_id>",
    tag=TAG,
    summary="Read a reconciliation",
    answers={200: Says(Reconciliation, "How far it is.")},
    errors=(RunNotFound,),
)
def admin_read_reconciliation(_call: Call, *, reconciliation_id: UUID) -> Answer:
    """It has ended once `finished_at` is set."""
    return Answer(_run(reconciliation_id))


@operation(
    "POST",
    "/admin/reconciliations",
    tag=TAG,
    summary="Reconcile with PayPal now",
    answers={
        200: Says(Reconciliation, "It has ended."),
        202: Says(Reconciliation, "PayPal is being read; look again at `Location`."),
    },
    errors=(BookingNotFound, RunNotFound),
    waits=True,
)
def admin_reconcile(call: Call, *, body: Reconciling) -> Answer:
    """Have PayPal's side of all that is open read, or of one booking. One that is under way is answered."""
    if body.booking_id is not None:
        bookings.by_id(body.booking_id)
    run = runs.begin(by=call.caller.actor, at=call.at, booking_id=body.booking_id)
    run_id = run.id
    where = {"Location": answers.address("admin_read_reconciliation", reconciliation_id=run_id)}

    def later() -> Answer | None:
        found = _run(run_id)
        return Answer(found) if found.finished_at is not None else None

    return Answer(_run(run_id), 202, where, later)


@operation(
    "GET",
    "/admin/differences",
    tag=TAG,
    summary="List what differs from PayPal",
    answers={200: Says(Differences, "The newest first.")},
    errors=(CursorUnreadable,),
)
def admin_list_differences(_call: Call, *, query: DifferenceFilters) -> Answer:
    """Open ones, or with `solved` those that were mended, explained or found alike again."""
    found = queries.listing(
        open_ones=not query.solved, cursor=query.cursor, booking_id=query.booking_id, limit=query.limit
    )
    return Answer(Differences(differences=[Difference.of(told) for told in found.rows], next=found.following))


@operation(
    "GET",
    "/admin/differences/<uuid:difference_id>",
    tag=TAG,
    summary="Read a difference",
    answers={200: Says(Difference, "How it stands.")},
    errors=(DifferenceNotFound,),
)
def admin_read_difference(_call: Call, *, difference_id: UUID) -> Answer:
    """Both figures, the cause, and what would mend it."""
    return Answer(_look(difference_id))


@operation(
    "POST",
    "/admin/differences/<uuid:difference_id>/mend",
    tag=TAG,
    summary="Mend a difference",
    answers={
        200: Says(Difference, "PayPal has answered: see `state`."),
        202: Says(Difference, "PayPal is being asked; look again at `Location`."),
    },
    errors=(DifferenceNotFound, DifferenceSolved),
    waits=True,
    matches=SEEN,
)
def admin_mend_difference(call: Call, *, difference_id: UUID) -> Answer:
    """Do what its `remedy` says: take PayPal's figure over, correct the books, ask again, or let go."""
    mending.mend(difference_id, by=call.caller.actor, at=call.at)
    where = {"Location": answers.address("admin_read_difference", difference_id=difference_id)}

    def later() -> Answer | None:
        found = _look(difference_id)
        return None if found.under_way else Answer(found)

    return Answer(_look(difference_id), 202, where, later)


@operation(
    "POST",
    "/admin/differences/<uuid:difference_id>/explain",
    tag=TAG,
    summary="Explain a difference",
    answers={200: Says(Difference, "It is not told again as long as both sides stay at these figures.")},
    errors=(DifferenceNotFound, DifferenceSolved),
    matches=SEEN,
)
def admin_explain_difference(call: Call, *, difference_id: UUID, body: Explaining) -> Answer:
    """Both sides stay as they are, and the reason in the record."""
    keeping.explain(difference_id, reason=body.reason, by=call.caller.actor, at=call.at)
    return Answer(_look(difference_id))


def _run(run_id: UUID) -> Reconciliation:
    run: models.Run = runs.one(run_id)
    return Reconciliation.of(queries.past(run))
