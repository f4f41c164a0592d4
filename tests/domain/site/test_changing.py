"""Drafts, versions, the way back, and two people at one text."""

from __future__ import annotations

from uuid import UUID

import pytest

from exodrive.kernel import audit, clock
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import session
from exodrive.kernel.errors import Stale
from exodrive.kernel.ids import new_id
from exodrive.site import changing, queries, questions
from exodrive.site.changing import NothingToPublish
from exodrive.site.first_words import FIRST_QUESTIONS, FIRST_WORDS
from exodrive.site.models import SiteText
from exodrive.site.queries import QuestionNotFound, VersionNotFound
from exodrive.site.questions import TooManyQuestions
from exodrive.site.slots import TextNotFound

pytestmark = pytest.mark.usefixtures("rolled_back")
ANN = Actor(ActorKind.STAFF, "Ann")
FIRST = FIRST_WORDS["hero"]
OTHER = {"headline": "Take the long way.", "lead": "One price."}


def save(words: dict[str, str], *, seen: int) -> None:
    changing.save_draft("hero", words, seen=seen, by=ANN, at=clock.now())


def publish(words: dict[str, str], *, seen: int) -> None:
    changing.write_and_publish("hero", words, seen=seen, by=ANN, at=clock.now())


def test_a_house_that_wrote_nothing_has_words() -> None:
    assert queries.words("hero", "about") == {"hero": FIRST, "about": FIRST_WORDS["about"]}
    assert [(each.version, each.draft) for each in queries.standings()] == [(0, None)] * 6


def test_a_draft_is_seen_by_nobody_until_it_is_published() -> None:
    save(OTHER, seen=0)
    assert queries.words("hero")["hero"] == FIRST
    assert queries.words("hero", drafts=True)["hero"] == OTHER
    assert changing.publish("hero", seen=1, by=ANN, at=clock.now()) == 1
    stands = queries.standing("hero")
    assert (stands.published, stands.draft, stands.version, stands.revision) == (OTHER, None, 1, 2)
    with pytest.raises(NothingToPublish):
        changing.publish("hero", seen=2, by=ANN, at=clock.now())


def test_who_has_missed_a_change_overwrites_nothing() -> None:
    save(OTHER, seen=0)
    for late in (save, publish):
        with pytest.raises(Stale):
            late({"headline": "Mine", "lead": "Mine"}, seen=0)
    with pytest.raises(Stale):
        changing.discard("hero", seen=0, by=ANN, at=clock.now())
    assert queries.standing("hero").draft == OTHER


def test_the_same_words_again_are_no_change() -> None:
    save(FIRST, seen=0)
    publish(FIRST, seen=0)
    assert queries.standing("hero").revision == 0
    publish(OTHER, seen=0)
    publish(OTHER, seen=1)
    assert (queries.standing("hero").revision, len(queries.history("hero"))) == (1, 1)


def test_a_draft_that_goes_back_to_what_is_published_is_none() -> None:
    save(OTHER, seen=0)
    save(FIRST, seen=1)
    assert queries.standing("hero").draft is None
    save(OTHER, seen=2)
    publish(FIRST, seen=3)
    assert (queries.standing("hero").draft, queries.history("hero")) == (None, [])


def test_earlier_words_are_published_again_as_the_next_version() -> None:
    publish(OTHER, seen=0)
    publish({**OTHER, "headline": "Third"}, seen=1)
    save({**OTHER, "headline": "Fourth"}, seen=2)
    changing.restore("hero", 1, seen=3, by=ANN, at=clock.now())
    assert queries.words("hero")["hero"] == OTHER
    draft = queries.standing("hero").draft
    assert draft is not None
    assert draft["headline"] == "Fourth"
    changing.restore("hero", 0, seen=4, by=ANN, at=clock.now())
    assert queries.words("hero")["hero"] == FIRST
    assert [(row.version, row.taken_from) for row in queries.history("hero")] == [
        (4, 0), (3, 1), (2, None), (1, None),
    ]  # fmt: skip
    with pytest.raises(VersionNotFound):
        changing.restore("hero", 9, seen=5, by=ANN, at=clock.now())


def test_each_deed_is_in_the_trail() -> None:
    save(OTHER, seen=0)
    changing.discard("hero", seen=1, by=ANN, at=clock.now())
    publish(OTHER, seen=2)
    changing.restore("hero", 0, seen=3, by=ANN, at=clock.now())
    text = session().query(SiteText).filter_by(name="hero").one()
    assert [(entry.action, entry.actor_name) for entry in audit.trail(text.id)] == [
        ("site.restored", "Ann"),
        ("site.published", "Ann"),
        ("site.draft_discarded", "Ann"),
        ("site.drafted", "Ann"),
    ]


@pytest.mark.parametrize("name", ["nothing", "", "question", "Hero"])
def test_a_name_that_no_text_has(name: str) -> None:
    with pytest.raises(TextNotFound):
        changing.save_draft(name, OTHER, seen=0, by=ANN, at=clock.now())


def test_a_part_that_came_later_has_its_first_words() -> None:
    publish(OTHER, seen=0)
    text = queries.history("hero")[0]
    text.words = {"headline": "Alone"}
    session().flush()
    assert queries.words("hero")["hero"] == {"headline": "Alone", "lead": FIRST["lead"]}


def ask(text: str) -> UUID:
    question_id = new_id()
    words = {"question": text, "answer": "Yes."}
    questions.add(words, question_id=question_id, by=ANN, at=clock.now())
    changing.publish(queries.text_name(question_id), seen=0, by=ANN, at=clock.now())
    return question_id


def read() -> list[str]:
    return [row.question for row in queries.answered()]


def test_a_new_question_is_a_draft_and_added_once() -> None:
    question_id = new_id()
    for _ in range(2):
        questions.add({"question": "A?", "answer": "B."}, question_id=question_id, by=ANN, at=clock.now())
    assert read() == []
    assert [row.question for row in queries.answered(drafts=True)] == ["A?"]


def test_questions_move_hide_go_and_come_back() -> None:
    first, second, third = (ask(text) for text in ("1?", "2?", "3?"))
    for _ in range(2):  # said twice, it is the same place
        questions.move(third, to=1, by=ANN, at=clock.now())
    assert read() == ["3?", "1?", "2?"]
    questions.move(third, to=99, by=ANN, at=clock.now())
    questions.move(second, to=-4, by=ANN, at=clock.now())
    assert read() == ["2?", "1?", "3?"]
    questions.show(first, shown=False, by=ANN, at=clock.now())
    assert read() == ["2?", "3?"]
    questions.remove(second, by=ANN, at=clock.now())
    questions.remove(second, by=ANN, at=clock.now())
    assert read() == ["3?"]
    questions.show(first, shown=True, by=ANN, at=clock.now())
    questions.put_back(second, by=ANN, at=clock.now())
    assert read() == ["2?", "1?", "3?"]
    with pytest.raises(QuestionNotFound):
        questions.remove(new_id(), by=ANN, at=clock.now())


def test_a_removed_question_cannot_be_moved() -> None:
    first = ask("1?")
    questions.remove(first, by=ANN, at=clock.now())
    with pytest.raises(QuestionNotFound):
        questions.move(first, to=1, by=ANN, at=clock.now())


def test_the_usual_questions_come_only_to_an_empty_list() -> None:
    for _ in range(2):
        questions.add_usual(by=ANN, at=clock.now())
    assert read() == [question for question, _answer in FIRST_QUESTIONS]


def test_the_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "MOST", 2)
    gone = ask("1?")
    ask("2?")
    with pytest.raises(TooManyQuestions):
        ask("3?")
    questions.remove(gone, by=ANN, at=clock.now())
    ask("3?")
    with pytest.raises(TooManyQuestions):
        questions.put_back(gone, by=ANN, at=clock.now())
