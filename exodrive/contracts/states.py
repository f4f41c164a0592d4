"""The life of an agreement as a table."""

from __future__ import annotations

from enum import StrEnum


class ContractKind(StrEnum):
    """The agreement of a rental, and what was changed after it was signed."""

    AGREEMENT = "agreement"
    ADDENDUM = "addendum"


class ContractState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    VIEWED = "viewed"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"


class Step(StrEnum):
    """What can happen to an agreement."""

    SEND = "send"
    VIEW = "view"
    SIGN = "sign"
    DECLINE = "decline"
    EXPIRE = "expire"
    VOID = "void"


WAITING = (ContractState.SENT, ContractState.VIEWED)
OPEN = (ContractState.DRAFT, *WAITING)

NEXT: dict[tuple[ContractState, Step], ContractState] = {
    (ContractState.DRAFT, Step.SEND): ContractState.SENT,
    (ContractState.SENT, Step.VIEW): ContractState.VIEWED,
    **{(state, Step.SIGN): ContractState.SIGNED for state in WAITING},
    **{(state, Step.DECLINE): ContractState.DECLINED for state in WAITING},
    **{(state, Step.EXPIRE): ContractState.EXPIRED for state in OPEN},
    **{(state, Step.VOID): ContractState.VOIDED for state in OPEN},
}

# What the signing provider's word for the signer's state means to us; the others change nothing.
STEP_OF = {
    "opened": Step.VIEW,
    "completed": Step.SIGN,
    "declined": Step.DECLINE,
    "expired": Step.EXPIRE,
    "archived": Step.VOID,
}
