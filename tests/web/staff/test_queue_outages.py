"""The queue while providers are down: what staff see of it, from every page, and what they can do at once."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from exodrive.blueprints.staff.work import queue_words
from exodrive.config import Settings
from exodrive.kernel import circuits, clock, deliveries, outages, outbox
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session, transaction
from exodrive.kernel.deliveries import Trouble
from exodrive.kernel.outages import Bearing
from exodrive.kernel.outbox import Delivery, DeliveryState
from exodrive.providers import circuit_store
from exodrive.providers.breaker import FAILURES, Breaker, NoAnswer
from exodrive.tasks.routes import ROUTES
from tests.providers import faulty
from tests.web.staff import made_up
from tests.web.staff.conftest import SignedIn

EVENTS = {
    "paypal": ("payment.wanted", "payments.perform"),
    "docuseal": ("contract.wanted", "contracts.send"),
    "resend": ("message.queued", "messages.send"),
}


def waiting(
    booking_id: UUID | None, provider: str, *, trouble: Trouble | None = None, count: int = 1
) -> list[UUID]:
    """Deliveries to a provider; with a trouble they have failed for it once, or for good."""
    event, actor = EVENTS[provider]
    made: list[UUID] = []
    for _ in range(count):
        with transaction():
            outbox.emit(event, subject_id=booking_id)
            row = session().query(Delivery).filter_by(actor=actor).order_by(Delivery.id.desc()).first()
            assert row is not None
            made.append(row.id)
        if trouble is not None:
            with transaction():
                work = deliveries.claim(row.id)
                assert work is not None
                if trouble in (Trouble.REFUSED, Trouble.FAULT):
                    deliveries.fail(work, error="422 NO", trouble=trouble)
                else:
                    deliveries.wait_out(work, error=f"{provider} answered 503", trouble=trouble)
    return made


@pytest.fixture
def away(settings: Settings, house: Flask) -> Breaker:
    """PayPal's circuit, opened by failures in a row."""
    breaker = Breaker("paypal", circuit_store.connect(settings.redis_url))
    for _ in range(FAILURES):
        with pytest.raises(NoAnswer), breaker.guarding():
            raise NoAnswer("paypal answered 503")
    return breaker


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_every_actor_has_words() -> None:
    routed = {route.actor for routes in ROUTES.values() for route in routes}
    assert routed == queue_words.ERRANDS.keys()
    assert set(Trouble) == queue_words.TROUBLES.keys()


def test_a_provider_that_is_down_is_told_on_every_page(
    house: Flask, signed_in: SignedIn, away: Breaker
) -> None:
    (booking_id,) = made_up.bookings(1)
    waiting(booking_id, "paypal", trouble=Trouble.NO_ANSWER, count=6)
    waiting(booking_id, "paypal")
    viewer = signed_in("viewer")
    for address in ("/desk", "/desk/bookings/EXD-0000K1", "/desk/queue", "/desk/queue/received"):
        told = words(viewer.get(address))
        assert re.search(r"PayPal has not answered since \d+:\d\d\. 7 payments wait; nothing is lost\.", told)
        assert "DocuSeal has not" not in told
    assert "Left alone until" in words(viewer.get("/desk/queue"))
    assert "PayPal has not answered" not in words(house.test_client().get("/").text)


def test_when_it_is_back_the_notice_goes(house: Flask, signed_in: SignedIn, away: Breaker) -> None:
    viewer = signed_in("viewer")
    assert "Nothing waits for it" in words(viewer.get("/desk"))
    away._books.close()
    assert "PayPal has not answered" not in words(viewer.get("/desk"))


def test_refused_keys_are_told_as_what_they_are(house: Flask, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    waiting(booking_id, "docuseal", trouble=Trouble.KEYS)
    told = words(signed_in("viewer").get("/desk"))
    assert "DocuSeal has not taken our keys since" in told
    assert "One agreement waits" in told
    assert "Have the keys in the settings looked at" in told


def test_without_redis_the_database_knows(house: Flask, settings: Settings, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    viewer = signed_in("viewer")
    try:
        circuits.use_redis(f"redis://{faulty.dead_address().removeprefix('http://')}/0")
        waiting(booking_id, "resend", trouble=Trouble.NO_ANSWER, count=outages.SEVERAL - 1)
        assert "Resend has not" not in words(viewer.get("/desk"))
        waiting(booking_id, "resend", trouble=Trouble.NO_ANSWER)
        assert "Resend has not answered since" in words(viewer.get("/desk"))
        assert "5 letters wait" in words(viewer.get("/desk"))
    finally:
        circuits.use_redis(settings.redis_url)


def test_the_queue_says_why_and_when(house: Flask, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    waiting(booking_id, "paypal", trouble=Trouble.NO_ANSWER)
    waiting(booking_id, "docuseal", trouble=Trouble.REFUSED)
    viewer = signed_in("viewer")
    retrying = words(viewer.get("/desk/queue?view=retrying"))
    assert "Ask PayPal for the money" in retrying
    assert "PayPal does not answer paypal answered 503" in retrying
    assert "waits since" in retrying
    failed = words(viewer.get("/desk/queue?view=failed"))
    assert "DocuSeal refused it 422 NO" in failed
    assert "EXD-0000K1" in failed


def test_it_is_narrowed_by_provider_and_booking(house: Flask, signed_in: SignedIn) -> None:
    one, other = made_up.bookings(2)
    waiting(one, "paypal", trouble=Trouble.REFUSED)
    waiting(other, "docuseal", trouble=Trouble.REFUSED)
    viewer = signed_in("viewer")

    def listed(query: str) -> set[str]:
        page = viewer.get(f"/desk/queue?view=failed&{query}")
        rows = page.partition('<tbody id="rows">')[2].partition("</tbody>")[0]
        return set(re.findall(r"EXD-\w+", rows))

    assert listed("provider=paypal") == {"EXD-0000K1"}
    assert listed("provider=docuseal") == {"EXD-0001K1"}
    assert listed("provider=house") == set()
    assert listed("booking=exd-0001k1") == {"EXD-0001K1"}
    assert listed("booking=EXD-0001K1&provider=paypal") == set()
    assert listed("booking=EXD-NOBODY") == set()
    assert listed("provider=somebody") == {"EXD-0000K1", "EXD-0001K1"}
    assert "Show all of it" in viewer.get("/desk/queue?view=failed&provider=house")


def test_it_is_turned_by_pages_that_poll_themselves(house: Flask, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    made = waiting(booking_id, "paypal", count=30)
    viewer = signed_in("viewer")
    first = viewer.get("/desk/queue?view=waiting&provider=paypal")
    older = html.unescape(re.search(r'<a class="btn" href="([^"]+after=[^"]+)"', first)[1])  # type: ignore[index]
    second = viewer.get(older)
    seen = [set(re.findall(r"/desk/queue/([0-9a-f-]{36})", page)) for page in (first, second)]
    assert [len(each) for each in seen] == [25, 5]
    assert seen[0] | seen[1] == {str(each) for each in made}
    assert f'hx-get="{html.escape(older)}"' in second, "it looks again at its own place"
    polled = viewer.fragment(older)
    assert 'id="list"' in polled
    for block in ("tabs", "providers", "outages"):
        assert re.search(rf'id="{block}"[^>]*hx-swap-oob|hx-swap-oob="true"[^>]*id="{block}"', polled), block


def test_all_of_a_provider_is_tried_again_after_a_question(house: Flask, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    stuck = waiting(booking_id, "paypal", trouble=Trouble.REFUSED, count=3)
    stuck += waiting(booking_id, "paypal", trouble=Trouble.NO_ANSWER, count=2)
    other = waiting(booking_id, "docuseal", trouble=Trouble.REFUSED)
    agent = signed_in("agent")
    assert "/desk/queue/paypal/retry" in agent.get("/desk/queue")
    question = agent.get("/desk/queue/paypal/retry")
    assert "Try all 5 again at once?" in question
    with transaction():
        assert session().get(Delivery, stuck[0]).state == DeliveryState.FAILED  # type: ignore[union-attr]
    answer = agent.send(question, "/paypal/retry")
    assert answer.status_code == 303
    assert "5 are being tried again." in agent.get(answer.headers["Location"])
    with transaction():
        for delivery_id in stuck:
            row = session().get(Delivery, delivery_id, populate_existing=True)
            assert row is not None
            assert (row.state, row.attempts, row.away_since) == (DeliveryState.PENDING, 0, None)
            assert row.due_at <= clock.real_now()
        left = session().get(Delivery, other[0])
        assert left is not None
        assert left.state == DeliveryState.FAILED
        entries = session().query(AuditEntry).filter_by(action="delivery.retried").all()
        assert {entry.subject_id for entry in entries} == {booking_id}
        assert len(entries) == 5


def test_a_viewer_only_looks(house: Flask, signed_in: SignedIn) -> None:
    (booking_id,) = made_up.bookings(1)
    waiting(booking_id, "paypal", trouble=Trouble.REFUSED)
    viewer = signed_in("viewer")
    assert "/desk/queue/paypal/retry" not in viewer.get("/desk/queue")
    assert viewer.client.get("/desk/queue/paypal/retry").status_code == 403
    assert viewer.client.get("/desk/queue/somebody/retry").status_code == 404


def test_what_has_gone_on_meanwhile_is_said(house: Flask, signed_in: SignedIn) -> None:
    assert "Nothing is held up" in signed_in("agent").get("/desk/queue/paypal/retry")


def test_how_a_provider_does() -> None:
    at = clock.real_now()
    closed = circuits.Circuit("paypal")
    opened = circuits.Circuit(
        "paypal", circuits.CircuitState.OPEN, since=at, until=at + timedelta(seconds=30)
    )
    table = [
        (outages.Standing("paypal", circuit=closed), Bearing.FINE),
        (outages.Standing("paypal", circuit=opened), Bearing.AWAY),
        (outages.Standing("paypal", held_up=1, tries=90, circuit=closed), Bearing.FINE),
        (outages.Standing("paypal", held_up=1, tries=90), Bearing.AWAY),
        (outages.Standing("paypal", held_up=1, tries=4), Bearing.FINE),
        (outages.Standing("paypal", held_up=9, tries=9, no_keys=9), Bearing.KEYS),
        (outages.Standing("paypal", held_up=9, tries=9, no_keys=9, circuit=opened), Bearing.AWAY),
    ]
    for standing, bearing in table:
        assert standing.bearing is bearing, standing
    earlier = at - timedelta(minutes=5)
    assert outages.Standing("paypal", held_up_since=earlier, circuit=opened).since == earlier
