"""What PayPal has refused of a booking and nothing has followed yet, in words, with what helps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from exodrive.blueprints.staff.rental import operation_words
from exodrive.payments import operations
from exodrive.payments.models import Operation, OperationKind, OperationState, Payment
from exodrive.rendering import refusal_words
from exodrive.rendering.refusal_codes import Wanted

# A patched order that keeps its amount is replaced by itself; the payer's side is looked at as one.
LOOKED_AT = frozenset(OperationKind) - operations.TO_THE_PAYER - {OperationKind.PATCH_ORDER}

WANTED = {OperationKind.REFUND: Wanted.GIVE_BACK, OperationKind.VOID: Wanted.LET_GO}


class RefusedRow(NamedTuple):
    """One refused call. `code` and `debug_id` are PayPal's own, for those who have to ask it."""

    what: str
    purpose: str
    code: str
    debug_id: str
    meaning: str
    advice: str


def rows(payments: Iterable[Payment]) -> list[RefusedRow]:
    """The newest first."""
    found = [(row, payment) for payment in payments for row in _standing(payment)]
    newest_first = sorted(found, key=lambda one: one[0].created_at, reverse=True)
    return [_row(operation, payment) for operation, payment in newest_first]


def _standing(payment: Payment) -> Iterator[Operation]:
    """Of each kind the last call, where it was refused."""
    declined = operations.declined(payment)
    if declined is not None:
        yield declined
    for kind in LOOKED_AT:
        of_kind = [row for row in payment.operations if row.kind == kind]
        if of_kind and of_kind[-1].state == OperationState.REJECTED:
            yield of_kind[-1]


def _row(operation: Operation, payment: Payment) -> RefusedRow:
    wanted = WANTED.get(OperationKind(operation.kind), Wanted.TAKE)
    words = refusal_words.of(operation.code, wanted=wanted)
    return RefusedRow(
        what=operation_words.of(operation.kind),
        purpose=payment.purpose,
        code=operation.code or "",
        debug_id=operation.debug_id or "",
        meaning=words.meaning,
        advice=words.advice,
    )
