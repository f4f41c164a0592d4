"""The house of the bookings' tests: undone after each, or committed where connections compete."""

from tests.domain.bookings.conftest import at, house, open_house

__all__ = ["at", "house", "open_house"]
