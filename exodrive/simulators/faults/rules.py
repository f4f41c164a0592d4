"""The rules: armed, struck, removed. They live in the simulators' state, so a restart keeps them.

Each strike is a transaction of its own: what the struck call then does or leaves undone does not change it,
and of two calls at once only one is the last that a rule strikes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from typing import Final

from exodrive.simulators.faults import asking
from exodrive.simulators.faults.catalog import ANY
from exodrive.simulators.store import Record, Store

FAULT: Final = "fault"


class Faults:
    """The rules of one store. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` whenever rules have come or gone."""
        self._watchers.append(watcher)

    def arm(self, asked: object) -> Record:
        """Make a rule of a wish (see `asking.read`). Raises Nonsense."""
        rule = asking.read(asked)
        with self._store.transaction():
            rule = {"id": self._store.number(FAULT), **rule}
            self._store.put(FAULT, rule["id"], rule)
            self._tell()
        return rule

    def every(self) -> list[Record]:
        """All rules in the order in which they were armed, those that are spent too."""
        return self._store.find(FAULT)

    def armed(self) -> list[Record]:
        """The rules that may still strike."""
        return [rule for rule in self.every() if not spent(rule)]

    def get(self, number: int) -> Record | None:
        return self._store.get(FAULT, number)

    def remove(self, number: int) -> bool:
        """Take a rule away; False if there is none."""
        with self._store.transaction():
            there = self.get(number) is not None
            self._store.delete(FAULT, number)
            self._tell()
        return there

    def clear(self, provider: str | None = None) -> int:
        """Take away all rules, or those of one provider; returns how many."""
        with self._store.transaction():
            found = [rule for rule in self.every() if provider in (None, rule["provider"])]
            for rule in found:
                self._store.delete(FAULT, rule["id"])
            self._tell()
        return len(found)

    def _tell(self) -> None:
        for watcher in self._watchers:
            self._store.after_commit(watcher)

    def strike(self, provider: str, operation: str, kinds: Collection[str]) -> Record | None:
        """The first armed rule of these kinds that strikes here and now, counted; or None."""
        if not any(_fits(rule, provider, operation, kinds) for rule in self.every()):
            return None
        with self._store.transaction():
            for rule in self.every():
                if not _fits(rule, provider, operation, kinds):
                    continue
                rule["asked"] += 1
                strikes = _drawn(rule)
                rule["struck"] += strikes
                self._store.put(FAULT, rule["id"], rule)
                if strikes:
                    return rule
        return None


def spent(rule: Record) -> bool:
    """Whether a rule has struck as often as it was to."""
    return rule["times"] is not None and int(rule["struck"]) >= int(rule["times"])


def _fits(rule: Record, provider: str, operation: str, kinds: Collection[str]) -> bool:
    return (
        rule["provider"] == provider
        and rule["operation"] in (ANY, operation)
        and rule["kind"] in kinds
        and not spent(rule)
    )


def _drawn(rule: Record) -> bool:
    """Whether chance will have it: the seed and the number of the call decide, and nothing else."""
    if rule["chance"] is None:
        return True
    draw = random.Random(f"{rule['seed']}/{rule['asked']}").random()  # noqa: S311  a dice, not a secret
    return draw < float(rule["chance"])
