"""What the desk keeps for managers, programs need a manager's scope for: no way around the bar.

A token has the scopes that its maker could use at the desk, so the role that a scope asks for is the bar of
every operation that takes it.
"""

from __future__ import annotations

import pytest
from flask import Flask

from exodrive.accounts import scopes
from exodrive.accounts.roles import Role, reaches
from exodrive.accounts.scopes import Scope
from exodrive.blueprints import access
from tests.guards.test_money_deeds import DEEDS, No

DESK_ONLY = No("a page of the desk about itself")
# Deeds without money that the desk keeps for managers and owners, each with the operations that do the same.
OTHERS: dict[str, tuple[str, ...] | No] = {
    "show_car": ("admin_change_car",),
    "promotions": ("admin_list_promotions", "admin_read_promotion"),
    "books": ("admin_read_trial_balance",),
    "books_all": ("admin_export_books",),
    "decline_review": No("reviews are read by people"),
    **dict.fromkeys(("people", "change_account", "tokens", "revoke_token", "replace_link"), DESK_ONLY),
    **dict.fromkeys(("reopen_delivery", "resolve_delivery", "replay_message"), DESK_ONLY),
    **dict.fromkeys(("save_text", "discard_text", "restore_text", "feature_car"), DESK_ONLY),
    **dict.fromkeys(("add_question", "usual_questions", "move_question", "change_question"), DESK_ONLY),
}
RESERVED = sorted(
    name.removeprefix("staff.")
    for name, rule in {**access.ACCESS, **access.IN_PART}.items()
    if rule in (access.MANAGER, access.OWNER) and name.startswith("staff.")
)


def operations(route: str) -> tuple[str, ...] | No:
    """What programs do the same by, which may be several."""
    if route in OTHERS:
        return OTHERS[route]
    ways = [deed.api for deed in DEEDS.values() if not isinstance(deed.desk, No) and route in deed.desk]
    assert ways, f"{route}: name it in DEEDS or here, with the API's way or why there is none"
    return tuple(name for way in ways for name in way if not isinstance(way, No))


def bar(rule: str) -> Role:
    """The role that somebody needs at the desk, or to make a token that reaches this."""
    if rule.startswith("staff:"):
        return Role(rule.removeprefix("staff:"))
    return scopes.NEEDS[Scope(rule.removeprefix(access.API))]


@pytest.mark.parametrize("route", RESERVED)
def test_a_program_needs_as_much_as_a_person(route: str) -> None:
    found = operations(route)
    if isinstance(found, No):
        return
    desk = f"staff.{route}"
    needed = bar(access.IN_PART.get(desk, access.ACCESS[desk]))
    for name in found:
        rules = {access.ACCESS[f"api.{name}"], access.IN_PART.get(f"api.{name}", "")} - {""}
        if not name.startswith("admin_"):
            continue  # the payer's own way: it takes their booking's key
        assert any(reaches(bar(rule), needed) for rule in rules), f"{name} is open to less than {desk}"


def test_what_takes_more_in_part_is_there(application: Flask) -> None:
    served = {rule.endpoint for rule in application.url_map.iter_rules()}
    assert set(access.IN_PART) - served == set()
    for name, rule in access.IN_PART.items():
        assert not reaches(bar(access.ACCESS[name]), bar(rule)), f"{name} asks for that much already"
