"""The life of a charge as a table: which move leads from which state to which.

`bookings.charge.charges` is the only code that applies one. An objection of the customer's is no state: one
can be made to what is proposed as well as to what was taken already.
"""

from __future__ import annotations

from enum import StrEnum


class ChargeState(StrEnum):
    CLAIMED = "claimed"  # being assessed: the amount is an estimate, and the deposit stays where it is
    PROPOSED = "proposed"  # the amount stands, and waits for the settlement
    DROPPED = "dropped"
    SETTLED = "settled"  # taken from the deposit, billed, or both


class ChargeMove(StrEnum):
    CLAIM = "claim"
    PROPOSE = "propose"
    ASSESS = "assess"
    DROP = "drop"
    SETTLE = "settle"


OPEN = frozenset({ChargeState.CLAIMED, ChargeState.PROPOSED})

NEXT: dict[tuple[ChargeState | None, ChargeMove], ChargeState] = {
    (None, ChargeMove.CLAIM): ChargeState.CLAIMED,
    (None, ChargeMove.PROPOSE): ChargeState.PROPOSED,
    (ChargeState.CLAIMED, ChargeMove.ASSESS): ChargeState.PROPOSED,
    (ChargeState.CLAIMED, ChargeMove.DROP): ChargeState.DROPPED,
    (ChargeState.PROPOSED, ChargeMove.DROP): ChargeState.DROPPED,
    (ChargeState.PROPOSED, ChargeMove.SETTLE): ChargeState.SETTLED,
}
