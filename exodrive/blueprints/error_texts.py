"""The words for what went wrong: the fact first, then what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.kernel.errors import DomainError


class ErrorText(NamedTuple):
    title: str | LazyString
    advice: str | LazyString


STATUS = {
    400: ErrorText(
        _l("We could not read that"), _l("Something in the address or the form is not what we expect.")
    ),
    401: ErrorText(_l("Sign in first"), _l("This page is for people we know.")),
    403: ErrorText(_l("This is not yours to open"), _l("Use the link from your e-mail, or ask the desk.")),
    404: ErrorText(
        _l("There is nothing here"), _l("The address may be mistyped, or the page has ended with its rental.")
    ),
    405: ErrorText(_l("That cannot be done here"), _l("Go back to the page and use its buttons.")),
    409: ErrorText(
        _l("Something changed in the meantime"),
        _l("Nothing was done. Load the page again to see how it is now."),
    ),
    410: ErrorText(_l("This link has ended"), _l("Ask the desk for a fresh one.")),
    413: ErrorText(
        _l("That file is too large"), _l("Send a smaller one. Everything else you typed is kept.")
    ),
    422: ErrorText(_l("That cannot be done"), _l("Nothing was changed.")),
    429: ErrorText(_l("Too many attempts"), _l("Wait a minute, then try again.")),
    500: ErrorText(
        _l("The fault is ours"),
        _l("It has been recorded. Nothing was charged by it. Try again, or call the desk."),
    ),
    503: ErrorText(
        _l("We are back in a moment"), _l("Nothing was lost. Load the page again in a few seconds.")
    ),
}

# One entry for each fact that a person may meet as a page of its own. The words may use the error's data.
FACTS: dict[str, Callable[[DomainError], ErrorText]] = {
    "stale": lambda _error: ErrorText(
        _l("Somebody else changed this just now"),
        _l("Nothing was done. Load the page again, look, and decide anew."),
    ),
    "car_taken": lambda _error: ErrorText(
        _l("The car was taken a moment ago"), _l("Nothing was charged. Choose other dates or another car.")
    ),
    "quote_forged": lambda _error: ErrorText(
        _l("We cannot read this price any more"),
        _l("Nothing is held. Go back to the car, choose the dates again, and hold it at the price shown."),
    ),
    "return_before_pickup": lambda _error: ErrorText(
        _l("The return is before the pick-up"), _l("Choose a return after the pick-up.")
    ),
    "not_your_role": lambda _error: ErrorText(
        _l("Your role does not reach this far"), _l("Ask a manager or the owner to do it.")
    ),
    "not_signed_in": lambda _error: ErrorText(_l("Sign in first"), _l("The desk is for the staff.")),
    "move_impossible": lambda _error: ErrorText(
        _l("The booking has moved on"), _l("Nothing was done. Look at it as it is now, and decide anew.")
    ),
    "cancellation_terms_changed": lambda _error: ErrorText(
        _l("Cancelling has come to cost another amount"),
        _l("Nothing was done. Look at the amounts once more before you agree."),
    ),
    "already_settling": lambda _error: ErrorText(
        _l("It is being settled"), _l("PayPal has been asked. The page follows by itself.")
    ),
    "delivery_under_way": lambda _error: ErrorText(
        _l("A worker has it, or it is done"), _l("There is nothing to do by hand. Look again in a moment.")
    ),
    "nothing_refused": lambda _error: ErrorText(
        _l("No call stands refused"), _l("Nothing was done: PayPal has taken it, or was asked again already.")
    ),
    "nothing_to_sign": lambda _error: ErrorText(
        _l("No agreement waits for a signature"), _l("Nothing was sent.")
    ),
    "nobody_to_write": lambda _error: ErrorText(
        _l("There is nobody to write to"), _l("The booking has no renter yet.")
    ),
    "not_ready": lambda _error: ErrorText(
        _l("The report is closed"), _l("Photos are taken while the check list is open.")
    ),
    "not_a_picture": lambda _error: ErrorText(
        _l("This file is no photo"), _l("JPEG, PNG and WebP are taken. Nothing was kept.")
    ),
    "picture_too_large": lambda _error: ErrorText(
        _l("This photo is too large"), _l("Fifteen megabytes are taken at most. Nothing was kept.")
    ),
    "cursor_unreadable": lambda _error: ErrorText(
        _l("This page of the list is not there"), _l("Start from the top of the list.")
    ),
    "file_link_ended": lambda _error: ErrorText(
        _l("This link to the file has ended"), _l("Load the page that it stood on, and use the fresh one.")
    ),
    "no_house": lambda _error: ErrorText(
        _l("There is no house yet"), _l("The database is empty: set up the house first.")
    ),
}


def of_domain_error(error: DomainError) -> ErrorText:
    """The words for a fact, else those for its kind."""
    words = FACTS.get(error.code)
    return words(error) if words else of_status(error.status)


def of_status(status: int) -> ErrorText:
    fallback = STATUS[500] if status >= 500 else STATUS[400]
    return STATUS.get(status, fallback)
