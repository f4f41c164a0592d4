"""What people come for beside rentals: a question, a price in writing, a picture for a link to a car."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from exodrive.tasks import sweeps
from exodrive.tasks.routes import DOCUMENTS
from tests.chaos import sweeping
from tests.chaos.cashier import Cashier
from tests.chaos.people import Guest
from tests.chaos.rentals import nothing

HOUSE = "desk@exodrive.example"  # the demo house's own mailbox
# Seconds: nobody fills in a form within three of them, and a picture is drawn in less than two.
THOUGHT, GLANCE = 4.0, 2.0
QUESTIONS = ("Does the boot take a cello?", "And two cellos?")

Begun = Callable[[Guest, Cashier, str, tuple[str, str]], None]


@dataclass(frozen=True, slots=True)
class Errand:
    """`before` is given a car that nobody takes, and the round's dates; `mails` is what it ends with."""

    before: Begun
    after: Callable[[Guest, Cashier], None]
    mails: Mapping[str, int]


def _ask(guest: Guest, counter: Cashier, car: str, dates: tuple[str, str]) -> None:
    """Two questions by the contact page: each is told to the house once, and answered once."""
    for number, question in enumerate(QUESTIONS, start=1):
        _send_question(guest, question)
        guest.hope.until(lambda number=number: _told(guest) == number, what="the letter to the house")
    for number, question in enumerate(QUESTIONS, start=1):
        counter.answer(guest, question)
        guest.hope.until(
            lambda number=number: guest.books.mails(guest.email)["enquiry_answer"] == number,
            what="the answer",
        )


def _send_question(guest: Guest, question: str) -> None:
    """From one form, however often it must be sent."""
    page = guest.get("/contact")
    guest.hope.gone.wait(THOUGHT)
    typed = {"name": "Maya Okafor", "email": guest.email, "message": question}
    guest.hope.until(
        lambda: guest.send(page, "/contact", typed).status_code == 303, what="the thanks for a question"
    )


def _told(guest: Guest) -> int:
    """How many letters the house has about this guest's questions."""
    letters = guest.books.mailbox(HOUSE)
    return sum(name == "enquiry_received" and guest.email in mail["text"] for name, mail in letters)


def _still_told_twice(guest: Guest, counter: Cashier) -> None:
    assert _told(guest) == len(QUESTIONS)


def _want_prices(guest: Guest, counter: Cashier, car: str, dates: tuple[str, str]) -> None:
    """Two prices in writing, which stand for a day."""
    for number in (1, 2):
        counter.quote(guest, car, dates, number=number)
        guest.hope.until(
            lambda number=number: guest.books.mails(guest.email)["quote"] == number, what="a quote"
        )


def _let_lapse(guest: Guest, counter: Cashier) -> None:
    lapsed = "SELECT count(*) FROM quotes WHERE email = %(email)s AND state = 'expired'"
    guest.hope.until(lambda: guest.books.value(lapsed, email=guest.email) == 2, what="the quotes to lapse")


def _see_picture(guest: Guest, counter: Cashier, car: str, dates: tuple[str, str]) -> None:
    """The car says another word than before: its picture is drawn anew, once, and shown."""
    word = f"V{uuid4().hex[:4]}"
    guest.books.database.execute(
        "UPDATE cars SET stage_name = %(word)s WHERE slug = %(car)s", {"word": word, "car": car}
    )
    drawn = "FROM link_pictures AS l JOIN cars AS c ON c.id = l.car_id WHERE c.slug = %(car)s"
    before = guest.books.value(f"SELECT count(*) {drawn}", car=car)

    def look() -> bool:
        if guest.books.value(f"SELECT count(*) {drawn}", car=car) > before:
            return True
        sweeping.send(counter.house, [sweeps.draw_link_pictures], to=DOCUMENTS)
        guest.hope.gone.wait(GLANCE)
        return False

    guest.hope.until(look, what="the picture of a link")


ERRANDS: dict[str, Errand] = {
    "asks": Errand(_ask, _still_told_twice, {"enquiry_answer": 2}),
    "wants prices": Errand(_want_prices, _let_lapse, {"quote": 2}),
    "sends a link": Errand(_see_picture, nothing, {}),
}
