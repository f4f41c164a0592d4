"""Counting what may be many: beyond a thousand nobody needs the figure, and the database need not read on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select

MOST = 1_000


def up_to_most(query: Select[Any]) -> ScalarSelect[int]:
    """How many rows a query has, for use in another one; `MOST + 1` stands for every number beyond MOST."""
    return select(func.count()).select_from(query.limit(MOST + 1).subquery()).scalar_subquery()
