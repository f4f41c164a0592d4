"""Contracts: issue the agreement, send it, follow it, and bring home what was signed."""

from __future__ import annotations

from uuid import UUID

from flask import current_app

from exodrive.bookings import addenda, links, signing
from exodrive.bookings import queries as bookings
from exodrive.bookings.addenda import NothingToSign
from exodrive.contracts import issuing
from exodrive.contracts.states import OPEN, WAITING, ContractState
from exodrive.kernel import clock, deliveries
from exodrive.kernel.db import transaction
from exodrive.kernel.deliveries import Work
from exodrive.providers import factory
from exodrive.rendering import agreement
from exodrive.tasks.routes import CONTRACTS
from exodrive.tasks.work import actor, step


@step("contracts.issue", queue=CONTRACTS)
def issue(work: Work) -> None:
    """Fill the agreement of a booking that was just paid for."""
    booking_id = UUID(work.payload["booking_id"])
    try:
        signing.issue(booking_id, values=agreement.values(booking_id, at=clock.now()), at=clock.now())
    except NothingToSign:
        return  # cancelled or expired in the meantime


@step("contracts.issue_addendum", queue=CONTRACTS)
def issue_addendum(work: Work) -> None:
    """Fill an addendum with what a booking has become; none where a later one says it all."""
    booking_id, number = UUID(work.payload["booking_id"]), int(work.payload["number"])
    values = agreement.addendum(booking_id, number=number, at=clock.now())
    try:
        addenda.issue(booking_id, number=number, values=values, at=clock.now())
    except NothingToSign:
        return  # changed again, ended or back in the meantime


@actor("contracts.send", queue=CONTRACTS)
def send(work: Work) -> None:
    """Send a drafted agreement, unless the provider has it already: it knows no idempotency key."""
    contract_id = UUID(work.payload["contract_id"])
    with transaction():
        contract = issuing.lock(contract_id)
        if contract.state != ContractState.DRAFT:
            deliveries.done(work)
            return
        request = issuing.request(contract, redirect_url=_page(contract.booking_id) + "/signed")
    gateway = factory.signing_gateway()
    answer = gateway.find(request.external_id) or gateway.send(request)
    with transaction():
        signing.record(contract_id, answer, at=clock.now())
        deliveries.done(work)


@actor("contracts.check", queue=CONTRACTS)
def check(work: Work) -> None:
    """Read where an agreement stands: the signer returned, a webhook came, or a sweep wonders."""
    contract_id = UUID(work.payload["contract_id"])
    with transaction():
        contract = issuing.lock(contract_id)
        submission_id, external_id = contract.submission_id, contract.external_id
        if contract.state not in OPEN:
            deliveries.done(work)
            return
    gateway = factory.signing_gateway()
    answer = gateway.show(submission_id) if submission_id else gateway.find(external_id)
    with transaction():
        if answer is not None:
            signing.record(contract_id, answer, at=clock.now())
        deliveries.done(work)


@actor("contracts.collect", queue=CONTRACTS)
def collect(work: Work) -> None:
    """Fetch and keep the signed documents at once: the provider's addresses live 40 minutes."""
    contract_id = UUID(work.payload["contract_id"])
    with transaction():
        contract = issuing.lock(contract_id)
        submission_id = contract.submission_id
        if contract.state not in WAITING or submission_id is None:
            deliveries.done(work)
            return
    gateway = factory.signing_gateway()
    answer = gateway.show(submission_id)
    documents = gateway.documents(submission_id)
    with transaction():
        signing.keep_signed(
            contract_id, documents, signed_at=answer.completed_at or clock.now(), at=clock.now()
        )
        deliveries.done(work)


@actor("contracts.withdraw", queue=CONTRACTS)
def withdraw(work: Work) -> None:
    """Archive a voided agreement at the provider, so that nobody signs it any more."""
    with transaction():
        contract = issuing.lock(UUID(work.payload["contract_id"]))
        submission_id = contract.submission_id
    if submission_id is not None:
        factory.signing_gateway().cancel(submission_id)
    with transaction():
        deliveries.done(work)


def _page(booking_id: UUID) -> str:
    settings = current_app.config["SETTINGS"]
    booking = bookings.by_id(booking_id)
    return f"{settings.public_url}/b/{links.secret(settings.secret_key, booking.id, booking.link_version)}"
