"""Promo codes at the desk: for managers, made once, changed as far as they may, ended and taken up again."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.domain.bookings.test_promoting import hold as hold_with
from tests.web import codes
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn

LIST, NEW = "/desk/promotions", "/desk/promotions/new"
SPRING = {"code": "spring", "how": "share", "value": "12,5", "on": "rental", "minimum_days": "3"}


@pytest.fixture
def manager(signed_in: SignedIn) -> Browser:
    return signed_in("manager")


def make(manager: Browser, **typed: str) -> str:
    answer = manager.send(manager.get(NEW), NEW, **{**SPRING, **typed})
    assert answer.status_code == 303, answer.text[:3000]
    return manager.get(LIST)


def refused(manager: Browser, **typed: str) -> str:
    return manager.read(manager.send(manager.get(NEW), NEW, **{**SPRING, **typed}), status=422)


def address_of(page: str) -> str:
    found = re.search(r'href="(/desk/promotions/[0-9a-f-]{36})">SPRING', page)
    assert found is not None
    return found[1]


def test_a_code_is_made_and_listed(manager: Browser) -> None:
    page = manager.get(LIST)
    assert "WELCOME10" in page
    assert "$150.00 off the days" in page
    page = make(
        manager, note="Newsletter", most_uses="50", pickup_from="2027-03-01", pickup_until="2027-05-31"
    )
    for words in ("SPRING", "Newsletter", "12.5 % off the days", "3 days or more", "of 50", "Active"):
        assert words in page


def test_an_amount_is_in_the_currency_of_the_house(manager: Browser) -> None:
    assert "$1,250.00 off days and extras" in make(manager, how="amount", value="1,250", on="both")


def test_sent_twice_it_is_made_once(manager: Browser) -> None:
    form = manager.get(NEW)
    for _ in range(2):
        assert manager.send(form, NEW, **SPRING).status_code == 303
    assert manager.get(LIST).count("SPRING</a>") == 1


def test_what_is_wrong_stands_at_its_field(manager: Browser) -> None:
    wrong: list[tuple[dict[str, str], str]] = [
        ({"code": "abc"}, "Use 4 to 20 letters"),
        ({"code": ""}, "Write the code."),
        ({"value": "95"}, "Write a share of up to 90 %"),
        ({"value": "0"}, "Write a share of up to 90 %"),
        ({"value": "1.234"}, "Write a share of up to 90 %"),
        ({"value": "NaN"}, "Write a share of up to 90 %"),
        ({"how": "amount", "value": "-5"}, "Write an amount"),
        ({"how": "amount", "value": "9" * 20}, "Write an amount"),
        ({"booked_from": "2027-02-02", "booked_until": "2027-02-01"}, "This day is before the first one."),
        ({"minimum_days": "0"}, "1 to 365."),
        ({"most_uses": "0"}, "At least 1."),
    ]
    for typed, words in wrong:
        assert words in refused(manager, **typed)
    make(manager)
    assert "There is a code that looks the same." in refused(manager, code="SPR1NG")


def test_a_used_code_keeps_what_it_takes_off(manager: Browser) -> None:
    codes.make()
    hold_with()
    address = address_of(manager.get(LIST))
    form = manager.get(address)
    assert "it keeps its letters and what it takes off" in form
    answer = manager.send(form, address, value="20")
    assert "End it and make another" in manager.read(answer, status=422)
    assert manager.send(form, address, minimum_days="2", most_uses="7").status_code == 303
    assert "of 7" in manager.get(LIST)
    stale = manager.read(manager.send(form, address, minimum_days="9"), status=409)
    assert "Somebody has changed it meanwhile." in stale


def test_it_ends_and_is_taken_up_again(manager: Browser) -> None:
    make(manager)
    address = address_of(manager.get(LIST))
    form = manager.get(address)
    assert manager.send(form, f"{address}/end").status_code == 303
    assert "Ended" in manager.get(LIST)
    assert manager.send(manager.get(address), f"{address}/reactivate").status_code == 303
    assert "Active" in manager.get(LIST)


def test_agents_have_no_business_with_codes(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    for address in (LIST, NEW):
        assert agent.client.get(address).status_code == 403
    assert LIST not in agent.get("/desk")
