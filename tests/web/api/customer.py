"""What a customer's program does, so that a test states only what matters to it."""

from __future__ import annotations

from typing import Any

from tests.web.api.program import Program

WEEKEND = {"pickup_at": "2026-12-11T10:00:00-05:00", "return_at": "2026-12-14T10:00:00-05:00"}
RENTER = {
    "name": "Maya Okafor",
    "email": "maya@okafor.example",
    "phone": "(301) 555-0123",
    "address": "4 Elm Street, Bethesda, MD 20814",
    "born_on": "1991-04-02",
    "licence_number": "O-215-660-118-204",
    "licence_region": "Maryland",
    "licence_since": "2012-05-01",
    "licence_until": "2029-04-02",
    "insurer": "Old Line Mutual",
    "insurance_policy": "OLM-22817",
    "insured_until": "2027-12-31",
}
DRIVER = {
    **{name: value for name, value in RENTER.items() if not name.startswith("insur")},
    "name": "Jonas Okafor",
    "email": "jonas@okafor.example",
    "licence_number": "O-215-660-118-205",
}
ORDER = {"renter": RENTER, "accepted_policies": True}


def wish(**changes: Any) -> dict[str, Any]:
    return {"car": "aurelia-gt", "pickup_place": "rockville", **WEEKEND, **changes}


def quote(program: Program, **changes: Any) -> dict[str, Any]:
    answer = program.post("/quotes", wish(**changes))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def book(program: Program, *, order: Any = ORDER, **changes: Any) -> dict[str, Any]:
    """A booking that was made: `key`, `page` and `booking`. `order=None` only holds."""
    body = {"quote": quote(program, **changes)["quote"], **({"order": order} if order else {})}
    answer = program.post("/bookings", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made
