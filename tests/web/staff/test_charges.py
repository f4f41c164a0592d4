"""Charges at the desk and on the customer's page: evidence, objection and answer, and what is billed."""

from __future__ import annotations

import io
import re
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from exodrive.bookings import links, queries
from exodrive.bookings.charge import charges
from exodrive.config import Settings
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from tests import paper, rental
from tests.altered import altered
from tests.web.staff import stages
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def booking_id(house: Flask) -> UUID:
    return paper.returned(odometer=20_050, fuel_eighths=8)


def own_page(booking_id: UUID) -> str:
    with transaction():
        booking = queries.by_id(booking_id)
        return f"/b/{links.secret(rental.KEY, booking.id, booking.link_version)}/charges"


def test_a_charge_from_entry_to_answer(house: Flask, signed_in: SignedIn, booking_id: UUID) -> None:
    agent = signed_in("agent")
    page = f"/desk/bookings/{stages.reference(booking_id)}/charges"
    assert "Nothing is charged" in agent.get(page)
    answer = agent.send(
        agent.get(page), page, kind="damage", amount="380.00", note="Kerb mark <b>", position=["front"],
        files=[(io.BytesIO(rental.photo()), "wheel.jpg"), (io.BytesIO(PDF), "quote.pdf")],
    )  # fmt: skip
    assert answer.status_code == 303, answer.text[:2000]
    shown = agent.get(page)
    assert "Kerb mark &lt;b&gt;" in shown
    assert "quote.pdf" in shown

    guest = Browser(house.test_client())
    own = own_page(booking_id)
    seen = guest.get(own)
    assert "$380.00" in seen
    assert "Front at pick-up" in seen
    (link, *_) = re.findall(r'href="(/files/[^"]+)"', seen)
    assert guest.client.get(link).status_code == 200
    assert guest.client.get(altered(link)).status_code == 410
    empty = guest.send(seen, "/objection", text=" ")
    assert "Write what is wrong" in guest.read(empty, status=422)
    assert guest.send(seen, "/objection", text="It was there <before>").status_code == 303
    assert "We look at it" in guest.get(own)
    assert guest.send(seen, "/objection", text="Again").status_code == 409

    stale = agent.send(shown, "/drop", reason="It was")  # the page is from before the objection
    assert stale.status_code == 409
    shown = agent.get(page)
    assert "It was there &lt;before&gt;" in shown
    more = agent.send(shown, "/answer", outcome="reduced", amount="400", reason="No")
    assert "Reduced is less than before" in agent.read(more, status=422)
    assert (
        agent.send(shown, "/answer", outcome="reduced", amount="200", reason="Half of it").status_code == 303
    )
    assert "Half of it" in guest.get(own)
    assert "$200.00" in guest.get(own)


def test_what_is_mistyped_is_said_and_nothing_is_kept(signed_in: SignedIn, booking_id: UUID) -> None:
    agent = signed_in("agent")
    page = f"/desk/bookings/{stages.reference(booking_id)}/charges"
    form = agent.get(page)
    wrong: list[dict[str, object]] = [
        {"amount": "much"}, {"amount": "1e99"}, {"amount": "-5"}, {"note": ""}, {"kind": "gift"},
        {"arose_at": "tomorrow"}, {"arose_at": "2199-01-01T10:00"}, {"position": ["roof"]},
        {"files": [(io.BytesIO(b"MZ"), "a.jpg")]}, {"kind": "loss_of_use", "days": "9999"},
    ]  # fmt: skip
    for typed in wrong:
        answer = agent.send(form, page, **{"kind": "damage", "amount": "10", "note": "x", **typed})
        assert answer.status_code == 422, (typed, answer.status_code)
        agent.read(answer, status=422)
    session().expire_all()
    assert charges.all_of(booking_id) == []
    assert signed_in("viewer").client.post(page).status_code in (400, 403)


def test_a_refused_charge_leaves_no_file_behind(
    signed_in: SignedIn, booking_id: UUID, settings: Settings
) -> None:
    agent = signed_in("agent")
    page = f"/desk/bookings/{stages.reference(booking_id)}/charges"
    form, before = agent.get(page), kept(settings)
    for typed in (
        {"position": ["roof"]},
        {"amount": "0"},
        {"files": [(io.BytesIO(PDF), "a.pdf"), (io.BytesIO(b"MZ"), "b.jpg")]},
        {"files": [(io.BytesIO(PDF), f"{number}.pdf") for number in range(13)]},
    ):
        sent = {"kind": "damage", "amount": "10", "note": "x", "files": [(io.BytesIO(PDF), "a.pdf")], **typed}
        assert agent.send(form, page, **sent).status_code == 422, typed
    assert kept(settings) == before
    assert agent.send(form, page, **{**sent, "files": [(io.BytesIO(PDF), "a.pdf")]}).status_code == 303
    assert len(kept(settings)) == len(before) + 1


def kept(settings: Settings) -> set[Path]:
    """Every file of the store."""
    folder = Path(settings.storage_url.removeprefix("file://"))
    return {found for found in folder.rglob("*") if found.is_file()}


def test_a_charge_is_lowered_at_the_desk_after_the_end(signed_in: SignedIn, booking_id: UUID) -> None:
    rental.settle(booking_id)
    paper.answer(booking_id)
    session().expire_all()
    agent = signed_in("agent")
    page = f"/desk/bookings/{stages.reference(booking_id)}/charges"
    assert agent.send(agent.get(page), page, kind="fine", amount="80", note="Speed").status_code == 303
    shown = agent.get(page)
    for amount in ("80", "80.01", "-1", "x"):
        refused = agent.send(shown, "/lower", amount=amount, reason="x")
        assert refused.status_code == 422, amount
    assert agent.send(shown, "/lower", amount="30", reason=" ").status_code == 422
    assert agent.send(shown, "/lower", amount="30", reason="paid there").status_code == 303
    assert agent.send(shown, "/lower", amount="20", reason="a stale page").status_code == 409
    shown = agent.get(page)
    assert "$50.00 taken off the bill" in shown


def test_the_bill_beyond_the_deposit_is_shown_before_it_is_confirmed(
    signed_in: SignedIn, booking_id: UUID
) -> None:
    agent = signed_in("agent")
    address = f"/desk/bookings/{stages.reference(booking_id)}"
    deposit = queries.by_id(booking_id).deposit_money
    amount = f"{(deposit.amount + 120_00) / 100:.2f}"
    form = agent.get(f"{address}/charges")
    assert agent.send(form, "/charges", kind="damage", amount=amount, note="Door").status_code == 303
    shown = agent.get(f"{address}/settle")
    assert "A bill for $120.00" in shown
    other = agent.send(shown, "/settle", bill="0")
    assert "$120.00 would be billed" in agent.read(other, status=422)
    assert agent.send(shown, "/settle").status_code == 303


def test_a_toll_file_is_shown_row_by_row_then_imported(signed_in: SignedIn, house: Flask) -> None:
    agent = signed_in("agent")
    booking = queries.by_id(paper.on_rent())
    bad = agent.send(agent.get("/desk/tolls"), "/tolls", file=(io.BytesIO(b"a,b\n1,2\n"), "x.csv"))
    assert "names no column for: plate, time, amount" in agent.read(bad, status=422)
    where = _send_tolls(agent, f"{booking.car.plate},{clock.now().isoformat()},4.50\nX<1>,now,1\n")
    shown = agent.get(where)
    assert "X&lt;1&gt;" in shown
    assert "cannot be read" in shown
    assert "$4.50" in shown
    assert "Charge 1 row" in shown
    assert agent.send(shown, where).status_code == 303
    assert "Imported by" in agent.get(where)
    assert agent.send(shown, where).status_code == 409


def test_a_toll_file_of_which_nothing_can_be_charged_says_what_to_do(
    signed_in: SignedIn, house: Flask
) -> None:
    agent = signed_in("agent")
    shown = agent.get(_send_tolls(agent, "X<1>,now,1\n"))
    assert "No row can be charged as it stands." in shown
    assert "Charge 0 rows" not in shown


def _send_tolls(agent: Browser, rows: str) -> str:
    """Where the file with these rows is shown."""
    content = f"plate,time,amount\n{rows}".encode()
    sent = agent.send(agent.get("/desk/tolls"), "/tolls", file=(io.BytesIO(content), "tolls.csv"))
    return str(sent.headers["Location"])
