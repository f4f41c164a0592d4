"""The queue by hand, what providers reported, files by link, and the sandbox's clock."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Flask

from exodrive.blueprints import files as links
from exodrive.bookings.models import Booking
from exodrive.kernel import clock, deliveries, inbox, outbox
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Delivery, DeliveryState
from exodrive.kernel.sandbox_clock import SandboxClock
from exodrive.storage import files
from tests.altered import altered
from tests.web.staff import made_up
from tests.web.staff.conftest import SignedIn


def failed(booking_id: UUID) -> UUID:
    """A delivery about this booking that was given up."""
    with transaction():
        outbox.emit("booking.link_wanted", subject_id=booking_id, booking_id=str(booking_id), wanted="1")
        delivery_id = session().query(Delivery).filter_by(actor="messages.write").one().id
        work = deliveries.claim(delivery_id)
        assert work is not None
        deliveries.fail(work, error="TemplateError: it does not fit")
    return delivery_id


def _state(delivery_id: UUID) -> str:
    with transaction():
        row = session().get(Delivery, delivery_id, populate_existing=True)
        assert row is not None
        return row.state


def test_what_failed_is_seen_and_tried_again(house: Flask, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    delivery_id = failed(booking_id)
    agent = signed_in("agent")
    shown = agent.get("/desk/queue")
    assert "it does not fit" in shown
    assert "EXD-0000K1" in shown
    assert "Does not get through" in agent.get("/desk/bookings/EXD-0000K1")
    one = agent.get(f"/desk/queue/{delivery_id}")
    assert "Settle by hand" not in one, "that takes a manager"
    assert agent.send(one, "/retry").status_code == 303
    assert _state(delivery_id) == DeliveryState.PENDING
    assert "Tried again by hand" in agent.get("/desk/bookings/EXD-0000K1")


def test_a_manager_settles_by_hand_with_a_reason(house: Flask, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    delivery_id = failed(booking_id)
    manager = signed_in("manager")
    page = manager.get(f"/desk/queue/{delivery_id}")
    assert "stays in the record" in manager.read(manager.send(page, "/resolve", reason=" "), status=422)
    assert manager.send(page, "/resolve", reason="Told them on the phone").status_code == 303
    assert _state(delivery_id) == DeliveryState.RESOLVED
    assert manager.send(page, "/resolve", reason="Twice").status_code == 409
    with transaction():
        entry = session().query(AuditEntry).filter_by(action="delivery.resolved").one()
        assert (entry.reason, entry.subject_id, entry.actor_name) == (
            "Told them on the phone", booking_id, "Marc Manager",
        )  # fmt: skip


def test_what_a_worker_has_is_left_alone(house: Flask, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    with transaction():
        outbox.emit("booking.link_wanted", subject_id=booking_id, booking_id=str(booking_id), wanted="1")
        delivery_id = session().query(Delivery).one().id
    agent = signed_in("agent")
    page = agent.get(f"/desk/queue/{delivery_id}")
    with transaction():
        assert deliveries.claim(delivery_id) is not None
    assert agent.send(page, "/retry").status_code == 409
    assert "Running" in agent.get("/desk/queue?view=running")


def test_what_providers_reported_is_shown_without_its_body(house: Flask, signed_in: SignedIn) -> None:
    with transaction():
        for number in range(30):
            inbox.store(
                provider="paypal", event_key=f"WH-{number}", event_type="PAYMENT.CAPTURE.COMPLETED",
                headers={}, body=b"secret of the payer", verified=number % 2 == 0, at=clock.real_now(),
            )  # fmt: skip
    browser = signed_in("viewer")
    page = browser.get("/desk/queue/received")
    assert "WH-29" in page
    assert "Not verified yet" in page
    assert "secret of the payer" not in page
    assert "after=" in page


def test_the_clock_only_goes_forward(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    try:
        page = agent.get("/desk/clock")
        assert agent.send(page, "/desk/clock", by="three_days").status_code == 303
        with transaction():
            row = session().get(SandboxClock, 1)
            assert row is not None
            assert row.offset_seconds == timedelta(days=3).total_seconds()
        yesterday = (clock.real_now() - timedelta(days=1)).date().isoformat()
        assert "only goes forward" in agent.read(agent.send(page, "/desk/clock", to=yesterday), status=422)
    finally:
        clock.set_offset(timedelta())


def test_outside_the_sandbox_there_is_no_clock(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    house.config["SANDBOX"] = False
    try:
        assert agent.client.get("/desk/clock").status_code == 404
        assert ">Clock<" not in agent.get("/desk")
    finally:
        house.config["SANDBOX"] = True


def test_files_open_by_links_that_end(house: Flask, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    with transaction():
        row = files.keep(
            b"%PDF-1.7 kept", folder="x", name="a.pdf", media_type="application/pdf", at=clock.now()
        )
        page = files.keep(b"<script>", folder="x", name="a.html", media_type="text/html", at=clock.now())
        booking = session().get(Booking, booking_id)
        assert booking is not None
    with house.test_request_context():
        for_staff = links.staff_url(row.id)
        for_holder = links.link_url(row.id, booking)
        unsafe = links.staff_url(page.id)
    stranger = house.test_client()
    assert stranger.get(for_staff).status_code == 410
    assert stranger.get(altered(for_holder)).status_code == 410
    assert stranger.get(for_holder).data == b"%PDF-1.7 kept"
    agent = signed_in("agent")
    answer = agent.client.get(for_staff)
    assert answer.data == b"%PDF-1.7 kept"
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"].startswith("private")
    assert agent.client.get(unsafe).headers["Content-Disposition"].startswith("attachment")
    with transaction():
        found = session().get(Booking, booking_id)
        assert found is not None
        found.link_version += 1
    assert stranger.get(for_holder).status_code == 410, "a revoked page link takes its files along"
