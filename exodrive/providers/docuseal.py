"""DocuSeal's REST API, of its open-source edition and of its cloud.

https://www.docuseal.com/docs/api. The agreement is a template made once in DocuSeal, filled for each booking.

| answer | what leaves here |
|---|---|
| network, timeout, 5xx | GatewayUnavailable, a write's outcome unknown |
| 401 | GatewayUnavailable: staff have to mend the key |
| 429 | GatewayUnavailable |
| 403, 404, 422 | GatewayRejected `forbidden`, `not_found`, `invalid` |
| documents asked for before all have signed | GatewayRejected `not_completed` |
| documents of a completed submission not made yet, or a file that cannot be had | GatewayUnavailable |

DocuSeal knows no idempotency key: after an unknown outcome, and before any repeat, `find` by our external id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import UTC, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import requests

from exodrive.contracts.ports import AgreementRequest, SignedDocuments, SubmissionAnswer
from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.providers import http, reading
from exodrive.providers.breaker import Breaker
from exodrive.providers.credentials import HeaderKey
from exodrive.providers.http import Answer, Http, Malformed, Problem

T = TypeVar("T")

# The cloud's API stands at its own host without a prefix, its files and signing pages at another host.
CLOUD: Final[dict[str, str]] = {
    "api.docuseal.com": "https://docuseal.com",
    "api.docuseal.eu": "https://docuseal.eu",
}
MAX_PDF_BYTES: Final = 40 * 1024 * 1024  # an agreement with photographs of signatures has 1 to 5 MB
_PDF_TAIL: Final = 1024  # bytes at whose end or before a whole PDF says %%EOF, as readers look for it
SUBMITTER_STATUSES: Final = frozenset({"awaiting", "sent", "opened", "completed", "declined"})
SUBMISSION_STATUSES: Final = frozenset({"pending", "completed", "declined", "expired"})
_NOT_MADE_YET: Final = timedelta(seconds=5)
_CODES: Final[dict[int, str]] = {403: "forbidden", 404: "not_found", 422: "invalid"}


def api_address(base_url: str) -> str:
    """Where the API answers: the cloud's stands at a host of its own, any other below `/api`."""
    base = base_url.rstrip("/")
    in_cloud = (urlsplit(base).hostname or "") in CLOUD
    return base if in_cloud or base.endswith("/api") else f"{base}/api"


class DocuSeal:
    """DocuSeal at one address, with one template.

    `base_url` is the host of a DocuSeal of one's own (`/api` is added) or `https://api.docuseal.com`.
    `file_origins` are further addresses, such as `https://sign.example.com`, that its files may be fetched
    from: where DocuSeal is reached inside by another name than the one it writes into its links.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str,
        template_id: int,
        role: str | None = None,
        file_origins: Collection[str] = (),
        timeout: tuple[float, float] = http.TIMEOUT,
        session: requests.Session | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        base = base_url.rstrip("/")
        host = urlsplit(base).hostname or ""
        self._pages = CLOUD.get(host, base.removesuffix("/api"))
        self._http = Http(
            "docuseal",
            api_address(base),
            _read_problem,
            timeout=timeout,
            session=session or http.new_session(),
            breaker=breaker,
        )
        self._auth = HeaderKey("X-Auth-Token", api_key)
        self._template_id = template_id
        self._role = role
        self._origins = {http.origin(each) for each in (base, self._pages, *file_origins)}

    def send(self, request: AgreementRequest) -> SubmissionAnswer:
        """Make an agreement for one signer. DocuSeal sends no mail: ours carries the link."""
        submitter: dict[str, Any] = {
            "name": request.signer_name,
            "email": request.signer_email,
            "external_id": request.external_id,
            "completed_redirect_url": request.completed_redirect_url,
            "fields": [
                {"name": name, "default_value": value, "readonly": True}
                for name, value in request.values.items()
            ],
        }
        if self._role is not None:
            submitter["role"] = self._role
        body = {
            "template_id": self._template_id,
            "send_email": False,
            "order": "preserved",
            "expire_at": f"{request.expires_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
            "completed_redirect_url": request.completed_redirect_url,
            "submitters": [submitter],
        }
        answer = self._call("POST", "/submissions", body=body, write=True)
        return self._read(answer, lambda data: self._created(data, request.external_id))

    def find(self, external_id: str) -> SubmissionAnswer | None:
        """The newest agreement of that external id, if there is one."""
        answer = self._call("GET", "/submitters", query={"external_id": external_id})
        found = self._read(answer, lambda data: _submission_ids(data, external_id))
        return self.show(max(found)) if found else None

    def show(self, submission_id: int) -> SubmissionAnswer:
        answer = self._call("GET", "/submissions/{id}", subject=submission_id)
        return self._read(answer, self._submission)

    def documents(self, submission_id: int) -> SignedDocuments:
        """Fetch the signed agreement and its audit log. Their links last 40 minutes, so now or not at all.

        Before everybody has signed DocuSeal offers previews, which must never pass for the agreement.
        """
        answer = self._call("GET", "/submissions/{id}", subject=submission_id)
        status, audit_log_url = self._read(answer, _completion)
        if status != "completed":
            raise GatewayRejected("not_completed", f"the submission is {status}", status=409)
        listed = self._read(self._documents(submission_id), _document_urls)
        if len(listed) > 1:  # a template of several files: one agreement is what we keep
            listed = self._read(self._documents(submission_id, merge="true"), _document_urls)
        if len(listed) != 1 or audit_log_url is None:
            raise GatewayUnavailable("docuseal has not made the documents yet", retry_after=_NOT_MADE_YET)
        return SignedDocuments(
            agreement=self._pdf(listed[0], label="(agreement)"),
            audit_log=self._pdf(audit_log_url, label="(audit log)"),
        )

    def cancel(self, submission_id: int) -> None:
        """Archive the submission, after which nobody can sign it. Harmless when repeated."""
        self._call("DELETE", "/submissions/{id}", subject=submission_id, write=True)

    def _call(
        self,
        method: str,
        path: str,
        *,
        subject: int | None = None,
        query: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        write: bool = False,
    ) -> Answer:
        return self._http.call(
            method,
            path,
            auth=self._auth,
            ids=None if subject is None else {"id": subject},
            query=query,
            headers={"Content-Type": "application/json"} if body is not None else None,
            body=None if body is None else json.dumps(body).encode(),
            write=write,
        )

    def _documents(self, submission_id: int, **query: str) -> Answer:
        return self._call("GET", "/submissions/{id}/documents", subject=submission_id, query=query)

    def _read(self, answer: Answer, read: Callable[[Any], T]) -> T:
        try:
            return read(answer.json())
        except Malformed as error:
            raise self._http.misread(answer, error) from error

    def _created(self, data: Any, external_id: str) -> SubmissionAnswer:
        """The answer to a creation is the list of its submitters."""
        submitters = [reading.mapping(each) for each in reading.sequence(data)]
        return self._submitter(_ours(submitters, external_id))

    def _submission(self, data: Any) -> SubmissionAnswer:
        body = reading.mapping(data)
        submission_id = reading.whole(body, "id")
        submitter = dict(_ours(reading.children(body, "submitters"), None))
        submitter.setdefault("submission_id", submission_id)
        reason = next(
            (
                reading.text_or_none(reading.child(each, "data"), "reason")
                for each in reading.children(body, "submission_events")
                if each.get("event_type") == "decline_form"
            ),
            None,
        )
        return self._submitter(submitter, ended=_ended(body), reason=reason)

    def _submitter(
        self, data: dict[str, Any], *, ended: str | None = None, reason: str | None = None
    ) -> SubmissionAnswer:
        status = reading.one_of(data, "status", SUBMITTER_STATUSES)
        if ended and status not in ("completed", "declined"):  # signed is signed, whatever came after
            status = ended
        return SubmissionAnswer(
            submission_id=reading.whole(data, "submission_id"),
            submitter_id=reading.whole(data, "id"),
            external_id=reading.text_or_none(data, "external_id"),
            status=status,
            sign_url=reading.text_or_none(data, "embed_src")
            or f"{self._pages}/s/{reading.text(data, 'slug')}",
            opened_at=reading.time_or_none(data, "opened_at"),
            completed_at=reading.time_or_none(data, "completed_at"),
            declined_at=reading.time_or_none(data, "declined_at"),
            decline_reason=reading.text_or_none(data, "decline_reason") or reason,
        )

    def _pdf(self, url: str, *, label: str) -> bytes:
        """A file of DocuSeal's own address: an answer must not send us anywhere else in our network."""
        try:
            allowed = http.origin(url) in self._origins and "@" not in urlsplit(url).netloc
        except ValueError:
            allowed = False
        if not allowed:
            raise GatewayRejected("foreign_file_address", "the file lies at an address that is not allowed")
        try:
            content = self._http.fetch(url, label=label, max_bytes=MAX_PDF_BYTES).body
        except GatewayRejected as error:  # an expired link; the next try gets a fresh one
            raise GatewayUnavailable(
                f"docuseal does not hand out the file: {error.status}", retry_after=_NOT_MADE_YET
            ) from error
        if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-_PDF_TAIL:]:
            raise GatewayUnavailable("docuseal's file is not a whole PDF", retry_after=_NOT_MADE_YET)
        return content


def _ours(submitters: list[dict[str, Any]], external_id: str | None) -> dict[str, Any]:
    """The signer among the submitters: who has the external id, or any, or comes first."""
    for each in submitters:
        given = each.get("external_id")
        if given and external_id in (None, given):
            return each
    if not submitters:
        raise Malformed("the submission has no submitter")
    return submitters[0]


def _ended(body: dict[str, Any]) -> str | None:
    """How the submission itself ended before it was signed."""
    if body.get("archived_at"):
        return "archived"
    return "expired" if body.get("status") == "expired" else None


def _submission_ids(data: Any, external_id: str) -> list[int]:
    """An answer without its list is no answer: "none" would lead to a second agreement."""
    listed = reading.sequence(reading.mapping(data).get("data"), "data")
    found = [reading.mapping(each, "data") for each in listed]
    return [reading.whole(each, "submission_id") for each in found if each.get("external_id") == external_id]


def _completion(data: Any) -> tuple[str, str | None]:
    body = reading.mapping(data)
    status = reading.one_of(body, "status", SUBMISSION_STATUSES)
    return status, reading.text_or_none(body, "audit_log_url")


def _document_urls(data: Any) -> list[str]:
    return [reading.text(each, "url") for each in reading.children(reading.mapping(data), "documents")]


def _read_problem(answer: Answer) -> Problem:
    """`{"error": "..."}`. The text may repeat what we sent about a person, so it stays out of logs."""
    message = reading.text(reading.mapping(answer.json()), "error")
    return Problem(_CODES.get(answer.status, f"http_{answer.status}"), message)
