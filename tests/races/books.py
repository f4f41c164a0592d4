"""What the house and PayPal's simulator have on record, read past all of our code."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.live import LiveHouse
from tests.races.days import ZONE
from tests.races.patience import until

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """`database` is the house's, `simulators` the file in which the simulators remember.

    `patience` is how many seconds it waits for what must come.
    """

    database: psycopg.Connection[Row]
    simulators: Path
    patience: float = 90

    @classmethod
    def of(cls, house: LiveHouse, *, patience: float = 90) -> Books:
        address = house.environment["DATABASE_URL"].replace("+psycopg", "")
        connection = psycopg.connect(address, autocommit=True, row_factory=dict_row)
        return cls(connection, Path(house.environment["SIMULATORS_STATE"]), patience)

    def rows(self, query: str, **values: object) -> list[Row]:
        return self.database.execute(query, values).fetchall()

    def value(self, query: str, **values: object) -> Any:
        (row,) = self.rows(query, **values)
        return next(iter(row.values()))

    # The house's side.

    def booking(self, link: str) -> Row:
        """The booking of a page's address."""
        return self._one(
            "SELECT * FROM bookings WHERE link_hash = sha256(convert_to(%(secret)s, 'UTF8'))",
            secret=link.rstrip("/").rpartition("/")[2],
        )

    def _one(self, query: str, **values: object) -> Row:
        (row,) = self.rows(query, **values)
        return row

    def wait_for(self, link: str, *states: str) -> Row:
        """The booking, once it is in one of these states."""

        def look() -> Row | None:
            row = self.booking(link)
            return row if row["state"] in states else None

        return until(look, what=f"{' or '.join(states)} ({self.troubles()})", seconds=self.patience)

    def wait_for_payment(self, link: str, purpose: str, state: str) -> None:
        """Until one of the booking's payments is in this state."""
        query = "SELECT state FROM payments WHERE booking_id = %(id)s AND purpose = %(purpose)s"
        booking_id = self.booking(link)["id"]
        until(
            lambda: self.value(query, id=booking_id, purpose=purpose) == state,
            what=f"the {purpose} to be {state} ({self.troubles()})",
            seconds=self.patience,
        )

    def holds(self, car: str, *, week: datetime) -> list[Row]:
        """What takes the car's time in the seven days from `week`: other tests rent it on other days."""
        return self.rows(
            "SELECT o.* FROM occupancies o JOIN cars c ON c.id = o.car_id"
            " WHERE c.slug = %(car)s AND o.booking_id IS NOT NULL"
            " AND o.period && tstzrange(%(week)s, %(week)s + interval '7 days')",
            car=car,
            week=week.replace(tzinfo=ZONE),
        )

    @property
    def offset(self) -> timedelta:
        """How far the house's time runs ahead of real time."""
        rows = self.rows("SELECT offset_seconds FROM sandbox_clock")
        return timedelta(seconds=rows[0]["offset_seconds"] if rows else 0)

    def wait_until_quiet(self) -> None:
        """Until no delivery is open."""
        query = "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'dispatched', 'running')"
        until(lambda: self.value(query) == 0, what=f"the queue to be empty ({self.troubles()})", pause=0.2)

    def wait_until_only(self, actor: str, count: int) -> None:
        """Until nothing but so many deliveries of one actor are under way."""
        query = (
            "SELECT actor, state FROM deliveries"
            " WHERE state IN ('dispatched', 'running')"
            " OR (state = 'pending' AND due_at < now() + interval '5 seconds')"
        )
        wanted = [(actor, "running")] * count
        until(
            lambda: [(row["actor"], row["state"]) for row in self.rows(query)] == wanted,
            what=f"only {count} of {actor} to run",
            pause=0.2,
        )

    def troubles(self) -> list[str]:
        """What has failed, or waits for another try."""
        query = (
            "SELECT actor, state, last_error FROM deliveries"
            " WHERE last_error IS NOT NULL AND state NOT IN ('done', 'resolved')"
        )
        return [f"{row['actor']} {row['state']}: {row['last_error']}" for row in self.rows(query)]

    def end_leases(self, *states: str) -> None:
        """Let everything that was in flight come due, as if its leases had run out by waiting."""
        self.database.execute(
            "UPDATE deliveries SET due_at = now() WHERE state = ANY(%(states)s)",
            {"states": list(states or ("pending", "dispatched", "running"))},
        )
        self.database.execute("NOTIFY deliveries")

    # The simulators' side.

    def simulated(self, kind: str, **facts: object) -> list[Row]:
        """The simulators' records of a kind that have these facts."""
        with closing(sqlite3.connect(f"file:{self.simulators}?mode=ro", uri=True, timeout=10)) as state:
            found = state.execute("SELECT body FROM records WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
        records = [json.loads(body) for (body,) in found]
        return [row for row in records if all(row.get(name) == value for name, value in facts.items())]

    def unheard(self) -> int:
        """How many of the providers' messages have not been taken by us yet."""
        with closing(sqlite3.connect(f"file:{self.simulators}?mode=ro", uri=True, timeout=10)) as state:
            (number,) = state.execute("SELECT count(*) FROM deliveries WHERE state = 'waiting'").fetchone()
        return int(number)

    def paypal_orders(self, reference: str) -> list[Row]:
        """Every order that PayPal ever made for a booking, known to us or not, with what hangs on it."""
        orders = [
            order
            for order in self.simulated("paypal.order")
            if order["purchase_units"][0].get("custom_id") == reference
        ]
        for order in orders:
            order["authorizations"] = self.simulated("paypal.authorization", order_id=order["id"])
            order["captures"] = self.simulated("paypal.capture", order_id=order["id"])
        return orders

    def mailbox(self, email: str) -> list[tuple[str, Row]]:
        """The mails that somebody got, each with the name of its template."""
        return [
            (tag["value"], mail)
            for mail in self.simulated("resend.mail")
            if email in mail["to"]
            for tag in mail["tags"]
            if tag["name"] == "template"
        ]

    def mails(self, email: str) -> Counter[str]:
        """How many mails of each template somebody got."""
        return Counter(template for template, _ in self.mailbox(email))

    def mail(self, email: str, template: str) -> Row:
        """Somebody's mail, once it is there."""

        def look() -> Row | None:
            return next((mail for name, mail in self.mailbox(email) if name == template), None)

        return until(look, what=f"the mail {template} ({self.troubles()})", seconds=self.patience)
