"""The Procfile, the routing table and the actors agree: nothing that is promised lies where nobody looks."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest
from honcho import environ

from exodrive.tasks import routes, work
from tests.guards import sources

# As in `exodrive.worker`, which needs a broker to be imported.
ACTORS = (
    "bills",
    "bookings",
    "contracts",
    "enquiries",
    "files",
    "invoices",
    "messages",
    "payments",
    "photos",
    "quotes",
    "reconciling",
    "reviews",
    "sandbox",
    "webhooks",
)


@pytest.fixture(scope="module")
def deeds() -> dict[str, str]:
    """Every actor with its queue."""
    for name in ACTORS:
        import_module(f"exodrive.tasks.{name}")
    return {name: queue for name, (_, queue) in work.DEEDS.items()}


def test_the_procfile_names_the_four_processes(checkout: Path) -> None:
    assert set(_procfile(checkout)) == {"web", "worker", "relay", "scheduler"}


def test_the_worker_serves_every_queue(checkout: Path) -> None:
    words = _procfile(checkout)["worker"].split()
    assert words[:2] == ["dramatiq", "exodrive.worker"]
    if "--queues" in words:
        served = words[words.index("--queues") + 1 :]
        assert set(routes.QUEUES) <= set(served)


def test_every_route_leads_to_an_actor_in_its_queue(deeds: dict[str, str]) -> None:
    wanted = {route.actor: route.queue for targets in routes.ROUTES.values() for route in targets}
    assert wanted.items() <= deeds.items()


def test_every_actor_is_on_a_route(deeds: dict[str, str]) -> None:
    reached = {route.actor for targets in routes.ROUTES.values() for route in targets}
    assert deeds.keys() <= reached


def test_the_worker_imports_every_module_of_actors(checkout: Path) -> None:
    tree = ast.parse((checkout / "exodrive" / "worker.py").read_text())
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "exodrive.tasks"
        for alias in node.names
    }
    assert set(ACTORS) <= imported
    assert set(ACTORS) == {
        path.stem
        for path in (checkout / "exodrive" / "tasks").glob("*.py")
        if "@actor(" in path.read_text() or "@step(" in path.read_text()
    }


def test_every_event_that_is_named_has_a_route() -> None:
    named = {
        call.args[0].value
        for _, call, name in sources.calls()
        if name.endswith("outbox.emit") and call.args and isinstance(call.args[0], ast.Constant)
    }
    assert named <= routes.ROUTES.keys()


def _procfile(checkout: Path) -> dict[str, str]:
    processes: dict[str, str] = environ.parse_procfile((checkout / "Procfile").read_text()).processes
    return processes
