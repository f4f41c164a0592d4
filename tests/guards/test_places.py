"""Some deeds have one place: committing, reading the clock, changing a state."""

from __future__ import annotations

from tests.guards import sources

# The module that alone changes the state of what it keeps, mostly `state` of one table.
STATE_WRITERS = {
    "exodrive/bookings/transitions.py": "bookings",
    "exodrive/billing/moving.py": "bills",
    "exodrive/billing/operations.py": "what is asked of PayPal about bills",
    "exodrive/bookings/changes.py": "changes of bookings",
    "exodrive/bookings/quote/quotes.py": "quotes",
    "exodrive/contracts/issuing.py": "contracts",
    "exodrive/payments/tree.py": "payments",
    "exodrive/payments/steps.py": "the steps of payments' plans",
    "exodrive/payments/operations.py": "what is asked of PayPal",
    "exodrive/bookings/charge/charges.py": "charges",
    "exodrive/notifications/messages.py": "messages",
    "exodrive/fleet/resizing.py": "photos of the cars",
    "exodrive/reviews/transitions.py": "reviews",
    "exodrive/reconciliation/keeping.py": "differences from PayPal",
    "exodrive/pricing/promotions.py": "promo codes",
    "exodrive/kernel/inbox.py": "what providers reported",
    "exodrive/kernel/deliveries.py": "deliveries of events",
    "exodrive/kernel/queue.py": "deliveries that staff settle by hand",
}
CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "func.now")


def test_only_the_edge_commits() -> None:
    found = {module for module, _, name in sources.calls() if name.endswith(".commit")}
    assert found == {"exodrive/kernel/db.py"}


def test_only_the_clock_reads_the_clock() -> None:
    found = {module for module, _, name in sources.calls() if name.endswith(CLOCKS)}
    assert found == {"exodrive/kernel/clock.py"}


def test_a_state_is_changed_by_its_own_module_alone() -> None:
    found = {
        f"{module}:{line}"
        for module, attribute, line in sources.assignments()
        if attribute == "state" and module not in STATE_WRITERS and "self" not in _object(module, line)
    }
    assert found == set(), "change the state through the module that keeps it"


def test_every_writer_of_a_state_still_writes_one() -> None:
    writing = {module for module, attribute, _ in sources.assignments() if attribute == "state"}
    assert STATE_WRITERS.keys() <= writing, "remove it from the table"


def _object(module: str, line: int) -> str:
    return (sources.ROOT / module).read_text().splitlines()[line - 1].split(".state")[0]
