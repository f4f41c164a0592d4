"""What every letter is written from, and what comes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from exodrive.bookings import links, policy
from exodrive.bookings.models import Booking
from exodrive.house import queries as houses
from exodrive.house.models import House
from exodrive.house.rules import Rulebook
from exodrive.kernel.money import Money
from exodrive.rendering import formats

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """Where customers find the house, and the key that their page links are derived from."""

    public_url: str
    key: str

    def page(self, booking: Booking) -> str:
        """The secret address of a booking's page."""
        return f"{self.public_url}/b/{links.secret(self.key, booking.id, booking.link_version)}"

    def car(self, booking: Booking) -> str:
        return f"{self.public_url}/cars/{booking.car.slug}"


@dataclass(frozen=True, slots=True)
class Letter:
    to_email: str
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """The words of a letter that somebody wrote themselves: plain text, empty lines between paragraphs."""

    subject: str
    text: str

    @property
    def paragraphs(self) -> list[list[str]]:
        """Each as its lines."""
        parts = re.split(r"\n\s*\n", self.text.replace("\r\n", "\n"))
        return [part.strip().splitlines() for part in parts if part.strip()]


@dataclass(frozen=True, slots=True)
class About:
    """What a letter is about besides its booking."""

    typed: Typed | None = None
    code: UUID | None = None  # of `bookings.reservation.remembering`
    paper: UUID | None = None  # a photo of a driver's papers
    charges: frozenset[UUID] = frozenset()
    invoice: UUID | None = None
    receipt: UUID | None = None  # money at the desk
    bill: UUID | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What a letter is written from."""

    booking: Booking
    house: House
    site: Site
    at: datetime
    about: About = About()

    @property
    def page_url(self) -> str:
        return self.site.page(self.booking)

    @property
    def rules(self) -> Rulebook:
        return houses.rulebook_of(self.booking.policies)

    def moment(self, at: datetime) -> str:
        """A time by the clock of the place of pick-up."""
        return formats.moment(at, self.booking.pickup_place.zone)

    def day(self, at: datetime) -> str:
        """A day by the same clock."""
        return formats.day(at.astimezone(self.booking.pickup_place.zone).date())

    def release_by(self, returned_at: datetime) -> str:
        """The last day on which the deposit is released after a return at that time."""
        returned_on = returned_at.astimezone(self.booking.return_place.zone).date()
        return formats.day(policy.deposit_release_by(returned_on, rules=self.rules.deposit))

    def until(self) -> str:
        """When the unfinished booking ends."""
        return self.moment(self.booking.expires_at or self.booking.pickup_at)


def shown(amount: Money) -> str:
    """An amount in words; nothing where it is nothing."""
    return formats.money(amount) if amount else ""
