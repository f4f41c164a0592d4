"""The address of a list at the desk with what it is narrowed to, for its views, filters and next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import url_for


def address(endpoint: str, asked: Mapping[str, str]) -> Callable[..., str]:
    """How the list is asked for with these filters and any changes of them; what is empty is left out."""

    def of(**changes: str) -> str:
        wanted = {name: value for name, value in {**asked, **changes}.items() if value}
        return url_for(endpoint, **wanted)  # type: ignore[arg-type]  # any value goes into an address

    return of
