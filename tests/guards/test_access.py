"""Every route stands in the one list that says who may use it, and the list names nothing else."""

from __future__ import annotations

from flask import Flask

from exodrive.blueprints import access

LEVELS = {access.PUBLIC, access.LINK, access.VIEWER, access.AGENT, access.MANAGER, access.OWNER}


def test_every_route_has_its_rule(application: Flask) -> None:
    endpoints = {rule.endpoint for rule in application.url_map.iter_rules()}
    assert endpoints - access.ACCESS.keys() == set(), "say in blueprints/access.py who may use it"


def test_every_rule_has_its_route(application: Flask) -> None:
    endpoints = {rule.endpoint for rule in application.url_map.iter_rules()}
    assert access.ACCESS.keys() - endpoints == set(), "no such route: take it off the list"


def test_every_level_is_known() -> None:
    assert set(access.ACCESS.values()) <= LEVELS


def test_the_desk_is_closed_to_strangers(application: Flask) -> None:
    for rule in application.url_map.iter_rules():
        if rule.rule.startswith(("/desk", "/staff")) and not rule.endpoint.startswith("security."):
            assert access.ACCESS[rule.endpoint].startswith("staff:"), rule
