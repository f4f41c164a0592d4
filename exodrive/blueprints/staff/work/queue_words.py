"""The queue in the words of the rental counter: what is to be done, why it waits, how the providers do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from exodrive.kernel import clock
from exodrive.kernel.circuits import CircuitState
from exodrive.kernel.deliveries import Trouble
from exodrive.kernel.outages import HOUSE, Bearing, Standing
from exodrive.kernel.outbox import Delivery, providers
from exodrive.rendering import formats

NAMES = {"paypal": "PayPal", "docuseal": "DocuSeal", "resend": "Resend"}

# What an actor does, as somebody would say it at the desk.
ERRANDS: dict[str, Callable[[], str]] = {
    "payments.perform": lambda: _("Ask PayPal for the money"),
    "payments.check": lambda: _("Look at PayPal what was paid"),
    "payments.reconcile": lambda: _("Compare open payments with PayPal"),
    "payments.mend": lambda: _("Look at PayPal again for a difference"),
    "contracts.issue": lambda: _("Fill in the agreement"),
    "contracts.issue_addendum": lambda: _("Fill in the paper for a change"),
    "contracts.send": lambda: _("Send the agreement"),
    "contracts.check": lambda: _("Look whether it was signed"),
    "contracts.collect": lambda: _("Fetch the signed agreement"),
    "contracts.withdraw": lambda: _("Withdraw the agreement"),
    "invoices.render": lambda: _("Print the invoice"),
    "photos.resize": lambda: _("Make a car’s photo fit every screen"),
    "files.erase": lambda: _("Delete a file that is kept no longer"),
    "messages.write": lambda: _("Write a letter"),
    "messages.send": lambda: _("Send a letter"),
    "messages.bounced": lambda: _("Note that a letter came back"),
    "bookings.apply_change": lambda: _("Make the change that was paid for"),
    "bills.perform": lambda: _("Ask PayPal about a bill"),
    "bills.check": lambda: _("Look at PayPal whether a bill was paid"),
    "bookings.unwind": lambda: _("Give back what an ended booking holds"),
    "quotes.write": lambda: _("Write about a quote"),
    "quotes.follow": lambda: _("Bring a quote up to date with its booking"),
    "reviews.plan": lambda: _("Note when to ask for a review"),
    "enquiries.tell": lambda: _("Tell the house of a visitor’s message"),
    "enquiries.answer": lambda: _("Answer a visitor’s message"),
    "webhooks.process": lambda: _("Read what a provider reported"),
    "sandbox.move_clock": lambda: _("Set the simulators’ clock"),
}

TROUBLES: dict[Trouble, Callable[[str], str]] = {
    Trouble.NO_ANSWER: lambda name: _("%(name)s does not answer", name=name),
    Trouble.PAUSED: lambda name: _("%(name)s is left alone until it answers a trial", name=name),
    Trouble.BUSY: lambda name: _("%(name)s asks us to come later", name=name),
    Trouble.KEYS: lambda name: _("%(name)s does not take our keys", name=name),
    Trouble.NOT_NOW: lambda name: _("%(name)s cannot do it just now", name=name),
    Trouble.NOT_YET: lambda name: _("What it is about is not there yet"),  # noqa: ARG005
    Trouble.REFUSED: lambda name: _("%(name)s refused it", name=name),
    Trouble.FAULT: lambda name: _("A fault of ours"),  # noqa: ARG005
}


class Look(NamedTuple):
    """How a provider does: tone, icon and words, as `badge` wants them."""

    tone: str
    icon: str
    word: str


class Notice(NamedTuple):
    """What stands on every page of the desk while a provider is down."""

    provider: str
    text: str
    advice: str


def name(provider: str) -> str:
    """A provider's name, or that of what needs none."""
    return NAMES.get(provider) or _("The house itself")


def choices() -> dict[str, str]:
    """What the list can be narrowed to."""
    return {each: name(each) for each in (*NAMES, HOUSE)}


def errand(row: Delivery) -> str:
    """What is to be done."""
    words = ERRANDS.get(row.actor)
    return words() if words else row.actor


def trouble(row: Delivery) -> str:
    """Why it is not done yet; an empty text where nothing went wrong."""
    if row.last_error is None:
        return ""
    return TROUBLES[Trouble(row.trouble or Trouble.FAULT)](name(providers().get(row.actor, HOUSE)))


def look(standing: Standing, zone: str) -> Look:
    """How a provider does, in a badge."""
    if standing.bearing is Bearing.AWAY:
        return _away(standing, zone)
    if standing.bearing is Bearing.KEYS:
        return Look("stop", "key", _("Does not take our keys"))
    if standing.held_up:
        return Look("wait", "clock", _("Failed lately"))
    return Look("go", "circle-check", _("Answers")) if standing.provider != HOUSE else _own(standing)


def _away(standing: Standing, zone: str) -> Look:
    if standing.circuit and standing.circuit.state is CircuitState.HALF_OPEN:
        return Look("wait", "refresh", _("Being tried now"))
    if standing.until is not None:
        until = formats.time_with_seconds(standing.until, zone)
        return Look("stop", "plug-connected-x", _("Left alone until %(time)s", time=until))
    return Look("stop", "plug-connected-x", _("Does not answer"))


def _own(standing: Standing) -> Look:
    if standing.failed:
        return Look("stop", "alert-triangle", _("Some failed"))
    return Look("go", "circle-check", _("Works"))


def when(at: datetime, zone: str) -> str:
    """A moment of real time, in which the queue lives whatever the sandbox's clock says."""
    now = clock.real_now()
    today = at.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date()
    return formats.time_of_day(at, zone) if today else formats.recent(at, zone, now)


def notice(standing: Standing, zone: str) -> Notice | None:
    """What staff must know of a provider wherever they are; None where it does well."""
    if standing.bearing is Bearing.FINE:
        return None
    who = name(standing.provider)
    since = when(standing.since, zone) if standing.since else _("a moment ago")
    keys = standing.bearing is Bearing.KEYS
    told = (
        _("%(name)s has not taken our keys since %(since)s.", name=who, since=since)
        if keys
        else _("%(name)s has not answered since %(since)s.", name=who, since=since)
    )
    advice = (
        _("Have the keys in the settings looked at, then try all of it again.")
        if keys
        else _("All of it goes on by itself within two minutes of its return.")
    )
    return Notice(standing.provider, f"{told} {_waiting(standing)}", advice)


def _waiting(standing: Standing) -> str:
    count = standing.waiting
    if count == 0:
        return _("Nothing waits for it.")
    if standing.provider == "paypal":
        return ngettext(
            "One payment waits; nothing is lost.", "%(num)d payments wait; nothing is lost.", count
        )
    if standing.provider == "docuseal":
        return ngettext(
            "One agreement waits; nothing is lost.", "%(num)d agreements wait; nothing is lost.", count
        )
    return ngettext("One letter waits; nothing is lost.", "%(num)d letters wait; nothing is lost.", count)
