"""The words for the photos that are taken of a car at pick-up and return."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

POSITION_WORDS: dict[str, Callable[[], str]] = {
    "left": lambda: _("Left side"),
    "front": lambda: _("Front"),
    "right": lambda: _("Right side"),
    "rear": lambda: _("Rear"),
    "wheel_front_left": lambda: _("Front left wheel"),
    "wheel_front_right": lambda: _("Front right wheel"),
    "wheels_rear": lambda: _("Rear wheels"),
    "dashboard": lambda: _("Dashboard"),
}


def position(name: str) -> str:
    return POSITION_WORDS[name]()
