"""DocuSeal and Resend in this process: agreements signed when their guest gets to it, mails."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime

from exodrive.contracts.ports import AgreementRequest, SignedDocuments, SubmissionAnswer
from exodrive.notifications.ports import Mail

PAPERS = SignedDocuments(agreement=b"%PDF-1.7 agreement", audit_log=b"%PDF-1.7 audit log")


class Notary:
    """What `factory.signing_gateway` gives in the proof."""

    def __init__(self) -> None:
        self._number = itertools.count(1)
        self._by_name: dict[str, int] = {}
        self.submissions: dict[int, SubmissionAnswer] = {}

    def sign(self, submission_id: int, *, at: datetime) -> None:
        found = self.submissions[submission_id]
        self.submissions[submission_id] = replace(found, status="completed", completed_at=at)

    def send(self, request: AgreementRequest) -> SubmissionAnswer:
        number = next(self._number)
        made = SubmissionAnswer(
            number, number, request.external_id, "sent", f"https://sign.example/s/{number}"
        )
        self.submissions[number] = made
        self._by_name[request.external_id] = number
        return made

    def find(self, external_id: str) -> SubmissionAnswer | None:
        number = self._by_name.get(external_id)
        return self.submissions[number] if number else None

    def show(self, submission_id: int) -> SubmissionAnswer:
        return self.submissions[submission_id]

    def documents(self, submission_id: int) -> SignedDocuments:
        return PAPERS

    def cancel(self, submission_id: int) -> None:
        found = self.submissions[submission_id]
        if found.status != "completed":
            self.submissions[submission_id] = replace(found, status="archived")


class Postman:
    """What `factory.mail_gateway` gives in the proof."""

    def __init__(self) -> None:
        self._number = itertools.count(1)

    def send(self, mail: Mail) -> str:
        return f"mail-{next(self._number)}"

    def last_event(self, provider_id: str) -> str:
        return "delivered"
