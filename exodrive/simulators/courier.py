"""Webhook deliveries: queued in the store with the event itself, sent by one thread per provider.

Every attempt of every provider passes through `Courier._attempt`, and every event through `Courier.queue`.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import requests

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
    """Where a provider's events go, how it signs an attempt, and what it takes for delivered."""

    url: str
    sign: Callable[[Delivery], Mapping[str, str]]
    attempts: int
    accepts: Callable[[int], bool] = lambda status: 200 <= status < 300


class Courier:
    """Carries events to the addresses; an address that is down gets them when it is back."""

    def __init__(self, store: Store) -> None:
        self._store = store
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
        now = time.time()
        self._store.execute(
            "INSERT INTO deliveries (provider, event_id, event_type, body, created_at, next_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            provider,
            event_id,
            event_type,
            body,
            now,
            now,
        )
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
        headers = {"Content-Type": "application/json", **route.sign(delivery)}
        try:
            response = session.post(
                route.url, data=delivery.body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
            accepted, answer = route.accepts(response.status_code), str(response.status_code)
        except requests.RequestException as error:
            accepted, answer = False, type(error).__name__
        self._note(route, row, accepted=accepted, answer=answer)

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
