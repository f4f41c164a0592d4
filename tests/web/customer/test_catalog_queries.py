"""How often the pages ask the database does not depend on how many cars there are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, inspect

from exodrive.fleet.models import Car
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.ids import new_id
from tests.web.customer.booking import CAR, WEEKEND, held
from tests.web.customer.browser import Browser

MORE = 45


@pytest.mark.parametrize(
    "address",
    ["/", "/fleet", f"/fleet?{WEEKEND}", f"/fleet?{WEEKEND}&category=sports", f"/fleet?{WEEKEND}&sort=price",
     "/fleet?sort=power&power=600&transmission=dual+clutch", CAR, "/cars/aurelia-gt"],
)  # fmt: skip
def test_queries_do_not_grow_with_the_fleet(house: Flask, browser: Browser, address: str) -> None:
    browser.get(address)  # whatever is loaded once per process
    with counted() as few:
        browser.get(address)
    _buy_cars()
    with counted() as many:
        browser.get(address)
    assert len(few) == len(many)
    assert len(many) <= 25, many


def test_queries_of_a_booking_page_are_few(house: Flask, browser: Browser) -> None:
    link = held(browser)
    browser.get(link)
    with counted() as statements:
        browser.get(link)
    assert len(statements) <= 25, statements


@contextlib.contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _buy_cars() -> None:
    """More cars of every kind, some of them taken."""
    columns = [column.key for column in inspect(Car).column_attrs]
    with transaction():
        models = session().query(Car).all()
        for number in range(MORE):
            like = models[number % len(models)]
            copy = {name: getattr(like, name) for name in columns}
            copy.update(id=new_id(), slug=f"more-{number}", vin=f"MORE{number}", plate=f"MORE {number}")
            session().add(Car(**copy))
