"""Files: remove the bytes of what was discarded, once that is committed."""

from __future__ import annotations

from exodrive.kernel.deliveries import Work
from exodrive.storage import files
from exodrive.tasks.routes import DOCUMENTS
from exodrive.tasks.work import step


@step("files.erase", queue=DOCUMENTS)
def erase(work: Work) -> None:
    """Safe to repeat: what is gone is gone."""
    files.erase(work.payload["key"])
