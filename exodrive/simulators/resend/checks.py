"""What Resend checks of a mail before it takes it. Every check raises Refused."""

from __future__ import annotations

import base64
import binascii
import re
from email.utils import parseaddr
from typing import Any

from exodrive.simulators.resend.access import Refused
from exodrive.simulators.timekeeping import read_time

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
MOST_RECIPIENTS = 50
LARGEST_ATTACHMENTS = 40 * 1024 * 1024  # of all together, in base64


def check(mail: Any) -> None:
    if not isinstance(mail, dict):
        raise invalid("The request body must be an object.")
    for name in ("from", "to", "subject"):
        if not mail.get(name):
            raise Refused(422, "missing_required_field", f"Missing `{name}` field.")
    if not (mail.get("html") or mail.get("text")):
        raise Refused(422, "missing_required_field", "Missing `html` or `text` field.")
    _check_address("from", mail["from"])
    for name in ("to", "cc", "bcc", "reply_to"):
        addresses = listed(mail.get(name))
        if len(addresses) > MOST_RECIPIENTS:
            raise invalid(f"The `{name}` field must have at most {MOST_RECIPIENTS} addresses.")
        for address in addresses:
            _check_address(name, address)
    _check_tags(mail.get("tags") or [])
    _check_attachments(mail.get("attachments") or [])
    if mail.get("scheduled_at"):
        moment(mail["scheduled_at"])


def invalid(message: str) -> Refused:
    return Refused(422, "validation_error", message)


def listed(value: Any) -> list[str]:
    """One address or several, as a list."""
    return [] if not value else [value] if isinstance(value, str) else list(value)


def moment(text: Any) -> str:
    """An ISO time; Resend also reads English phrases, which this does not."""
    try:
        read_time(str(text))
    except ValueError as error:
        raise invalid("Invalid `scheduled_at` field. It must be an ISO 8601 date.") from error
    return str(text)


def _check_address(field: str, address: Any) -> None:
    if not isinstance(address, str) or not ADDRESS.fullmatch(parseaddr(address)[1]):
        raise invalid(
            f"Invalid `{field}` field. The email address needs to follow the `email@example.com` or"
            " `Name <email@example.com>` format."
        )


def _check_tags(tags: list[Any]) -> None:
    names = []
    for tag in tags:
        if not isinstance(tag, dict) or not all(
            TAG.fullmatch(str(tag.get(n, ""))) for n in ("name", "value")
        ):
            raise invalid("Tags should only contain ASCII letters, numbers, underscores, or dashes.")
        names.append(tag["name"])
    if len(set(names)) < len(names):
        raise invalid("Tag names must be unique.")


def _check_attachments(attachments: list[Any]) -> None:
    size = 0
    for attachment in attachments:
        if not isinstance(attachment, dict) or not attachment.get("filename"):
            raise Refused(422, "invalid_attachment", "Attachment must have a `filename`.")
        size += len(_encoded(attachment))
    if size > LARGEST_ATTACHMENTS:
        raise Refused(422, "invalid_attachment", "The attachments are larger than 40 MB.")


def _encoded(attachment: dict[str, Any]) -> str:
    content = attachment.get("content")
    if isinstance(content, list):  # the SDKs also send a list of bytes
        return base64.b64encode(bytes(content)).decode()
    if not isinstance(content, str) or not content:
        # Resend would fetch `path`; a simulator that fetches addresses would only be a way into the machine.
        raise Refused(422, "invalid_attachment", "Attachment must have `content`.")
    return content


def content(attachment: dict[str, Any]) -> bytes:
    """The attachment's bytes."""
    try:
        return base64.b64decode(_encoded(attachment), validate=True)
    except binascii.Error as error:
        raise Refused(422, "invalid_attachment", "Attachment `content` is not base64.") from error
