"""Links that open by themselves: unguessable, bound to one thing, and silent about why they do not open."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID, uuid4

from flask import Flask
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from exodrive.blueprints import files as links_to_files
from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import hash_secret
from exodrive.storage import files
from tests import rental
from tests.altered import altered
from tests.web.customer.browser import Browser as Customer
from tests.web.staff.browser import HTMX, Browser
from tests.web.staff.conftest import SignedIn

PDF = b"%PDF-1.7 kept"


def _booking(booking_id: UUID) -> Booking:
    found = session().get(Booking, booking_id)
    assert found is not None
    return found


def _same(answer: TestResponse) -> tuple[int, str, str]:
    """Everything that is sent, but for what is new in each answer."""
    nonce = re.search(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])
    headers = str([each for each in answer.headers.items() if each[0] not in ("X-Request-Id", "Date")])
    body = answer.text
    for secret in [nonce[1]] if nonce else []:
        headers, body = headers.replace(secret, ""), body.replace(secret, "")
    return answer.status_code, headers, body


def test_wrong_revoked_and_expired_links_answer_the_same_byte_for_byte(house: Flask) -> None:
    revoked, expired = (rental.hold(slug) for slug in ("aurelia-gt", "calder-brake"))
    with transaction():
        old = links.secret(rental.KEY, revoked, 1)
        links.revoke(_booking(revoked), key=rental.KEY)
        ended = links.secret(rental.KEY, expired, 1)
        at = _booking(expired).return_at + links.LIFE_AFTER_RETURN + timedelta(minutes=1)
    browser = Customer(house.test_client())
    with clock.frozen(at):
        for part in ("", "/booking.ics", "/agreement.pdf", "/invoice.pdf", "/cancel", "/signed"):
            for headers in ({}, HTMX):
                answers = [
                    _same(browser.client.get(f"/b/{secret}{part}", headers=headers))
                    for secret in ("x" * 43, old, ended)
                ]
                assert answers[0][0] == 404
                assert answers[0] == answers[1] == answers[2], part


def test_the_secret_is_nowhere_in_the_database(house: Flask) -> None:
    booking_id = rental.hold()
    with transaction():
        booking = _booking(booking_id)
        secret = links.secret(rental.KEY, booking_id, 1)
        assert booking.link_hash == hash_secret(secret)
        kept = " ".join(str(getattr(booking, column.name)) for column in booking.__table__.columns)
        assert secret not in kept
        assert links.secret("another key of the house, as long", booking_id, 1) != secret


def _kept(media_type: str = "application/pdf", name: str = "agreement.pdf") -> UUID:
    with transaction():
        return files.keep(PDF, folder="t", name=name, media_type=media_type, at=clock.now()).id


def test_file_links_open_what_they_name_for_whom_they_name(house: Flask, signed_in: SignedIn) -> None:
    file_id = _kept()
    with house.test_request_context():
        address = links_to_files.staff_url(file_id)
    assert signed_in("viewer").client.get(address).data == PDF
    assert Browser(house.test_client()).client.get(address).status_code == 410


def test_altered_file_links_open_nothing(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    with house.test_request_context():
        address = links_to_files.staff_url(_kept())
    token = address.rpartition("/")[2]
    payload, _, signature = token.rpartition(".")
    other = URLSafeSerializer("another key", salt="kept-file").dumps({"file": uuid4().hex, "for": "staff"})
    strange = URLSafeSerializer(house.secret_key or "", salt="checkout.promise").dumps([1])
    for forged in (
        f"{payload}x.{signature}", f"{payload}.{altered(signature)}", payload, f".{signature}", str(other),
        str(strange), "", "x", "." * 9, f"{token}.", quote("ü" * 30),
    ):  # fmt: skip
        assert agent.client.get(f"/files/{forged}").status_code in (404, 410), forged


def test_tickets_of_our_own_signature_that_make_no_sense(house: Flask, signed_in: SignedIn) -> None:
    """Nobody else can sign them; still no answer is a fault of ours."""
    agent = signed_in("agent")
    signer = URLSafeSerializer(house.secret_key or "", salt="kept-file")
    later = clock.real_now().timestamp() + 3600
    for ticket in (
        {"file": uuid4().hex, "for": "staff", "until": later},
        {"file": uuid4().hex, "for": "link", "booking": uuid4().hex, "version": 1, "until": later},
        {"file": _kept().hex, "for": "staff", "until": 1},
    ):
        assert agent.client.get(f"/files/{signer.dumps(ticket)}").status_code in (404, 410)


def test_a_customers_file_link_ends_with_the_page_link(house: Flask) -> None:
    booking_id = rental.hold()
    file_id = _kept()
    with transaction(), house.test_request_context():
        address = links_to_files.link_url(file_id, _booking(booking_id))
    browser = Browser(house.test_client())
    assert browser.client.get(address).status_code == 200
    with transaction():
        links.revoke(_booking(booking_id), key=rental.KEY)
    assert browser.client.get(address).status_code == 410


def test_files_are_shown_only_where_nothing_in_them_can_run(house: Flask, signed_in: SignedIn) -> None:
    viewer = signed_in("viewer")
    kinds = {"application/pdf": True, "image/jpeg": True, "text/html": False, "image/svg+xml": False}
    for media_type, shown in kinds.items():
        file_id = _kept(media_type, name='x"; filename="evil.html\r\nX: 1')
        with house.test_request_context():
            address = links_to_files.staff_url(file_id)
        answer = viewer.client.get(address)
        said = answer.headers["Content-Disposition"]
        assert said.startswith("inline" if shown else "attachment")
        assert "\r" not in said
        assert "\n" not in said
        assert "X" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "script" not in answer.headers["Content-Security-Policy"].replace("script-src 'none'", "")
        assert ("no-store" in answer.headers["Cache-Control"]) == (media_type != "image/jpeg")
