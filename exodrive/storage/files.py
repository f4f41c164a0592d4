"""Keeping and reading files through one port: a local folder, or any S3-compatible store."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
from obstore.store import LocalStore, from_url
from sqlalchemy import select

from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.ids import new_id
from exodrive.storage.models import StoredFile

_store: Any = None


class FileNotFound(NotFound):
    code = "file_not_found"


class FileDamaged(RuntimeError):
    """The store's bytes are not those that were kept: never hand them out."""


def use_store(url: str) -> None:
    """Choose the store: `file:///folder`, or an `s3://` address with its keys in the environment."""
    global _store  # noqa: PLW0603  one store per process
    if url.startswith("file://"):
        folder = Path(url.removeprefix("file://"))
        folder.mkdir(parents=True, exist_ok=True)
        _store = LocalStore(prefix=folder)
    else:
        _store = from_url(url)


def keep(content: bytes, *, folder: str, name: str, media_type: str, at: datetime) -> StoredFile:
    """Write the bytes, then the row: a crash in between leaves a file that nothing points to, never a gap."""
    file_id = new_id()
    key = f"{folder}/{at:%Y/%m}/{file_id}"
    obstore.put(_store, key, content)
    row = StoredFile(
        id=file_id,
        key=key,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        created_at=at,
    )
    session().add(row)
    session().flush()
    return row


def rows(file_ids: Collection[UUID]) -> dict[UUID, StoredFile]:
    """What is known of kept files, without their bytes."""
    if not file_ids:
        return {}
    found = session().scalars(select(StoredFile).where(StoredFile.id.in_(file_ids)))
    return {row.id: row for row in found}


def read(file_id: UUID) -> tuple[StoredFile, bytes]:
    """A kept file with its bytes. Raises FileNotFound, or FileDamaged where the hash does not match."""
    row = session().get(StoredFile, file_id)
    if row is None:
        raise FileNotFound(str(file_id))
    content = bytes(obstore.get(_store, row.key).bytes())
    if hashlib.sha256(content).digest() != row.sha256:
        raise FileDamaged(row.key)
    return row, content
