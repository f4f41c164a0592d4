"""Bytes in the store that no row knows: who put them there died before the commit, or it failed.

They are looked for once in a while and removed a day later, when nobody can be about to write their row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from exodrive.kernel.db import session
from exodrive.storage.models import StoredFile

AGE = timedelta(days=1)
# More is no trace of crashes: the database was put back to an older day, or is another one than the store's.
MOST = 200


class WrongStore(RuntimeError):
    """So much lies in the store that no row knows that nothing of it is touched."""


def among(keys: Collection[str]) -> list[str]:
    """Those of the keys that no row knows."""
    known = set(session().scalars(select(StoredFile.key).where(StoredFile.key.in_(keys))))
    return [key for key in keys if key not in known]


def check(found: Collection[str]) -> None:
    """Raises WrongStore where these are too many."""
    if len(found) > MOST:
        raise WrongStore(f"more than {MOST} files without a row")
