"""The pictures that messages show for links to the cars: which are kept, and what they say.

An older one stays where it was: messages that were sent with it show it for as long as they are read.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.fleet.models import Car
from exodrive.kernel.db import Base, session
from exodrive.storage import files


class LinkPicture(Base):
    """A picture of a car. `said` is what stands on it; `name` is its public address, made from its bytes
    and the car."""

    __tablename__ = "link_pictures"
    __table_args__ = (Index("link_pictures_newest_idx", "car_id", "drawn_at"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    car_id: Mapped[UUID] = mapped_column(ForeignKey("cars.id"))
    said: Mapped[str]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_files.id"))
    drawn_at: Mapped[datetime]


class Shown(NamedTuple):
    """A car on show, and what its newest picture says; None where it has none."""

    car: Car
    said: str | None


def all_shown() -> list[Shown]:
    """Every car on show with what its picture says now."""
    said = (
        select(LinkPicture.said)
        .where(LinkPicture.car_id == Car.id)
        .order_by(LinkPicture.drawn_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session().execute(select(Car, said).where(Car.visible).order_by(Car.id))
    return [Shown(row[0], row[1]) for row in rows]


def keep(car_id: UUID, content: bytes, *, said: str, name: str, media_type: str, at: datetime) -> None:
    """Keep a picture as the car's newest; one that was kept before is only made the newest again."""
    # Two that draw one car take turns; bookings of it do not wait.
    session().get_one(Car, car_id, with_for_update={"key_share": True})
    known = session().get(LinkPicture, name)
    if known is not None:
        known.said, known.drawn_at = said, at
        return
    file = files.keep(content, folder=f"link-pictures/{car_id}", name=name, media_type=media_type, at=at)
    session().add(LinkPicture(name=name, car_id=car_id, said=said, file_id=file.id, drawn_at=at))


def newest(car_id: UUID) -> str | None:
    """The public name of a car's picture; None where none is drawn yet."""
    return session().scalar(
        select(LinkPicture.name)
        .where(LinkPicture.car_id == car_id)
        .order_by(LinkPicture.drawn_at.desc())
        .limit(1)
    )


def find(name: str) -> LinkPicture | None:
    """The picture with that public name."""
    return session().get(LinkPicture, name)
