"""Many want one car at the same moment: one gets it, and all others are told at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import quantiles

import pytest
from requests import Response

from tests.live import LiveHouse
from tests.races import crowd, days
from tests.races.books import Books
from tests.races.customer import Customer
from tests.races.pages import Page

pytestmark = pytest.mark.race

RIVALS = 64
NewCustomer = Callable[[], Customer]


@pytest.fixture(params=[True, False], ids=["with-valkey", "without-valkey"])
def valkey(request: pytest.FixtureRequest, house: LiveHouse) -> bool:
    """Whether the lock that sheds load is there; the promise must hold either way."""
    there: bool = request.param
    if not there:
        house.stop("valkey")
    return there


def wishes(weeks: int) -> list[tuple[str, str]]:
    """As many spans as there are rivals, no two the same, of which each overlaps every other."""
    monday = days.monday(weeks)
    return [
        days.span(monday, start=9 + 0.5 * (number % 16), end=24 * (2 + number // 16) + 10)
        for number in range(RIVALS)
    ]


def test_one_of_many_gets_the_car(
    valkey: bool,
    house: LiveHouse,
    customer: NewCustomer,
    books: Books,
    capsys: pytest.CaptureFixture[str],
) -> None:
    car = "corsara-v10" if valkey else "strada-tt"
    rivals = [(customer(), wish) for wish in wishes(3)]

    def ready(rival: tuple[Customer, tuple[str, str]]) -> Callable[[], Response]:
        person, wish = rival
        return partial(person.hold, person.look(car, wish))

    answers = crowd.together(rivals, ready)

    statuses = sorted(answer.status_code for answer, _ in answers)
    assert statuses == [303, *[409] * (RIVALS - 1)], house.log
    (winner,) = [person for person, _ in rivals if person.link]
    (place,) = books.holds(car, week=days.monday(3))
    assert place["booking_id"] == books.booking(winner.link)["id"]
    assert winner.get(winner.link).form("/details")
    losers = [(Page.of(answer), seconds) for answer, seconds in answers if answer.status_code == 409]
    for page, _ in losers:
        assert "Nothing was charged." in page.words
        assert page.link(f"/cars/{car}?"), "other dates for the same car"
        assert "Free on your dates" in page.words, "other cars for the same dates"
    waited = quantiles((seconds for _, seconds in losers), n=20)[-1]
    with capsys.disabled():
        print(f"\n{len(losers)} losers, {'with' if valkey else 'without'} Valkey: p95 {waited:.2f} s")


def test_adjacent_rentals_all_win(valkey: bool, customer: NewCustomer, books: Books) -> None:
    """One's turnaround of three hours ends as the next one's hour of preparation begins."""
    car = "harrowgate-six" if valkey else "harrowgate-eight"
    spans = [days.span(days.monday(4), start=9 + 28 * day, end=9 + 28 * day + 24) for day in range(3)]
    neighbours = [(customer(), span) for span in spans]

    def ready(neighbour: tuple[Customer, tuple[str, str]]) -> Callable[[], Response]:
        person, span = neighbour
        return partial(person.hold, person.look(car, span))

    answers = crowd.together(neighbours, ready)
    assert [answer.status_code for answer, _ in answers] == [303, 303, 303]
    assert len(books.holds(car, week=days.monday(4))) == len(spans)


def test_a_double_click_on_hold_is_one_booking(valkey: bool, customer: NewCustomer, books: Books) -> None:
    """Whichever answer the browser shows, it is the page of the one booking."""
    car = "solenne-spider" if valkey else "solenne-spider-white"
    person = customer()
    page = person.look(car, days.span(days.monday(5), start=10, end=58))

    answers = crowd.together(range(4), lambda _: partial(person.hold, page))

    assert {answer.status_code for answer, _ in answers} == {303}
    links = {answer.headers["Location"] for answer, _ in answers}
    assert len(links) == 1
    assert books.booking(links.pop())["state"] == "held"
    count = "SELECT count(*) FROM bookings b JOIN cars c ON c.id = b.car_id WHERE c.slug = %(car)s"
    assert books.value(count, car=car) == 1


def test_a_double_click_on_the_details_is_one_payment(
    house: LiveHouse, customer: NewCustomer, books: Books
) -> None:
    person = customer()
    person.hold(person.look("bramante-s", days.span(days.monday(5), start=10, end=58)))
    page = person.get(person.link)

    answers = crowd.together(range(4), lambda _: partial(person.order, page))

    assert {answer.status_code for answer, _ in answers} == {303}
    person.link_on_page("/checkoutnow")
    books.wait_until_quiet()
    booking = books.booking(person.link)
    assert booking["state"] == "awaiting_payment"
    assert books.value("SELECT count(*) FROM payments WHERE booking_id = %(id)s", id=booking["id"]) == 1
    assert len(books.paypal_orders(booking["reference"])) == 1
    assert books.mails(person.email) == {"booking_received": 1}
