"""What faults do to webhooks on their way: lost, delayed, repeated, overtaken, and altered underway."""

from __future__ import annotations

from dataclasses import dataclass

from exodrive.simulators.faults.rules import Faults
from exodrive.simulators.store import Store


@dataclass(frozen=True, slots=True)
class Posted:
    """How an event sets out. `delay` is in real seconds; a held one waits at most that for another."""

    lost: bool = False
    delay: float = 0.0
    copies: int = 1
    held: bool = False


def way(faults: Faults, provider: str, event_type: str, *, holding: bool) -> Posted:
    """What the armed rules have in mind for this event: one of each kind may strike.

    While one event is held back the next is not (`holding`), so that the two change places.
    """
    if faults.strike(provider, event_type, ("lost",)):
        return Posted(lost=True)
    doubled = faults.strike(provider, event_type, ("duplicated",))
    delayed = faults.strike(provider, event_type, ("delayed",))
    held = None if holding else faults.strike(provider, event_type, ("reordered",))
    return Posted(
        delay=max((rule["figures"]["seconds"] for rule in (delayed, held) if rule), default=0.0),
        copies=doubled["figures"]["copies"] if doubled else 1,
        held=held is not None,
    )


def hold(store: Store, provider: str, seq: int) -> None:
    """Keep a delivery back until a later one has gone."""
    store.execute("INSERT INTO held (seq, provider) VALUES (?, ?)", seq, provider)


def holds_any(store: Store, provider: str) -> bool:
    """Whether a delivery is kept back that has not gone yet."""
    found = store.query(
        "SELECT 1 FROM held JOIN deliveries USING (seq) WHERE held.provider = ? AND state = 'waiting'",
        provider,
    )
    return bool(found)


def release(store: Store, provider: str, *, after: int) -> None:
    """Let go, at once, of what was held back until this delivery."""
    earlier = "SELECT seq FROM held WHERE provider = ? AND seq < ?"
    if not store.query(earlier, provider, after):
        return
    with store.transaction():
        store.execute(
            # The statement inside is ours, word for word.
            f"UPDATE deliveries SET next_at = 0 WHERE state = 'waiting' AND seq IN ({earlier})",  # noqa: S608
            provider,
            after,
        )
        store.execute("DELETE FROM held WHERE provider = ? AND seq < ?", provider, after)


def tampered(body: bytes) -> bytes:
    """The same JSON object with one more member: still well-formed, and not what was signed."""
    return body[:-1] + b',"tampered":true}'
