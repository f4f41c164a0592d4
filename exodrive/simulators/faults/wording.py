"""Rules in plain words: read from the page's form, and said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from exodrive.simulators.faults.asking import Nonsense
from exodrive.simulators.faults.catalog import ANY, KINDS, OPERATIONS, PROVIDERS, WEBHOOK_KINDS
from exodrive.simulators.store import Record

# How often, as the form offers it: key, words, and what it stands for.
OFTEN: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("1", "once", {"times": 1}),
    ("2", "twice", {"times": 2}),
    ("5", "five times", {"times": 5}),
    ("always", "until I remove it", {}),
    ("half", "by chance, every second time", {"chance": 0.5}),
    ("third", "by chance, every third time", {"chance": 0.33}),
    ("tenth", "by chance, every tenth time", {"chance": 0.1}),
)
_CHANCES: Final = {0.5: "every second time", 0.33: "every third time", 0.1: "every tenth time"}


def wish(form: Mapping[str, str]) -> dict[str, Any]:
    """The wish of a filled-in form. Figures that the kind does not take are left out. Raises Nonsense."""
    kind = form.get("kind", "")
    provider, _, operation = form.get("subject", "").partition(":")
    often = next((stands for key, _, stands in OFTEN if key == form.get("often")), None)
    if often is None:
        raise Nonsense("often", "say how often")
    figures = KINDS[kind].figures if kind in KINDS else {}
    typed = {name: form[name].strip() for name in figures if form.get(name, "").strip()}
    return {
        "provider": provider,
        "operation": operation,
        "kind": kind,
        **often,
        **{name: _figure(name, text) for name, text in typed.items()},
    }


def _figure(name: str, text: str) -> int | float | str:
    if name in ("manner", "issue"):
        return text
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        raise Nonsense(name, f"{name} is a number") from None


def sentence(rule: Record) -> dict[str, str]:
    """`what` fails, `how` it does, `often` and how often it has: for the list of armed faults."""
    kind, provider, operation = KINDS[rule["kind"]], rule["provider"], rule["operation"]
    if rule["kind"] in WEBHOOK_KINDS:
        subject = "every event" if operation == ANY else operation
    else:
        subject = "every call" if operation == ANY else OPERATIONS[provider][operation].words
    figures = ", ".join(
        f"{_label(name)} {value:g}" if isinstance(value, float) else f"{_label(name)} {value}"
        for name, value in rule["figures"].items()
        if value is not None
    ).replace("_", " ")
    struck = rule["struck"]
    return {
        "what": f"{PROVIDERS[provider]}: {subject}",
        "how": f"{kind.title} ({figures})" if figures else kind.title,
        "often": _often(rule),
        "struck": "has not struck yet" if not struck else f"struck {struck} time{'' if struck == 1 else 's'}",
    }


def _label(name: str) -> str:
    return {"retry_after": "Retry-After", "manner": "by", "issue": "reason", "answer": "status"}.get(
        name, name
    )


def _often(rule: Record) -> str:
    limit = "until it is removed" if rule["times"] is None else f"{rule['times']} in all"
    if rule["chance"] is None:
        return limit
    often = _CHANCES.get(rule["chance"], f"{rule['chance'] * 100:g} in 100")
    return f"by chance, {often} (seed {rule['seed']}), {limit}"
