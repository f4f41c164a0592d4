"""Files between store and database: who dies between the two leaves nothing for good, and loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
import pytest
from flask import Flask

from exodrive.config import Settings
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.failpoints import ARMED, STRUCK, Place, point
from exodrive.storage import files, orphans
from exodrive.storage.files import FileNotFound
from exodrive.storage.models import StoredFile
from exodrive.tasks import sweeps
from tests.drain import drain, troubles

pytestmark = [pytest.mark.usefixtures("house"), pytest.mark.made_up]
PAPER = point(Place.STORAGE_WRITTEN, "papers")
KEEP = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from exodrive.kernel import failpoints
from exodrive.storage import files
files.use_store(sys.argv[1])
failpoints.arm(Path(sys.argv[2]))
files.keep(b"a licence", folder="papers/x", name="l.jpg", media_type="image/jpeg", at=datetime.now(UTC))
"""


@pytest.fixture
def store(settings: Settings) -> Path:
    """The folder behind the store."""
    return Path(settings.storage_url.removeprefix("file://"))


def keep(content: bytes = b"a photo") -> UUID:
    with transaction():
        return files.keep(
            content, folder="condition/x", name="p.jpg", media_type="image/jpeg", at=clock.now()
        ).id


def bytes_of(store: Path, file_id: UUID) -> Path:
    with transaction():
        row = session().get(StoredFile, file_id)
        assert row is not None
        return store / row.key


def discard_and_fail(file_id: UUID) -> None:
    with transaction():
        files.discard(file_id)
        raise RuntimeError


def age(path: Path, *, hours: int) -> None:
    moment = clock.real_now().timestamp() - hours * 3600
    os.utime(path, (moment, moment))


def test_bytes_go_after_the_commit_and_not_before(house: Flask, store: Path) -> None:
    file_id = keep()
    path = bytes_of(store, file_id)
    with pytest.raises(RuntimeError):
        discard_and_fail(file_id)
    drain()
    with transaction():
        assert files.read(file_id)[1] == b"a photo"
    with transaction():
        files.discard(file_id)
    assert path.exists()
    assert "files.erase" in drain()
    assert not path.exists()
    with transaction(), pytest.raises(FileNotFound):
        files.read(file_id)
    with transaction():
        files.discard(file_id)
    assert troubles() == []


def test_what_a_dead_process_left_is_removed_a_day_later(store: Path, tmp_path: Path) -> None:
    for folder in (ARMED, STRUCK):
        (tmp_path / folder).mkdir()
    (tmp_path / ARMED / PAPER).write_text("1")
    before = set(store.glob("papers/x/**/*-*"))
    died = subprocess.run(
        [sys.executable, "-c", KEEP, f"file://{store}", str(tmp_path)], check=False, timeout=60
    )
    assert died.returncode == -signal.SIGKILL
    assert (tmp_path / STRUCK / PAPER).exists()
    (orphan,) = set(store.glob("papers/x/**/*-*")) - before
    kept = bytes_of(store, keep())
    strange = store / "by-hand.txt"
    strange.write_text("not ours")
    age(strange, hours=25)
    age(kept, hours=25)
    sweeps.remove_orphans()
    assert orphan.exists(), "somebody may be about to commit its row"
    age(orphan, hours=25)
    sweeps.remove_orphans()
    assert not orphan.exists()
    assert kept.exists()
    assert strange.exists()
    strange.unlink()


def test_no_transaction_is_open_while_the_store_says_what_lies_there(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large store takes minutes for it, and a transaction that old keeps dead rows from being cleared."""
    age(bytes_of(store, keep()), hours=25)
    real, seen = obstore.list, []

    def listing(*args: Any, **options: Any) -> Iterator[Any]:
        for batch in real(*args, **options):
            seen.append(session().in_transaction())
            yield batch
            seen.append(session().in_transaction())

    monkeypatch.setattr(obstore, "list", listing)
    sweeps.remove_orphans()
    assert seen
    assert not any(seen)


def test_a_store_that_the_database_knows_nothing_of_is_left_alone(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an older copy of the database was put back."""
    monkeypatch.setattr(orphans, "MOST", 1)
    paths = [bytes_of(store, keep(bytes([number]))) for number in range(2)]
    with transaction():
        session().query(StoredFile).filter(StoredFile.key.like("condition/x/%")).delete()
    for path in paths:
        age(path, hours=25)
    sweeps.remove_orphans()
    assert all(path.exists() for path in paths)
