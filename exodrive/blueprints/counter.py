"""What every offer on a page needs: the house, its policies and its prices, loaded once per request."""

from __future__ import annotations

from datetime import datetime

from exodrive.bookings.reservation import offers
from exodrive.bookings.reservation.offers import Desk
from exodrive.fleet import queries as fleet
from exodrive.house import queries as house


def desk(*, at: datetime, currencies: set[str] | None = None) -> Desk:
    """The rules in force, for cars priced in these currencies, or in any that the house has."""
    return offers.desk(
        house.house(),
        house.rulebook(at),
        currencies=fleet.currencies() if currencies is None else currencies,
        at=at,
    )
