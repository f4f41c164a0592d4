"""The plan of a payment in words: what a step does, how it stands, and why."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from exodrive.rendering import refusal_words

KINDS: dict[str, Callable[[], str]] = {
    "reauthorize": lambda: _("Renew the hold"),
    "capture": lambda: _("Capture"),
    "decide": lambda: _("Decide: capture or let go"),
    "approve": lambda: _("Customer approves again"),
    "release": lambda: _("Let go of the hold"),
    "refund": lambda: _("Give back"),
}
STATES: dict[str, tuple[str, str, Callable[[], str]]] = {
    "planned": ("idle", "calendar", lambda: _("Planned")),
    "wanted": ("wait", "clock", lambda: _("Under way")),
    "done": ("go", "circle-check", lambda: _("Done")),
    "skipped": ("idle", "ban", lambda: _("Skipped")),
    "failed": ("stop", "alert-triangle", lambda: _("Failed")),
}
CAUSES: dict[str, Callable[[], str]] = {
    "on_signing": lambda: _("By policy: on signing"),
    "before_pickup": lambda: _("By policy: before pick-up"),
    "on_return": lambda: _("By policy: on return"),
    "manual": lambda: _("By policy: staff decide"),
    "honour_over": lambda: _("PayPal’s guarantee is over by then"),
    "honour_ends": lambda: _("Before PayPal’s guarantee ends"),
    "beyond_life": lambda: _("The policy’s day lies beyond PayPal’s 29 days"),
    "hold_ends": lambda: _("Unless it has gone back before PayPal’s hold ends"),
    "return": lambda: _("As the car comes back"),
    "confirmed": lambda: _("Planned at the confirmation"),
    "booking_changed": lambda: _("The booking has changed"),
    "changed": lambda: _("The booking has changed"),
    "dates": lambda: _("The dates are others now"),
    "approved_again": lambda: _("The customer has approved again"),
    "moved": lambda: _("Moved by hand"),
    "by_hand": lambda: _("By hand"),
    "capture_skipped": lambda: _("Its capture was left out"),
    "taken": lambda: _("The money was taken"),
    "released": lambda: _("The hold was let go"),
    "renewed": lambda: _("It was renewed before"),
    "partly_taken": lambda: _("PayPal renews nothing that was taken from"),
    "cancelled": lambda: _("The booking was cancelled"),
    "no_show": lambda: _("Nobody came"),
    "settled": lambda: _("The rental is settled"),
    "taken_at_desk": lambda: _("The desk has taken it"),
    "hold_lost": lambda: _("PayPal’s hold has ended"),
    "no_prepayment": lambda: _("Paid at the counter or at PayPal, before the keys"),
}


def kind(name: str) -> str:
    return KINDS[name]()


def cause(code: str) -> str:
    """Why a step is as it is: a cause of ours, or what a refusal of PayPal's means."""
    return CAUSES[code]() if code in CAUSES else refusal_words.of(code).meaning
