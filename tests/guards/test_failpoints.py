"""Every place at which a test may kill stands once in the code; all who come by are in the table."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from exodrive.blueprints.access import ACCESS
from exodrive.kernel import failpoints
from exodrive.kernel.failpoints import Place
from exodrive.tasks import sweeps
from tests.chaos import points, table
from tests.guards import sources


def reached() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `reach`, by what it names."""
    for _module, call, name in sources.calls():
        if name.endswith("failpoints.reach"):
            yield ast.unparse(call.args[0]), call


def test_each_place_is_reached_at_one_spot() -> None:
    found = Counter(place for place, _ in reached())
    assert found == dict.fromkeys((f"Place.{place.name}" for place in Place), 1)


def test_each_place_has_its_points() -> None:
    assert set(points.SUBJECTS) == set(Place)
    assert all(points.SUBJECTS.values())


def test_what_tells_them_apart_is_told_where_the_place_stands() -> None:
    """A place that several come by names each of them, and one that stands alone names nobody."""
    telling = {place: len(call.args) > 1 for place, call in reached()}
    assert telling == {f"Place.{place.name}": points.SUBJECTS[place] != points.NOBODY for place in Place}


def test_the_requests_are_routes() -> None:
    assert set(points.REQUESTS) <= set(ACCESS)


def test_the_folders_are_those_that_files_are_kept_in() -> None:
    kept = {
        (word.value if isinstance(word, ast.Constant) else word.values[0].value).partition("/")[0]
        for module, call, name in sources.calls()
        if name == "files.keep" and not module.startswith("exodrive/local/")
        for word in [_folder(module, call)]
    }
    assert kept == set(points.FOLDERS)


def _folder(module: str, call: ast.Call) -> ast.expr:
    """The folder of a `files.keep`, also where it was given a name of its own before."""
    word = next(each.value for each in call.keywords if each.arg == "folder")
    if isinstance(word, ast.Name):
        return next(
            node.value
            for node in ast.walk(sources.modules()[module])
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == word.id
        )
    return word


def test_the_sweeps_that_look_for_several_things_are_those_that_do_each_by_itself() -> None:
    tree = sources.modules()["exodrive/tasks/sweeps.py"]
    found = {
        ast.unparse(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_each"
    }
    assert found == set(points.SEARCHING)
    assert found <= {sweep.__name__ for sweep in sweeps.EVERY_MINUTE}


def test_the_short_form_kills_at_points_of_the_table() -> None:
    assert set(points.SHORT) <= set(points.ALL)
    assert len(set(points.SHORT)) == len(points.SHORT)


def test_the_document_has_the_table(checkout: Path) -> None:
    text = (checkout / "docs" / "failpoints.md").read_text()
    assert table.of(Path(failpoints.__file__)) in text, "put it there: python -m tests.chaos.table"
