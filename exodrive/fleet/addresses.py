"""Which cars have a page of their own for everybody."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from exodrive.fleet.models import Car
from exodrive.kernel.db import session


class Page(NamedTuple):
    car_id: UUID
    slug: str
    created_at: datetime


def pages() -> list[Page]:
    """The cars on show, in an order that lasts."""
    rows = session().execute(select(Car.id, Car.slug, Car.created_at).where(Car.visible).order_by(Car.slug))
    return [Page(row[0], row[1], row[2]) for row in rows]
