"""A yes to a change that comes too late: what was typed stays, and what stands in the way is said."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request
from flask_babel import gettext as _

from exodrive.availability.occupancies import CarBusy, CarTaken
from exodrive.bookings.by_hand.purse import MoneyUnderWay
from exodrive.bookings.change.change_rules import CarUnfit, ChangeUnexplained, NothingToChange, PolicyForbids
from exodrive.bookings.change.change_tokens import StaleChange
from exodrive.bookings.changes import ChangeOpen
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.reservation.drivers import CannotRent, NotEligible, TooManyDrivers
from exodrive.bookings.reservation.ordering import PriceChanged
from exodrive.kernel.errors import DomainError

# After each of these the same page is shown once more, as things are by now.
LOOK_AGAIN: tuple[type[DomainError], ...] = (
    StaleChange, PriceChanged, ChangeOpen, CarTaken, CarBusy, MoneyUnderWay, DatesRefused, NotEligible,
    PolicyForbids, TooManyDrivers, CannotRent, CarUnfit, NothingToChange, ChangeUnexplained,
)  # fmt: skip
NOT_TYPED = frozenset({"csrf_token", "token", "reason"})


def in_words(error: DomainError) -> str:
    """Why nothing was done."""
    if isinstance(error, CarTaken):
        return _("Somebody was faster: the car is taken for some of that time. Nothing was changed.")
    if isinstance(error, CarBusy):
        return _("Somebody else asks for that car in this very moment. Nothing was changed: try once more.")
    if isinstance(error, MoneyUnderWay):
        return _("PayPal is being asked about this booking. Nothing was changed: try again in a minute.")
    if isinstance(error, ChangeOpen):
        return _("A change of this booking waits for its payment: it is paid or withdrawn first.")
    if isinstance(error, ChangeUnexplained):
        return _("Write why. Nothing was changed.")
    return _("Something has changed since you saw it, and nothing was done. Look at it once more.")


def typed() -> Iterator[tuple[str, str]]:
    """What the form of the change was filled in with: sent along with the yes, so that it is not lost."""
    return ((name, value) for name, value in request.form.items(multi=True) if name not in NOT_TYPED)


def sent_along() -> bool:
    """Whether a yes has brought what was typed."""
    return any(True for _field in typed())
