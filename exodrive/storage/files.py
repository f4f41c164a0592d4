"""Keeping and reading files through one port: a local folder, or any S3-compatible store."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
from obstore.exceptions import GenericError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, from_url
from sqlalchemy import select

from exodrive.kernel import failpoints, outbox
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.failpoints import Place
from exodrive.kernel.ids import new_id
from exodrive.storage.models import StoredFile

DISCARDED = "file.discarded"
AT_ONCE = 500  # keys in memory
# folder/year/month/id, as `keep` makes them
OURS = re.compile(r"(?:[\w-]+/)+\d{4}/\d{2}/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_store: Any = None


class FileNotFound(NotFound):
    code = "file_not_found"


class FileDamaged(RuntimeError):
    """The store's bytes are not those that were kept: never hand them out."""


class StoreAway(RuntimeError):
    """The store gives and takes nothing now: it is down, full, or does not know us. Nothing was half done."""


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
    """Write the bytes, then the row: a crash in between leaves a file that nothing points to, never a gap.

    Raises StoreAway.
    """
    file_id = new_id()
    key = f"{folder}/{at:%Y/%m}/{file_id}"
    with _asking():
        obstore.put(_store, key, content)
    failpoints.reach(Place.STORAGE_WRITTEN, folder.partition("/")[0])
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
    """A kept file with its bytes. Raises FileNotFound, StoreAway, or FileDamaged where its hash differs."""
    row = session().get(StoredFile, file_id)
    if row is None:
        raise FileNotFound(str(file_id))
    with _asking():
        content = bytes(obstore.get(_store, row.key).bytes())
    if hashlib.sha256(content).digest() != row.sha256:
        raise FileDamaged(row.key)
    return row, content


def discard(file_id: UUID) -> None:
    """Remove a file for good: what must not be kept any longer.

    The bytes go after the commit, by a worker: a caller who fails keeps both, and no row ever points to
    nothing. What a crash leaves behind all the same, `orphans` finds.
    """
    row = session().get(StoredFile, file_id)
    if row is None:
        return
    session().delete(row)
    session().flush()
    outbox.emit(DISCARDED, key=row.key)


def erase(key: str) -> None:
    """Delete bytes that no row knows; normal twice, and nothing where a row knows them."""
    if session().scalar(select(StoredFile.id).where(StoredFile.key == key)) is None:
        with contextlib.suppress(FileNotFoundError):
            obstore.delete(_store, key)


def lying(*, before: datetime) -> Iterator[list[str]]:
    """The keys of what was put into the store before a moment, by its own clock, some hundred at a time.

    Only keys of our own making: the store may have something else in it.
    """
    for batch in obstore.list(_store, chunk_size=AT_ONCE):
        yield [
            each["path"] for each in batch if each["last_modified"] < before and OURS.fullmatch(each["path"])
        ]


@contextlib.contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except (GenericError, PermissionDeniedError, UnauthenticatedError) as error:
        # Its first line is for people; the store's insides follow.
        raise StoreAway(str(error).partition("\n")[0]) from error


def measure(key: str) -> tuple[int, bytes] | None:
    """Size and SHA-256 of a file as it lies in the store, read piece by piece; None where it is missing."""
    try:
        pieces = obstore.get(_store, key).stream()
    except FileNotFoundError:
        return None
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        digest.update(piece)
    return size, digest.digest()
