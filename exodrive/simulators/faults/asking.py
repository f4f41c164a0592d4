"""Reading a wish for a fault: what is known and fits together becomes a rule, anything else is refused."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from exodrive.simulators.faults import catalog
from exodrive.simulators.faults.catalog import ANY, KINDS, PROVIDERS, Figure
from exodrive.simulators.store import Record

MOST_TIMES: Final = 100_000
_WORD: Final = re.compile(r"[A-Z][A-Z0-9_]{2,79}")
_OWN: Final = frozenset({"provider", "operation", "kind", "times", "chance", "seed"})


class Nonsense(ValueError):
    """A wish that cannot be granted. `name` is the field at fault."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def read(asked: object) -> Record:
    """A rule that has not struck yet, from the fields of a wish. Raises Nonsense.

    Without `operation` it is about any, without `times` it stays until it is removed. `chance` is between 0
    and 1; the same `seed` strikes at the same calls.
    """
    if not isinstance(asked, Mapping):
        raise Nonsense("fault", "a fault is a JSON object")
    provider = _one_of(asked, "provider", PROVIDERS)
    kind = _one_of(asked, "kind", KINDS)
    if provider not in KINDS[kind].providers:
        raise Nonsense("kind", f"{provider} has no {kind}")
    subjects = catalog.subjects(provider, kind)
    known = {name: asked[name] for name in asked if asked[name] is not None}
    figures = KINDS[kind].figures
    if foreign := sorted(set(known) - _OWN - set(figures)):
        raise Nonsense(foreign[0], f"{kind} takes no {foreign[0]}")
    chance = _number(known, "chance", Figure("", None, 0.0001, 1)) if "chance" in known else None
    return {
        "provider": provider,
        "operation": _one_of({"operation": ANY, **known}, "operation", (ANY, *subjects)),
        "kind": kind,
        "times": _number(known, "times", Figure("", None, 1, MOST_TIMES, whole=True))
        if "times" in known
        else None,
        "chance": chance,
        "seed": _seed(known) if chance is not None else None,
        "figures": {name: _figure(known, name, figure, provider) for name, figure in figures.items()},
        "asked": 0,
        "struck": 0,
    }


def _one_of(asked: Mapping[Any, Any], name: str, known: Any) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or value not in known:
        raise Nonsense(name, f"{name} is one of: {', '.join(known)}")
    return value


def _seed(asked: Mapping[Any, Any]) -> str:
    """What the chance is drawn from: given, or made up and then shown, so that a run can be repeated."""
    seed = asked.get("seed", secrets.token_hex(4))
    if not isinstance(seed, str | int) or isinstance(seed, bool) or not 0 < len(str(seed)) <= 64:
        raise Nonsense("seed", "seed is a number or a short text")
    return str(seed)


def _figure(asked: Mapping[Any, Any], name: str, figure: Figure, provider: str) -> Any:
    if name not in asked:
        return figure.default
    if figure.word:
        return _word(asked, name)
    if not figure.choices:
        return _number(asked, name, figure)
    if asked[name] not in figure.choices or isinstance(asked[name], bool | float):
        raise Nonsense(name, f"{name} is one of: {', '.join(map(str, figure.choices))}")
    if asked[name] == "other_certificate" and provider != "paypal":
        raise Nonsense(name, f"{provider} signs without certificates")
    return asked[name]


def _word(asked: Mapping[Any, Any], name: str) -> str:
    """A provider's word in capitals, whether or not anybody has heard of it yet."""
    value = asked[name]
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise Nonsense(name, f"{name} is a word in capitals, such as INSTRUMENT_DECLINED")
    return value


def _number(asked: Mapping[Any, Any], name: str, figure: Figure) -> int | float:
    value = asked[name]
    right = isinstance(value, int) if figure.whole else isinstance(value, int | float)
    if not right or isinstance(value, bool) or not figure.lowest <= value <= figure.highest:
        what = "a whole number" if figure.whole else "a number"
        raise Nonsense(name, f"{name} is {what} from {figure.lowest:g} to {figure.highest:g}")
    return int(value) if figure.whole else float(value)
