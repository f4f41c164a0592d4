"""A whole booking by the API alone, until it is confirmed; workers, PayPal and DocuSeal do their part."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import requests
from flask import Flask

from exodrive.kernel import clock
from exodrive.tasks import sweeps
from tests import rental
from tests.drain import drain
from tests.web.api.program import Program


def test_from_the_search_to_the_signed_agreement(house: Flask) -> None:
    program = Program(house)
    booking, key = book(program)
    mine, address = program.with_(key), f"/bookings/{booking['id']}"

    drain()  # the worker makes the order at PayPal
    opened = mine.post("/payments/create-order", {"booking_id": booking["id"], "purpose": "rental"})
    assert (opened.status_code, opened.json["step"]) == (200, "ready")
    body = {"booking_id": booking["id"], "order_id": approve(opened.json["approve_url"])}
    assert mine.post("/payments/authorize", body).status_code == 202
    drain()  # reads the order, authorizes, issues the agreement, sends it

    paid = mine.get(f"/payments/{opened.json['id']}").json
    assert (paid["state"], paid["step"], paid["approve_url"]) == ("authorized", "done", None)
    waiting = mine.get(address).json
    assert waiting["state"] == "awaiting_signature"
    assert waiting["agreement"]["state"] == "sent"
    rental.sign(waiting["agreement"]["sign_url"])
    sweep_for_signatures()

    confirmed = mine.get(address).json
    assert confirmed["state"] == "confirmed"
    assert confirmed["agreement"]["state"] == "signed"
    assert confirmed["agreement"]["sign_url"] is None
    paper = mine.get(confirmed["documents"]["agreement"])
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")


def test_a_declined_payment_is_tried_again(house: Flask) -> None:
    program = Program(house)
    booking, key = book(program)
    mine, wish = program.with_(key), {"booking_id": booking["id"], "purpose": "rental"}
    drain()
    opened = mine.post("/payments/create-order", wish).json
    order_id = approve(opened["approve_url"], funding="declined")
    mine.post("/payments/authorize", {"booking_id": booking["id"], "order_id": order_id})
    drain()
    declined = mine.get(f"/payments/{opened['id']}").json
    assert (declined["state"], declined["step"]) == ("failed", "declined")
    assert mine.post("/payments/create-order", wish).status_code == 202
    drain()
    again = mine.get(f"/payments/{opened['id']}").json
    assert again["step"] == "ready"
    assert again["order_id"] != order_id


def book(program: Program) -> tuple[dict[str, Any], str]:
    """As a program does that knows nothing but the address."""
    pickup_at = rental.next_weekday_at_ten(10)
    dates = {"pickup_at": pickup_at.isoformat(), "return_at": rental.offer().journey.return_at.isoformat()}
    place = program.get("/house").json["places"][0]["slug"]
    address = f"/availability?place={place}&from={{}}&to={{}}".format(
        *(moment.replace("+", "%2B") for moment in dates.values())
    )
    car = program.get(address).json["items"][0]["car"]["slug"]
    quote = program.post("/quotes", {"car": car, "pickup_place": place, **dates}).json["quote"]
    made = program.post("/bookings", {"quote": quote, "order": order()}, Idempotency_Key="once")
    assert made.status_code == 201, made.text
    return made.json["booking"], made.json["key"]


def order() -> dict[str, Any]:
    typed = asdict(rental.renter())
    del typed["address_parts"]  # a program tells the address in one line
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in typed.items()}
    return {"renter": told, "accepted_policies": True}


def approve(url: str, *, funding: str = "") -> str:
    """What the payer does at PayPal; the id of the order, as it stands in the address of the way back."""
    page = requests.get(url, timeout=60)
    offered = re.findall(r'name="funding" value="([^"]+)"', page.text)
    choice = next((one for one in offered if one == funding), offered[0] if offered else "")
    sent = requests.post(
        url, data={"decision": "approve", "funding": choice}, allow_redirects=False, timeout=60
    )
    token = re.search(r"token=([A-Z0-9]+)", sent.headers["Location"])
    assert token is not None
    return token[1]


def sweep_for_signatures() -> None:
    """DocuSeal's message went into the postbox: the sweep that asks about what nobody told."""
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        sweeps.read_unsigned_agreements()
        drain()
