"""The demo house in one transaction that is undone, on a Monday at noon."""

from __future__ import annotations

from tests.domain.bookings.conftest import at, house

__all__ = ["at", "house"]
