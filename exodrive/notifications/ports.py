"""What notifications need from a mail provider. `exodrive.providers.resend` gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MailAttachment:
    filename: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One rendered mail. `key` is our idempotency key: the same key always carries the same bytes."""

    key: str
    sender: str
    to: str
    subject: str
    html: str
    text: str
    reply_to: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    attachments: tuple[MailAttachment, ...] = ()


class MailGateway(Protocol):
    """A mail provider. Raises GatewayUnavailable or GatewayRejected."""

    def send(self, mail: Mail) -> str:
        """Hand the mail over and return the provider's id of it."""
        ...

    def last_event(self, provider_id: str) -> str:
        """The provider's word for what last happened to a mail, such as `delivered`."""
        ...
