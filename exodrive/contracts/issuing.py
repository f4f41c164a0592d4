"""Issuing an agreement, and recording what the provider says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from exodrive.contracts.models import Contract
from exodrive.contracts.ports import AgreementRequest, SignedDocuments, SubmissionAnswer
from exodrive.contracts.states import NEXT, OPEN, STEP_OF, WAITING, ContractKind, ContractState, Step
from exodrive.kernel import outbox
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.ids import new_id
from exodrive.storage import files

WANTED = "contract.wanted"
RETURNED = "contract.returned"
COMPLETED = "contract.completed"
STILL_OPEN = (None, Step.VIEW)  # what a provider's word says of one that its signer can still sign
EVENTS = {
    Step.SEND: "contract.sent",
    Step.VIEW: "contract.viewed",
    Step.SIGN: "contract.signed",
    Step.DECLINE: "contract.declined",
    Step.EXPIRE: "contract.expired",
    Step.VOID: "contract.voided",
}


class ContractNotFound(NotFound):
    code = "contract_not_found"


def issue(
    booking_id: UUID,
    *,
    values: Mapping[str, str],
    signer_name: str,
    signer_email: str,
    expires_at: datetime,
    at: datetime,
    addendum: int = 0,
) -> Contract:
    """The booking's current agreement; a new draft, on its way to the provider, where there is none.

    With a number, the same for the addendum of that number.
    """
    found = addendum_of(booking_id, addendum) if addendum else current(booking_id)
    if found is not None:
        return found
    contract = Contract(
        id=new_id(),
        booking_id=booking_id,
        kind=ContractKind.ADDENDUM if addendum else ContractKind.AGREEMENT,
        number=addendum,
        state=ContractState.DRAFT,
        values=dict(values),
        signer_name=signer_name,
        signer_email=signer_email,
        expires_at=expires_at,
        created_at=at,
    )
    session().add(contract)
    session().flush()
    outbox.emit(WANTED, subject_id=booking_id, contract_id=str(contract.id), booking_id=str(booking_id))
    return contract


def current(booking_id: UUID) -> Contract | None:
    """The agreement that counts: the last one, unless it was declined, expired or voided."""
    return addendum_of(booking_id, 0)


def addendum_of(booking_id: UUID, number: int) -> Contract | None:
    """The addendum of this number that counts; 0 is the agreement itself."""
    return (
        session()
        .scalars(
            select(Contract).where(
                Contract.booking_id == booking_id,
                Contract.number == number,
                Contract.state.in_((*OPEN, ContractState.SIGNED)),
            )
        )
        .first()
    )


def latest(booking_id: UUID) -> Contract | None:
    """The last agreement, however it ended."""
    return (
        session()
        .scalars(
            select(Contract)
            .where(Contract.booking_id == booking_id, Contract.kind == ContractKind.AGREEMENT)
            .order_by(Contract.id.desc())
            .limit(1)
        )
        .first()
    )


def addenda(booking_id: UUID) -> list[Contract]:
    """Every addendum of a booking as it was issued last, in the order of their numbers."""
    return list(
        session().scalars(
            select(Contract)
            .where(Contract.booking_id == booking_id, Contract.kind == ContractKind.ADDENDUM)
            .ext(distinct_on(Contract.number))
            .order_by(Contract.number, Contract.id.desc())
        )
    )


def all_of(booking_id: UUID) -> list[Contract]:
    """Every agreement and addendum of a booking, in the order in which they were issued."""
    return list(
        session().scalars(select(Contract).where(Contract.booking_id == booking_id).order_by(Contract.id))
    )


def last_agreement(rows: Sequence[Contract]) -> Contract | None:
    """What `latest` reads, of rows that `all_of` has read."""
    return next((row for row in reversed(rows) if row.kind == ContractKind.AGREEMENT), None)


def lock(contract_id: UUID) -> Contract:
    """The agreement, locked; its booking is locked before it. Raises ContractNotFound."""
    found = (
        session()
        .scalars(
            select(Contract)
            .where(Contract.id == contract_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        .first()
    )
    if found is None:
        raise ContractNotFound(str(contract_id))
    return found


def booking_of(contract_id: UUID) -> UUID:
    """Whose agreement it is, without locking it. Raises ContractNotFound."""
    found: UUID | None = session().scalar(select(Contract.booking_id).where(Contract.id == contract_id))
    if found is None:
        raise ContractNotFound(str(contract_id))
    return found


def request(contract: Contract, *, redirect_url: str) -> AgreementRequest:
    """What the provider is asked to have signed."""
    return AgreementRequest(
        external_id=contract.external_id,
        signer_name=contract.signer_name,
        signer_email=contract.signer_email,
        values=contract.values,
        expires_at=contract.expires_at,
        completed_redirect_url=redirect_url,
    )


def signer_returned(booking_id: UUID) -> None:
    """The signer came back from the provider's page: have a worker look where the agreement stands."""
    waits = select(Contract.id).where(Contract.booking_id == booking_id, Contract.state.in_(WAITING))
    for contract_id in session().scalars(waits):
        outbox.emit(RETURNED, subject_id=booking_id, contract_id=str(contract_id))


def record(contract: Contract, answer: SubmissionAnswer, *, at: datetime) -> list[Step]:
    """Take over where a locked agreement stands; returns the steps that are new.

    A completed one stays as it is here: it counts as signed once its documents are kept, for which the
    event `contract.completed` is emitted.
    """
    steps: list[Step] = []
    contract.submission_id = answer.submission_id
    contract.submitter_id = answer.submitter_id
    contract.sign_url = answer.sign_url or contract.sign_url
    contract.checked_at = at
    if contract.state == ContractState.DRAFT:
        contract.sent_at = at
        steps += _take(contract, Step.SEND)
    if answer.opened_at is not None and contract.state == ContractState.SENT:
        contract.viewed_at = answer.opened_at
        steps += _take(contract, Step.VIEW)
    step = STEP_OF.get(answer.status)
    if awaits_collection(contract, answer):
        outbox.emit(COMPLETED, subject_id=contract.booking_id, contract_id=str(contract.id))
    elif contract.state == ContractState.VOIDED and step in STILL_OPEN:
        # It was on its way to the provider while it was withdrawn: nobody shall sign it there.
        _tell(contract, Step.VOID)
    elif step is not None and step is not Step.SIGN:
        contract.decline_reason = answer.decline_reason or contract.decline_reason
        steps += _take(contract, step)
    session().flush()
    return steps


def awaits_collection(contract: Contract, answer: SubmissionAnswer) -> bool:
    """Whether it was signed at the provider, and its documents are still to be fetched."""
    return STEP_OF.get(answer.status) is Step.SIGN and contract.state in WAITING


def keep_signed(
    contract: Contract, documents: SignedDocuments, *, signed_at: datetime, at: datetime
) -> list[Step]:
    """Keep the signed documents of a locked agreement: from here on it is signed. Normal twice."""
    if contract.state not in WAITING:
        return []
    folder = f"agreements/{contract.booking_id}"
    contract.agreement_file_id = files.keep(
        documents.agreement, folder=folder, name="agreement.pdf", media_type="application/pdf", at=at
    ).id
    contract.audit_file_id = files.keep(
        documents.audit_log, folder=folder, name="audit-log.pdf", media_type="application/pdf", at=at
    ).id
    contract.signed_at = signed_at
    return _take(contract, Step.SIGN)


def void(contract: Contract) -> list[Step]:
    """Withdraw a locked agreement that is not signed; the provider is told by the event."""
    return _take(contract, Step.VOID)


def waiting(*, before: datetime, limit: int = 50) -> list[UUID]:
    """Agreements that wait for their signer and were not looked at since: for the sweep."""
    return list(
        session().scalars(
            select(Contract.id)
            .where(Contract.state.in_(WAITING), Contract.checked_at < before)
            .order_by(Contract.checked_at)
            .limit(limit)
        )
    )


def expiry(*, at: datetime, hours: int, pickup_at: datetime) -> datetime:
    """When an agreement issued now ends: after so many hours, at pick-up at the latest."""
    return max(min(at + timedelta(hours=hours), pickup_at), at + timedelta(hours=1))


def _take(contract: Contract, step: Step) -> list[Step]:
    following = NEXT.get((ContractState(contract.state), step))
    if following is None:
        return []
    contract.state = following
    session().flush()
    _tell(contract, step)
    return [step]


def _tell(contract: Contract, step: Step) -> None:
    outbox.emit(
        EVENTS[step],
        subject_id=contract.booking_id,
        contract_id=str(contract.id),
        booking_id=str(contract.booking_id),
    )
