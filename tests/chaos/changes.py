"""A customer's changes of a booking: before the first payment, when it is paid, and what is signed for it."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.chaos.cashier import APPLIED
from tests.chaos.people import PAYS, Guest
from tests.races.pages import Page

SEAT = {"extras-extra_child-seat": "1"}
CODE = "WELCOME10"  # one of the demo house's


def take_with_code(guest: Guest, car: str, dates: tuple[str, str]) -> None:
    """Hold the car at the price that a promo code makes."""
    query = urlencode({"place": "rockville", "from": dates[0], "to": dates[1], "promo": CODE})
    page = guest.get(f"/cars/{car}?{query}")
    guest.hope.until(lambda: guest.hold(page).status_code == 303, what=f"the hold of {car}")


def add_seat_before_paying(guest: Guest) -> None:
    """A child seat more while PayPal waits for the approval: the same order asks for another amount."""
    guest.link_on_page("/checkoutnow")
    guest.hope.until(lambda: _agree(guest) or applied(guest) == 1, what="the change before the payment")
    guest.read("changed")


def add_seat_and_pay(guest: Guest) -> None:
    """A child seat more of a booking that is paid for: approved at PayPal by an order of its own."""
    way = guest.hope.until(lambda: _asked_for_seat(guest), what="the change's way to PayPal")
    guest.come_back(guest.sent_back(guest.send(guest.get(way), "/checkoutnow", PAYS)))
    guest.hope.until(lambda: applied(guest), what="the change to be applied")
    guest.read("changed")


def ask_for_seat(guest: Guest) -> None:
    """A child seat more that nobody pays for: the change waits until its time is over."""
    guest.hope.until(lambda: _asked_for_seat(guest), what="the change's way to PayPal")
    guest.read("change_asked")


def applied(guest: Guest) -> int:
    """How many changes of the booking were made."""
    return int(guest.books.value(APPLIED, id=guest.books.booking(guest.link)["id"]))


def sign_addendum(guest: Guest) -> None:
    """Sign what the change says, by the link that was mailed: no keys before that."""
    of_it = "FROM contracts WHERE booking_id = %(id)s AND kind = 'addendum'"
    booking_id = guest.books.booking(guest.link)["id"]
    query = f"SELECT max(sign_url) {of_it}"
    url = guest.hope.until(lambda: guest.books.value(query, id=booking_id), what="the addendum")
    # Who signs before the letter is written is not written to any more.
    guest.hope.until(lambda: guest.books.mails(guest.email)["sign_agreement"] == 2, what="the second letter")
    signature = {"signature": "Maya Okafor", "agreed": "yes"}
    guest.come_back(guest.sent_back(guest.send(guest.get(url), "/docuseal/s/", signature)))
    signed = f"SELECT state = 'signed' {of_it}"
    guest.hope.until(lambda: guest.books.value(signed, id=booking_id), what="the addendum to be signed")


def _asked_for_seat(guest: Guest) -> str | None:
    """The address at PayPal, once there is one; what was asked already is not asked again."""
    page = guest.get(f"{guest.link}/change")
    if not page.offers("/change/withdraw"):
        _agree(guest)
    return page.link("/checkoutnow")


def _agree(guest: Guest) -> None:
    """Look at what the seat would do, and say yes; where it is there already, there is nothing to say."""
    page = guest.get(f"{guest.link}/change")
    shown = Page.of(guest.send(page, "/change", SEAT))
    if shown.offers("/change/yes"):
        guest.send(shown, "/change/yes")
