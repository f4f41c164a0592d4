"""A photo's way from a kept file to what pages show: one crop after the other, each whole or not at all.

A crop is recorded in one transaction with all its files and takes the place of the one before. Wherever a
worker dies, pages have the old crop or the new one; the next worker goes on with what is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from exodrive.fleet.photo_models import CarPhoto, PhotoRendition, PhotoState
from exodrive.kernel import outbox
from exodrive.kernel.db import session
from exodrive.storage import files, renditions
from exodrive.storage.renditions import CROPS, Drawn

WANTED = "photo.wanted"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be drawn of a photo: these crops, around this focus in percent."""

    photo_id: UUID
    original_id: UUID
    edition: int
    focus: tuple[int, int]
    crops: tuple[str, ...]


def want(photo: CarPhoto) -> None:
    """Have the missing crops drawn, off the request."""
    outbox.emit(WANTED, photo_id=str(photo.id))


def again(photo: CarPhoto) -> None:
    """Try a photo once more that could not be drawn; one that could is left alone."""
    if photo.state == PhotoState.FAILED:
        photo.state, photo.failure = PhotoState.WAITING, None
        want(photo)


def order(photo_id: UUID) -> Order | None:
    """What is missing; None where nothing is, or where the photo was removed or has failed."""
    photo = session().get(CarPhoto, photo_id, populate_existing=True)
    if photo is None or photo.removed_at is not None or photo.state == PhotoState.FAILED:
        return None
    missing = _missing(photo)
    if not missing:
        return None
    focus = (photo.focus_x, photo.focus_y)
    return Order(photo.id, photo.original_id, photo.edition, focus, missing)


def record(asked: Order, crop: str, drawn: Iterable[Drawn], *, blur: str, at: datetime) -> list[UUID]:
    """Publish a crop that was drawn; returns the files that it has replaced, which nothing points to now.

    A crop that somebody else was faster with, or around a focus that has moved on, is dropped.
    """
    photo = _lock(asked.photo_id)
    if crop not in _missing(photo) or (CROPS[crop].shape and photo.edition != asked.edition):
        return []
    replaced = session().scalars(
        delete(PhotoRendition)
        .where(PhotoRendition.photo_id == photo.id, PhotoRendition.crop == crop)
        .returning(PhotoRendition.file_id)
    )
    old = list(replaced)
    for each in drawn:
        session().add(_kept(photo, crop, each, edition=asked.edition, at=at))
    photo.blurs = {**photo.blurs, crop: blur}
    session().flush()
    if not _missing(photo):
        photo.state = PhotoState.READY
    return old


def refuse(photo_id: UUID, *, code: str) -> None:
    """The photo cannot be drawn, however often one tries."""
    photo = _lock(photo_id)
    if photo.state == PhotoState.WAITING:
        photo.state, photo.failure = PhotoState.FAILED, code


def is_being_drawn(photo: CarPhoto) -> bool:
    """Whether a crop is missing, or is around an older focus. Needs the photo's renditions."""
    made = {(each.crop, each.edition) for each in photo.renditions}
    return photo.state != PhotoState.FAILED and bool(_not_in(made, photo.edition))


def _missing(photo: CarPhoto) -> tuple[str, ...]:
    made = session().execute(
        select(PhotoRendition.crop, PhotoRendition.edition)
        .where(PhotoRendition.photo_id == photo.id)
        .distinct()
    )
    return _not_in({(row.crop, row.edition) for row in made}, photo.edition)


def _not_in(made: set[tuple[str, int]], edition: int) -> tuple[str, ...]:
    """The crops that are to be drawn; a photo in its own shape has no focus, and no edition."""
    there = {crop for crop, _ in made}
    return tuple(
        name
        for name, crop in CROPS.items()
        if (name, edition) not in made and not (crop.shape is None and name in there)
    )


def _kept(photo: CarPhoto, crop: str, drawn: Drawn, *, edition: int, at: datetime) -> PhotoRendition:
    digest = hashlib.sha256(photo.id.bytes + crop.encode() + drawn.content).hexdigest()
    name = f"{digest[:32]}.{renditions.ENDINGS[drawn.format]}"
    file = files.keep(
        drawn.content,
        folder=f"renditions/{photo.id}",
        name=name,
        media_type=renditions.MEDIA_TYPES[drawn.format],
        at=at,
    )
    return PhotoRendition(
        photo_id=photo.id,
        crop=crop,
        edition=edition,
        format=drawn.format,
        width=drawn.width,
        height=drawn.height,
        name=name,
        file_id=file.id,
    )


def _lock(photo_id: UUID) -> CarPhoto:
    return session().get_one(CarPhoto, photo_id, with_for_update=True, populate_existing=True)
