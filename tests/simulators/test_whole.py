"""The simulators as a program: one clock, one memory, kept connections, pages for people."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from exodrive.local import ports
from exodrive.simulators import __main__ as program
from exodrive.simulators.server import Running, running
from exodrive.simulators.settings import from_environment
from tests.simulators.conftest import PayPal, Receiver, await_result

HTML = {"Accept": "text/html"}


def test_the_clock_is_read_and_moved(simulators: Running) -> None:
    address = f"{simulators.url}/clock"
    assert requests.get(address, timeout=60).json()["offset_seconds"] == 0
    moved = requests.post(address, json={"offset_seconds": 3600}, timeout=60).json()
    assert moved["offset_seconds"] == 3600
    moved = requests.post(address, json={"now": "2030-05-06T07:08:09+00:00"}, timeout=60).json()
    assert moved["now"].startswith("2030-05-06T07:08:09")


@pytest.mark.parametrize(
    "body", [{}, {"offset_seconds": "much"}, {"now": "later"}, {"offset_seconds": 1e12}, [1]]
)
def test_a_clock_is_not_moved_by_nonsense(simulators: Running, body: object) -> None:
    answer = requests.post(f"{simulators.url}/clock", json=body, timeout=60)
    assert answer.status_code == 422
    assert requests.get(f"{simulators.url}/clock", timeout=60).json()["offset_seconds"] == 0


def test_the_clock_is_moved_from_its_page(simulators: Running) -> None:
    address = f"{simulators.url}/clock"
    for step in ("day", "hour"):
        requests.post(address, data={"step": step}, timeout=60)
    assert requests.get(address, timeout=60).json()["offset_seconds"] == 90000
    assert "Ahead of real time by 1.04 days" in requests.get(address, headers=HTML, timeout=60).text
    requests.post(address, data={"step": "reset"}, timeout=60)
    assert requests.get(address, timeout=60).json()["offset_seconds"] == 0


def test_a_stop_in_the_middle_of_a_rental_loses_nothing(state: Path, receiver: Receiver) -> None:
    receiver.status = 503
    port = ports.any_free()
    with running(state_path=state, port=port, webhooks_paypal=receiver.address("paypal")) as before:
        hold = PayPal(before.url).hold("250.00")
        requests.post(f"{before.url}/clock", json={"offset_seconds": 7200}, timeout=60)
        await_result(lambda: receiver.messages)
        certificate = receiver.messages[0].headers["paypal-cert-url"]
    receiver.status = 200
    receiver.messages.clear()
    with running(state_path=state, port=port, webhooks_paypal=receiver.address("paypal")) as after:
        paypal = PayPal(after.url)
        assert paypal.on_hold(hold, "show").json()["status"] == "CREATED"
        assert requests.get(f"{after.url}/clock", timeout=60).json()["offset_seconds"] == 7200
        await_result(lambda: len({one.body for one in receiver.messages}) == 3)
        assert receiver.messages[0].headers["paypal-cert-url"] == certificate
        assert requests.get(certificate, timeout=60).status_code == 200


def test_what_is_refused_leaves_nothing_behind(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.approve(order["id"])
    patch = [
        {"op": "add", "path": "/purchase_units/@reference_id=='default'/custom_id", "value": "kept?"},
        {"op": "replace", "path": "/intent", "value": "CAPTURE"},
    ]
    paypal.call("PATCH", f"/v2/checkout/orders/{order['id']}", patch)
    shown = paypal.call("GET", f"/v2/checkout/orders/{order['id']}").json()
    assert "custom_id" not in shown["purchase_units"][0]


def test_a_connection_is_kept_open(simulators: Running) -> None:
    connection = HTTPConnection("127.0.0.1", simulators.port, timeout=60)
    connection.request("GET", "/clock")
    assert connection.getresponse().read()
    used = connection.sock
    assert used is not None
    connection.request("HEAD", "/clock")
    assert connection.getresponse().read() == b""
    connection.request("GET", "/nothing")
    assert connection.getresponse().read()
    assert connection.sock is used
    connection.close()


def test_a_body_may_come_in_chunks(simulators: Running) -> None:
    connection = HTTPConnection("127.0.0.1", simulators.port, timeout=60)
    parts = [b'{"offset_', b'seconds": 60}']
    connection.request(
        "POST", "/clock", iter(parts), {"Content-Type": "application/json"}, encode_chunked=True
    )
    assert json.loads(connection.getresponse().read())["offset_seconds"] == 60
    connection.close()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GET /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"POST /clock HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", b"413"),
    ],
)
def test_what_is_too_large_is_refused(simulators: Running, said: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", simulators.port), timeout=60) as connection:
        connection.sendall(said)
        assert status in connection.recv(100)


class Page(HTMLParser):
    """What a page consists of, as far as people with and without eyes need it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.names: dict[str, list[dict[str, str | None]]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.names.setdefault(tag, []).append(named)
        if named.get("id"):
            self.ids.append(str(named["id"]))


@pytest.fixture
def rented(simulators: Running, paypal: PayPal) -> dict[str, str]:
    """A payment in each state, an agreement and a mail; the addresses of their pages."""
    paypal.refund(paypal.capture(paypal.hold(funding="slow_refunds"), "10.00")["id"], "1.00")
    paypal.hold(funding="review")
    paypal.capture(paypal.hold(funding="echeck"))
    order = paypal.order(description="Three days", custom_id="bk_1")
    agreement = requests.post(
        f"{simulators.url}/docuseal/api/submissions",
        json={"template_id": 1, "submitters": [{"name": "Maya", "email": "maya@renter.example"}]},
        headers={"X-Auth-Token": "sandbox-docuseal-key"},
        timeout=60,
    ).json()[0]
    mail = requests.post(
        f"{simulators.url}/resend/emails",
        json={"from": "a@b.example", "to": "c@d.example", "subject": "S", "html": "<p>H", "text": "T"},
        headers={"Authorization": "Bearer re_sandbox_key"},
        timeout=60,
    ).json()
    return {
        "approval": f"/paypal/checkoutnow?token={order['id']}",
        "signing": urlsplit(agreement["embed_src"]).path,
        "mail": f"/resend/mailbox/{mail['id']}",
    }


FIXED = ["/", "/clock", "/paypal/payments", "/paypal/events", "/docuseal/submissions", "/docuseal/events"]
FIXED += ["/resend/mailbox", "/resend/events", "/faults"]


@pytest.mark.parametrize("page", [*FIXED, "approval", "signing", "mail"])
def test_a_page_is_whole_and_says_what_it_is(simulators: Running, rented: dict[str, str], page: str) -> None:
    answer = requests.get(simulators.url + rented.get(page, page), headers=HTML, timeout=60)
    assert answer.status_code == 200
    assert "simulator" in answer.text.split("</h1>")[0].lower()
    assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
    found = Page(answer.text)
    assert len(found.ids) == len(set(found.ids))
    assert len(found.names["h1"]) == 1
    assert found.names["html"][0]["lang"] == "en"
    assert all(form.get("action") and form.get("method") for form in found.names.get("form", []))
    labelled = {label.get("for") for label in found.names.get("label", [])}
    typed = [*found.names.get("textarea", []), *found.names.get("select", [])]
    typed += [one for one in found.names.get("input", []) if one.get("type") == "text"]
    assert all(control["id"] in labelled for control in typed)
    assert all(frame.get("title") for frame in found.names.get("iframe", []))


@pytest.mark.parametrize("page", FIXED)
def test_an_empty_page_is_fine_too(simulators: Running, page: str) -> None:
    assert requests.get(simulators.url + page, headers=HTML, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("context", "decision", "expected"),
    [
        ({"cancel_url": "http://house/c?x=1"}, "cancel", "http://house/c?x=1&token="),
        ({"return_url": "http://house/r"}, "approve", "http://house/r?token="),
        ({}, "approve", ""),
        ({}, "cancel", ""),
    ],
)
def test_the_payer_is_sent_back(
    paypal: PayPal, context: dict[str, str], decision: str, expected: str
) -> None:
    body = {
        "intent": "AUTHORIZE",
        "purchase_units": [{"amount": {"currency_code": "USD", "value": "5.00"}}],
        "application_context": context,
    }
    order = paypal.call("POST", "/v2/checkout/orders", body).json()["id"]
    address = f"{paypal.url}/checkoutnow?token={order}"
    answer = requests.post(address, data={"decision": decision}, allow_redirects=False, timeout=60)
    assert answer.headers.get("Location", "").startswith(expected)
    assert answer.status_code == (303 if expected else 200)
    assert ("PayerID=" in answer.headers.get("Location", "")) == (bool(expected) and decision == "approve")


@pytest.mark.parametrize("path", ["/paypal/checkoutnow?token=NONE", "/docuseal/s/none", "/docuseal/e/none"])
def test_a_page_that_is_not_there(simulators: Running, path: str) -> None:
    assert requests.get(simulators.url + path, timeout=60).status_code == 404


def test_a_preview_does_not_open_the_agreement(simulators: Running, rented: dict[str, str]) -> None:
    listed = requests.get(f"{simulators.url}/docuseal/submissions", timeout=60).text
    preview = listed.split('href="/docuseal/e/')[1].split('"')[0]
    assert "A preview" in requests.get(f"{simulators.url}/docuseal/e/{preview}", timeout=60).text
    listed = requests.get(f"{simulators.url}/docuseal/submissions", timeout=60).text
    assert "Opened" not in listed


def test_an_event_is_sent_again_from_its_page(paypal: PayPal, receiver: Receiver) -> None:
    paypal.hold()
    await_result(lambda: len(receiver.messages) == 3)
    page = requests.get(f"{paypal.url}/events", timeout=60).text
    again = page.split('action="/paypal/events/')[1].split('"')[0]
    requests.post(f"{paypal.url}/events/{again}", timeout=60)
    await_result(lambda: len(receiver.messages) == 4)
    assert requests.post(f"{paypal.url}/events/none/resend", timeout=60).status_code == 404


def test_exchanges_are_recorded(state: Path, tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    with running(state_path=state, record=str(record)) as started:
        PayPal(started.url).order()
        requests.get(started.url, timeout=60)
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert [(one["provider"], one["method"], one["path"], one["status"]) for one in lines] == [
        ("paypal", "POST", "/v1/oauth2/token", 200),
        ("paypal", "POST", "/v2/checkout/orders", 201),
    ]
    assert lines[1]["request"]["intent"] == lines[1]["response"]["intent"] == "AUTHORIZE"


def test_settings_come_from_the_environment_and_the_caller() -> None:
    environ = {"SIMULATORS_PAYPAL_CLIENT_ID": "other", "SIMULATORS_RESEND_RATE": "5"}
    settings = from_environment(environ, overrides={"resend_rate": "7", "record": None})
    assert (settings.paypal_client_id, settings.resend_rate) == ("other", "7")


def test_the_program_starts_says_where_and_stops(state: Path) -> None:
    command = [sys.executable, "-m", "exodrive.simulators", "--port", "0", "--state", str(state)]
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as started:
        assert started.stdout is not None
        url = started.stdout.readline().split()[-1]
        assert requests.get(f"{url}/healthz", timeout=60).json() == {"status": "ok"}
        started.send_signal(signal.SIGTERM)
        assert started.wait(timeout=60) == 0


def test_a_taken_port_is_named(simulators: Running, capsys: pytest.CaptureFixture[str]) -> None:
    kept = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        assert program.main(["--port", str(simulators.port)]) == 1
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), kept, strict=True):
            signal.signal(number, handler)
    assert str(simulators.port) in capsys.readouterr().err
