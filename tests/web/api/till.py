"""Deeds with a booking's money by the API, so that a test states only what matters to it."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID

from tests.web.api.program import Program

_keys = count()


def path(booking_id: UUID, deed: str) -> str:
    return f"/admin/bookings/{booking_id}/{deed}"


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


def do(desk: Program, booking_id: UUID, deed: str, **body: Any) -> Any:
    answer = desk.post(
        path(booking_id, deed), {"reason": "asked for", **body}, Idempotency_Key=f"key-{next(_keys)}"
    )
    assert answer.status_code == 202, answer.text
    assert desk.get(answer.headers["Location"]).json == answer.json
    return answer


def refused(desk: Program, booking_id: UUID, deed: str, **body: Any) -> tuple[int, str]:
    answer = desk.post(
        path(booking_id, deed), {"reason": "asked for", **body}, Idempotency_Key=f"key-{next(_keys)}"
    )
    return answer.status_code, answer.json["code"]


def purse(desk: Program, booking_id: UUID, number: int = 0) -> Any:
    return desk.get(f"/admin/bookings/{booking_id}").json["payments"][number]
