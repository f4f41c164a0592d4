"""The agreement of a booking: what it says, and what follows when it is signed, declined or forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from exodrive.bookings import addenda, attention, planning, policy, transitions
from exodrive.bookings.addenda import NothingToSign
from exodrive.bookings.models import Attention, Booking
from exodrive.bookings.states import Move, State
from exodrive.contracts import issuing
from exodrive.contracts.models import Contract
from exodrive.contracts.ports import SignedDocuments, SubmissionAnswer
from exodrive.contracts.states import WAITING, ContractKind, Step
from exodrive.house import queries as house
from exodrive.kernel import outbox
from exodrive.kernel.actors import DOCUSEAL, Actor
from exodrive.kernel.ids import new_id

REMINDER_WANTED = "contract.reminder_wanted"
RENEWAL_WANTED = "contract.renewal_wanted"
FOLLOWS = {
    Step.SEND: "contract.sent",
    Step.VIEW: "contract.viewed",
    Step.SIGN: "contract.signed",
    Step.DECLINE: "contract.declined",
    Step.EXPIRE: "contract.expired",
    Step.VOID: "contract.voided",
}


def issue(booking_id: UUID, *, values: dict[str, str], at: datetime, by: Actor | None = None) -> Contract:
    """Issue the agreement of a booking that waits for its signature. Raises NothingToSign.

    `values` fills the template's fields: the words are chosen by who renders them.
    """
    booking = transitions.lock(booking_id)
    renter = booking.renter
    if booking.state != State.AWAITING_SIGNATURE or renter is None:
        raise NothingToSign
    rules = house.rulebook_of(booking.policies).booking
    contract = issuing.issue(
        booking.id,
        values=values,
        signer_name=renter.name,
        signer_email=renter.email,
        expires_at=issuing.expiry(at=at, hours=rules.signature_hours, pickup_at=booking.pickup_at),
        at=at,
    )
    if by is not None:
        transitions.note(booking, "contract.reissued", by=by, at=at)
    booking.expires_at = contract.expires_at
    _look_no_more(booking)
    return contract


def replace_agreement(booking: Booking) -> None:
    """Withdraw the agreement of a locked booking that changed before its signature, and issue a new one."""
    found = issuing.current(booking.id)
    if found is not None:
        issuing.void(issuing.lock(found.id))
    _want(RENEWAL_WANTED, booking)


def record(contract_id: UUID, answer: SubmissionAnswer, *, at: datetime) -> None:
    """Take over what the provider says of an agreement."""
    booking = transitions.lock(issuing.booking_of(contract_id))
    contract = issuing.lock(contract_id)
    _follow(booking, contract, issuing.record(contract, answer, at=at), at=at)
    if issuing.awaits_collection(contract, answer) and _confirms(booking, contract):
        # Signed in time: the place is pinned until the documents have come home, however long that takes.
        booking.expires_at = None


def keep_signed(contract_id: UUID, documents: SignedDocuments, *, signed_at: datetime, at: datetime) -> None:
    """Keep the signed agreement: it confirms the booking."""
    booking = transitions.lock(issuing.booking_of(contract_id))
    contract = issuing.lock(contract_id)
    steps = issuing.keep_signed(contract, documents, signed_at=signed_at, at=at)
    _follow(booking, contract, steps, at=at)


def _follow(booking: Booking, contract: Contract, steps: list[Step], *, at: datetime) -> None:
    for step in steps:
        transitions.note(
            booking,
            FOLLOWS[step],
            by=DOCUSEAL,
            at=at,
            submission_id=contract.submission_id,
            why=contract.decline_reason,
            addendum=contract.number,
        )
        if step is Step.SIGN and _confirms(booking, contract):
            confirm(booking, at=at)
        if step in (Step.DECLINE, Step.EXPIRE) and _is_missed(booking, contract):
            attention.call_for(
                booking,
                Attention.AGREEMENT_DECLINED if step is Step.DECLINE else Attention.AGREEMENT_EXPIRED,
            )


def _confirms(booking: Booking, contract: Contract) -> bool:
    """Whether signing it is what the booking waits for; an addendum only follows what stands already."""
    return contract.kind == ContractKind.AGREEMENT and transitions.allowed(booking, Move.SIGN)


def _is_missed(booking: Booking, contract: Contract) -> bool:
    """Whether somebody must see to it that it is signed after all."""
    if contract.kind == ContractKind.ADDENDUM:
        return booking.state in (State.CONFIRMED, State.ON_RENT)
    return booking.state == State.AWAITING_SIGNATURE


def confirm(booking: Booking, *, at: datetime) -> None:
    """Signed and paid for: the rental stands. Its capture is dated, and the deposit's request too."""
    rules = house.rulebook_of(booking.policies)
    booking.confirmed_at = at
    booking.expires_at = None
    booking.deposit_ask_at = policy.deposit_ask_at(booking.pickup_at, at=at, rules=rules.deposit)
    transitions.apply(booking, Move.SIGN, by=DOCUSEAL, at=at)
    planning.replan(booking, cause="confirmed", at=at)


def remind(booking_id: UUID, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Mail the agreement that waits for its signature again. Raises NothingToSign, Stale."""
    booking = transitions.lock(booking_id, version=version)
    contract = to_sign(booking)
    if contract is None or contract.state not in WAITING:
        raise NothingToSign
    transitions.note(booking, "contract.sent_again", by=by, at=at, contract=str(contract.id))
    _want(REMINDER_WANTED, booking)


def renew(booking_id: UUID, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Have a new agreement issued where the last one was declined, expired or voided.

    The words of the new one are chosen by a worker, who calls `issue`. Raises NothingToSign, Stale.
    """
    booking = transitions.lock(booking_id, version=version)
    ended = addenda.ended(booking)
    if ended is None and (
        booking.state != State.AWAITING_SIGNATURE or issuing.current(booking.id) is not None
    ):
        raise NothingToSign
    _look_no_more(booking)
    transitions.note(booking, "contract.reissued", by=by, at=at, addendum=ended.number if ended else 0)
    if ended is None:
        _want(RENEWAL_WANTED, booking)
    else:
        addenda.issue_again(booking)


def to_sign(booking: Booking) -> Contract | None:
    """What the renter has to sign now: the agreement, or the addendum that counts."""
    if booking.state == State.AWAITING_SIGNATURE:
        return issuing.current(booking.id)
    return addenda.to_sign(booking)


def _look_no_more(booking: Booking) -> None:
    """The agreement goes its way again; what else asks for a look still does."""
    if booking.attention in (Attention.AGREEMENT_DECLINED, Attention.AGREEMENT_EXPIRED):
        booking.attention = None


def _want(event: str, booking: Booking, **payload: Any) -> None:
    outbox.emit(event, subject_id=booking.id, booking_id=str(booking.id), wanted=str(new_id()), **payload)
