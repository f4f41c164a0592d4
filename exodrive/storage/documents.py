"""PDFs that people send: checked by their content, never drawn by us."""

from __future__ import annotations

from exodrive.kernel.errors import Refused

MEDIA_TYPE = "application/pdf"
LARGEST = 10 * 1024 * 1024  # bytes
HEAD, TAIL = b"%PDF-", b"%%EOF"
TAIL_WITHIN = 1024  # bytes from the end; some programs write a little behind the mark
# What makes a PDF do things; an insurance card has no use for it.
ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/OpenAction")


class NotADocument(Refused):
    """No whole PDF, or one that would do something when it is opened."""

    code = "not_a_document"


class DocumentTooLarge(Refused):
    code = "document_too_large"


def looks_like_one(content: bytes) -> bool:
    return content.startswith(HEAD)


def check(content: bytes) -> bytes:
    """The same content, where it may be kept. Raises NotADocument or DocumentTooLarge."""
    if len(content) > LARGEST:
        raise DocumentTooLarge
    whole = looks_like_one(content) and TAIL in content[-TAIL_WITHIN:]
    if not whole or any(word in content for word in ACTIVE):
        raise NotADocument
    return content
