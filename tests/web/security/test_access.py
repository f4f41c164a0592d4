"""Every route for everybody: what the list in `access.py` says happens, and ids of others open nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Select, select
from werkzeug.routing import AnyConverter

from exodrive.accounts import roles
from exodrive.blueprints.access import ACCESS, API, LINK, PUBLIC
from exodrive.blueprints.api.operations import OPERATIONS
from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.kernel.db import session, transaction
from exodrive.notifications.models import Message
from exodrive.payments.models import Payment
from tests import rental
from tests.drain import drain
from tests.web.security.routes import Route, all_routes
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn

NOBODY = "nobody"
# Answered for anybody without credentials.
OPEN_TO_PROGRAMS = ("api:public", "api:book")
REFUSED = (401, 403)
BAD_IDS = (
    "7" * 400, "a\x00b", "../../etc/passwd", "' OR 1=1 --", "%_", "😀\u202e", "{{7*7}}<script>",
    "a\r\nSet-Cookie: x=1", "{00000000-0000-0000-0000-000000000007}", "-1",
)  # fmt: skip


@pytest.fixture
def unguarded(house: Flask) -> Iterator[Flask]:
    """Without the forms' tokens, so that the guard of the routes is what answers."""
    house.config["WTF_CSRF_ENABLED"] = False
    yield house
    house.config["WTF_CSRF_ENABLED"] = True


@pytest.mark.parametrize("who", [NOBODY, *roles.LADDER])
def test_each_route_opens_for_whom_the_list_says(unguarded: Flask, signed_in: SignedIn, who: str) -> None:
    somebody = Browser(unguarded.test_client()) if who == NOBODY else signed_in(who)
    for route in all_routes(unguarded):
        if route.endpoint == "security.logout":
            continue
        answer = somebody.client.open(route.address, method=route.method, buffered=True)
        status, access = answer.status_code, ACCESS[route.endpoint]
        told = (who, route.endpoint, route.method, access, status)
        if access in (PUBLIC, LINK):
            assert status not in REFUSED or route.endpoint.startswith("webhooks."), told
        elif access.startswith(API):
            assert (status == 401) == (access not in OPEN_TO_PROGRAMS), told
        elif who == NOBODY:
            assert status == 303, told
            assert answer.headers["Location"].startswith("/desk/login"), told
        elif roles.reaches(who, access.removeprefix("staff:")):
            assert status not in REFUSED, told
            assert "/desk/login" not in answer.headers.get("Location", ""), told
        else:
            assert status == 403, told


def test_ids_that_are_none_open_nothing_and_break_nothing(unguarded: Flask, signed_in: SignedIn) -> None:
    """Every argument of every address, as the one who may open everything."""
    owner = signed_in("owner")
    for route in all_routes(unguarded):
        for name in route.rule.arguments:
            for bad in BAD_IDS:
                address = _with(route.rule.rule, name, bad)
                answer = owner.client.open(address, method=route.method, buffered=True)
                told = (route.endpoint, route.method, name, bad, answer.status_code)
                assert answer.status_code < 500, told
                assert answer.status_code in (303, 308, 400, 401, 404, 405, 410, 415, 422), told
                assert answer.headers.get("Location", "/")[:2] not in ("//", "/\\"), told
                assert "Set-Cookie: x" not in str(answer.headers), told


def test_ids_that_nobody_has_are_404(unguarded: Flask, signed_in: SignedIn) -> None:
    owner = signed_in("owner")
    for route in all_routes(unguarded, {"slug": "no-such-car"}):
        free = [each for each in route.rule._converters.values() if not isinstance(each, AnyConverter)]
        if free and ACCESS[route.endpoint].startswith("staff:"):
            answer = owner.client.open(route.address, method=route.method, data={"version": "1"})
            missing = 400 if route.endpoint == "staff.photo" else 404  # without a photo it looks no further
            assert answer.status_code == missing, (route, answer.status_code)


def test_what_belongs_to_another_booking_is_not_found(
    unguarded: Flask, rental_house: Flask, signed_in: SignedIn
) -> None:
    """Two customers with the same kind of things: neither address leads to the other's."""
    mine, other = _two_orders()
    owner = signed_in("owner")
    with transaction():
        messages = {row.booking_id: row.id for row in session().query(Message)}
        reference = {each.id: each.reference for each in session().query(Booking)}
    for part in ("", "/html"):
        start = f"/desk/bookings/{reference[mine]}/messages"
        assert owner.client.get(f"{start}/{messages[mine]}{part}").status_code == 200
        assert owner.client.get(f"{start}/{messages[other]}{part}").status_code == 404


def test_a_bookings_key_opens_no_other_booking(unguarded: Flask, rental_house: Flask) -> None:
    """Every operation of the API that names a booking or a payment."""
    mine, other = _two_orders()
    with transaction():
        booking = session().get(Booking, mine)
        assert booking is not None
        key = links.secret(rental.KEY, booking.id, booking.link_version)
        payments = [str(row) for row in session().scalars(_payments_of(other))]
    named = {"booking_id": str(other), "payment_id": payments[0]}
    bodies = ({}, {"booking_id": str(other)}, {"payment_id": payments[0]}, named)
    stranger = Browser(unguarded.test_client())
    asked = 0
    for route in all_routes(unguarded, named):
        if ACCESS[route.endpoint].startswith("api:own"):
            shape = OPERATIONS[route.endpoint.removeprefix("api.")].body
            example = (
                (shape.model_config.get("json_schema_extra") or {}).get("examples", [{}])[0] if shape else {}
            )
            answers = [_ask(stranger, route, key, body) for body in (*bodies, example)]
            assert set(answers) <= {400, 404, 422}, (route, answers)
            assert 404 in answers, (route, answers)
            asked += 1
    assert asked >= 5


def _ask(stranger: Browser, route: Route, key: str, body: Any) -> int:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid4())}
    sent = {} if route.method == "GET" else {"json": body}
    return stranger.client.open(route.address, method=route.method, headers=headers, **sent).status_code


def _payments_of(booking_id: UUID) -> Select[tuple[UUID]]:
    return select(Payment.id).where(Payment.booking_id == booking_id)


def _two_orders() -> list[UUID]:
    made = []
    for slug in ("aurelia-gt", "calder-brake"):
        booking_id = rental.hold(slug)
        rental.order(booking_id)
        made.append(booking_id)
    drain()
    return made


def _with(rule: str, name: str, value: str) -> str:
    """The rule's address with this value for one argument, and something that fits for the others."""
    text = re.sub(rf"<(?:[^<>]*:)?{name}>", quote(value, safe=""), rule)
    for kind, fits in (
        (r"<uuid:\w+>", str(uuid4())),
        (r"<int:\w+>", "7"),
        (r"<any\('?(\w[\w-]*)[^<>]*\):\w+>", r"\1"),
        (r"<(?:\w+:)?\w+>", "EXD-N0NE00"),
    ):
        text = re.sub(kind, fits, text)
    return text
