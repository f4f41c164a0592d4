"""Places in lists: the moment and the id of a page's last row, written so that an address can carry them."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from uuid import UUID

from exodrive.kernel.errors import Refused


class CursorUnreadable(Refused):
    """The page's place in the list is not one that we gave out."""

    code = "cursor_unreadable"


def written(at: datetime, row_id: UUID) -> str:
    """The cursor of the page that follows this row."""
    place = json.dumps([at.isoformat(), str(row_id)])
    return base64.urlsafe_b64encode(place.encode()).decode()


def read(cursor: str) -> tuple[datetime, UUID]:
    """The row that the page before ended with. Raises CursorUnreadable."""
    try:
        at, row_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(at), UUID(row_id)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise CursorUnreadable from error
