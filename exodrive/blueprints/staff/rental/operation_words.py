"""What PayPal is asked to do, in one word or two."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

WORDS: dict[str, Callable[[], str]] = {
    "create_order": lambda: _("make the order"),
    "patch_order": lambda: _("change the order’s amount"),
    "authorize": lambda: _("authorize"),
    "capture": lambda: _("capture"),
    "reauthorize": lambda: _("reauthorize"),
    "void": lambda: _("release"),
    "refund": lambda: _("refund"),
}


def of(kind: str) -> str:
    """What PayPal is asked to do, in one word."""
    words = WORDS.get(kind)
    return words() if words else kind
