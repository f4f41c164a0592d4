"""Every template compiles, names only templates that exist, and stops at a name that nobody gave it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, StrictUndefined, meta

from exodrive.rendering import environment
from tests.guards.sources import PACKAGE

TEMPLATES = PACKAGE / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file())
# Rendered by workers, without a request.
BACKSTAGE = ("mail/", "pdf/")
ICON_SOURCES = PACKAGE.parent / "node_modules" / "@tabler" / "icons" / "icons" / "outline"


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(name: str, application: Flask) -> None:
    jinja = environment.plain() if name.startswith(BACKSTAGE) else application.jinja_env
    jinja.get_template(name)
    for other in _mentioned(jinja, name):
        assert (TEMPLATES / other).is_file(), f"{name} takes from {other}, which is not there"


def test_an_unknown_name_is_an_error_everywhere(application: Flask) -> None:
    assert application.jinja_env.undefined is StrictUndefined
    assert environment.plain().undefined is StrictUndefined
    assert environment.escaping().undefined is StrictUndefined


def test_no_template_runs_script_or_style_of_its_own() -> None:
    for name in NAMES:
        if name.startswith(BACKSTAGE):
            continue
        text = (TEMPLATES / name).read_text()
        assert "<style" not in text, f"{name}: styles live in static/"
        assert " onclick=" not in text, f"{name}: the content policy forbids inline handlers"


# Beside those in `staff/`: pages at the car and the desk's frame.
DESK_ALONE = ("layout/desk.html", "layout/phone.html", "layout/_outages.html", "macros/condition.html")


@pytest.mark.skipif(not ICON_SOURCES.is_dir(), reason="npm packages are not installed")
def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    vendor = PACKAGE / "static" / "vendor"
    ours, desks = (vendor / "icons.svg").read_text(), (vendor / "desk-icons.svg").read_text()
    for name in NAMES:
        sprite = desks if name.startswith("staff/") or "/_desk" in name or name in DESK_ALONE else ours
        for icon in _icons((TEMPLATES / name).read_text()):
            assert (ICON_SOURCES / f"{icon}.svg").is_file(), f"{name}: Tabler has no icon {icon!r}"
            assert f'id="{icon}"' in sprite, f"{icon!r} is missing: run `make setup`"


def _mentioned(jinja: Environment, name: str) -> list[str]:
    source = (TEMPLATES / name).read_text()
    return [other for other in meta.find_referenced_templates(jinja.parse(source)) if other is not None]


def _icons(text: str) -> set[str]:
    return set(re.findall(r"""\bicon\(\s*["']([a-z0-9-]+)["']""", text))


def test_templates_are_found() -> None:
    assert len(NAMES) > 10
    assert all(
        Path(name).suffix in {".html", ".txt", ".jinja", ".mjml", ".css", ".svg", ".xml"} for name in NAMES
    )
