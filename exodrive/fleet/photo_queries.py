"""Looking up the photos of cars."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import contains_eager, selectinload

from exodrive.fleet.models import Car
from exodrive.fleet.photo_models import CarPhoto, PhotoRendition, PhotoState
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.storage.models import StoredFile

SHOWN = (CarPhoto.removed_at.is_(None), CarPhoto.state == PhotoState.READY)
ORDER = (CarPhoto.position, CarPhoto.id)
NARROW_FIRST = (PhotoRendition.width, PhotoRendition.format)
REMOVED_SHOWN = 12  # of the photos that were removed last, for putting one back


class PhotoNotFound(NotFound):
    """There is no such photo, or it is another car's."""

    code = "photo_not_found"


def covers(car_ids: Collection[UUID]) -> dict[UUID, CarPhoto]:
    """The first ready photo of each car that has one, with its renditions: one query for them all."""
    if not car_ids:
        return {}
    first = (
        select(CarPhoto.id)
        .where(CarPhoto.car_id.in_(car_ids), *SHOWN)
        .ext(distinct_on(CarPhoto.car_id))
        .order_by(CarPhoto.car_id, *ORDER)
    )
    query = (
        select(CarPhoto)
        .join(CarPhoto.renditions)
        .where(CarPhoto.id.in_(first))
        .order_by(*NARROW_FIRST)
        .options(contains_eager(CarPhoto.renditions))
        .execution_options(populate_existing=True)
    )
    return {photo.car_id: photo for photo in session().scalars(query).unique()}


def shown(car_id: UUID) -> list[CarPhoto]:
    """All ready photos of a car with their renditions, in the house's order."""
    query = (
        select(CarPhoto)
        .join(CarPhoto.renditions)
        .where(CarPhoto.car_id == car_id, *SHOWN)
        .order_by(*ORDER, *NARROW_FIRST)
        .options(contains_eager(CarPhoto.renditions))
        .execution_options(populate_existing=True)
    )
    return list(session().scalars(query).unique())


def at_the_desk(car_id: UUID) -> list[CarPhoto]:
    """A car's photos in whatever state, in order, with what has been made of them."""
    return list(
        session().scalars(
            select(CarPhoto)
            .where(CarPhoto.car_id == car_id, CarPhoto.removed_at.is_(None))
            .order_by(*ORDER)
            .options(selectinload(CarPhoto.renditions))
            .execution_options(populate_existing=True)
        )
    )


def removed(car_id: UUID) -> list[CarPhoto]:
    """The photos of a car that were removed last, newest first."""
    return list(
        session().scalars(
            select(CarPhoto)
            .where(CarPhoto.car_id == car_id, CarPhoto.removed_at.is_not(None))
            .order_by(CarPhoto.removed_at.desc(), CarPhoto.id)
            .options(selectinload(CarPhoto.renditions))
            .limit(REMOVED_SHOWN)
        )
    )


def of_car(car: Car, photo_id: UUID, *, lock: bool = False) -> CarPhoto:
    """One photo of this car, removed or not. Raises PhotoNotFound."""
    query = (
        select(CarPhoto)
        .where(CarPhoto.id == photo_id, CarPhoto.car_id == car.id)
        .options(selectinload(CarPhoto.renditions))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalars(query).first()
    if found is None:
        raise PhotoNotFound(str(photo_id))
    return found


def published(name: str) -> tuple[PhotoRendition, StoredFile] | None:
    """The rendition with this name and its file, unless its photo was removed: all that is ever public."""
    row = (
        session()
        .execute(
            select(PhotoRendition, StoredFile)
            .join(CarPhoto, CarPhoto.id == PhotoRendition.photo_id)
            .join(StoredFile, StoredFile.id == PhotoRendition.file_id)
            .where(PhotoRendition.name == name, CarPhoto.removed_at.is_(None))
        )
        .one_or_none()
    )
    return None if row is None else (row[0], row[1])
