"""The pages of the desk that can be asked for by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.blueprints import frame
from exodrive.blueprints.staff import guard
from exodrive.kernel.folding import fold

SHORTEST_SKIPPING = 3  # letters from which on a word may leave some out


class Place(NamedTuple):
    """A page by its name; `also` are other words that somebody may look for it by."""

    label: str
    icon: str
    href: str
    also: str = ""


class Named(NamedTuple):
    """A page that the navigation has no room for, or where something new is made."""

    endpoint: str
    label: LazyString
    icon: str
    also: LazyString
    view: str | None = None


NAMED = (
    Named("staff.new_booking", _l("New booking"), "plus", _l("make counter telephone price quote offer")),
    Named("staff.new_promotion", _l("New promo code"), "plus", _l("make discount campaign")),
    Named("staff.add_question", _l("New question and answer"), "plus", _l("make faq site text")),
    Named("staff.bookings", _l("Cars on rent"), "steering-wheel", _l("out away road"), "on_rent"),
    Named("staff.bookings", _l("Unpaid bookings"), "credit-card", _l("payment open"), "unpaid"),
    Named("staff.bookings", _l("Unsigned bookings"), "signature", _l("agreement contract"), "unsigned"),
    Named("staff.bookings", _l("Bookings to settle"), "calculator", _l("returned invoice"), "to_settle"),
    Named("staff.received", _l("Received from providers"), "inbox", _l("webhooks events paypal docuseal")),
    Named("staff.queue", _l("Failures in the queue"), "alert-triangle", _l("errors stuck"), "failed"),
    Named("staff.own_account", _l("Your account"), "user", _l("profile sessions shortcuts sign out")),
    Named("security.change_password", _l("Another password"), "lock", _l("change password")),
    Named("security.two_factor_setup", _l("Second factor"), "shield-check", _l("authenticator code")),
)


def matching(text: str) -> list[Place]:
    """The pages that this person may open and that the words mean, best first; all of them for no words."""
    words = fold(text).split()
    found = [(rank, place) for place in _allowed() if (rank := _rank(words, place)) is not None]
    return [place for _rank_, place in sorted(found, key=lambda pair: pair[0])]


def _allowed() -> Iterator[Place]:
    for link in frame.desk_links(guard.may):
        yield Place(str(link["label"]), link["icon"], link["href"])
    for named in NAMED:
        if named.endpoint in current_app.view_functions and guard.may(named.endpoint):
            href = url_for(named.endpoint, view=named.view)
            yield Place(str(named.label), named.icon, href, str(named.also))


def _rank(words: list[str], place: Place) -> int | None:
    """0 where the name begins so, then where it or its other words have it, then with letters left out."""
    label, also = fold(place.label), fold(place.also)
    if label.startswith(" ".join(words)):
        return 0
    if all(word in label for word in words):
        return 1
    if all(word in label or word in also for word in words):
        return 2
    if all(len(word) >= SHORTEST_SKIPPING and _skips(word, label) for word in words):
        return 3
    return None


def _skips(word: str, label: str) -> bool:
    """Whether the letters stand in the label in this order: `qeue` and `tkns` are meant well."""
    letters = iter(label)
    return all(letter in letters for letter in word)
