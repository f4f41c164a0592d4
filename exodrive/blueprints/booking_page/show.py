"""Showing a booking's page: whole, or the parts of it that have changed since the last look."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, request, session
from flask.typing import ResponseReturnValue

from exodrive.billing import opening
from exodrive.blueprints import bill_page, document_words, files
from exodrive.blueprints.booking_page import buttons, details_form, rail, remembered, standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.blueprints.checkout_again import Again, again
from exodrive.blueprints.counter import desk
from exodrive.blueprints.htmx import page, wants_fragment
from exodrive.bookings.states import State
from exodrive.house import queries as house
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.rendering import charge_words, policies, price_words

# In the session of the one who pressed the button, so that nobody else is sent to PayPal by a poll.
ON_THE_WAY = "on_the_way_to_paypal"
SIGNED = "came_back_signed"

BLOCKS = ("hold", "heading", "rail", "step", "papers", "price", "total")
# What can be asked for alone; the form beside it stays as it is while the car is held.
ALONE = {"hold": [], "price": ["total"]}


@booking_page.get("")
def show(secret: str) -> ResponseReturnValue:
    """The page, a poll's answer, or the way on to PayPal once that is open."""
    at = clock.now()
    with transaction(one_moment=True):
        found = standing.load(whose(secret), secret, at=at)
        if found.state is State.HELD:
            places, rules = house.places(), desk(at=at, currencies={found.booking.currency})
        chance = again(found.booking, at=at) if found.state is State.EXPIRED else None
        form = memory = None
        if found.state is State.HELD:
            form = details_form.blank(found, places, rules)
            memory = remembered.recall(found, form)
    if _unchanged(found):
        return "", 204
    return answer(found, form=form, memory=memory, chance=chance, onward=_onward(found))


def answer(
    found: Standing,
    *,
    form: Any = None,
    chance: Again | None = None,
    onward: str = "",
    status: int = 200,
    block: str = "",
    **more: Any,
) -> Response:
    """The page about how the booking stands, whole or as the block that was asked for with all beside it.

    `block` is the only one to be sent, where the caller knows that nothing else has changed.
    """
    if onward and wants_fragment():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = onward
        return response
    first, beside = (block, []) if block else _blocks(found)
    answered = page(
        "booking/page.html",
        first,
        *beside,
        status=status,
        standing=found,
        booking=found.booking,
        panel=f"booking/steps/{found.state}.html",
        rail_steps=rail.steps(found),
        form=form,
        again=chance,
        onward=onward,
        came_back_signed=_came_back_signed(found),
        **{"news": "", "memory": None, "paper_faults": {}, **_words(found), **more},
    )
    return buttons.let_in(answered, found)


def _blocks(found: Standing) -> tuple[str, list[str]]:
    """What htmx asked for, and what changes beside it. A form that is being filled in stays as it is."""
    asked = request.headers.get("HX-Target", "")
    if asked == "papers":
        return asked, []
    first = asked if asked in ALONE else "step"
    if first != "step" and found.state is State.HELD:
        return first, ALONE[first]
    return first, [name for name in BLOCKS if name != first]


def expect_paypal(found: Standing) -> None:
    """Remember that this browser's owner wants to go to PayPal as soon as the way is open."""
    session[ON_THE_WAY] = str(found.booking.id)


def expect_signature(booking_id: object) -> None:
    """Remember that this browser comes from signing; the messenger may be a moment behind."""
    session[SIGNED] = str(booking_id)


def _words(found: Standing) -> dict[str, Any]:
    booking = found.booking
    return {
        "price": price_words.rows(booking.agreed.lines),
        "total": booking.total_money,
        "deposit": booking.deposit_money,
        "charge_words": charge_words.in_words,
        "bills": [
            (bill, price_words.rows(opening.lines_of(bill)), bill_page.address(bill, booking))
            for bill in found.bills
        ],
        "charges": [
            (
                charge_words.in_words(row.kind, row.params, currency=booking.currency, note=row.note),
                row.amount,
            )
            for row in booking.charges
        ],
        "documents": [
            (row, files.link_url(row.file_id, booking, download=True) if row.file_id else None)
            for row in found.documents
        ],
        "document_name": document_words.name,
        "figures": policies.Figures.of(found.rules, currency=booking.currency, car=booking.car),
    }


def _unchanged(found: Standing) -> bool:
    """Whether a poll has nothing to tell, and nowhere to send its reader."""
    return wants_fragment() and request.args.get("seen") == found.mark and not _expected(found)


def _expected(found: Standing) -> bool:
    return found.order is not None and session.get(ON_THE_WAY) == str(found.booking.id)


def _onward(found: Standing) -> str:
    """Where to send the reader: to PayPal, once, where they wanted to go when the way was not open yet."""
    if not _expected(found) or found.order is None:
        return ""
    session.pop(ON_THE_WAY)
    return found.order.approve_url or ""


def _came_back_signed(found: Standing) -> bool:
    return session.get(SIGNED) == str(found.booking.id)
