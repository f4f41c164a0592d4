"""Why a credit note was issued, in words: what a person wrote, or what PayPal brought about."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from exodrive.bookings.by_hand import bill_papers, refunding

WORDS: dict[str, Callable[[], str]] = {
    bill_papers.REFUNDED: lambda: _("Money that was paid on your bill was given back."),
    refunding.REFUNDED: lambda: _("Money that you paid was given back at PayPal."),
}


def reason(told: str | None) -> str:
    """A code of ours in the reader's language; a person's own words as they are."""
    found = WORDS.get(told or "")
    return found() if found else told or ""
