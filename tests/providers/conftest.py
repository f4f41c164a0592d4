"""What the provider tests share: a faulty server, and the simulators over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from exodrive.simulators import server as simulators_server
from tests.providers import faulty


@dataclass(frozen=True, slots=True)
class Simulators:
    """The three providers, what they send, and the hands of the people who use their pages."""

    url: str
    inbox: faulty.Faulty

    def approve(self, approve_url: str, *, funding: str = "good") -> str:
        """Pay as the payer does, and return where PayPal sends them."""
        form = {"decision": "approve", "funding": funding}
        answer = requests.post(approve_url, data=form, allow_redirects=False, timeout=60)
        assert answer.status_code == 303
        return answer.headers["Location"]

    def sign(self, sign_url: str) -> str:
        """Sign as the renter does, and return where DocuSeal sends them."""
        form = {"signature": "Robin Renter", "agreed": "yes"}
        answer = requests.post(sign_url, data=form, allow_redirects=False, timeout=60)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def move_clock(self, *, days: float) -> None:
        """Let so many days have passed since now; 0 sets the clock right."""
        answer = requests.post(f"{self.url}/clock", json={"offset_seconds": days * 86400}, timeout=60)
        assert answer.status_code == 200


@pytest.fixture
def server() -> Iterator[faulty.Faulty]:
    with faulty.running() as running:
        yield running


@pytest.fixture(scope="package")
def _simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    state = tmp_path_factory.mktemp("simulators") / "state.sqlite3"
    with faulty.running() as inbox:
        inbox.says(faulty.answer(200, "{}"))
        with simulators_server.running(
            state_path=state,
            resend_rate="0",
            webhooks_paypal=f"{inbox.url}/paypal",
            webhooks_docuseal=f"{inbox.url}/docuseal",
            webhooks_resend=f"{inbox.url}/resend",
        ) as running:
            yield Simulators(running.url, inbox)


@pytest.fixture
def simulators(_simulators: Simulators) -> Iterator[Simulators]:
    """One set for all tests, since starting it makes keys; each test begins at the right time."""
    yield _simulators
    _simulators.move_clock(days=0)
