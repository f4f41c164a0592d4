"""How often a call asks the database does not grow with what it answers."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from exodrive.accounts.models import ApiToken
from exodrive.accounts.scopes import Kind
from exodrive.bookings.models import Booking
from exodrive.kernel.db import session, transaction
from exodrive.local import demo
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.customer.test_catalog_queries import counted

FEW, MANY = 4, 40
MOST = 30  # statements for one call
DATES = "from=2026-12-11T10:00:00-05:00&to=2026-12-14T10:00:00-05:00&place=rockville"


def asked(program: Program, path: str) -> list[str]:
    assert program.get(path).status_code == 200  # whatever is loaded once per process
    with counted() as statements:
        program.get(path)
    return statements


@pytest.mark.parametrize("path", ["/cars?limit={}", f"/availability?{DATES}&category={{}}"])
def test_the_fleet(program: Program, path: str) -> None:
    """A page of one car and of many; one category and all."""
    few = asked(program, path.format(1 if "limit" in path else "supercar"))
    many = asked(program, path.format(100) if "limit" in path else f"/availability?{DATES}")
    assert len(many) == len(few) <= MOST, many


@pytest.mark.parametrize("path", ["/admin/bookings", "/admin/customers", "/admin/cars"])
def test_the_staff_s_lists(house: Flask, make_token: MakeToken, path: str) -> None:
    program = Program(house, make_token(Kind.STAFF))
    demo.add_bookings(MANY)
    few, many = asked(program, f"{path}?limit=2"), asked(program, f"{path}?limit=100")
    assert len(many) == len(few) <= MOST, many


def test_a_booking(house: Flask, make_token: MakeToken) -> None:
    partner, staff = Program(house, make_token(Kind.PARTNER)), Program(house, make_token(Kind.STAFF))
    demo.add_bookings(MANY)
    with transaction():
        maker = session().scalars(select(ApiToken.id).where(ApiToken.kind == Kind.PARTNER)).one()
        session().execute(update(Booking).values(api_token_id=maker))
        found = session().scalars(select(Booking.id).limit(FEW)).all()
    for booking_id in found:
        assert len(asked(partner, f"/bookings/{booking_id}")) <= MOST
        assert len(asked(staff, f"/admin/bookings/{booking_id}")) <= MOST
