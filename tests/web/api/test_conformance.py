"""The whole API, the staff's too, against its own document: short here, long by `make fuzz`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pytest
from flask import Flask
from sqlalchemy import select, update

from exodrive.accounts.models import ApiToken
from exodrive.accounts.scopes import Kind
from exodrive.bookings.models import Booking, Charge
from exodrive.customers.models import Customer
from exodrive.kernel.db import db, session, transaction
from exodrive.local import demo
from exodrive.payments.models import Operation, Payment
from tests.web.api import conforming, customer
from tests.web.api.conforming import Report
from tests.web.api.conftest import MakeToken
from tests.web.api.program import Program

# What `make fuzz` asks for: so many made-up calls of each operation, and chains of calls.
FUZZ = int(os.environ.get("FUZZ", "0"))
SOME = 12  # of each kind of known value


class Openings(NamedTuple):
    """What opens the house, and what is in it."""

    credentials: Mapping[str, str]
    known: Mapping[str, Sequence[str]]


@pytest.fixture
def openings(house: Flask, program: Program, make_token: MakeToken) -> Openings:
    """A house with bookings in every state, all of them made by one partner's program."""
    credentials = {"partner_token": make_token(Kind.PARTNER), "staff_token": make_token(Kind.STAFF)}
    demo.add_bookings(40)
    quotes = [customer.quote(program, car=car)["quote"] for car in ("linnet-38", "bramante-s", "aurelia-gt")]
    with transaction():
        maker = session().scalars(select(ApiToken.id).where(ApiToken.kind == Kind.PARTNER)).one()
        session().execute(update(Booking).values(api_token_id=maker))
        bookings = _ids(select(Booking.id).order_by(Booking.state, Booking.id))
        known = {
            "path.slug": ["aurelia-gt", "linnet-38"],
            "path.booking_id": bookings,
            "body.booking_id": bookings,
            "path.payment_id": _ids(select(Payment.id)),
            "path.customer_id": _ids(select(Customer.id)),
            "path.operation_id": _ids(select(Operation.id)),
            "path.charge_id": _ids(select(Charge.id)),
            "path.sheet": ["trial-balance", "journal", "taxes"],
            "body.quote": quotes,
            "query.place": ["rockville"],
            "query.from": [customer.WEEKEND["pickup_at"]],
            "query.to": [customer.WEEKEND["return_at"]],
            "query.category": ["sports"],
        }
    db.session.remove()
    return Openings(credentials, {name: values for name, values in known.items() if values})


def _ids(query: object) -> list[str]:
    """Spread over all that there are."""
    found = [str(row) for row in session().scalars(query)]  # type: ignore[call-overload]
    return found[:: max(1, len(found) // SOME)]


@pytest.mark.slow
def test_every_answer_is_in_the_document(house: Flask, openings: Openings) -> None:
    with conforming.served(house) as url:
        report = conforming.run(
            url,
            credentials=openings.credentials,
            known=openings.known,
            examples=FUZZ or 2,
            phases=("examples", "coverage", "fuzzing", "stateful") if FUZZ else ("examples", "fuzzing"),
        )
    assert not report.faults, told(report)
    # What changes something wants a booking in the right state, so that many are only refused here.
    done = report.reached(200) | report.reached(201) | report.reached(202)
    assert len(done) > len(report.statuses) * 0.4


def told(report: Report) -> str:
    """The faults, each kind once, and what was called."""
    kinds = {fault.partition("\n")[0]: fault for fault in report.faults}
    statuses = [f"{label}: {dict(counter)}" for label, counter in report.statuses.items()]
    return "\n\n".join([f"{len(report.faults)} faults in {report.calls} calls", *kinds.values(), *statuses])
