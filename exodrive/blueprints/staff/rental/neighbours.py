"""What a car does before and after a rental, for previews of what becomes of its time."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _

from exodrive.availability.occupancies import Taken
from exodrive.bookings import queries


class Neighbour(NamedTuple):
    """`words` say on which side; `reference` is "" for what is no booking."""

    words: str
    taken: Taken
    reference: str


def rows(found: tuple[Taken | None, Taken | None]) -> list[Neighbour]:
    """Those that there are, the earlier first; read in the caller's transaction."""
    ids = [taken.booking_id for taken in found if taken is not None and taken.booking_id]
    known = queries.references(ids)
    return [
        Neighbour(words, taken, known.get(taken.booking_id, "") if taken.booking_id else "")
        for words, taken in zip((_("Before"), _("After")), found, strict=True)
        if taken is not None
    ]
