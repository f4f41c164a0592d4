"""Bookings by the staff's programs: found, read, made, moved on and cancelled as at the desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event

from exodrive.accounts.scopes import Kind, Scope, of_kind
from exodrive.bookings.condition_models import ReportKind
from exodrive.kernel import audit
from exodrive.kernel.db import db, transaction
from exodrive.notifications import messages
from tests import paper, rental
from tests.drain import drain
from tests.web.api import customer
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program
from tests.web.staff import made_up

WISH = {
    "car": "aurelia-gt",
    "pickup_place": "rockville",
    **customer.WEEKEND,
    "renter": customer.RENTER,
    "accepted_policies": True,
}
NOTHING = {"amount": 0, "currency": "USD"}


@pytest.fixture
def desk(house: Flask, make_token: MakeToken) -> Program:
    """The house's own program with all scopes."""
    return Program(house, make_token(Kind.STAFF, name="Night desk"))


def path(booking_id: UUID | str, move: str = "") -> str:
    return f"/admin/bookings/{booking_id}" + (f"/{move}" if move else "")


def read(desk: Program, booking_id: UUID) -> Any:
    answer = desk.get(path(booking_id))
    assert answer.status_code == 200, answer.text
    return answer.json


def queries_of(desk: Program, address: str) -> int:
    desk.get(address)  # notes the token's use, and fills what is loaded once
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert desk.get(address).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(counted)


# Every operation of the desk with a body that could be sent, and the scope that it takes.
OPERATIONS: list[tuple[str, str, Any, Scope]] = [
    ("GET", "/admin/bookings", None, Scope.BOOKINGS_READ),
    ("GET", "/admin/bookings/{id}", None, Scope.BOOKINGS_READ),
    ("POST", "/admin/bookings", WISH, Scope.BOOKINGS_WRITE),
    (
        "POST", "/admin/bookings/{id}/cancel", {"agreed_fee": NOTHING, "reason": "x"}, Scope.BOOKINGS_WRITE,
    ),
    ("POST", "/admin/bookings/{id}/miss", {"reason": "x"}, Scope.PAYMENTS_WRITE),
    ("POST", "/admin/bookings/{id}/waive-prepayment", {"reason": "x"}, Scope.BOOKINGS_MANAGE),
    ("POST", "/admin/bookings/{id}/waive-deposit", {"reason": "x"}, Scope.BOOKINGS_MANAGE),
    ("POST", "/admin/bookings/{id}/addendum/waive", {"reason": "x"}, Scope.BOOKINGS_MANAGE),
    (
        "POST", "/admin/bookings/{id}/hand-over", {"odometer": 1, "fuel_eighths": 1, "checks": []},
        Scope.BOOKINGS_WRITE,
    ),
    (
        "POST", "/admin/bookings/{id}/take-back", {"odometer": 1, "fuel_eighths": 1, "checks": []},
        Scope.BOOKINGS_WRITE,
    ),
    ("POST", "/admin/bookings/{id}/settle", {}, Scope.BOOKINGS_WRITE),
    ("POST", "/admin/bookings/{id}/capture-payment", {"reason": "x"}, Scope.PAYMENTS_WRITE),
    ("POST", "/admin/bookings/{id}/void-payment", {"reason": "x"}, Scope.PAYMENTS_WRITE),
    ("POST", "/admin/bookings/{id}/refund", {"reason": "x"}, Scope.PAYMENTS_WRITE),
    ("GET", "/admin/money-deeds/{id}", None, Scope.BOOKINGS_READ),
    ("POST", "/admin/bookings/{id}/create-invoice", None, Scope.INVOICES_WRITE),
    ("POST", "/admin/bookings/{id}/contract/resend", None, Scope.CONTRACTS_WRITE),
    ("POST", "/admin/bookings/{id}/send-email", {"subject": "x", "text": "x"}, Scope.MESSAGES_WRITE),
    ("GET", "/admin/customers", None, Scope.CUSTOMERS_READ),
    ("GET", "/admin/customers/{id}", None, Scope.CUSTOMERS_READ),
    ("GET", "/admin/cars", None, Scope.CARS_READ),
    ("GET", "/admin/cars/aurelia-gt", None, Scope.CARS_READ),
    ("PATCH", "/admin/cars/aurelia-gt", {"reason": "x"}, Scope.CARS_WRITE),
]  # fmt: skip


def test_each_takes_its_scope_and_no_other_credentials_will_do(house: Flask, make_token: MakeToken) -> None:
    booking_id = paper.confirmed()
    key = customer.book(Program(house), order=None, car="noctua-r")["key"]
    everything = set(of_kind(Kind.STAFF))
    others = [
        (Program(house), 401),
        (Program(house, "exodrive_staff_guessed"), 401),
        (Program(house, key), 403),
        (Program(house, make_token(Kind.PARTNER)), 403),
    ]
    lacking = {scope: Program(house, make_token(Kind.STAFF, *(everything - {scope}))) for scope in everything}
    for method, template, body, scope in OPERATIONS:
        address = template.replace("{id}", str(booking_id))
        for program, status in [*others, (lacking[scope], 403)]:
            answer = program.call(method, address, body)
            assert answer.status_code == status, (method, address, answer.text)
        assert answer.json["code"] == "out_of_scope"
        assert answer.json["facts"] == {"scope": scope}


def test_what_is_not_there_is_404(desk: Program) -> None:
    for method, template, body, _ in OPERATIONS:
        if "{id}" in template:
            answer = desk.call(method, template.replace("{id}", str(uuid4())), body, Idempotency_Key=template)
            assert answer.status_code == 404, (template, answer.text)


def test_the_list_has_the_desks_views_and_search_and_pages(desk: Program, house: Flask) -> None:
    made_up.bookings(5)
    made_up.bookings(2, state="on_rent", start=5)
    everything = desk.get("/admin/bookings?view=all&limit=100").json["items"]
    assert len(everything) == 7
    assert [row["pickup_at"] for row in everything] == sorted(
        (row["pickup_at"] for row in everything), reverse=True
    )
    assert len(desk.get("/admin/bookings?view=on_rent").json["items"]) == 2
    name = everything[0]["renter"].split()[0].lower()
    found = desk.get(f"/admin/bookings?view=all&q={name}").json["items"]
    assert found
    assert all(name in row["renter"].lower() for row in found)
    seen, cursor = [], ""
    for _ in range(4):
        page = desk.get(f"/admin/bookings?view=all&limit=2{cursor}").json
        seen += [row["id"] for row in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert seen == [row["id"] for row in everything]
    assert page["next"] is None
    late = desk.get(f"/admin/bookings?view=all&pickup_from={everything[2]['pickup_at']}").json["items"]
    assert late == everything[:3]


@pytest.mark.parametrize(
    ("asked", "status"),
    [("view=nonsense", 400), ("limit=0", 400), ("limit=1000", 400), ("cursor=abc", 422),
     ("pickup_from=x", 400), ("since=now", 400)],
)  # fmt: skip
def test_a_list_that_nobody_can_make_is_refused(desk: Program, asked: str, status: int) -> None:
    assert desk.get(f"/admin/bookings?{asked}").status_code == status


def test_a_long_list_asks_the_database_no_more_than_a_short_one(desk: Program, house: Flask) -> None:
    made_up.bookings(3)
    short = queries_of(desk, "/admin/bookings?limit=2")
    made_up.bookings(20, start=3)
    assert queries_of(desk, "/admin/bookings?limit=20") == short
    assert short <= 11


def test_a_booking_is_read_with_what_the_desk_knows(desk: Program, house: Flask) -> None:
    booking_id = paper.on_rent()
    found = read(desk, booking_id)
    assert found["state"] == "on_rent"
    assert [purse["purpose"] for purse in found["payments"]] == ["rental", "deposit"]
    assert found["payments"][0]["held"] == found["price"]["total"]
    assert found["payments"][0]["capturable"] == found["price"]["total"]
    assert found["drivers"][0]["licence_number"] == "O215660118204"
    answer = desk.get(path(booking_id), If_None_Match=desk.get(path(booking_id)).headers["ETag"])
    assert answer.status_code == 304


def test_a_customer_at_the_counter_is_booked_once(desk: Program, house: Flask) -> None:
    answer = desk.post("/admin/bookings", WISH, Idempotency_Key="call-17")
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert (made["state"], made["source"]) == ("awaiting_payment", "api")
    again = desk.post("/admin/bookings", WISH, Idempotency_Key="call-17")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == made
    assert desk.post("/admin/bookings", WISH).json["code"] == "idempotency_key_missing"
    assert desk.get(answer.headers["Location"]).json == made
    with transaction():
        trail = audit.trail(UUID(made["id"]))
        assert {row.actor_name for row in trail} == {"Olive Owner (token Night desk)"}
        assert [row.action for row in trail][::-1] == ["booking.held", "booking.ordered"]
    taken = desk.post("/admin/bookings", WISH, Idempotency_Key="call-18")
    assert (taken.status_code, taken.json["code"]) == (409, "car_taken")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"accepted_policies": False}, 422, "policies_not_accepted"),
        ({"agreed_total": NOTHING}, 409, "price_changed"),
        ({"car": "no-such-car"}, 404, "car_not_found"),
        ({"pickup_place": "nowhere"}, 404, "place_not_found"),
        ({"return_at": "2026-12-11T09:00:00-05:00"}, 422, "dates_refused"),
        ({"renter": {**customer.RENTER, "born_on": "2008-01-01", "licence_since": "2026-01-02"}}, 422,
         "not_eligible"),
        ({"renter": {**customer.RENTER, "email": "nobody"}}, 422, "details_refused"),
        ({"extras": {"helicopter": 1}}, 422, "extra_unknown"),
        ({"renter": {}}, 400, "request_invalid"),
        ({"surprise": 1}, 400, "request_invalid"),
    ],
)  # fmt: skip
def test_the_counter_keeps_the_shops_rules(
    desk: Program, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = desk.post("/admin/bookings", {**WISH, **changes}, Idempotency_Key="1")
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text


def test_cancelled_for_the_fee_that_was_read(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed(days_ahead=2)
    found = read(desk, booking_id)
    fee = found["cancellation"]["fee"]
    assert fee["amount"] > 0
    refused = desk.post(path(booking_id, "cancel"), {"agreed_fee": NOTHING, "reason": "called"})
    assert (refused.status_code, refused.json["facts"]) == (409, {"fee": fee})
    for _ in range(2):
        answer = desk.post(path(booking_id, "cancel"), {"agreed_fee": fee, "reason": "called"})
        assert answer.status_code == 200, answer.text
        assert (answer.json["state"], answer.json["cancellation_fee"]) == ("cancelled", fee)
    on_rent = paper.on_rent("noctua-r")
    answer = desk.post(path(on_rent, "cancel"), {"agreed_fee": NOTHING, "reason": "x"})
    assert (answer.status_code, answer.json["facts"]) == (409, {"state": "on_rent"})


def test_the_houses_fault_takes_the_scope_for_money(
    desk: Program, house: Flask, make_token: MakeToken
) -> None:
    booking_id = paper.confirmed(days_ahead=2)
    body = {"agreed_fee": NOTHING, "reason": "engine died", "houses_fault": True}
    small = Program(house, make_token(Kind.STAFF, Scope.BOOKINGS_WRITE))
    assert small.post(path(booking_id, "cancel"), body).json["facts"] == {"scope": "bookings:manage"}
    assert desk.post(path(booking_id, "cancel"), body).json["cancellation_fee"] == NOTHING


def test_what_was_seen_is_what_is_changed(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    seen = desk.get(path(booking_id)).headers["ETag"]
    letter = {"subject": "Hello", "text": "Come early."}
    sent = desk.post(path(booking_id, "send-email"), letter, If_Match=seen, Idempotency_Key="1")
    assert sent.status_code == 202
    for move, body in [
        ("cancel", {"agreed_fee": NOTHING, "reason": "x"}), ("miss", {"reason": "x"}),
        ("capture-payment", {"reason": "x"}), ("void-payment", {"reason": "x"}), ("refund", {"reason": "x"}),
        ("create-invoice", None), ("send-email", letter), ("settle", {}),
    ]:  # fmt: skip
        answer = desk.post(path(booking_id, move), body, If_Match=seen, Idempotency_Key=move)
        assert (answer.status_code, answer.json["code"]) == (412, "changed_meanwhile"), move
    assert read(desk, booking_id)["state"] == "confirmed"


def test_keys_need_all_that_the_desk_asks_for(desk: Program, house: Flask) -> None:
    report = {"odometer": 20_000, "fuel_eighths": 8, "checks": ["identity", "licence"]}
    unsigned = paper.awaiting_signature()
    assert desk.post(path(unsigned, "hand-over"), report).json["code"] == "move_impossible"
    booking_id = paper.confirmed("noctua-r")
    refused = desk.post(path(booking_id, "hand-over"), report)
    assert refused.status_code == 422
    missing = refused.json["facts"]["missing"]
    assert {"deposit", "insurance", "second_key", "photo_left"} <= set(missing)
    assert "payment" not in missing
    assert refused.json["title"] == "The check list is not complete"
    assert "deposit held, insurance seen" in refused.json["detail"]
    paper.hold_deposit(booking_id)
    rental.photograph(booking_id, ReportKind.PICKUP)
    report["checks"] = ["identity", "licence", "insurance", "second_key"]
    backwards = desk.post(path(booking_id, "hand-over"), {**report, "odometer": 0})
    assert backwards.json["code"] == "odometer_backwards"
    assert backwards.json["facts"]["least"] > 0
    assert desk.post(path(booking_id, "hand-over"), report).json["state"] == "on_rent"


def test_back_with_charges_and_settled(desk: Program, house: Flask) -> None:
    booking_id = paper.on_rent()
    report = {
        "odometer": 20_050, "fuel_eighths": 8, "checks": ["keys_back", "belongings"],
        "charges": [{"kind": "damage", "amount": {"amount": 120_00, "currency": "USD"}, "note": "Mirror"}],
    }  # fmt: skip
    missing = desk.post(path(booking_id, "take-back"), report).json["facts"]["missing"]
    assert "photo_left" in missing
    rental.photograph(booking_id, ReportKind.RETURN)
    wrong = {**report, "charges": [{**report["charges"][0], "amount": {"amount": 1, "currency": "EUR"}}]}  # type: ignore[index,dict-item]
    assert desk.post(path(booking_id, "take-back"), wrong).json["code"] == "no_amount"
    back = desk.post(path(booking_id, "take-back"), report).json
    assert back["state"] == "returned"
    (charge,) = back["charges"]
    assert charge["amount"]["amount"] == 120_00
    unexplained = desk.post(path(booking_id, "settle"), {"dropped": [charge["id"]]})
    assert unexplained.json["code"] == "reason_missing"
    assert desk.post(path(booking_id, "settle"), {}).status_code == 202
    assert desk.post(path(booking_id, "settle"), {}).json["code"] == "already_settling"
    paper.answer(booking_id)
    closed = read(desk, booking_id)
    assert closed["state"] == "closed"
    assert closed["invoice_number"] is not None
    assert closed["payments"][1]["captured"]["amount"] == 120_00


def test_nobody_has_failed_to_come_before_the_time(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    answer = desk.post(path(booking_id, "miss"), {"reason": "no answer"})
    assert (answer.status_code, answer.json["code"]) == (409, "too_early")


def test_a_letter_goes_out_once(desk: Program, house: Flask) -> None:
    booking_id = paper.confirmed()
    letter = {"subject": "Where to park", "text": "Dear Maya,\n\npark <b>anywhere</b>."}
    for _ in range(2):
        assert desk.post(path(booking_id, "send-email"), letter, Idempotency_Key="7").status_code == 202
    other = {**letter, "subject": "Another"}
    reused = desk.post(path(booking_id, "send-email"), other, Idempotency_Key="7")
    assert (reused.status_code, reused.json["code"]) == (422, "idempotency_key_reused")
    for text in ("", "  \n ", "a\x00b", "x" * 5001):
        bad = desk.post(path(booking_id, "send-email"), {**letter, "text": text}, Idempotency_Key="8")
        assert bad.status_code == 400, text
    nobody = rental.hold("noctua-r")
    unsent = desk.post(path(nobody, "send-email"), letter, Idempotency_Key="9")
    assert (unsent.status_code, unsent.json["code"]) == (422, "nobody_to_write")
    with transaction():
        wanted = [row.action for row in audit.trail(booking_id)].count("message.written")
    assert wanted == 1


def test_the_agreement_is_sent_again_while_it_waits(desk: Program, house: Flask) -> None:
    booking_id = paper.awaiting_signature()
    assert desk.post(path(booking_id, "contract/resend"), None).json["code"] == "nothing_to_sign"
    paper.issue(booking_id)
    assert desk.post(path(booking_id, "contract/resend"), None).status_code == 202
    with transaction():
        assert next(row.action for row in audit.trail(booking_id)) == "contract.sent_again"


def test_letters_of_programs_are_written_by_the_same_worker(
    desk: Program, house: Flask, simulators: object
) -> None:
    booking_id = paper.confirmed()
    desk.post(path(booking_id, "send-email"), {"subject": "Hi", "text": "Hello."}, Idempotency_Key="1")
    drain()
    with transaction():
        assert "desk_letter" in {row.template for row in messages.of_booking(booking_id)}
