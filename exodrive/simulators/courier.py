"""Webhook deliveries: queued in the store with the event itself, sent by one thread per provider.

Every event passes through `Courier.queue`, where a fault may lose, delay, repeat or hold it back, and every
attempt through `Courier._attempt`, where one may spoil the signature.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests

from exodrive.simulators.faults import posting
from exodrive.simulators.faults.rules import Faults
from exodrive.simulators.store import Store

# Real seconds to the next attempt. The providers wait minutes and hours; in a sandbox somebody is watching,
# so the first retries are quick, and the number of attempts alone is the provider's own.
DELAYS = (1, 2, 5, 15, 60)
TIMEOUT = (5, 15)
LONGEST_SLEEP = 30.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one address. `created_at` and `attempt_at` are real times, in epoch seconds."""

    seq: int
    event_id: str
    body: bytes
    created_at: float
    attempt_at: float


@dataclass(frozen=True, slots=True)
class Route:
    """Where a provider's events go, how it signs an attempt, and what it takes for delivered.

    `forge` signs as somebody would who is not the provider: with another secret, or (PayPal) with a
    certificate of his own.
    """

    url: str
    sign: Callable[[Delivery], Mapping[str, str]]
    forge: Callable[[Delivery, str], Mapping[str, str]]
    attempts: int
    accepts: Callable[[int], bool] = lambda status: 200 <= status < 300


class Courier:
    """Carries events to the addresses; an address that is down gets them when it is back."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self._routes: dict[str, Route] = {}
        self._wake: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()

    def route(self, provider: str, route: Route) -> None:
        self._routes[provider] = route
        self._wake[provider] = threading.Event()

    def address(self, provider: str) -> str:
        return self._routes[provider].url

    def log(self, provider: str) -> list[sqlite3.Row]:
        """The latest deliveries, newest first."""
        return self._store.query(
            "SELECT * FROM deliveries WHERE provider = ? ORDER BY seq DESC LIMIT 100", provider
        )

    def queue(self, provider: str, *, event_id: str, event_type: str, body: bytes) -> None:
        """Send this event, inside the transaction that made it. Without an address it is sent nowhere."""
        if not self._routes[provider].url:
            return
        way = posting.way(
            self._faults, provider, event_type, holding=posting.holds_any(self._store, provider)
        )
        now = time.time()
        for _ in range(way.copies):
            (row,) = self._store.query(
                "INSERT INTO deliveries (provider, event_id, event_type, body, created_at, next_at, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING seq",
                *(provider, event_id, event_type, body, now),
                *((None, "lost") if way.lost else (now + way.delay, "waiting")),
            )
            if way.held:
                posting.hold(self._store, provider, row["seq"])
        self._store.after_commit(self._wake[provider].set)

    def retry_now(self, provider: str) -> None:
        """Send at once what waits for a later attempt."""
        self._store.execute(
            "UPDATE deliveries SET next_at = ? WHERE provider = ? AND state = 'waiting'", 0, provider
        )
        self._wake[provider].set()

    def start(self) -> None:
        for provider in self._routes:
            thread = threading.Thread(target=self._carry, args=(provider,), name=f"courier-{provider}")
            thread.daemon = True
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self._stopping.set()
        for wake in self._wake.values():
            wake.set()
        for thread in self._threads:
            thread.join(timeout=TIMEOUT[0] + TIMEOUT[1])

    def _carry(self, provider: str) -> None:
        wake = self._wake[provider]
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the machine has no business between two local programs
            while not self._stopping.is_set():
                wake.clear()
                row = self._next(provider)
                if row is None:
                    wake.wait(LONGEST_SLEEP)
                elif (early := row["next_at"] - time.time()) > 0:
                    wake.wait(min(early, LONGEST_SLEEP))
                else:
                    self._attempt(session, provider, row)

    def _next(self, provider: str) -> sqlite3.Row | None:
        rows = self._store.query(
            "SELECT * FROM deliveries WHERE provider = ? AND state = 'waiting' ORDER BY next_at, seq LIMIT 1",
            provider,
        )
        return rows[0] if rows else None

    def _attempt(self, session: requests.Session, provider: str, row: sqlite3.Row) -> None:
        route = self._routes[provider]
        delivery = Delivery(row["seq"], row["event_id"], row["body"], row["created_at"], time.time())
        body, signature = self._signed(route, delivery, provider, row["event_type"])
        headers = {"Content-Type": "application/json", **signature}
        try:
            response = session.post(
                route.url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
            accepted, answer = route.accepts(response.status_code), str(response.status_code)
        except requests.RequestException as error:
            accepted, answer = False, type(error).__name__
        self._note(route, row, accepted=accepted, answer=answer)
        posting.release(self._store, provider, after=row["seq"])

    def _signed(
        self, route: Route, delivery: Delivery, provider: str, event_type: str
    ) -> tuple[bytes, Mapping[str, str]]:
        """The body and its signature, one of which a fault may have spoiled."""
        rule = self._faults.strike(provider, event_type, ("badly_signed",))
        if rule is None:
            return delivery.body, route.sign(delivery)
        if rule["figures"]["manner"] == "tampered":
            return posting.tampered(delivery.body), route.sign(delivery)
        return delivery.body, route.forge(delivery, rule["figures"]["manner"])

    def _note(self, route: Route, row: sqlite3.Row, *, accepted: bool, answer: str) -> None:
        attempts = row["attempts"] + 1
        if accepted:
            state, next_at = "delivered", None
        elif attempts >= route.attempts:
            state, next_at = "given up", None
        else:
            state, next_at = "waiting", time.time() + DELAYS[min(attempts, len(DELAYS)) - 1]
        self._store.execute(
            "UPDATE deliveries SET attempts = ?, state = ?, answer = ?, next_at = ? WHERE seq = ?",
            attempts,
            state,
            answer,
            next_at,
            row["seq"],
        )
