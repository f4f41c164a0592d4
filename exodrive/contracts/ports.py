"""What contracts need from a signing provider, in our words. `exodrive.providers.docuseal` gives it.

DocuSeal has no idempotency key: look a submission up by our `external_id` before sending it again. Every call
may raise GatewayUnavailable or GatewayRejected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AgreementRequest:
    """One agreement for one signer. `values` fills the template's fields, read-only, by their names."""

    external_id: str
    signer_name: str
    signer_email: str
    values: Mapping[str, str]
    expires_at: datetime
    completed_redirect_url: str


@dataclass(frozen=True, slots=True)
class SubmissionAnswer:
    """Where an agreement stands. `status` is the submitter's: awaiting sent opened completed declined, or
    `expired` / `archived` where the submission itself ended. `sign_url` is the signer's page."""

    submission_id: int
    submitter_id: int
    external_id: str | None
    status: str
    sign_url: str
    opened_at: datetime | None = None
    completed_at: datetime | None = None
    declined_at: datetime | None = None
    decline_reason: str | None = None


@dataclass(frozen=True, slots=True)
class SignedDocuments:
    """The signed agreement and its audit log, as PDF bytes."""

    agreement: bytes
    audit_log: bytes


class SigningGateway(Protocol):
    """A signing provider."""

    def send(self, request: AgreementRequest) -> SubmissionAnswer: ...

    def find(self, external_id: str) -> SubmissionAnswer | None: ...

    def show(self, submission_id: int) -> SubmissionAnswer: ...

    def documents(self, submission_id: int) -> SignedDocuments: ...

    def cancel(self, submission_id: int) -> None: ...
