"""Every route stands in the one list that says who may use it, and the list names nothing else."""

from __future__ import annotations

from flask import Flask

from exodrive.blueprints import access
from exodrive.blueprints.api.calls import callers
from exodrive.blueprints.api.operations import OPERATIONS

LEVELS = {access.PUBLIC, access.LINK, access.VIEWER, access.AGENT, access.MANAGER, access.OWNER}
# Of the API, what is no operation: the document, for machines and for people.
DOCUMENTS = {"api.document", "api.docs"}


def test_every_route_has_its_rule(application: Flask) -> None:
    endpoints = {rule.endpoint for rule in application.url_map.iter_rules()}
    assert endpoints - access.ACCESS.keys() == set(), "say in blueprints/access.py who may use it"


def test_every_rule_has_its_route(application: Flask) -> None:
    endpoints = {rule.endpoint for rule in application.url_map.iter_rules()}
    assert access.ACCESS.keys() - endpoints == set(), "no such route: take it off the list"


def test_every_level_is_known() -> None:
    assert set(access.ACCESS.values()) <= LEVELS | callers.RULES.keys()


def test_the_api_asks_for_credentials_of_its_own(application: Flask) -> None:
    """What lies there is an operation, called by `dispatch` after it has looked who asks."""
    for rule in application.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.endpoint not in DOCUMENTS:
            assert rule.endpoint.removeprefix("api.") in OPERATIONS, rule
            assert access.ACCESS[rule.endpoint] in callers.RULES, rule


def test_whoever_holds_a_key_is_asked_whose_booking_it_is() -> None:
    for row in OPERATIONS.values():
        if callers.RULES[row.access].booking_key:
            assert row.booking is not None, f"{row.name} would answer about anybody's booking"


def test_the_desk_is_closed_to_strangers(application: Flask) -> None:
    for rule in application.url_map.iter_rules():
        if rule.rule.startswith(("/desk", "/staff")) and not rule.endpoint.startswith("security."):
            assert access.ACCESS[rule.endpoint].startswith("staff:"), rule
