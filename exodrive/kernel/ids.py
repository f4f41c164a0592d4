"""Identifiers: time-ordered UUIDs for rows, short references for people, secrets for links."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

import uuid_utils

# Crockford's base 32: no I, L, O or U, so that a reference survives the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562): unique, and in the order of creation, which keeps indexes dense."""
    return UUID(int=uuid_utils.uuid7().int)


def new_reference(prefix: str, *, length: int = 6) -> str:
    """A reference such as `EXD-7K4M2Q`; the caller makes sure that it is free."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(length))}"


def read_reference(text: str) -> str:
    """What a person typed, as it is stored: capitals, with O, I and L read as the figures they look like."""
    prefix, dash, rest = text.strip().upper().partition("-")
    return prefix + dash + rest.translate(str.maketrans("OIL", "011"))


def new_secret() -> str:
    """A link's secret: 256 bits, safe in an address. Only its hash is stored."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """What is stored of a secret. It has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()
