"""Sealing what must not be readable in the store: photos of licences and insurance cards.

Fernet of `cryptography` (AES-128-CBC with an HMAC), under a key derived from the house's secret key. Whoever
changes that key can no longer open what was sealed under the old one: drivers are asked for new photos.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from exodrive.kernel.errors import NotFound

MEDIA_TYPE = "application/octet-stream"


class CannotOpen(NotFound):
    """Sealed under another key, or damaged."""

    code = "seal_unreadable"


def seal(content: bytes, *, key: str) -> bytes:
    return _box(key).encrypt(content)


def unseal(content: bytes, *, key: str) -> bytes:
    """Raises CannotOpen."""
    try:
        return _box(key).decrypt(content)
    except InvalidToken as error:
        raise CannotOpen from error


def _box(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"exodrive papers").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
