"""Text as it is searched: small letters without accents, so that `Müller` is found as `muller`."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
