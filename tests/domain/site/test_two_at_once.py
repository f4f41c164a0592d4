"""Two people, or two clicks, at the same moment: real connections, and one of them is first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from exodrive.enquiries import receiving
from exodrive.enquiries.models import Enquiry
from exodrive.enquiries.receiving import Said
from exodrive.fleet import queries as fleet
from exodrive.fleet import showing
from exodrive.fleet.models import Car
from exodrive.kernel import clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import session, transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.ids import new_id
from exodrive.kernel.outbox import Event
from exodrive.local import demo
from exodrive.site import changing, queries, questions
from exodrive.site.first_words import FIRST_QUESTIONS
from exodrive.site.models import SiteQuestion

ANN = Actor(ActorKind.STAFF, "Ann")
MANY = 6


def at_once(app: Flask, deed: Callable[[int], None]) -> Counter[str]:
    """Do it in so many threads at one moment; how often each ending came."""
    barrier = Barrier(MANY)

    def one(number: int) -> str:
        with app.app_context():
            barrier.wait(timeout=60)
            try:
                with transaction():
                    deed(number)
            except Stale:
                return "stale"
            return "done"

    with ThreadPoolExecutor(MANY) as pool:
        return Counter(pool.map(one, range(MANY)))


def test_one_of_those_who_publish_at_once_is_first(app: Flask) -> None:
    def publish(number: int) -> None:
        words = {"headline": f"Number {number}", "lead": "One price."}
        changing.write_and_publish("hero", words, seen=0, by=ANN, at=clock.now())

    assert at_once(app, publish) == {"done": 1, "stale": MANY - 1}
    assert len(queries.history("hero")) == 1


def test_a_message_that_comes_at_once_is_kept_once(app: Flask) -> None:
    said = Said("Maya", "maya@okafor.example", "", "", "Is it free?", "form")
    at_once(app, lambda _number: receiving.receive(said, suspected=None, at=clock.now()))
    assert session().query(Enquiry).count() == 1
    assert session().query(Event).filter_by(name=receiving.RECEIVED).count() == 1


def test_questions_that_are_moved_at_once_keep_places_of_their_own(app: Flask) -> None:
    ids = [new_id() for _ in range(MANY)]
    with transaction():
        for number, question_id in enumerate(ids):
            words = {"question": f"{number}?", "answer": "Yes."}
            questions.add(words, question_id=question_id, by=ANN, at=clock.now())
    at_once(app, lambda number: questions.move(ids[number], to=MANY - number, by=ANN, at=clock.now()))
    with transaction():
        rows = session().query(SiteQuestion).all()
    assert {row.id for row in rows} == set(ids)
    assert sorted(row.position for row in rows) == list(range(1, MANY + 1))


def test_a_question_that_comes_at_once_is_added_once(app: Flask) -> None:
    """Also where there is no question yet, and so no row to wait at."""
    question_id, words = new_id(), {"question": "May I smoke?", "answer": "No."}

    def add(_number: int) -> None:
        questions.add(words, question_id=question_id, by=ANN, at=clock.now())

    assert at_once(app, add) == {"done": MANY}
    with transaction():
        assert [each.id for each in queries.questions()] == [question_id]


def test_the_usual_questions_are_added_once(app: Flask) -> None:
    assert at_once(app, lambda _number: questions.add_usual(by=ANN, at=clock.now())) == {"done": MANY}
    with transaction():
        assert len(queries.questions()) == len(FIRST_QUESTIONS)


def test_one_car_is_on_the_first_page_whoever_chooses_at_once(app: Flask) -> None:
    with transaction():
        demo.furnish(at=clock.now())
        slugs = [car.slug for car in fleet.all_cars(limit=MANY) if car.visible and car.available]
    at_once(app, lambda number: showing.feature(slugs[number % len(slugs)], by=ANN, at=clock.now()))
    with transaction():
        assert session().query(Car).filter_by(featured=True).count() == 1
