"""`/faults`: a page on which people arm and remove faults, and the same as JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue

from exodrive.simulators import docuseal, paypal, resend
from exodrive.simulators.faults import catalog, rules, wording
from exodrive.simulators.faults.asking import Nonsense
from exodrive.simulators.faults.presets import PRESETS
from exodrive.simulators.store import Record
from exodrive.simulators.world import world

pages = Blueprint("faults", __name__)

MOST_IN_BURST: Final = 200
INVENTORS: Final[dict[str, Callable[[str], None]]] = {
    "paypal": paypal.events.invent,
    "docuseal": docuseal.notices.invent,
    "resend": resend.notices.invent,
}


def attach(app: Flask) -> None:
    """Serve the page, and let every page know whether something is armed."""
    app.register_blueprint(pages)
    app.context_processor(lambda: {"armed_faults": world().faults.armed})


@pages.get("/faults")
def show() -> ResponseReturnValue:
    """A page for browsers, JSON for programs."""
    if _for_people():
        return _page()
    return {"faults": [_shown(rule) for rule in world().faults.every()]}


@pages.get("/faults/catalog")
def show_catalog() -> ResponseReturnValue:
    return {
        "providers": {
            name: {
                "operations": {key: one.words for key, one in catalog.OPERATIONS[name].items()},
                "events": catalog.EVENTS[name],
            }
            for name in catalog.PROVIDERS
        },
        "kinds": {name: _kind(one) for name, one in catalog.KINDS.items()},
        "presets": {name: one.words for name, one in PRESETS.items()},
    }


def _kind(kind: catalog.Kind) -> dict[str, Any]:
    return {
        "effect": kind.effect,
        "words": kind.words,
        "providers": kind.providers,
        "figures": {
            name: {"words": one.words, "default": one.default, "choices": one.choices}
            for name, one in kind.figures.items()
        },
    }


@pages.post("/faults")
def arm() -> ResponseReturnValue:
    """Arm a fault: 201 with the rule, or 422 with the field at fault."""
    if not request.is_json:
        return _arm_from_page()
    try:
        rule = world().faults.arm(request.get_json(silent=True))
    except Nonsense as nonsense:
        return _refusal(nonsense)
    return _shown(rule), 201, {"Location": f"/faults/{rule['id']}"}


def _arm_from_page() -> ResponseReturnValue:
    try:
        world().faults.arm(wording.wish(request.form))
    except Nonsense as nonsense:
        return _page(nonsense=nonsense), 422
    return redirect("/faults", 303)


@pages.delete("/faults")
def clear() -> ResponseReturnValue:
    """Remove all, or those of `?provider=`."""
    provider = request.args.get("provider")
    if provider not in (None, *catalog.PROVIDERS):
        return _refusal(Nonsense("provider", f"provider is one of: {', '.join(catalog.PROVIDERS)}"))
    return {"removed": world().faults.clear(provider)}


@pages.post("/faults/clear")
def clear_from_page() -> ResponseReturnValue:
    world().faults.clear()
    return redirect("/faults", 303)


@pages.get("/faults/<int:number>")
def show_one(number: int) -> ResponseReturnValue:
    rule = world().faults.get(number)
    return ({"error": "there is no such fault"}, 404) if rule is None else _shown(rule)


@pages.delete("/faults/<int:number>")
def remove(number: int) -> ResponseReturnValue:
    return ("", 204) if world().faults.remove(number) else ({"error": "there is no such fault"}, 404)


@pages.post("/faults/<int:number>/remove")
def remove_from_page(number: int) -> ResponseReturnValue:
    world().faults.remove(number)
    return redirect("/faults", 303)


@pages.post("/faults/presets/<name>")
def arm_preset(name: str) -> ResponseReturnValue:
    """Arm all faults of a preset."""
    if name not in PRESETS:
        return {"error": f"a preset is one of: {', '.join(PRESETS)}"}, 404
    made = [world().faults.arm(wish) for wish in PRESETS[name].wishes]
    if _for_people():
        return redirect("/faults", 303)
    return {"faults": [_shown(rule) for rule in made]}, 201


@pages.post("/faults/burst")
def burst() -> ResponseReturnValue:
    """Send `count` well-signed events of a type that nobody has heard of."""
    asked = request.get_json(silent=True) if request.is_json else request.form
    try:
        provider, event_type, count = _burst(asked if isinstance(asked, Mapping) else {})
    except Nonsense as nonsense:
        return _refusal(nonsense) if request.is_json else (_page(nonsense=nonsense), 422)
    for _ in range(count):
        INVENTORS[provider](event_type)
    if not request.is_json:
        return redirect("/faults", 303)
    return {"provider": provider, "event_type": event_type, "count": count}, 202


def _burst(asked: Mapping[str, Any]) -> tuple[str, str, int]:
    provider = asked.get("provider")
    if provider not in INVENTORS:
        raise Nonsense("provider", f"provider is one of: {', '.join(INVENTORS)}")
    event_type = asked.get("event_type") or catalog.INVENTED[provider]
    if not isinstance(event_type, str) or len(event_type) > 100:
        raise Nonsense("event_type", "event_type is a text of at most 100 characters")
    count = asked.get("count", 10)
    count = int(count) if isinstance(count, str) and count.isascii() and count.isdigit() else count
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_IN_BURST:
        raise Nonsense("count", f"count is a whole number from 1 to {MOST_IN_BURST}")
    return provider, event_type, count


def _for_people() -> bool:
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def _refusal(nonsense: Nonsense) -> ResponseReturnValue:
    return {"error": str(nonsense), "field": nonsense.name}, 422


def _page(*, nonsense: Nonsense | None = None) -> str:
    every = list(reversed(world().faults.every()))
    of_event = request.form.get("kind") in catalog.WEBHOOK_KINDS
    return render_template(
        "faults.html",
        armed=[(rule, wording.sentence(rule)) for rule in every if not rules.spent(rule)],
        spent=[(rule, wording.sentence(rule)) for rule in every if rules.spent(rule)],
        catalog=catalog,
        presets=PRESETS,
        often=wording.OFTEN,
        given_call={} if of_event else request.form,
        given_event=request.form if of_event else {},
        nonsense=nonsense,
    )


def _shown(rule: Record) -> Record:
    left = None if rule["times"] is None else rule["times"] - rule["struck"]
    return {**rule, "left": left}
