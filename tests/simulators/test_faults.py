"""Faults on demand, seen from outside: each does what it says, and leaves at the provider what it says."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, IncompleteRead, RemoteDisconnected
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from exodrive.local import ports
from exodrive.simulators.faults import catalog
from exodrive.simulators.paypal.events import SUMMARIES
from exodrive.simulators.server import Running, running
from tests import faults
from tests.simulators.conftest import PATIENCE, PayPal, await_result

HTML = {"Accept": "text/html"}
SHORT = 0.3  # seconds that an impatient caller waits
LONG = 600  # seconds that nobody waits


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back: an answer, or only the error that the line gave."""

    status: int = 0
    headers: dict[str, str] | None = None
    body: bytes = b""
    error: type[Exception] | None = None

    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return (self.headers or {}).get(name)


def ask(
    url: str, token: str, mark: str, *, timeout: float = PATIENCE, path: str = "/paypal/v2/checkout/orders"
) -> Heard:
    """Create an order whose invoice is `mark`, by the plainest client that there is."""
    unit = {"amount": {"currency_code": "USD", "value": "10.00"}, "invoice_id": mark}
    body = json.dumps({"intent": "AUTHORIZE", "purchase_units": [unit]})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = HTTPConnection(url.removeprefix("http://"), timeout=timeout)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Heard(answer.status, names, answer.read())
    except (OSError, HTTPException) as error:
        return Heard(error=type(error))
    finally:
        connection.close()


def orders(url: str, mark: str) -> int:
    """How many orders with that invoice PayPal shows on its page."""
    return requests.get(f"{url}/paypal/payments", timeout=PATIENCE).text.count(f">{mark}<")


def no_json(heard: Heard) -> bool:
    try:
        heard.json()
    except ValueError:
        return True
    return False


Check = Callable[[Heard], bool]
CALLS: dict[str, tuple[dict[str, Any], int, Check]] = {
    "slow": ({"seconds": 0.1}, 1, lambda one: one.status == 201 and one.json()["status"] == "CREATED"),
    "rate_limited": (
        {},
        0,
        lambda one: (
            (one.status, one.json()["name"], one.header("retry-after")) == (429, "RATE_LIMIT_REACHED", None)
        ),
    ),
    "error": (
        {"status": 500},
        0,
        lambda one: (one.status, one.json()["name"]) == (500, "INTERNAL_SERVER_ERROR"),
    ),
    "proxy_page": ({}, 0, lambda one: one.status == 502 and b"<h1>502 Bad Gateway</h1>" in one.body),
    "unauthorized": ({}, 0, lambda one: (one.status, one.json()["name"]) == (401, "AUTHENTICATION_FAILURE")),
    "unauthorized_oauth": (
        {},
        0,
        lambda one: (one.status, one.json()["error"]) == (401, "invalid_token"),
    ),
    "says_no": (
        {"issue": "A_WORD_OF_TOMORROW", "answer": 409},
        0,
        lambda one: (
            (one.status, one.json()["name"], one.json()["details"][0]["issue"])
            == (409, "RESOURCE_CONFLICT", "A_WORD_OF_TOMORROW")
        ),
    ),
    "refused": ({}, 0, lambda one: one.error is ConnectionResetError),
    "cut_before": ({}, 0, lambda one: one.error is RemoteDisconnected),
    "cut_after": ({}, 1, lambda one: one.error is RemoteDisconnected),
    "cut_midway": ({}, 1, lambda one: one.error is IncompleteRead),
    "late": ({"seconds": LONG}, 1, lambda one: one.error is TimeoutError),
    "not_json": ({}, 1, lambda one: one.status == 201 and no_json(one)),
    "truncated": ({}, 1, lambda one: one.status == 201 and one.body.startswith(b"{") and no_json(one)),
    "wrong_types": ({}, 1, lambda one: (one.json()["id"], one.json()["links"]) == (7, {"?": "?"})),
    "missing_field": ({}, 1, lambda one: "id" not in one.json() and one.json()["status"] == "CREATED"),
    "html": ({}, 1, lambda one: one.status == 200 and b"<title>" in one.body),
    "empty": ({}, 1, lambda one: (one.status, one.body) == (201, b"")),
    "wrong_length": ({}, 1, lambda one: one.error is IncompleteRead),
    "too_long": ({}, 1, lambda one: one.status == 201 and len(one.body) > 3_000_000),
}


@pytest.mark.parametrize("kind", sorted(catalog.CALL_KINDS))
def test_a_call_fails_as_it_says_once_and_keeps_what_it_says(
    simulators: Running, paypal: PayPal, kind: str
) -> None:
    figures, made, right = CALLS[kind]
    mark = f"EXO-{uuid4().hex}"
    fault = faults.arm(
        simulators.url, provider="paypal", operation="orders.create", kind=kind, times=1, **figures
    )
    heard = ask(simulators.url, paypal.token, mark, timeout=SHORT if kind == "late" else PATIENCE)
    assert right(heard), heard
    await_result(lambda: orders(simulators.url, mark) == made)
    assert (fault.struck(), fault.shown()["left"]) == (1, 0)
    assert ask(simulators.url, paypal.token, f"{mark}-2").status == 201
    assert fault.struck() == 1


def test_who_gives_up_on_a_slow_call_does_not_stop_it(simulators: Running, paypal: PayPal) -> None:
    faults.arm(simulators.url, provider="paypal", kind="slow", times=1, seconds=8 * SHORT)
    assert ask(simulators.url, paypal.token, "EXO-SLOW", timeout=SHORT).error is TimeoutError
    await_result(lambda: orders(simulators.url, "EXO-SLOW") == 1)


@pytest.mark.parametrize(
    ("provider", "kind", "figures", "status", "said"),
    [
        ("paypal", "rate_limited", {"retry_after": 7}, 429, {"Retry-After": "7"}),
        ("docuseal", "rate_limited", {}, 429, {"Retry-After": None}),
        ("resend", "rate_limited", {}, 429, {"ratelimit-reset": "1", "Retry-After": None}),
        ("resend", "error", {"status": 500}, 500, {"Content-Type": "application/json"}),
        ("docuseal", "error", {"retry_after": 3}, 503, {"Retry-After": "3"}),
        ("docuseal", "proxy_page", {"status": 504}, 504, {"Content-Type": "text/html; charset=utf-8"}),
        ("paypal", "error", {"status": 502}, 502, {"Content-Type": "application/json"}),
        ("docuseal", "unauthorized", {}, 401, {}),
        ("resend", "unauthorized", {}, 401, {}),
    ],
)
def test_each_provider_refuses_in_its_own_words(
    simulators: Running,
    provider: str,
    kind: str,
    figures: dict[str, Any],
    status: int,
    said: dict[str, str | None],
) -> None:
    paths = {
        "paypal": "/paypal/v2/checkout/orders/1",
        "docuseal": "/docuseal/api/submissions/1",
        "resend": "/resend/emails/1",
    }
    own = {"paypal": "name", "docuseal": "error", "resend": "statusCode"}
    with faults.arm(simulators.url, provider=provider, kind=kind, **figures):
        answer = requests.get(simulators.url + paths[provider], timeout=PATIENCE)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in said} == said
    assert kind == "proxy_page" or own[provider] in answer.json()


def test_only_the_named_operation_of_the_named_provider_fails(simulators: Running, paypal: PayPal) -> None:
    with faults.arm(simulators.url, provider="paypal", operation="orders.get", kind="error") as fault:
        order = paypal.order()
        assert paypal.call("GET", f"/v2/checkout/orders/{order['id']}").status_code == 503
        assert requests.get(f"{simulators.url}/resend/emails/1", timeout=PATIENCE).status_code == 401
        assert requests.get(f"{simulators.url}/paypal/payments", timeout=PATIENCE).status_code == 200
        assert fault.struck() == 1
    assert paypal.call("GET", f"/v2/checkout/orders/{order['id']}").status_code == 200


def test_any_operation_is_any_and_the_first_armed_strikes_first(simulators: Running) -> None:
    faults.arm(simulators.url, provider="paypal", kind="error", times=1)
    second = faults.arm(simulators.url, provider="paypal", kind="rate_limited", times=1)
    statuses = [
        requests.get(f"{simulators.url}/paypal{path}", timeout=PATIENCE).status_code
        for path in ("/v2/checkout/orders/1", "/v2/payments/captures/1", "/v1/notifications/webhooks")
    ]
    assert statuses == [503, 429, 401]
    assert second.shown()["asked"] == 1


def test_chance_is_repeated_by_its_seed(simulators: Running) -> None:
    def struck(seed: str) -> list[int]:
        with faults.arm(simulators.url, provider="resend", kind="error", chance=0.5, seed=seed):
            address = f"{simulators.url}/resend/emails/1"
            return [requests.get(address, timeout=PATIENCE).status_code for _ in range(20)]

    first = struck("seven")
    assert set(first) == {503, 401}
    assert struck("seven") == first
    assert struck("eight") != first


def test_a_chance_may_have_an_end(simulators: Running) -> None:
    fault = faults.arm(simulators.url, provider="resend", kind="error", chance=0.5, times=2)
    answers = [requests.get(f"{simulators.url}/resend/emails/1", timeout=PATIENCE) for _ in range(60)]
    assert Counter(one.status_code for one in answers) == {503: 2, 401: 58}
    assert fault.shown()["seed"]


def test_a_restart_keeps_faults_and_their_counts(state: Path) -> None:
    with running(state_path=state, port=ports.any_free()) as before:
        fault = faults.arm(before.url, provider="resend", kind="error", times=2)
        assert requests.get(f"{before.url}/resend/emails/1", timeout=PATIENCE).status_code == 503
    with running(state_path=state, port=before.port) as after:
        answers = [requests.get(f"{after.url}/resend/emails/1", timeout=PATIENCE) for _ in range(2)]
        assert [one.status_code for one in answers] == [503, 401]
        assert fault.struck() == 2


def test_of_many_callers_at_once_exactly_so_many_are_struck(simulators: Running) -> None:
    fault = faults.arm(simulators.url, provider="resend", kind="error", times=10)
    with ThreadPoolExecutor(4) as callers:
        answers = list(
            callers.map(
                lambda _: requests.get(f"{simulators.url}/resend/emails/1", timeout=PATIENCE), range(40)
            )
        )
    assert Counter(one.status_code for one in answers) == {503: 10, 401: 30}
    assert fault.shown()["asked"] == 10


def test_a_slow_call_keeps_nobody_waiting(simulators: Running, paypal: PayPal) -> None:
    fault = faults.arm(
        simulators.url, provider="paypal", operation="orders.create", kind="late", seconds=LONG
    )
    caller = threading.Thread(target=ask, args=(simulators.url, paypal.token, "EXO-LATE"), daemon=True)
    caller.start()
    await_result(fault.struck)
    await_result(lambda: orders(simulators.url, "EXO-LATE") == 1)  # done, and its answer is still to come
    assert caller.is_alive()


def test_whoever_stops_the_simulators_does_not_wait_for_a_slow_call(state: Path) -> None:
    heard: list[Heard] = []
    with running(state_path=state) as started:
        token = PayPal(started.url).token
        fault = faults.arm(started.url, provider="paypal", kind="slow", seconds=600)
        caller = threading.Thread(target=lambda: heard.append(ask(started.url, token, "EXO-STOP")))
        caller.start()
        await_result(fault.struck)
    caller.join(timeout=PATIENCE)
    assert heard[0].error is RemoteDisconnected


def test_a_door_that_is_shut_refuses_and_opens_again(state: Path) -> None:
    port = str(ports.any_free())
    with running(state_path=state, door_paypal=port) as started:
        door, token = started.doors["paypal"], PayPal(started.url).token
        assert ask(door, token, "EXO-1").status == 201
        with socket.create_connection(("127.0.0.1", int(port)), timeout=PATIENCE) as kept:
            kept.sendall(b"OPTIONS / HTTP/1.1\r\nHost: door\r\n\r\n")
            assert kept.recv(4096).startswith(b"HTTP/1.1 ")  # a connection that waits to be accepted is reset
            faults.arm(started.url, provider="paypal", kind="refused")
            while kept.recv(4096):  # what was open is dropped, after the rest of the answer
                pass
        assert ask(door, token, "EXO-2").error is ConnectionRefusedError
        assert ask(started.url, token, "EXO-2").error is ConnectionResetError
    with running(state_path=state, door_paypal=port) as again:
        assert ask(door, token, "EXO-2").error is ConnectionRefusedError
        faults.clear(again.url)
        assert ask(door, token, "EXO-3").status == 201
        assert orders(again.url, "EXO-2") == 0


def test_the_record_has_nothing_that_a_fault_made(state: Path, tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    with running(state_path=state, record=str(record)) as started:
        token = PayPal(started.url).token
        for kind in ("error", "wrong_types", "cut_after"):
            with faults.arm(started.url, provider="paypal", operation="orders.create", kind=kind):
                ask(started.url, token, f"EXO-{kind}")
    lines = [json.loads(line) for line in record.read_text().splitlines()][1:]
    assert [line["status"] for line in lines] == [201, 201]  # both were done, and answered well once
    assert all(isinstance(line["response"]["id"], str) for line in lines)


NONSENSE: list[tuple[object, str]] = [
    ([1], "fault"),
    ("error", "fault"),
    (None, "fault"),
    ({}, "provider"),
    ({"provider": "stripe", "kind": "error"}, "provider"),
    ({"provider": ["paypal"], "kind": "error"}, "provider"),
    ({"provider": "paypal"}, "kind"),
    ({"provider": "paypal", "kind": "explosion"}, "kind"),
    ({"provider": "resend", "kind": "unauthorized_oauth"}, "kind"),
    ({"provider": "paypal", "kind": "error", "operation": "emails.send"}, "operation"),
    ({"provider": "paypal", "kind": "lost", "operation": "orders.get"}, "operation"),
    ({"provider": "paypal", "kind": "error", "times": 0}, "times"),
    ({"provider": "paypal", "kind": "error", "times": 1.5}, "times"),
    ({"provider": "paypal", "kind": "error", "times": True}, "times"),
    ({"provider": "paypal", "kind": "error", "times": "2"}, "times"),
    ({"provider": "paypal", "kind": "error", "chance": 0}, "chance"),
    ({"provider": "paypal", "kind": "error", "chance": 1.1}, "chance"),
    ({"provider": "paypal", "kind": "error", "chance": 0.5, "seed": ""}, "seed"),
    ({"provider": "paypal", "kind": "error", "chance": 0.5, "seed": True}, "seed"),
    ({"provider": "paypal", "kind": "error", "status": 200}, "status"),
    ({"provider": "paypal", "kind": "error", "status": 503.0}, "status"),
    ({"provider": "paypal", "kind": "error", "seconds": 1}, "seconds"),
    ({"provider": "resend", "kind": "says_no"}, "kind"),
    ({"provider": "paypal", "kind": "says_no", "issue": "no, thank you"}, "issue"),
    ({"provider": "paypal", "kind": "says_no", "issue": 422}, "issue"),
    ({"provider": "paypal", "kind": "says_no", "answer": 418}, "answer"),
    ({"provider": "paypal", "kind": "slow", "seconds": -1}, "seconds"),
    ({"provider": "paypal", "kind": "slow", "seconds": 1e9}, "seconds"),
    ({"provider": "paypal", "kind": "slow", "seconds": float("nan")}, "seconds"),
    ({"provider": "paypal", "kind": "rate_limited", "retry_after": "soon"}, "retry_after"),
    ({"provider": "paypal", "kind": "duplicated", "copies": 1}, "copies"),
    ({"provider": "paypal", "kind": "badly_signed", "manner": "in green ink"}, "manner"),
    ({"provider": "resend", "kind": "badly_signed", "manner": "other_certificate"}, "manner"),
]


@pytest.mark.parametrize(("wish", "field"), NONSENSE)
def test_nonsense_is_named_and_arms_nothing(simulators: Running, wish: object, field: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(
        f"{simulators.url}/faults", data=json.dumps(wish), headers=headers, timeout=PATIENCE
    )
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert faults.every(simulators.url) == []


@pytest.mark.parametrize(
    "wish",
    [{}, {"provider": "paypal", "count": 0}, {"provider": "paypal", "event_type": "x" * 101}, [1]],
)
def test_a_burst_of_nonsense_is_refused(simulators: Running, wish: object) -> None:
    answer = requests.post(f"{simulators.url}/faults/burst", json=wish, timeout=PATIENCE)
    assert answer.status_code == 422


def test_faults_are_shown_removed_and_cleared(simulators: Running) -> None:
    url = simulators.url
    first = faults.arm(url, provider="paypal", kind="slow")
    faults.arm(url, provider="resend", kind="lost", operation="email.sent", times=3)
    assert [(one["provider"], one["operation"], one["left"]) for one in faults.every(url)] == [
        ("paypal", "any", None),
        ("resend", "email.sent", 3),
    ]
    assert first.shown()["figures"] == {"seconds": 5}
    assert faults.clear(url, provider="resend") == 1
    first.remove()
    for method in ("GET", "DELETE"):
        assert requests.request(method, f"{url}/faults/{first.number}", timeout=PATIENCE).status_code == 404
    assert requests.delete(f"{url}/faults?provider=stripe", timeout=PATIENCE).status_code == 422
    assert faults.every(url) == []


def test_every_operation_of_the_catalogue_is_served(simulators: Running) -> None:
    """An operation that no view serves could be armed, and would never strike."""
    served = set(simulators.world._app.view_functions)
    for operations in catalog.OPERATIONS.values():
        assert {one.endpoint for one in operations.values()} <= served
    shown = requests.get(f"{simulators.url}/faults/catalog", timeout=PATIENCE).json()
    assert shown["providers"]["paypal"]["operations"].keys() == catalog.OPERATIONS["paypal"].keys()
    assert shown["kinds"].keys() == catalog.KINDS.keys()
    assert set(shown["providers"]["paypal"]["events"]) == set(SUMMARIES)


def test_every_kind_has_its_line_in_the_documents(checkout: Path) -> None:
    page = (checkout / "docs" / "simulators.md").read_text("utf-8")
    assert [kind for kind in catalog.KINDS if f"| `{kind}`" not in page] == []
