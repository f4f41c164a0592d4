"""Resend's mail API: https://resend.com/docs/api-reference/emails/send-email

| answer | what leaves here |
|---|---|
| network, timeout, 5xx, 409 concurrent_idempotent_requests | GatewayUnavailable, outcome unknown |
| 429 rate_limit_exceeded | GatewayUnavailable, as soon as the headers say |
| 429 daily_quota_exceeded, monthly_quota_exceeded | GatewayUnavailable, hours later |
| 401, 403 invalid_api_key | GatewayUnavailable: staff have to mend the key |
| any other refusal, 409 invalid_idempotent_request too | GatewayRejected with Resend's own name |

A mail repeated with its key within 24 hours is not sent twice, provided that its bytes are the same ones.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from typing import Any, Final

import requests

from exodrive.kernel.errors import GatewayRejected
from exodrive.notifications.ports import Mail
from exodrive.providers import http, reading
from exodrive.providers.breaker import Breaker
from exodrive.providers.credentials import Bearer
from exodrive.providers.http import Answer, Http, Later, Malformed, Problem

MAX_MAIL_BYTES: Final = 40 * 1024 * 1024  # Resend's limit for a whole mail, attachments in base64
LATER: Final[dict[str, Later]] = {
    "rate_limit_exceeded": Later(after=timedelta(seconds=1)),
    "daily_quota_exceeded": Later(after=timedelta(hours=6)),
    "monthly_quota_exceeded": Later(after=timedelta(hours=24)),
    "concurrent_idempotent_requests": Later(after=timedelta(seconds=5), unknown=True),
    "invalid_api_key": Later(after=timedelta(minutes=5)),
    "missing_api_key": Later(after=timedelta(minutes=5)),
    "restricted_api_key": Later(after=timedelta(minutes=5)),
}
_NOT_IN_A_TAG: Final = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_TAG: Final = 256


class Resend:
    """Resend at one address, with one key."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str,
        timeout: tuple[float, float] = http.TIMEOUT,
        session: requests.Session | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._http = Http(
            "resend",
            base_url,
            _read_problem,
            later=LATER,
            timeout=timeout,
            session=session or http.new_session(),
            breaker=breaker,
        )
        self._auth = Bearer(api_key)

    def send(self, mail: Mail) -> str:
        """Hand the mail over under its key and return Resend's id of it."""
        body = json.dumps(_mail_body(mail)).encode()
        if len(body) > MAX_MAIL_BYTES:
            raise GatewayRejected("mail_too_large", f"the mail has {len(body)} bytes", status=413)
        answer = self._http.call(
            "POST",
            "/emails",
            auth=self._auth,
            headers={"Content-Type": "application/json", "Idempotency-Key": mail.key},
            body=body,
        )
        return self._field(answer, "id")

    def last_event(self, provider_id: str) -> str:
        """The newest of `sent`, `delivered`, `bounced` and their like. They arrive in any order."""
        answer = self._http.call("GET", "/emails/{id}", auth=self._auth, ids={"id": provider_id}, write=False)
        return self._field(answer, "last_event")

    def _field(self, answer: Answer, name: str) -> str:
        try:
            return reading.text(reading.mapping(answer.json()), name)
        except Malformed as error:
            raise self._http.misread(answer, error) from error


def _mail_body(mail: Mail) -> dict[str, Any]:
    """The request's body, always the same bytes for the same mail: Resend compares them under its key."""
    body: dict[str, Any] = {
        "from": mail.sender,
        "to": [mail.to],
        "subject": mail.subject,
        "html": mail.html,
        "text": mail.text,
    }
    if mail.reply_to:
        body["reply_to"] = [mail.reply_to]
    tags = {_tag(name): _tag(value) for name, value in sorted(mail.tags.items()) if name and value}
    if tags:
        body["tags"] = [{"name": name, "value": value} for name, value in tags.items()]
    if mail.attachments:
        body["attachments"] = [
            {
                "filename": each.filename,
                "content": base64.b64encode(each.content).decode(),
                "content_type": each.media_type,
            }
            for each in mail.attachments
        ]
    return body


def _tag(text: str) -> str:
    """Resend takes ASCII letters, digits, `_` and `-` in a tag."""
    return _NOT_IN_A_TAG.sub("-", text)[:_LONGEST_TAG]


def _read_problem(answer: Answer) -> Problem:
    """`{"statusCode": 422, "name": "validation_error", "message": "..."}`"""
    body = reading.mapping(answer.json())
    return Problem(reading.text(body, "name"), reading.text_or_none(body, "message") or "")
