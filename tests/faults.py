"""Faults on demand in the simulators: arm, look at and remove them over their API, as any program would.

    with faults.arm(simulators.url, provider="paypal", operation="orders.create", kind="cut_after", times=1):
        ...

The kinds and operations are those of `GET /faults/catalog`; docs/simulators.md explains each.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any

import requests

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Fault:
    """An armed rule. Leaving its block removes it."""

    url: str
    number: int

    def __enter__(self) -> Fault:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    @property
    def _address(self) -> str:
        return f"{self.url}/faults/{self.number}"

    def shown(self) -> dict[str, Any]:
        """The rule as it stands: `asked`, `struck`, `left` and what it was armed with."""
        return dict(_json(requests.get(self._address, timeout=PATIENCE), 200))

    def struck(self) -> int:
        """How often it has struck."""
        return int(self.shown()["struck"])

    def remove(self) -> None:
        """Harmless where somebody has cleared it already."""
        answer = requests.delete(self._address, timeout=PATIENCE)
        assert answer.status_code in (204, 404), answer.text


def arm(
    url: str,
    *,
    provider: str,
    kind: str,
    operation: str = "any",
    times: int | None = None,
    chance: float | None = None,
    seed: str | int | None = None,
    **figures: Any,
) -> Fault:
    """Arm a fault at the simulators at `url`; without `times` it strikes until it is removed.

    `figures` are the kind's own: seconds, status, retry_after, copies, manner.
    """
    wish = {
        "provider": provider,
        "operation": operation,
        "kind": kind,
        "times": times,
        "chance": chance,
        "seed": seed,
        **figures,
    }
    made = _json(requests.post(f"{url}/faults", json=wish, timeout=PATIENCE), 201)
    return Fault(url, made["id"])


def every(url: str) -> list[dict[str, Any]]:
    """All rules, the spent ones too, in the order in which they were armed."""
    return list(_json(requests.get(f"{url}/faults", timeout=PATIENCE), 200)["faults"])


def clear(url: str, *, provider: str | None = None) -> int:
    """Remove all rules, or one provider's; returns how many."""
    asked = {} if provider is None else {"provider": provider}
    answer = requests.delete(f"{url}/faults", params=asked, timeout=PATIENCE)
    return int(_json(answer, 200)["removed"])


def burst(url: str, *, provider: str, count: int = 10, event_type: str | None = None) -> None:
    """Let the provider send so many well-signed events of a type that does not exist yet."""
    wish = {"provider": provider, "count": count, "event_type": event_type}
    _json(requests.post(f"{url}/faults/burst", json=wish, timeout=PATIENCE), 202)


def _json(answer: requests.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()
