"""One deed for one key, however often it is asked for; and nobody reads what was answered to another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from exodrive.bookings.models import Booking
from exodrive.kernel import clock, kept_answers
from exodrive.kernel.db import session, transaction
from exodrive.kernel.kept_answers import KeptAnswer
from exodrive.tasks import sweeps
from tests.web.api import customer
from tests.web.api.customer import ORDER
from tests.web.api.program import Program

KEY = "5e2a7f0c-5a6b-4b0e-9a55-0a1f7f1c9d21"
MATTER = ("Content-Type", "Location", "ETag")


def bookings() -> int:
    with transaction():
        return session().scalars(select(func.count()).select_from(Booking)).one()


def test_the_same_again_gets_the_same_answer(program: Program) -> None:
    body = {"quote": customer.quote(program)["quote"], "order": ORDER}
    first = program.post("/bookings", body, Idempotency_Key=KEY)
    second = program.post("/bookings", body, Idempotency_Key=KEY)
    assert first.status_code == second.status_code == 201
    assert first.data == second.data, "the booking's key too"
    assert [first.headers[name] for name in MATTER] == [second.headers[name] for name in MATTER]
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert bookings() == 1


def test_it_is_the_meaning_that_counts_not_the_spelling(program: Program) -> None:
    quote = customer.quote(program)["quote"]
    first = program.post("/bookings", f'{{"quote": "{quote}"}}', Idempotency_Key=KEY)
    second = program.post("/bookings", f'{{ "order":null,"quote":"{quote}" }}', Idempotency_Key=KEY)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.data == second.data


def test_another_body_or_path_is_refused(program: Program, partner: Program) -> None:
    first = customer.quote(partner)["quote"]
    made = partner.post("/bookings", {"quote": first}, Idempotency_Key=KEY)
    others = [
        ("/bookings", {"quote": customer.quote(partner, car="bramante-s")["quote"]}),
        ("/bookings", {"quote": first, "order": ORDER}),
        (f"/bookings/{made.json['booking']['id']}/order", ORDER),
    ]
    for path, body in others:
        answer = partner.post(path, body, Idempotency_Key=KEY)
        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    assert bookings() == 1


def test_what_the_rules_refuse_is_kept_too(program: Program) -> None:
    quote = customer.quote(program)["quote"]
    refused = {"quote": quote, "order": {**ORDER, "accepted_policies": False}}
    first = program.post("/bookings", refused, Idempotency_Key=KEY)
    second = program.post("/bookings", refused, Idempotency_Key=KEY)
    assert first.status_code == second.status_code == 422
    assert first.data == second.data
    assert second.headers["Idempotent-Replayed"] == "true"
    assert bookings() == 0, "the effect went back, the key stayed"
    other = program.post("/bookings", {"quote": quote}, Idempotency_Key=KEY)
    assert other.json["code"] == "idempotency_key_reused"


def test_a_refusal_stands_though_it_would_be_fine_by_now(program: Program) -> None:
    winner, loser = customer.quote(program)["quote"], customer.quote(program)["quote"]
    made = program.post("/bookings", {"quote": winner})
    lost = program.post("/bookings", {"quote": loser}, Idempotency_Key=KEY)
    assert lost.json["code"] == "car_taken"
    nothing = {"agreed_fee": {"amount": 0, "currency": "USD"}}
    program.with_(made.json["key"]).post(f"/bookings/{made.json['booking']['id']}/cancel", nothing)
    again = program.post("/bookings", {"quote": loser}, Idempotency_Key=KEY)
    assert again.data == lost.data
    assert program.post("/bookings", {"quote": loser}, Idempotency_Key="another").status_code == 201


def test_what_could_not_be_read_leaves_the_key_free(program: Program) -> None:
    quote = customer.quote(program)["quote"]
    assert program.post("/bookings", {"quotation": quote}, Idempotency_Key=KEY).status_code == 400
    assert program.post("/bookings", {"quote": quote}, Idempotency_Key=KEY).status_code == 201


def test_a_stale_page_leaves_the_key_free(program: Program) -> None:
    made = customer.book(program, order=None)
    mine, address = program.with_(made["key"]), f"/bookings/{made['booking']['id']}"
    stale = mine.post(f"{address}/order", ORDER, Idempotency_Key=KEY, If_Match='"old"')
    assert stale.status_code == 412
    fresh = mine.get(address).headers["ETag"]
    assert mine.post(f"{address}/order", ORDER, Idempotency_Key=KEY, If_Match=fresh).status_code == 200


def test_callers_keys_are_apart(program: Program, partner: Program) -> None:
    for caller, car in ((program, "aurelia-gt"), (partner, "bramante-s")):
        answer = caller.post(
            "/bookings", {"quote": customer.quote(program, car=car)["quote"]}, Idempotency_Key="1"
        )
        assert answer.status_code == 201
    assert bookings() == 2


def test_a_neighbour_with_the_same_key_learns_nothing(program: Program) -> None:
    """Two strangers behind one address: a quote is never given out twice, so their bodies differ."""
    mine = program.post("/bookings", {"quote": customer.quote(program)["quote"]}, Idempotency_Key="1")
    theirs = program.post("/bookings", {"quote": customer.quote(program)["quote"]}, Idempotency_Key="1")
    assert mine.status_code == 201
    assert theirs.status_code == 422
    assert mine.json["key"] not in theirs.text


def test_nothing_that_is_hashed_elsewhere_is_kept_in_clear(program: Program) -> None:
    made = program.post(
        "/bookings", {"quote": customer.quote(program)["quote"], "order": ORDER}, Idempotency_Key=KEY
    )
    with transaction():
        [row] = session().execute(text("SELECT k::text FROM kept_answers k"))
        body = session().scalars(select(KeptAnswer.body)).one()
    assert made.json["key"] not in row[0]
    assert body is not None
    assert made.json["key"].encode() not in body
    assert b"okafor" not in body
    assert "127.0.0.1" not in row[0]


def test_under_another_secret_the_deed_is_not_repeated(
    program: Program, house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = customer.book(program, order=None)
    mine, path = program.with_(made["key"]), f"/bookings/{made['booking']['id']}/order"
    assert mine.post(path, ORDER, Idempotency_Key=KEY).status_code == 200
    monkeypatch.setitem(house.config, "SECRET_KEY", "another secret of the house, long enough")
    lost = mine.post(path, ORDER, Idempotency_Key=KEY)
    assert (lost.status_code, lost.json["code"]) == (409, "answer_lost")


def test_a_key_is_forgotten_after_a_day(program: Program) -> None:
    body = {"quote": customer.quote(program)["quote"]}
    program.post("/bookings", body, Idempotency_Key=KEY)
    with transaction():
        session().execute(text("UPDATE kept_answers SET kept_at = kept_at - interval '25 hours'"))
    again = program.post("/bookings", body, Idempotency_Key=KEY)
    assert "Idempotent-Replayed" not in again.headers
    with transaction():
        kept_answers.sweep(at=clock.real_now())
        assert session().scalars(select(func.count()).select_from(KeptAnswer)).one() == 1
        session().execute(text("UPDATE kept_answers SET kept_at = kept_at - interval '25 hours'"))
    sweeps.forget_kept_answers()
    with transaction():
        assert session().scalars(select(func.count()).select_from(KeptAnswer)).one() == 0


def test_the_sandbox_s_clock_forgets_no_key(program: Program) -> None:
    made = customer.book(program, order=None)
    mine, path = program.with_(made["key"]), f"/bookings/{made['booking']['id']}/order"
    mine.post(path, ORDER, Idempotency_Key=KEY)
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert mine.post(path, ORDER, Idempotency_Key=KEY).headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ü", "a\x7f"])
def test_a_key_is_visible_and_not_too_long(program: Program, key: str) -> None:
    answer = program.post("/bookings", {"quote": customer.quote(program)["quote"]}, Idempotency_Key=key)
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_unreadable")


def test_two_at_once_do_it_once(program: Program) -> None:
    body = {"quote": customer.quote(program)["quote"], "order": ORDER}
    answers = at_once(program.app, 8, lambda: program.post("/bookings", body, Idempotency_Key=KEY))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert bookings() == 1


def test_the_second_waits_for_the_first_and_gets_its_refusal(program: Program) -> None:
    quote = customer.quote(program)["quote"]
    body = {"quote": quote, "order": {**ORDER, "accepted_policies": False}}
    answers = at_once(program.app, 6, lambda: program.post("/bookings", body, Idempotency_Key=KEY))
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1


def at_once(app: Flask, number: int, deed: Callable[[], TestResponse]) -> list[TestResponse]:
    """What so many threads get that begin together, each on a connection of its own."""
    gate = threading.Barrier(number)
    found: list[TestResponse] = []

    def run() -> None:
        with app.app_context():
            gate.wait(timeout=60)
            found.append(deed())

    # With the clock of the test, which stands still for its own thread only.
    threads = [threading.Thread(target=copy_context().run, args=(run,)) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(found) == number
    return found
