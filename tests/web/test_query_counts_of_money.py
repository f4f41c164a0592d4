"""The pages of money ask the database as often for thirty charges, bills, steps and changes as for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text

from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.bookings.states import State
from exodrive.extensions import limiter
from exodrive.kernel.db import db, session, transaction
from exodrive.local import demo
from tests.web.staff.browser import Browser
from tests.web.test_query_counts import asked

MANY = 30
MOST = 38  # statements for one page
MORE = (
    """
    INSERT INTO desk_receipts (id, booking_id, number, kind, purpose, method, amount, currency, reference,
                               by, at)
    SELECT gen_random_uuid(), id, 100 + n, 'taken', 'rental', 'cash', 100, currency, 'slip ' || n, 'Ada',
           held_at
    FROM bookings, generate_series(1, :many) AS n WHERE id = :id
    """,
    """
    INSERT INTO bills (id, booking_id, cause, number, state, version, currency, amount, paid, refunded,
                       written_off, lines, note, recipient_name, recipient_email, due_at, reminders,
                       checked_at, created_at, sent_at)
    SELECT gen_random_uuid(), id, 'more:' || n, reference || '-B' || 100 + n, 'sent', 1, currency, 10000, 0,
           0, 0,
           '[["charge_other", {"note": "Words"}, 10000]]', '', 'Maya Okafor', 'guest@guests.example', held_at,
           0, held_at, held_at, held_at
    FROM bookings, generate_series(1, :many) AS n WHERE id = :id
    """,
    """
    INSERT INTO bill_payments (id, bill_id, paypal_id, amount, method, external, reference, paid_at)
    SELECT gen_random_uuid(), id, 'PAY-' || id, 100, 'PAYPAL', false, '', created_at
    FROM bills WHERE booking_id = :id
    """,
    """
    INSERT INTO booking_charges (id, booking_id, kind, amount, note, params, state, late, arose_at,
                                 entered_at, entered_by, settled_at, from_deposit, given_back)
    SELECT gen_random_uuid(), id, 'cleaning', 850, 'Words', '{}',
           CASE state WHEN 'closed' THEN 'settled' ELSE 'proposed' END, false, pickup_at, held_at, 'Ada',
           CASE state WHEN 'closed' THEN held_at END, CASE state WHEN 'closed' THEN 850 ELSE 0 END, 0
    FROM bookings, generate_series(1, :many) AS n WHERE id = :id
    """,
    """
    INSERT INTO charge_evidence (id, charge_id, position, added_at, added_by)
    SELECT gen_random_uuid(), id, position, entered_at, 'Ada'
    FROM booking_charges, unnest(ARRAY['front', 'rear']) AS position WHERE booking_id = :id
    """,
    """
    INSERT INTO charge_objections (id, charge_id, text, made_at, outcome, answer, amount_before, answered_at,
                                   answered_by)
    SELECT gen_random_uuid(), id, 'Words', entered_at, 'kept', 'Words', amount, entered_at, 'Ada'
    FROM booking_charges WHERE booking_id = :id
    """,
    """
    INSERT INTO payment_steps (id, payment_id, kind, due_at, state, cause, created_at, settled_at)
    SELECT gen_random_uuid(), id, 'reauthorize', created_at, 'skipped', 'moved', created_at, created_at
    FROM payments, generate_series(1, :many) AS n WHERE booking_id = :id
    """,
    """
    INSERT INTO booking_changes (id, booking_id, number, state, fault, by, wanted, impact, created_at,
                                 settled_at)
    SELECT gen_random_uuid(), id, 100 + n, 'withdrawn', 'customer', 'Customer', '{}', '{}', held_at, held_at
    FROM bookings, generate_series(1, :many) AS n WHERE id = :id
    """,
)


@pytest.fixture
def desk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """The owner's browser in a demo house with some bookings."""
    monkeypatch.setattr(limiter, "enabled", False)
    with app.app_context():
        owner = demo.ensure_house()
        assert owner is not None
        demo.add_bookings(60)
        browser = Browser(app.test_client())
        assert browser.sign_in(*owner).status_code in (302, 303)
        yield browser
        db.session.remove()


@pytest.mark.parametrize("state", [State.RETURNED, State.CLOSED])
def test_a_rental_with_much_money(app: Flask, desk: Browser, state: State) -> None:
    booking = _latest(state)
    secret = links.secret(app.config["SECRET_KEY"], booking.id, booking.link_version)
    pages = [
        *(f"/desk/bookings/{booking.reference}{part}" for part in ("", "/charges", "/statement")),
        f"/b/{secret}",
        f"/b/{secret}/charges",
    ]
    pages += [f"/desk/bookings/{booking.reference}/settle"] if state is State.RETURNED else []
    _more(booking, 1)
    few = {page: len(asked(desk, page)) for page in pages}
    _more(booking, MANY)
    for page, number in few.items():
        many = asked(desk, page)
        assert len(many) <= number, f"{page}: {len(many)} for {number}\n" + "\n".join(many)
        assert len(many) <= MOST, page


def test_money_at_risk_and_the_books(desk: Browser) -> None:
    pages = ("/desk/money", "/desk/books", "/desk/tolls", "/desk")
    _at_risk(1)
    few = {page: len(asked(desk, page)) for page in pages}
    _at_risk(20)
    for page, number in few.items():
        many = asked(desk, page)
        assert len(many) <= number, f"{page}: {len(many)} for {number}\n" + "\n".join(many)


def _latest(state: State) -> Booking:
    with transaction():
        found = select(Booking).where(Booking.state == state).order_by(Booking.held_at.desc()).limit(1)
        return session().scalars(found).one()


def _more(booking: Booking, many: int) -> None:
    """So many of each, in the place of those that there were."""
    with transaction():
        session().execute(text("SET LOCAL session_replication_role = replica"))
        for table in ("charge_evidence", "charge_objections", "bill_payments"):
            session().execute(text(f"DELETE FROM {table}"))
        for table in ("desk_receipts", "booking_charges", "bills", "booking_changes"):
            session().execute(text(f"DELETE FROM {table} WHERE booking_id = :id"), {"id": booking.id})
        for statement in MORE:
            session().execute(text(statement), {"id": booking.id, "many": many})


def _at_risk(many: int) -> None:
    with transaction():
        session().execute(
            text(
                "UPDATE payment_steps SET state = 'failed', at_risk_from = created_at,"
                " settled_at = created_at"
                " WHERE id IN (SELECT id FROM payment_steps ORDER BY created_at DESC, id LIMIT :many)"
            ),
            {"many": many},
        )
