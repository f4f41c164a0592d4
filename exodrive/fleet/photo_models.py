"""Photos of the cars, and what was made of each for pages to show."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id

MIDDLE = 50  # percent


class PhotoState(StrEnum):
    WAITING = "waiting"  # kept, and not yet made into what pages show
    READY = "ready"  # every crop is there; after the focus was moved perhaps still around the old one
    FAILED = "failed"  # it cannot be drawn, for the reason in `failure`


class CarPhoto(Base):
    """One photo of a car. The first that is ready is the car's cover.

    The focus, in percent from the left and from the top, is what no crop may lose. `edition` counts its
    moves: a crop of an older edition is still around an older focus. `blurs` has a few pixels of each crop,
    in base64.
    """

    __tablename__ = "car_photos"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'ready', 'failed')", name="state"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure"),
        CheckConstraint("focus_x BETWEEN 0 AND 100 AND focus_y BETWEEN 0 AND 100", name="focus"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        Index(
            "car_photos_once_idx",
            "car_id",
            "sha256",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("car_photos_order_idx", "car_id", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    car_id: Mapped[UUID] = mapped_column(ForeignKey("cars.id"))
    position: Mapped[int]
    original_id: Mapped[UUID] = mapped_column(ForeignKey("stored_files.id"))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    alt: Mapped[str] = mapped_column(default="")
    focus_x: Mapped[int] = mapped_column(default=MIDDLE)
    focus_y: Mapped[int] = mapped_column(default=MIDDLE)
    edition: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=PhotoState.WAITING)
    failure: Mapped[str | None]
    width: Mapped[int]  # pixels, standing upright
    height: Mapped[int]
    blurs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    renditions: Mapped[list[PhotoRendition]] = relationship(
        lazy="raise", order_by="PhotoRendition.width", viewonly=True
    )


class PhotoRendition(Base):
    """A photo in one crop, format and width. Its `name` is its public address, made from its bytes."""

    __tablename__ = "photo_renditions"
    __table_args__ = (UniqueConstraint("photo_id", "crop", "format", "width"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    photo_id: Mapped[UUID] = mapped_column(ForeignKey("car_photos.id"))
    crop: Mapped[str]
    edition: Mapped[int]
    format: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    name: Mapped[str] = mapped_column(unique=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_files.id"))
