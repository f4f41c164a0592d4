"""What can be taken back is, for a while; and a reason that came too late is not typed twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from exodrive.bookings import attention, transitions
from exodrive.bookings.models import Attention, Booking
from exodrive.kernel import audit, clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import DeliveryState
from tests.web.staff import made_up
from tests.web.staff.browser import Forms
from tests.web.staff.conftest import SignedIn
from tests.web.staff.test_queue import failed

PAGE = "/desk/bookings/EXD-0000K1"
REASON = "Called her: a new address"


@pytest.fixture
def flagged(house: Flask) -> UUID:
    booking_id = made_up.bookings(1)[0]
    with transaction():
        attention.call_for(session().get_one(Booking, booking_id), Attention.MAIL_BOUNCED)
    return booking_id


def flag(booking_id: UUID) -> str | None:
    with transaction():
        return session().get_one(Booking, booking_id).attention


def test_a_flag_comes_back_with_a_click(flagged: UUID, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    page = agent.do(f"{PAGE}/clear-attention", reason=REASON)
    assert flag(flagged) is None
    toast = next(form for form in Forms.of(page) if form.action == f"{PAGE}/attention")
    assert toast.fields["csrf_token"], "the toast works without script"
    assert f"Noted as dealt with: {REASON}" in page, "and so does a line that stays"
    answer = agent.send(page, f"{PAGE}/attention")
    assert answer.status_code == 303
    assert flag(flagged) == Attention.MAIL_BOUNCED
    page = agent.get(PAGE)
    assert "Not done after all" in page
    assert "Noted as dealt with" not in page
    with transaction():
        assert [entry.action for entry in audit.trail(flagged)][:2] == [attention.RESTORED, attention.CLEARED]


def test_not_twice_and_not_after_a_while(
    flagged: UUID, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = signed_in("agent")
    page = agent.do(f"{PAGE}/clear-attention", reason=REASON)
    later = clock.now() + attention.UNDONE_WITHIN + timedelta(seconds=5)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        assert agent.send(page, f"{PAGE}/attention").status_code == 409
        assert "Noted as dealt with" not in agent.get(PAGE)
    assert flag(flagged) is None
    assert agent.send(page, f"{PAGE}/attention").status_code == 303
    assert agent.send(page, f"{PAGE}/attention").status_code == 409


def test_a_viewer_takes_nothing_back(flagged: UUID, signed_in: SignedIn) -> None:
    signed_in("agent").do(f"{PAGE}/clear-attention", reason=REASON)
    viewer = signed_in("viewer")
    page = viewer.get(PAGE)
    assert f"{PAGE}/attention" not in page
    token = Forms.of(page)[0].fields.get("csrf_token") or viewer_token(page)
    assert viewer.client.post(f"{PAGE}/attention", data={"csrf_token": token}).status_code == 403


def viewer_token(page: str) -> str:
    return next(form.fields["csrf_token"] for form in Forms.of(page) if "csrf_token" in form.fields)


def test_a_delivery_settled_by_mistake(house: Flask, signed_in: SignedIn) -> None:
    delivery_id = failed(made_up.bookings(1)[0])
    manager = signed_in("manager")
    page = manager.get(f"/desk/queue/{delivery_id}")
    answer = manager.send(page, "/resolve", reason="Paid in cash")
    page = manager.get(answer.headers["Location"])
    assert manager.send(page, f"/desk/queue/{delivery_id}/reopen").status_code == 303
    page = manager.get(f"/desk/queue/{delivery_id}")
    assert "Try again now" in page
    assert "Paid in cash" not in page
    assert DeliveryState.FAILED.value in page.lower()


def test_a_reason_that_came_too_late_is_kept(flagged: UUID, signed_in: SignedIn) -> None:
    """Two people have the page open; the other one was quicker."""
    agent = signed_in("agent")
    page = agent.get(f"{PAGE}/clear-attention")
    with transaction():
        booking = transitions.lock(flagged)
        booking.version += 1
    answer = agent.send(page, "/clear-attention", reason=REASON)
    told = agent.read(answer, status=409)
    assert f"You had typed “{REASON}”" in told
    form = next(form for form in Forms.of(told) if form.action.endswith("/clear-attention"))
    assert form.fields["reason"].strip() == REASON
    assert agent.send(told, "/clear-attention", reason=REASON).status_code == 303


def test_a_reason_for_what_cannot_be_any_more_is_shown(flagged: UUID, signed_in: SignedIn) -> None:
    agent, other = signed_in("agent"), signed_in("manager")
    page = agent.get(f"{PAGE}/clear-attention")
    other.do(f"{PAGE}/clear-attention", reason="Done by me")
    told = agent.read(agent.send(page, "/clear-attention", reason="<b>mine</b>"), status=409)
    assert "&lt;b&gt;mine&lt;/b&gt;" in told


def test_a_reason_for_cancelling_is_kept(house: Flask, signed_in: SignedIn) -> None:
    made_up_id = made_up.bookings(1)[0]
    agent = signed_in("agent")
    page = agent.get(f"{PAGE}/cancel")
    with transaction():
        transitions.lock(made_up_id).version += 1
    told = agent.read(agent.send(page, "/cancel", reason=REASON), status=409)
    form = next(form for form in Forms.of(told) if form.action.endswith("/cancel"))
    assert form.fields["reason"].strip() == REASON
