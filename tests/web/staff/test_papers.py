"""Photos of papers at the desk: who may look, what is noted, what the renter is told."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from flask import Flask

from exodrive.bookings import links
from exodrive.bookings.reservation import papers
from exodrive.bookings.reservation.reservation_models import DriverPaper
from exodrive.kernel import audit
from exodrive.kernel.db import session, transaction
from tests import paper, rental
from tests.unit.storage.test_sealing import PDF
from tests.web.staff import stages
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn


@pytest.fixture
def booking_id(house: Flask) -> UUID:
    """Paid for, with a licence and a card that came as a PDF."""
    booking_id = paper.awaiting_signature()
    secret = links.secret(house.config["SECRET_KEY"], booking_id, 1)
    renter = Browser(house.test_client())
    for kind, content in (("licence_front", rental.photo()), ("insurance", PDF)):
        form = renter.get(f"/b/{secret}")
        answer = renter.client.post(
            f"/b/{secret}/papers/0/{kind}",
            data={"csrf_token": token_of(form), "paper": (io.BytesIO(content), "x")},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 303, answer.text[:500]
    return booking_id


@pytest.fixture
def address(booking_id: UUID) -> str:
    return f"/desk/bookings/{stages.reference(booking_id)}"


def token_of(page: str) -> str:
    start = page.index('name="csrf_token" value="') + len('name="csrf_token" value="')
    return page[start : page.index('"', start)]


def of_kind(booking_id: UUID, kind: str) -> DriverPaper:
    session().expire_all()
    return next(row for row in papers.of_booking(booking_id) if row.kind == kind)


def looked(booking_id: UUID) -> list[str]:
    with transaction():
        trail = audit.trail(booking_id)
    return [entry.actor_name for entry in trail if entry.action == "paper.looked_at"]


def test_who_looks_stays_in_the_trail(signed_in: SignedIn, booking_id: UUID, address: str) -> None:
    agent = signed_in("agent")
    assert "To look at" in agent.get(address)
    sent = of_kind(booking_id, "licence_front")
    page = agent.get(f"{address}/papers")
    assert looked(booking_id) == []
    assert f"{address}/papers/{sent.id}" in page
    opened = agent.client.get(f"{address}/papers/{sent.id}")
    assert opened.data.startswith(b"\xff\xd8")
    assert opened.headers["Cache-Control"] == "private, no-store"
    assert len(looked(booking_id)) == 1
    assert "Looked at: Licence, front" in agent.get(address)


def test_a_pdf_from_outside_is_saved_and_never_drawn_here(
    signed_in: SignedIn, booking_id: UUID, address: str
) -> None:
    card = of_kind(booking_id, "insurance")
    opened = signed_in("agent").client.get(f"{address}/papers/{card.id}")
    assert opened.data == PDF
    assert opened.headers["Content-Disposition"] == "attachment; filename=insurance.pdf"
    assert "default-src 'none'" in opened.headers["Content-Security-Policy"]


def test_accepting_and_asking_for_another(signed_in: SignedIn, booking_id: UUID, address: str) -> None:
    agent = signed_in("agent")
    card, licence = of_kind(booking_id, "insurance"), of_kind(booking_id, "licence_front")
    page = agent.get(f"{address}/papers")
    assert agent.send(page, f"{card.id}/accept").status_code == 303
    assert agent.send(page, f"{licence.id}/reject", reason="Too dark to read.").status_code == 303
    assert of_kind(booking_id, "insurance").state == "accepted"
    assert of_kind(booking_id, "licence_front").reason == "Too dark to read."
    page = agent.get(f"{address}/papers")
    assert "Another wanted" in page
    assert f"{card.id}/accept" not in page


@pytest.mark.parametrize("reason", ["", " ", "x" * 5000])
def test_the_renter_is_told_why(signed_in: SignedIn, booking_id: UUID, address: str, reason: str) -> None:
    agent = signed_in("agent")
    licence = of_kind(booking_id, "licence_front")
    answer = agent.send(agent.get(f"{address}/papers"), f"{licence.id}/reject", reason=reason)
    assert 'aria-invalid="true"' in agent.read(answer, status=422)
    assert of_kind(booking_id, "licence_front").state == "sent"


def test_a_viewer_sees_how_far_it_is_and_no_licence(
    signed_in: SignedIn, booking_id: UUID, address: str
) -> None:
    viewer = signed_in("viewer")
    sent = of_kind(booking_id, "licence_front")
    assert "To look at" in viewer.get(address)
    assert f"{sent.id}" not in viewer.get(f"{address}/papers")
    assert viewer.client.get(f"{address}/papers/{sent.id}").status_code == 403
    token = token_of(viewer.get(address))
    for way in ("accept", "reject"):
        typed = {"csrf_token": token, "reason": "Because."}
        assert viewer.client.post(f"{address}/papers/{sent.id}/{way}", data=typed).status_code == 403
    assert looked(booking_id) == []


def test_another_booking_s_paper_is_not_there(signed_in: SignedIn, booking_id: UUID) -> None:
    sent = of_kind(booking_id, "licence_front")
    other = stages.reference(paper.awaiting_signature("calder-brake"))
    answer = signed_in("agent").client.get(f"/desk/bookings/{other}/papers/{sent.id}")
    assert answer.status_code == 404
    assert looked(booking_id) == []


def test_a_booking_without_papers_says_so(signed_in: SignedIn, house: Flask) -> None:
    reference = stages.reference(rental.hold())
    assert "No papers are kept" in signed_in("agent").get(f"/desk/bookings/{reference}/papers")
