"""One's own account: where one is signed in, and whether single keys do anything."""

from __future__ import annotations

from flask import Flask

from tests.web.staff import made_up
from tests.web.staff.conftest import SignedIn


def test_others_are_signed_out_and_this_one_stays(house: Flask, signed_in: SignedIn) -> None:
    here, lost, stranger = signed_in("agent"), signed_in("agent"), signed_in("manager")
    page = here.get("/desk/account")
    assert page.count("Last used:") == 2
    assert page.count("This browser") == 1
    assert here.send(page, "/desk/account/other-sessions").status_code == 303
    assert lost.client.get("/desk").status_code == 303
    page = here.get("/desk/account")
    assert page.count("Last used:") == 1
    assert "/desk/account/other-sessions" not in page
    assert stranger.client.get("/desk").status_code == 200, "that is somebody else's"


def test_keys_can_be_switched_off(house: Flask, signed_in: SignedIn) -> None:
    browser = signed_in("viewer")
    page = browser.get("/desk")
    assert 'data-go="b"' in page
    assert 'id="keys-help"' in page
    page = browser.get("/desk/account")
    answer = browser.send(page, "/desk/shortcuts", keys="off")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    page = browser.get("/desk")
    assert "data-go" not in page
    assert 'id="keys-help"' not in page
    assert 'id="palette"' in page, "a key with Ctrl surprises nobody"
    browser.send(browser.get("/desk/account"), "/desk/shortcuts", keys="on")
    assert 'data-go="b"' in browser.get("/desk")


def test_a_deed_s_key_stands_beside_it(house: Flask, signed_in: SignedIn) -> None:
    made_up.bookings(1)
    page = signed_in("agent").get("/desk/bookings/EXD-0000K1")
    assert 'data-key="h" aria-keyshortcuts="h"' in page
    assert 'data-key="c"' in page
    assert ' data-key="' not in signed_in("viewer").get("/desk/bookings/EXD-0000K1")
