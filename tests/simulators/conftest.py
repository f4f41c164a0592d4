"""The simulators over real HTTP, each test with a state of its own, and a receiver for their webhooks."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from exodrive.simulators.server import Running, running

PATIENCE = 60.0  # seconds until something awaited is given up


@dataclass(frozen=True, slots=True)
class Message:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """Keeps what is sent to it; `status` is what it answers."""

    port: int
    status: int = 200
    messages: list[Message] = field(default_factory=list)

    def address(self, provider: str) -> str:
        return f"http://127.0.0.1:{self.port}/{provider}"

    def wait_for(self, found: Callable[[Message], bool]) -> Message:
        """The first message that fits, once it is there."""
        return await_result(lambda: next((one for one in self.messages if found(one)), None))


def await_result(look: Callable[[], Any]) -> Any:
    """What `look` returns as soon as it is something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError("waited in vain")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver(port=0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = kept.status  # whoever sees the message may change it, for the next one
            kept.messages.append(Message(self.path, headers, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def fresh_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state file that holds nothing but what the first start makes: keys take a while."""
    path = tmp_path_factory.mktemp("simulators") / "fresh.sqlite3"
    with running(state_path=path):
        pass
    return path


@pytest.fixture
def state(fresh_state: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(fresh_state, tmp_path / "state.sqlite3"))


@pytest.fixture
def simulators(state: Path, receiver: Receiver) -> Iterator[Running]:
    """All three providers, sending to the receiver, with Resend's limit out of the way."""
    with running(
        state_path=state,
        resend_rate="0",
        webhooks_paypal=receiver.address("paypal"),
        webhooks_docuseal=receiver.address("docuseal"),
        webhooks_resend=receiver.address("resend"),
    ) as started:
        yield started


class PayPal:
    """Plain HTTP to the simulated PayPal, for what the official SDK would not let one send."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/paypal"
        self.root = url
        self._http = requests.Session()
        self.sign_in()

    def sign_in(self) -> None:
        answer = self._http.post(
            f"{self.url}/v1/oauth2/token",
            auth=("sandbox-client", "sandbox-secret"),
            data={"grant_type": "client_credentials"},
            timeout=PATIENCE,
        )
        self.token = answer.json()["access_token"]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Header names are written with underscores. Answers in full unless `Prefer` says otherwise."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Prefer": "return=representation",
            **named,
        }
        return self._http.request(method, self.url + path, json=body, headers=given, timeout=PATIENCE)

    def move(self, *, days: float = 0, hours: float = 0) -> None:
        """Move the clock forward and get a new token, since the old one grew old."""
        clock = f"{self.root}/clock"
        offset = self._http.get(clock, timeout=PATIENCE).json()["offset_seconds"]
        seconds = offset + days * 86400 + hours * 3600
        self._http.post(clock, json={"offset_seconds": seconds}, timeout=PATIENCE)
        self.sign_in()

    def order(self, value: str = "1000.00", *, intent: str = "AUTHORIZE", **unit: Any) -> dict[str, Any]:
        amount = {"currency_code": "USD", "value": value}
        body = {"intent": intent, "purchase_units": [{"amount": amount, **unit}]}
        answer = self.call("POST", "/v2/checkout/orders", body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def approve(self, order_id: str, funding: str = "good") -> None:
        form = {"decision": "approve", "funding": funding}
        address = f"{self.url}/checkoutnow?token={order_id}"
        answer = self._http.post(address, data=form, allow_redirects=False, timeout=PATIENCE)
        assert answer.status_code in (200, 303), answer.text

    def hold(self, value: str = "1000.00", *, funding: str = "good", **unit: Any) -> str:
        """An authorization's id, the whole way from the order."""
        order = self.order(value, **unit)
        self.approve(order["id"], funding)
        answer = self.call("POST", f"/v2/checkout/orders/{order['id']}/authorize", {})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["purchase_units"][0]["payments"]["authorizations"][0]["id"])

    def on_hold(self, hold: str, deed: str, body: Any = None, **headers: str) -> requests.Response:
        path = f"/v2/payments/authorizations/{hold}"
        if deed == "show":
            return self.call("GET", path, **headers)
        return self.call("POST", f"{path}/{deed}", body, **headers)

    def capture(self, hold: str, value: str | None = None, **facts: Any) -> dict[str, Any]:
        body = {**facts, **({"amount": usd(value)} if value else {})}
        answer = self.on_hold(hold, "capture", body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def refund(self, capture_id: str, value: str | None = None, **facts: Any) -> requests.Response:
        body = {**facts, **({"amount": usd(value)} if value else {})}
        return self.call("POST", f"/v2/payments/captures/{capture_id}/refund", body)


def usd(value: str) -> dict[str, str]:
    return {"currency_code": "USD", "value": value}


def issue(answer: requests.Response) -> tuple[int, str]:
    """The status and the one issue of a refusal."""
    return answer.status_code, answer.json()["details"][0]["issue"]


@pytest.fixture
def paypal(simulators: Running) -> PayPal:
    return PayPal(simulators.url)
