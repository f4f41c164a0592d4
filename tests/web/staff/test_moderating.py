"""Reviews at the desk: read, published, declined, answered, undone; never rewritten."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from exodrive.bookings.models import Booking
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from exodrive.local import demo_rentals, demo_reviews
from exodrive.reviews import queries
from exodrive.reviews.models import Review
from exodrive.reviews.states import ReviewState
from tests.web.nasty import NASTY
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn

LIST = "/desk/reviews"


@pytest.fixture
def reviewed(house: Flask) -> Flask:
    """Past rentals with the demo's reviews, of which three wait."""
    demo_rentals.add()
    demo_reviews.add()
    return house


@pytest.fixture
def agent(reviewed: Flask, signed_in: SignedIn) -> Browser:
    return signed_in("agent")


@pytest.fixture
def manager(reviewed: Flask, signed_in: SignedIn) -> Browser:
    return signed_in("manager")


def waiting() -> list[Review]:
    with transaction():
        return [row.review for row in queries.listing(ReviewState.WRITTEN).rows]


def test_publish_and_undo(agent: Browser) -> None:
    review = waiting()[0]
    page = agent.get(LIST)
    assert review.words[:40] in page
    answer = agent.send(page, f"/{review.id}/publish")
    after = agent.get(answer.headers["Location"])
    assert "Published." in after
    assert len(waiting()) == 2
    agent.send(after, f"/{review.id}/reconsider")
    assert [row.id for row in waiting()].count(review.id) == 1


def test_the_first_page_of_the_desk_says_what_is_to_be_looked_at(agent: Browser) -> None:
    assert '<a href="/desk/reviews">3 reviews to look at</a>' in agent.get("/desk")


def test_a_manager_declines_with_a_reason_that_the_renter_is_told(manager: Browser) -> None:
    review = waiting()[0]
    page = manager.get(f"{LIST}/{review.id}")
    assert "the renter reads it" in manager.read(manager.send(page, "/decline", reason=" \n "), status=422)
    declined = manager.send(page, "/decline", reason="It names a person.")
    assert "Declined." in manager.get(declined.headers["Location"])
    assert "It names a person." in manager.get(f"{LIST}?state=declined")


def test_the_answer_is_public_and_can_be_edited(agent: Browser) -> None:
    review = waiting()[0]
    page = agent.get(f"{LIST}/{review.id}")
    for words in ("Thank you.", "Thank you, <b>both</b>."):
        agent.send(page, "/answer", answer=words)
        page = agent.get(f"{LIST}/{review.id}")
    assert "Thank you, &lt;b&gt;both&lt;/b&gt;." in page
    agent.send(page, f"/{review.id}/publish")
    assert "Thank you, &lt;b&gt;both&lt;/b&gt;." in agent.get(f"{LIST}?state=published")
    assert "1000 signs" in agent.read(
        agent.send(agent.get(f"{LIST}/{review.id}"), "/answer", answer="x" * 1001), status=422
    )


def test_roles(reviewed: Flask, signed_in: SignedIn) -> None:
    review = waiting()[0]
    one = f"{LIST}/{review.id}"
    viewer = signed_in("viewer")
    page = viewer.get(LIST) + viewer.get(one)
    assert "<form" not in page[page.index('id="main"') :].split("</main>")[0]
    agent = signed_in("agent")
    assert "/publish" in agent.get(one)
    assert "/decline" not in agent.get(one)
    assert agent.send(agent.get(one).replace("/publish", "/decline"), "/decline").status_code == 403
    stranger = Browser(reviewed.test_client())
    assert stranger.client.get(LIST).status_code == 303


def test_a_stale_page_decides_nothing(agent: Browser, manager: Browser) -> None:
    review = waiting()[0]
    old = agent.get(LIST)
    manager.send(manager.get(LIST), f"/{review.id}/publish")
    answer = agent.send(old, f"/{review.id}/publish")
    assert "Somebody else changed this" in agent.read(answer, status=409)


def test_no_form_of_the_desk_touches_the_words(manager: Browser) -> None:
    review = waiting()[0]
    page = manager.get(f"{LIST}/{review.id}")
    manager.send(page, "/answer", answer="Yes.", words="Theirs", headline="Theirs", stars="5")
    with transaction():
        kept = session().get_one(Review, review.id)
        assert (kept.words, kept.headline, kept.stars) == (review.words, review.headline, review.stars)


def test_the_list_goes_on_by_pages(agent: Browser) -> None:
    with transaction():
        _copy_many(25)
    page = agent.get(LIST)
    more = re.search(r'hx-get="([^"]+after[^"]+)"', page)
    assert more is not None
    part = agent.fragment(more[1].replace("&amp;", "&"))
    assert part.count('<li class="panel">') == 8
    assert "Show more" not in part


def test_any_address_is_answered_in_words(agent: Browser) -> None:
    review = waiting()[0]
    page = agent.get(f"{LIST}/{review.id}")
    for words in NASTY:
        for name in ("state", "after", "decided"):
            assert agent.client.get(LIST, query_string={name: words}).status_code < 500, words[:30]
        answer = agent.send(page, "/publish", version=words)
        assert answer.status_code in (400, 409), words[:30]
    agent.get(f"{LIST}/{new_id()}", status=404)


def _copy_many(count: int) -> None:
    """As many more that wait, of rentals like the first one's."""
    review = session().get_one(Review, queries.listing(ReviewState.WRITTEN).rows[0].review.id)
    booking = session().get_one(Booking, review.booking_id)
    for number in range(count):
        skipped = ("id", "reference", "link_hash", "visitor")
        columns = {
            c.name: getattr(booking, c.name) for c in Booking.__table__.columns if c.name not in skipped
        }
        like = Booking(id=new_id(), **columns, reference=f"EXD-L{number}", link_hash=b"%d" % number)
        session().add(like)
        session().flush()
        said = {c.name: getattr(review, c.name) for c in Review.__table__.columns if c.name != "id"}
        session().add(Review(**{**said, "booking_id": like.id}))
