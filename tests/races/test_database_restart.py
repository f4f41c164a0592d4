"""PostgreSQL really stops, and really crashes, under customers who go on clicking, and comes back."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from exodrive.local import postgres, programs
from exodrive.local.postgres import Postgres
from tests import audited, live, servers
from tests.live import LiveHouse
from tests.races import days
from tests.races.books import Books
from tests.races.customer import Customer
from tests.races.patience import until
from tests.servers import Servers

pytestmark = pytest.mark.race

CARS = ("aurelia-gt-green", "calder-brake", "corsara-v10-spyder")
PAYS = {"decision": "approve", "funding": "good"}
PATIENCE = 120.0  # seconds; two restarts on a busy machine
# A crash of the server must lose nothing; only one of the machine may.
OPTIONS = {**postgres.FORGETFUL, "synchronous_commit": "on"}


@dataclass
class Database:
    """A PostgreSQL of this test's own, since all others share theirs."""

    server: Postgres
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = programs.start(self.server.program(os.environ), output=subprocess.DEVNULL)
        self.server.wait(self.process)

    def stop(self) -> None:
        """As an operator does: sessions are ended, and all is written."""
        assert self.process is not None
        programs.stop(self.process, self.server.program(os.environ))

    def crash(self) -> None:
        assert self.process is not None
        servers.crash(self.process)


@pytest.fixture
def database() -> Iterator[Database]:
    folder = Path(tempfile.mkdtemp(prefix="exodrive-restart-"))
    made = Database(postgres.prepare(folder / "postgres", options=OPTIONS))
    made.start()
    try:
        yield made
    finally:
        made.crash()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[LiveHouse]:
    own = Servers(str(database.server.folder.parent), "redis://not-used/0")
    with live.house(own, tmp_path, database="house") as opened:
        yield opened


@dataclass
class Clicking:
    """Somebody who loads a page again and again, and notes what came."""

    address: str
    seen: Counter[int] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Clicking:
        self._thread = threading.Thread(target=self._click, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()

    def _click(self) -> None:
        while not self.over.wait(0.02):
            answer = requests.get(self.address, timeout=60, headers={"Connection": "close"})
            self.seen[answer.status_code] += 1
            assert answer.status_code != 503 or answer.headers["Retry-After"]


def test_the_database_restarts_and_crashes_under_load(house: LiveHouse, database: Database) -> None:
    people = [Customer(house.url, number) for number in range(len(CARS))]
    for person, car in zip(people, CARS, strict=True):
        person.hold(person.look(car, days.span(days.monday(2), start=10, end=58)))
    pages = [person.get(person.link) for person in people]
    processes = dict(house.processes)
    with Clicking(house.url + people[0].link) as clicking:
        assert people[0].order(pages[0]).status_code == 303
        database.stop()
        is_away(house, people[1])
        assert people[1].order(pages[1]).status_code == 503
        database.start()
        is_back(house)
        assert people[1].order(pages[1]).status_code == 303
        database.crash()
        is_away(house, people[2])
        database.start()
        is_back(house)
        assert people[2].order(pages[2]).status_code == 303
        for person in people:
            reaches_paypal(person)
        # PayPal's message comes while nobody can keep it, and its payer never comes back to tell.
        with_paypal = people[0].get(people[0].link_on_page("/checkoutnow"))
        database.stop()
        people[0].sent_back(people[0].send(with_paypal, "/checkoutnow", PAYS))
        is_away(house, people[0])
        database.start()
        is_back(house)
    assert clicking.seen.keys() == {200, 503}, clicking.seen
    # Nobody had to start anything: the processes are those that there were before.
    assert {name: process.poll() for name, process in processes.items()} == dict.fromkeys(processes)
    books = Books.of(house)
    with closing(books.database):
        for person in people[1:]:
            person.come_back(person.approve())
        for person in people:
            books.wait_for(person.link, "awaiting_signature")
        books.wait_until_quiet()
        for person in people:
            assert len(books.paypal_orders(books.booking(person.link)["reference"])) == 1
    audited.assert_no_breach(house)


def is_away(house: LiveHouse, person: Customer) -> None:
    for address in ("/readyz", "/", person.link):
        answer = requests.get(house.url + address, timeout=60)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "10"), address
    assert requests.get(f"{house.url}/healthz", timeout=60).status_code == 200


def is_back(house: LiveHouse) -> None:
    def ready() -> bool:
        return requests.get(f"{house.url}/readyz", timeout=60).status_code == 200

    until(ready, what="the house to be ready", seconds=PATIENCE)


def reaches_paypal(person: Customer) -> None:
    until(
        lambda: person.get(person.link).link("/checkoutnow"),
        what="the way to PayPal",
        seconds=PATIENCE,
        pause=0.5,
    )
