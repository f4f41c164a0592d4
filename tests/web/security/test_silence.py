"""Nobody's name, number or secret gets into logs, error pages, figures, reports or the audit trail's data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import requests
import sentry_sdk
import structlog
from flask import Flask
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport
from sqlalchemy.exc import IntegrityError

from exodrive import logs, reporting
from exodrive.accounts import staff
from exodrive.bookings import links
from exodrive.bookings.models import Booking
from exodrive.config import Settings
from exodrive.contracts import issuing as contracts
from exodrive.kernel import redaction
from exodrive.kernel.audit import AuditEntry
from exodrive.kernel.db import flush, session, transaction
from tests import rental
from tests.drain import drain
from tests.web.customer.booking import RENTER, lasting, order
from tests.web.staff import stages
from tests.web.staff.browser import Browser
from tests.web.staff.conftest import SignedIn, email

PERSONAL = (
    "Okafor", "okafor", "555-0123", "5550123", "Elm Street", "O-215", "215-660", "OLM-22817", "1991-04-02",
    "card",
)  # fmt: skip


@pytest.fixture
def log(application: Flask, settings: Settings) -> Iterator[io.StringIO]:
    """Everything that is logged at the most talkative level."""
    logs.configure("DEBUG", secrets=settings.secrets)
    written = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    logs.configure(settings.log_level, secrets=settings.secrets)


def test_a_logger_that_has_written_obeys_what_is_set_up_later(log: io.StringIO, settings: Settings) -> None:
    logger = structlog.get_logger("exodrive.test")
    logger.info("the first line")
    logs.configure("DEBUG", secrets=settings.secrets)
    with structlog.testing.capture_logs() as lines:
        logger.info("the second")
    assert "the first line" in log.getvalue()
    assert [line["event"] for line in lines] == ["the second"]


def test_a_whole_rental_leaves_nobody_in_the_logs(
    rental_house: Flask, signed_in: SignedIn, password: str, settings: Settings, log: io.StringIO
) -> None:
    secret, sign_url = _rental(rental_house)
    agent = signed_in("agent")
    agent.get(f"/desk/bookings?q={RENTER['renter-email']}")
    refused = Browser(rental_house.test_client())
    refused.sign_in(RENTER["renter-email"], "a wrong password")
    refused.client.get(f"/b/{secret}x")
    refused.client.post("/my-booking", data={"email": RENTER["renter-email"]})
    refused.client.post(
        "/webhooks/paypal", json={"id": "1", "payer": {"email_address": RENTER["renter-email"]}}
    )
    _break(rental_house, agent)
    said = log.getvalue()
    assert said.count("\n") > 30
    assert "a twin was refused" in said
    for words in (*PERSONAL, secret, password, "a wrong password", sign_url.rpartition("/")[2]):
        assert words not in said, _lines_with(words, said)
    for key in settings.secrets:
        assert key is None or len(key) < redaction.SHORTEST or key not in said
    _nobody_in_figures_and_audit(agent)


def _rental(house: Flask) -> tuple[str, str]:
    """From hold to invoice, through pages and workers; returns the link's secret and the signing address."""
    booking_id = rental.hold()
    with transaction():
        booking = session().get(Booking, booking_id)
        assert booking is not None
        secret = links.secret(rental.KEY, booking.id, booking.link_version)
    browser = Browser(house.test_client())
    assert order(browser, f"/b/{secret}", **lasting()).status_code == 303
    drain()
    rental.approve(booking_id)
    drain()
    with transaction():
        contract = contracts.current(booking_id)
        assert contract is not None
        sign_url = contract.sign_url or ""
    stages.sign(booking_id)
    rental.ask_for_deposit(booking_id)
    stages.deposit_held(booking_id)
    rental.hand_over(booking_id)
    rental.take_back(booking_id, odometer=21_000)
    drain()
    rental.settle(booking_id)
    drain()
    browser.get(f"/b/{secret}")
    assert browser.client.get(f"/b/{secret}/invoice.pdf").status_code == 200
    return secret, sign_url


def _break(house: Flask, agent: Browser) -> None:
    """What fails says what it failed at: a row of the database, a view, a connection."""
    try:
        with transaction():
            twin = staff.find(email("agent"))
            assert twin is not None
            session().add(_twin(twin))
            flush({})
    except IntegrityError:
        logging.getLogger("exodrive.broken").exception("a twin was refused")
    try:
        requests.get(f"http://127.0.0.1:1/files/ticket?email={RENTER['renter-email']}", timeout=1)
    except requests.ConnectionError:
        logging.getLogger("exodrive.broken").debug("no connection for %s", RENTER["renter-email"])
    house.config["PROPAGATE_EXCEPTIONS"] = False
    view = house.view_functions["staff.queue"]
    house.view_functions["staff.queue"] = _crash
    try:
        answer = agent.client.get("/desk/queue")
    finally:
        house.view_functions["staff.queue"] = view
        house.config["PROPAGATE_EXCEPTIONS"] = None
    assert answer.status_code == 500
    for words in (*PERSONAL, "Traceback", "RuntimeError"):
        assert words not in answer.text


def _twin(user: Any) -> Any:
    names = [each.name for each in user.__table__.columns if each.name != "id"]
    return type(user)(**{name: getattr(user, name) for name in names})


def _crash() -> None:
    # A value beside the fault, as a trace with variables would show it.
    where = RENTER["renter-address-street"]
    raise RuntimeError(f"no letter to {RENTER['renter-email']}, {RENTER['renter-phone']}") from KeyError(
        len(where)
    )


def _nobody_in_figures_and_audit(agent: Browser) -> None:
    figures = agent.client.get("/metrics").text
    with transaction():
        kept = json.dumps([entry.data for entry in session().query(AuditEntry)], default=str)
    for words in PERSONAL:
        assert words not in figures
        assert words not in kept, words


class _Kept(Transport):
    """Keeps what would be sent."""

    sent: ClassVar[list[str]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope.serialize().decode(errors="replace"))


def test_reports_name_nobody(house: Flask, signed_in: SignedIn) -> None:
    agent = signed_in("agent")
    before = sentry_sdk.get_client()
    reporting.configure("http://key@127.0.0.1:1/1", transport=_Kept)
    try:
        _break(house, agent)
        sentry_sdk.flush()
    finally:
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(before if before.is_active() else None)
    sent = " ".join(_Kept.sent)
    assert "RuntimeError" in sent
    for words in (*PERSONAL, email("agent"), "Cookie"):
        assert words not in sent, words


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("GET /b/" + "s" * 43 + "/details", "GET /b/…/details"),
        ("/files/" + "eyJ" * 20 + ".sig", "/files/…"),
        ("for Maya.O+x@okafor.example.", "for …@…."),
        ("Authorization: Bearer abcdefgh12345", "Authorization: Bearer …"),
        ("exodrive_staff_abcDEF-123_x", "exodrive_staff_…"),
        ("call (301) 555-0123 or +13015550123", "call … or …"),
        ("DETAIL:  Key (email)=(a@b.c) already exists.", "DETAIL: …"),
        (
            "2026-11-23T10:00:00Z 2026-11-23 EXD-7K4M2Q 1250 ms",
            "2026-11-23T10:00:00Z 2026-11-23 EXD-7K4M2Q 1250 ms",
        ),
        ("01a206ad-615b-74a2-be43-99ccba904984", "01a206ad-615b-74a2-be43-99ccba904984"),
    ],
)
def test_the_net_below(text: str, left: str) -> None:
    assert redaction.text(text) == left


def test_secrets_of_the_process_are_known_by_value() -> None:
    before = list(redaction._secrets)
    redaction.keep_back(["a-long-secret-of-ours", "short", None])
    try:
        assert redaction.anything({"a": ["x a-long-secret-of-ours y", 7], "b": "short"}) == {
            "a": ["x … y", 7],
            "b": "short",
        }
    finally:
        redaction.keep_back(before)


def test_traces_carry_no_values(log: io.StringIO) -> None:
    try:
        _crash()
    except RuntimeError:
        logging.getLogger("exodrive.broken").exception("crashed")
    assert "Elm Street" not in log.getvalue()
    assert "okafor" not in log.getvalue()


def _lines_with(words: str, text: str) -> list[str]:
    return [line[:600] for line in text.splitlines() if words in line][:3]
