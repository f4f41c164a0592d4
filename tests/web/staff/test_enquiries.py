"""Visitors' messages at the desk: the list, answering, marking and undoing, and whose booking it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from exodrive.bookings import queries as bookings
from exodrive.enquiries import queries, receiving
from exodrive.enquiries.models import Enquiry, EnquiryAnswer, EnquiryState
from exodrive.enquiries.receiving import Said
from exodrive.enquiries.rules import Suspicion
from exodrive.kernel import clock
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Event
from tests import rental
from tests.web.staff.browser import HTMX, Browser
from tests.web.staff.conftest import SignedIn

WORDS = {"subject": "The Linnet", "text": "It is free."}


@pytest.fixture
def agent(signed_in: SignedIn) -> Browser:
    return signed_in("agent")


def written(message: str = "Is it free?", *, suspected: Suspicion | None = None, reference: str = "") -> str:
    """Somebody's message; returns its page's address."""
    with transaction():
        said = Said("Nobody Known", "maya@okafor.example", "", reference, message, "form")
        receiving.receive(said, suspected=suspected, at=clock.now())
        state = EnquiryState.SPAM if suspected else EnquiryState.NEW
        return f"/desk/enquiries/{queries.listing(state=state).rows[0].id}"


def state_of(address: str) -> str:
    with transaction():
        return session().query(Enquiry).filter_by(id=address.rpartition("/")[2]).one().state


def test_each_view_has_its_messages(agent: Browser) -> None:
    written("Is the <b>Linnet</b> free?")
    page = agent.get("/desk/enquiries")
    assert "Is the &lt;b&gt;Linnet&lt;/b&gt; free?" in page
    assert "Priya Raman" in page
    assert "Grace Whitfield" in agent.get("/desk/enquiries?view=answered")
    assert "Put aside: it is full of links." in agent.get("/desk/enquiries?view=spam")
    assert "Priya Raman" in agent.get("/desk/enquiries?view=nonsense")


def test_the_first_page_of_the_desk_says_that_somebody_wrote(agent: Browser) -> None:
    with transaction():
        before = queries.counts()[EnquiryState.NEW]
    written()
    written("Buy followers", suspected=Suspicion.LINKS)
    page = agent.get("/desk")
    assert f'<a href="/desk/enquiries">{before + 1} new messages</a>' in page
    assert "Nothing waits for a person." not in page


def test_the_list_comes_in_pages_without_gaps(agent: Browser) -> None:
    with transaction():
        for number in range(30):
            said = Said(f"Writer {number}", "a@b.example", "", "", "Hello", str(number))
            receiving.receive(said, suspected=None, at=clock.now() + timedelta(seconds=number))
    seen: list[str] = []
    address = "/desk/enquiries"
    while address:
        page = agent.get(address)
        seen += re.findall(r">(Writer \d+)</a>", page)
        following = re.search(r'href="(/desk/enquiries\?[^"]*after=[^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"Writer {number}" for number in reversed(range(30))]
    assert agent.client.get("/desk/enquiries?after=x").status_code == 422
    rows = agent.client.get("/desk/enquiries", headers=HTMX).text
    assert rows.lstrip().startswith('<div class="list" id="list"')


def test_an_answer_goes_out_once(agent: Browser) -> None:
    address = written()
    page = agent.get(address)
    for _ in range(2):  # a double click
        assert agent.send(page, "/answer", **WORDS).status_code == 303
    page = agent.get(address)
    assert "It is free." in page
    assert "Queued" in page
    assert state_of(address) == "answered"
    with transaction():
        assert session().query(EnquiryAnswer).count() == 1
        assert session().query(Event).filter_by(name="enquiry.answered").count() == 1


def test_a_letter_keeps_its_paragraphs(agent: Browser) -> None:
    address = written()
    letter = "It is free.\r\n\r\nCome by,\r\nwe are here."
    assert agent.send(agent.get(address), "/answer", subject="Free", text=letter).status_code == 303
    with transaction():
        assert session().query(EnquiryAnswer).one().text.splitlines() == [
            "It is free.", "", "Come by,", "we are here.",
        ]  # fmt: skip


def test_a_letter_that_comes_too_late_is_not_lost(agent: Browser, signed_in: SignedIn) -> None:
    address = written()
    page = agent.get(address)
    owner = signed_in("owner")
    owner.send(owner.get(address), "/spam")
    page = agent.read(agent.send(page, "/answer", **WORDS), status=409)
    assert "Somebody else dealt with this meanwhile" in page
    assert "It is free.</textarea>" in page
    assert agent.send(page, "/answer").status_code == 303


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"subject": "", "text": "x"}, "Say what it is about."),
        ({"subject": "x", "text": " "}, "Write something."),
        ({"subject": "x" * 151, "text": "x"}, "longer than 150"),
        ({"subject": "x", "text": "x" * 5001}, "longer than 5000"),
    ],
)
def test_a_letter_needs_its_words(agent: Browser, typed: dict[str, str], words: str) -> None:
    address = written()
    assert words in agent.read(agent.send(agent.get(address), "/answer", **typed), status=422)
    assert state_of(address) == "new"


def test_each_mark_can_be_undone(agent: Browser) -> None:
    address = written()
    old = agent.get(address)
    for deed, state in (("answered", "answered"), ("new", "new"), ("spam", "spam"), ("new", "new")):
        assert agent.send(agent.get(address), f"/{deed}").status_code == 303
        assert state_of(address) == state
    assert agent.send(old, "/spam").status_code == 409
    assert state_of(address) == "new"
    with transaction():
        deeds = session().query(AuditEntry).filter_by(subject_id=address.rpartition("/")[2])
        assert [entry.data["now"] for entry in deeds.order_by(AuditEntry.id)] == [
            "answered", "new", "spam", "new",
        ]  # fmt: skip
        assert "okafor" not in str([entry.data for entry in deeds])


def test_what_was_put_aside_says_why_and_can_be_taken_back(agent: Browser) -> None:
    address = written(suspected=Suspicion.TOO_FAST)
    assert "Put aside: it was sent faster than anybody types." in agent.get(address)
    agent.send(agent.get(address), "/new")
    assert state_of(address) == "new"


def test_a_booking_is_named_only_where_it_is_theirs(agent: Browser, rental_house: Flask) -> None:
    booking_id = rental.hold()
    rental.order(booking_id)
    with transaction():
        reference = bookings.by_id(booking_id).reference
    assert f"Open {reference}" in agent.get(written(reference=reference.lower()))
    with transaction():
        session().query(Enquiry).filter_by(reference=reference).update({"email": "other@else.example"})
    address = written("Another", reference="EXD-000000")
    assert "No booking has this reference and this e-mail address together." in agent.get(address)
    with transaction():
        (theirs,) = session().query(Enquiry).filter_by(reference=reference)
    page = agent.get(f"/desk/enquiries/{theirs.id}")
    assert f"Open {reference}" not in page


def test_viewers_read_and_do_not_answer(signed_in: SignedIn) -> None:
    address = written()
    viewer = signed_in("viewer")
    page = viewer.get(address)
    assert "Is it free?" in page
    assert "Send it" not in page
    assert "Mark as spam" not in page
