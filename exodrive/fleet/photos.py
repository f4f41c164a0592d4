"""The photos of a car as the desk keeps them: added, put in order, described, aimed, removed and put back.

Whoever changes a car's order of photos locks the car first. Every wish is relative to how the photos stand
then, so that two people at two screens never undo each other's order by sending an old list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from exodrive.fleet import photo_queries, resizing
from exodrive.fleet.models import Car
from exodrive.fleet.photo_models import CarPhoto
from exodrive.kernel import audit
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import flush, session
from exodrive.kernel.errors import Conflict, Refused, Stale
from exodrive.storage import files, renditions

MOST = 40  # photos of one car; more is an album, and its page too heavy
LONGEST_ALT = 200  # characters: a sentence


class PhotoTwice(Conflict):
    """The car has this very file already."""

    code = "photo_twice"


class TooManyPhotos(Refused):
    code = "too_many_photos"


def add(car: Car, content: bytes, *, name: str, by: Actor, at: datetime) -> CarPhoto:
    """Keep a photo behind the car's others, and have it resized.

    Raises NotAPicture, PictureIsHeic, PhotoTooLarge, PictureTooSmall, PhotoTwice or TooManyPhotos.
    """
    seen = renditions.look(content)
    digest = hashlib.sha256(content).digest()
    there = _lock_order(car)
    if any(photo.sha256 == digest for photo in there):
        raise PhotoTwice
    if len(there) >= MOST:
        raise TooManyPhotos
    original = files.keep(content, folder=f"cars/{car.id}", name=name, media_type=seen.media_type, at=at)
    photo = CarPhoto(
        car_id=car.id,
        position=there[-1].position + 1 if there else 0,
        original_id=original.id,
        sha256=digest,
        width=seen.width,
        height=seen.height,
        added_at=at,
    )
    session().add(photo)
    session().flush()
    audit.record("photo.added", subject=("car", car.id), by=by, at=at, photo=str(photo.id))
    resizing.want(photo)
    return photo


def earlier(car: Car, photo_id: UUID) -> None:
    """One place to the front. Raises PhotoNotFound."""
    _move(car, photo_id, lambda place, _count: place - 1)


def later(car: Car, photo_id: UUID) -> None:
    """One place to the back. Raises PhotoNotFound."""
    _move(car, photo_id, lambda place, _count: place + 1)


def first(car: Car, photo_id: UUID) -> None:
    """Make it the cover. Raises PhotoNotFound."""
    _move(car, photo_id, lambda _place, _count: 0)


def before(car: Car, photo_id: UUID, other_id: UUID | None) -> None:
    """Put it in front of another one, or last. Raises PhotoNotFound, or Stale where the other one is gone."""
    order = _lock_order(car)
    photo = _among(order, photo_id)
    others = [each for each in order if each.id != photo.id]
    place = len(others)
    if other_id is not None and other_id != photo.id:
        places = [number for number, each in enumerate(others) if each.id == other_id]
        if not places:
            raise Stale
        place = places[0]
    elif other_id == photo.id:
        return
    _number([*others[:place], photo, *others[place:]])


def describe(car: Car, photo_id: UUID, *, alt: str, by: Actor, at: datetime) -> None:
    """Say what is to be seen, for whoever does not see it. Raises PhotoNotFound."""
    photo = photo_queries.of_car(car, photo_id, lock=True)
    if photo.alt != alt:
        photo.alt = alt
        audit.record("photo.described", subject=("car", car.id), by=by, at=at, photo=str(photo.id), alt=alt)


def aim(car: Car, photo_id: UUID, *, focus: tuple[int, int], by: Actor, at: datetime) -> None:
    """Choose what no crop may lose, in percent from the left and the top. Raises PhotoNotFound.

    Pages show the crops around the old focus until those around the new one are there.
    """
    photo = photo_queries.of_car(car, photo_id, lock=True)
    if (photo.focus_x, photo.focus_y) == focus:
        return
    photo.focus_x, photo.focus_y = focus
    photo.edition += 1
    audit.record("photo.aimed", subject=("car", car.id), by=by, at=at, photo=str(photo.id), focus=focus)
    resizing.want(photo)


def remove(car: Car, photo_id: UUID, *, by: Actor, at: datetime) -> None:
    """Show it nowhere any more; it can be put back. Raises PhotoNotFound."""
    _lock_order(car)
    photo = photo_queries.of_car(car, photo_id, lock=True)
    if photo.removed_at is None:
        photo.removed_at = at
        audit.record("photo.removed", subject=("car", car.id), by=by, at=at, photo=str(photo.id))


def put_back(car: Car, photo_id: UUID, *, by: Actor, at: datetime) -> None:
    """Undo a removal: it stands where it stood. Raises PhotoNotFound, PhotoTwice or TooManyPhotos."""
    there = _lock_order(car)
    photo = photo_queries.of_car(car, photo_id, lock=True)
    if photo.removed_at is None:
        return
    if len(there) >= MOST:
        raise TooManyPhotos
    photo.removed_at = None
    flush({"car_photos_once_idx": PhotoTwice()})
    audit.record("photo.put_back", subject=("car", car.id), by=by, at=at, photo=str(photo.id))
    resizing.want(photo)


def try_again(car: Car, photo_id: UUID) -> None:
    """Have a photo resized that could not be. Raises PhotoNotFound."""
    resizing.again(photo_queries.of_car(car, photo_id, lock=True))


def _move(car: Car, photo_id: UUID, where: Callable[[int, int], int]) -> None:
    order = _lock_order(car)
    photo = _among(order, photo_id)
    place = order.index(photo)
    order.remove(photo)
    order.insert(min(max(0, where(place, len(order))), len(order)), photo)
    _number(order)


def _among(order: list[CarPhoto], photo_id: UUID) -> CarPhoto:
    found = next((photo for photo in order if photo.id == photo_id), None)
    if found is None:
        raise photo_queries.PhotoNotFound(str(photo_id))
    return found


def _number(order: list[CarPhoto]) -> None:
    for place, photo in enumerate(order):
        photo.position = place


def _lock_order(car: Car) -> list[CarPhoto]:
    """The car's photos in order, which stays until the transaction ends. Bookings of the car do not wait."""
    session().execute(select(Car.id).where(Car.id == car.id).with_for_update(key_share=True))
    return list(
        session().scalars(
            select(CarPhoto)
            .where(CarPhoto.car_id == car.id, CarPhoto.removed_at.is_(None))
            .order_by(*photo_queries.ORDER)
            .execution_options(populate_existing=True)
        )
    )
