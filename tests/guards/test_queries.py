"""SQL is never put together from words: what is typed is a parameter, always."""

from __future__ import annotations

import ast

from flask import Flask

from exodrive.bookings import queries
from exodrive.customers import register
from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from exodrive.local import demo
from tests import rental
from tests.guards.sources import calls

# Places where a name of ours, a constant, stands in a statement that takes no parameters.
CONSTANTS = {
    "exodrive/tasks/relay.py": "LISTEN takes no parameter; the channel is a constant",
    "exodrive/local/demo_bookings.py": "names of our own tables",
    "exodrive/local/bulk/rows.py": "COPY of the made-up house, names of our own tables",
}
TAKES_SQL = (
    "text",
    "execute",
    "literal_column",
    "exec_driver_sql",
    "DDL",
    "copy",
    "prefix_with",
    "suffix_with",
)


def _is_built(node: ast.expr) -> bool:
    """Whether a string is put together: f-string with values, %, +, format, join."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod) and any(
            isinstance(side, ast.Constant | ast.JoinedStr) for side in (node.left, node.right)
        )
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join", "replace")
        and not ast.unparse(node.func.value).startswith("sql.SQL(")  # quotes what it is given
    )


def test_statements_are_not_built_from_words() -> None:
    built = {
        f"{module}:{call.lineno}"
        for module, call, name in calls()
        if name.rpartition(".")[2] in TAKES_SQL and call.args and _is_built(call.args[0])
    }
    assert {each for each in built if each.partition(":")[0] not in CONSTANTS} == set()


def test_search_words_are_taken_literally() -> None:
    """Every search by a typed word escapes the signs that stand for others."""
    searching = [
        (module, call)
        for module, call, name in calls()
        if name.endswith((".contains", ".startswith", ".endswith", ".like", ".ilike"))
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Attribute)
        and ast.unparse(call.func.value)[:1].isupper()  # a column of a model
        and not module.startswith("exodrive/local/")
    ]
    assert searching
    for module, call in searching:
        assert any(each.arg == "autoescape" for each in call.keywords), f"{module}:{call.lineno}"


def test_searching_for_signs_finds_nobody(rolled_back: Flask) -> None:
    with transaction():
        demo.furnish(at=clock.now())
    rental.order(rental.hold())
    with transaction():
        assert register.listing(text="okafor") != []
        assert queries.listing(view="all", text="okafor").rows != []
        for words in ("%", "_", "\\", "'", '"', ".*", "%' OR '1'='1", "x" * 5000, "okafors " * 2000):
            assert register.listing(text=words) == [], words
            assert queries.listing(view="all", text=words).rows == [], words


def test_errors_do_not_quote_what_was_typed(application: Flask) -> None:
    with application.app_context():
        assert db.engine.hide_parameters
