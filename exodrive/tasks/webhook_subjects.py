"""What a provider's message speaks of, read from a body that may be older, newer or stranger than we know.

A body is somebody else's document: every field may be missing, of another type, or enormous. What cannot be
an id of ours is left out here, so that nothing behind this file has to think of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from exodrive.notifications.messages import MARK

# More ids than any message has; a body of the largest size could name a hundred thousand.
MOST_IDS = 20
LONGEST_ID = 100
LONGEST_MARK = 256  # letters of a tag at Resend
LARGEST_NUMBER = 2**31 - 1  # of a column of ours


class Agreement(NamedTuple):
    """By what a DocuSeal message names an agreement: its submission's number, and our own ids in it."""

    submission_id: int | None
    external_ids: frozenset[str]


def paypal_ids(event: dict[str, Any]) -> frozenset[str]:
    """Every id by which a resource may be known to us: its own, those it relates to, that of its parent."""
    resource = _object(event.get("resource"))
    related = _object(_object(resource.get("supplementary_data")).get("related_ids"))
    parents = (
        _text(link.get("href")).rstrip("/").rpartition("/")[2]
        for link in _objects(resource.get("links"))
        if link.get("rel") == "up"
    )
    found = (_word(value) for value in (resource.get("id"), *related.values(), *parents))
    return _some(found)


def paypal_bill(event: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """PayPal's ids and our numbers of the invoice that a message is about; old messages name it otherwise."""
    resource = _object(event.get("resource"))
    invoice = _object(resource.get("invoice")) or resource
    detail = _object(invoice.get("detail"))
    numbers = (detail.get("invoice_number"), invoice.get("number"))
    return _some(iter((_word(invoice.get("id")),))), _some(_word(each) for each in numbers)


def docuseal_agreement(event: dict[str, Any], event_type: str) -> Agreement:
    """The agreement that a message is about: `form.*` carries a signer, `submission.*` all of it."""
    data = _object(event.get("data"))
    number = data.get("submission_id") if event_type.startswith("form.") else data.get("id")
    signers = _objects(data.get("submitters")) or [data]
    return Agreement(_number(number), _some(_word(each.get("external_id")) for each in signers))


class Letter(NamedTuple):
    """Resend's id of a mail, and our own mark of it; empty texts where they are missing."""

    email_id: str
    marked: str


def resend_mail(event: dict[str, Any]) -> Letter:
    """The mail that an event of Resend's is about. In events the tags are an object, not a list."""
    data = _object(event.get("data"))
    marked = _text(_object(data.get("tags")).get(MARK))
    return Letter(_word(data.get("email_id")), marked if len(marked) <= LONGEST_MARK else "")


def _some(words: Iterator[str]) -> frozenset[str]:
    found: set[str] = set()
    for word in words:
        if word:
            found.add(word)
        if len(found) == MOST_IDS:
            break
    return frozenset(found)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _word(value: object) -> str:
    """Something that can be an id: short, and of letters that a database takes."""
    word = _text(value)
    return word if len(word) <= LONGEST_ID and word.isprintable() else ""


def _number(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= LARGEST_NUMBER else None
