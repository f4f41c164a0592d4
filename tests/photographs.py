"""Photos of a car, added as the desk adds them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from exodrive.fleet import photo_queries, photos
from exodrive.fleet.models import Car
from exodrive.fleet.photo_models import CarPhoto
from exodrive.kernel import clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Delivery
from exodrive.tasks import photos as tasks
from exodrive.tasks import work
from tests.picture_files import picture

SMALL = (480, 400)  # one file of each format for each crop, drawn in a moment
assert tasks  # its import registers the actor
AGENT = Actor(ActorKind.STAFF, "Ada Agent")


def add(car: Car, content: bytes | None = None, *, shade: int = 0, name: str = "car.jpg") -> UUID:
    """Keep a photo, which then waits to be resized."""
    with transaction():
        made = picture(size=SMALL, shade=shade) if content is None else content
        return photos.add(car, made, name=name, by=AGENT, at=clock.now()).id


def order(car: Car) -> list[UUID]:
    """The car's photos in the house's order."""
    with transaction():
        return [photo.id for photo in photo_queries.at_the_desk(car.id)]


def read(car: Car, photo_id: UUID) -> CarPhoto:
    """A photo as it is now, with its renditions."""
    with transaction():
        return photo_queries.of_car(car, photo_id, lock=True)


def resize_all() -> None:
    """Do what waits for the photos, and nothing else that waits."""
    with transaction():
        waiting = session().scalars(select(Delivery.id).where(Delivery.actor == "photos.resize")).all()
    for delivery_id in waiting:
        work.perform("photos.resize", delivery_id)
