"""The simulated clock that all three providers live by, and the agenda of what falls due by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from exodrive.simulators.store import Store

LONGEST_OFFSET = timedelta(days=4000)  # SQLite and the certificates reach further than any rental


def real_now() -> datetime:
    return datetime.now(UTC)


def spell(at: datetime) -> str:
    """ISO 8601 in UTC with whole seconds, as PayPal writes times."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spell_finely(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as DocuSeal and Resend write times."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_time(text: str) -> datetime:
    """An ISO time, or DocuSeal's `2026-02-01 12:00:00 UTC`; UTC where none is named. Raises ValueError."""
    moment = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Clock:
    """Real time plus an offset that is kept in the store."""

    def __init__(self, store: Store, real: Callable[[], datetime] = real_now) -> None:
        self._store = store
        self._real = real

    def now(self) -> datetime:
        return self._real() + self.offset()

    def offset(self) -> timedelta:
        kept = self._store.get("clock", "offset")
        return timedelta(seconds=kept["seconds"] if kept else 0)

    def set_offset(self, offset: timedelta) -> None:
        """Raises ValueError beyond LONGEST_OFFSET."""
        if abs(offset) > LONGEST_OFFSET:
            raise ValueError("the clock cannot be moved that far")
        self._store.put("clock", "offset", {"seconds": offset.total_seconds()})

    def set_now(self, moment: datetime) -> None:
        self.set_offset(moment - self._real())


class Agenda:
    """What happens by itself at a moment of simulated time: expiries, auto-voids, deliveries of mail."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._handlers: dict[str, Callable[[str], None]] = {}

    def on(self, task: str, handler: Callable[[str], None]) -> None:
        """Name what to do for a task; the handler gets the key and checks that it still has to be done."""
        self._handlers[task] = handler

    def add(self, task: str, key: str | int, *, at: datetime) -> None:
        self._store.execute(
            "INSERT INTO agenda (task, key, at) VALUES (?, ?, ?)", task, str(key), at.timestamp()
        )

    def run(self) -> None:
        """Do all that is due by now, oldest first, including what that work itself puts on the agenda."""
        due = "SELECT seq, task, key FROM agenda WHERE at <= ? ORDER BY at, seq LIMIT 50"
        while self._store.query(due, self._clock.now().timestamp()):
            with self._store.transaction():
                for row in self._store.query(due, self._clock.now().timestamp()):
                    self._store.execute("DELETE FROM agenda WHERE seq = ?", row["seq"])
                    self._handlers[row["task"]](row["key"])
