"""The site's texts at the desk: drafts with their preview, two tabs, questions, the first page's car."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from flask import Flask

from exodrive.fleet.models import Car
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import db, session, transaction
from exodrive.site import queries
from exodrive.site.models import SiteText
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn

HERO = "/desk/site/texts/hero"
DRAFT, PUBLISH = {"deed": "draft"}, {"deed": "publish"}


@pytest.fixture
def manager(signed_in: SignedIn) -> Browser:
    return signed_in("manager")


@pytest.fixture
def visitor(house: Flask) -> Browser:
    return Browser(house.test_client())


def headline(browser: Browser, address: str = "/") -> str:
    found = re.search(r"<h1>(.*?)</h1>", browser.get(address))
    assert found is not None
    return found[1]


def write(browser: Browser, text: str, page: str = "", **deed: str) -> str:
    answer = browser.send(page or browser.get(HERO), HERO, headline=text, **deed)
    assert answer.status_code == 303, answer.text[:2000]
    return browser.get(answer.headers["Location"])


def test_a_draft_is_seen_in_the_preview_and_by_no_visitor(manager: Browser, visitor: Browser) -> None:
    page = write(manager, "Take the long way.", **DRAFT)
    assert "A draft of Marc Manager" in page
    assert 'src="/?preview=1"' in page
    assert headline(manager, "/?preview=1") == "Take the long way."
    assert headline(manager) == headline(visitor) == headline(visitor, "/?preview=1") != "Take the long way."
    write(manager, "Take the long way.", **PUBLISH)
    assert headline(visitor) == "Take the long way."


def test_a_preview_is_kept_by_nobody_and_framed_by_the_desk_alone(manager: Browser) -> None:
    for address in ("/", "/about", "/contact"):
        headers = manager.client.get(f"{address}?preview=1").headers
        assert headers["Cache-Control"] == "private, no-store"
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        headers = manager.client.get(address).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"


def test_two_tabs_lose_nothing_of_each_other(manager: Browser, signed_in: SignedIn) -> None:
    mine = manager.get(HERO)
    write(signed_in("owner"), "Hers.", **PUBLISH)
    page = manager.read(manager.send(mine, HERO, headline="Mine.", **PUBLISH), status=409)
    assert "Olivia Owner changed this meanwhile" in page
    assert "<p>Hers.</p>" in page
    assert 'value="Mine."' in page
    assert "Mine." in write(manager, "Mine.", page=page, **PUBLISH)


def test_a_second_click_is_no_quarrel(manager: Browser) -> None:
    for deed in (DRAFT, PUBLISH):
        page = manager.get(HERO)
        for _ in range(2):
            write(manager, "Twice.", page=page, **deed)
    with transaction():
        assert queries.standing("hero").version == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"headline": " "}, "Write something."),
        ({"headline": "x" * 61}, "That is too long: 60 signs at most."),
        ({"lead": "x" * 201}, "That is too long: 200 signs at most."),
    ],
)
def test_what_does_not_fit_is_told_beside_its_field(
    manager: Browser, typed: dict[str, str], words: str
) -> None:
    page = manager.read(manager.send(manager.get(HERO), HERO, **typed, **PUBLISH), status=422)
    assert words in page


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
def test_a_page_that_lies_about_what_it_showed_is_stale(manager: Browser, seen: str) -> None:
    answer = manager.send(manager.get(HERO), HERO, headline="Mine.", seen=seen, **PUBLISH)
    assert "Mine." in manager.read(answer, status=409)


def test_a_draft_is_discarded_and_earlier_words_come_back(manager: Browser, visitor: Browser) -> None:
    for text in ("One.", "Two."):
        write(manager, text, **PUBLISH)
    page = write(manager, "Three.", **DRAFT)
    assert manager.send(page, "/discard").status_code == 303
    page = manager.get(HERO)
    assert "Three." not in page
    assert "Version 2" in page
    old = manager.send(page, "/restore", version="1")
    assert old.status_code == 303
    assert "words of version 1" in manager.get(HERO)
    assert headline(visitor) == "One."
    assert manager.send(page, "/restore", version="1").status_code == 409  # from a page that is old now
    for version, status in (("77", 404), ("x", 404), ("", 404)):
        assert manager.send(manager.get(HERO), "/restore", version=version).status_code == status


def test_who_wrote_what_is_in_the_trail(manager: Browser) -> None:
    write(manager, "One.", **PUBLISH)
    with transaction():
        text = session().query(SiteText).filter_by(name="hero").one()
        deed = session().query(AuditEntry).filter_by(subject_id=text.id).one()
    assert (deed.action, deed.actor_name, deed.data["version"]) == ("site.published", "Marc Manager", 1)


def test_agents_read_and_do_not_write(signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    page = agent.get("/desk/site")
    assert "Move up" not in page
    assert "Put it on the first page" not in page
    page = agent.get(HERO)
    assert "Keep the key for a weekend." in page
    assert 'value="publish"' not in page
    assert headline(agent, "/?preview=1")
    for address in (HERO, f"{HERO}/discard", f"{HERO}/restore", "/desk/site/featured"):
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None
        assert agent.client.post(address, data={"csrf_token": token[1]}).status_code == 403
    assert signed_in("viewer").client.get("/desk/site").status_code == 403


def asked(visitor: Browser) -> list[str]:
    return re.findall(r"<summary>(.*?)</summary>", visitor.get("/"))


def test_a_question_is_added_once_and_published(manager: Browser, visitor: Browser) -> None:
    page = manager.get("/desk/site/questions/new")
    typed = {"question": "May the dog come?", "answer": "By agreement."}
    one, two = (manager.send(page, "/desk/site/questions/new", **typed) for _ in range(2))
    assert one.headers["Location"] == two.headers["Location"]
    assert "May the dog come?" not in asked(visitor)
    assert manager.get("/desk/site").count("May the dog come?</a>") == 1
    address = one.headers["Location"]
    assert manager.send(manager.get(address), address, **PUBLISH).status_code == 303
    assert asked(visitor)[-1] == "May the dog come?"
    missing = manager.send(page, "/desk/site/questions/new", question="", answer="x")
    assert "Write something." in manager.read(missing, status=422)
    meddled = manager.send(page, "/desk/site/questions/new", seen="no id", **typed)
    assert meddled.status_code == 303


def test_questions_change_places_hide_go_and_come_back(manager: Browser, visitor: Browser) -> None:
    before = asked(visitor)
    first = re.search(r'id="question-([0-9a-f-]{36})"', manager.get("/desk/site"))
    assert first is not None
    here = f"/desk/site/questions/{first[1]}"
    page = manager.get("/desk/site")
    for _ in range(2):  # a double click
        assert manager.send(page, f"{here}/move").status_code == 303
    assert asked(visitor) == [before[1], before[0], *before[2:]]
    manager.send(manager.get("/desk/site"), f"{here}/hide")
    assert before[0] not in asked(visitor)
    manager.send(manager.get("/desk/site"), f"{here}/show")
    gone = manager.send(manager.get("/desk/site"), f"{here}/remove")
    assert before[0] not in asked(visitor)
    page = manager.get(gone.headers["Location"])
    assert "The question is off the list." in page
    assert manager.send(page, f"{here}/put-back").status_code == 303
    for named in (first[1], "../../x", '"><b>', "00000000-0000-0000-0000-000000000007"):
        assert "off the list" not in manager.get(f"/desk/site?removed={quote(named)}")
    assert asked(visitor) == [before[1], before[0], *before[2:]]


def test_an_empty_list_begins_with_the_usual_questions(manager: Browser, visitor: Browser) -> None:
    before = asked(visitor)
    with transaction():
        session().execute(db.text("TRUNCATE site_questions"))
    assert asked(visitor) == []
    manager.send(manager.get("/desk/site"), "/questions/usual")
    assert asked(visitor) == before


def test_the_first_page_shows_the_chosen_car(manager: Browser, visitor: Browser) -> None:
    page = manager.get("/desk/site")
    for _ in range(2):
        assert manager.send(page, "/featured", car="linnet-38").status_code == 303
    assert 'aria-hidden="true">Linnet 3.8<' in visitor.get("/")
    with transaction():
        assert [car.slug for car in session().query(Car).filter_by(featured=True)] == ["linnet-38"]
        session().query(Car).filter_by(slug="aurelia-gt").update({"visible": False})
    assert manager.send(page, "/featured", car="aurelia-gt").status_code == 422
    assert manager.send(page, "/featured", car="nothing").status_code == 404
