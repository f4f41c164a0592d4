"""The demo house, its workers in this thread, and the simulators at the end of a wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exodrive.config import Settings
from exodrive.kernel import clock, sandbox_clock
from exodrive.kernel.db import db, transaction
from exodrive.local import demo
from exodrive.providers import factory, simulator_clock
from tests import circuits, rental
from tests.audited import assert_no_breach
from tests.conftest import Simulators
from tests.drain import drain
from tests.providers.faulty import Received
from tests.tasks import seen as seeing
from tests.tasks import wire as wires
from tests.tasks.reports import Post
from tests.tasks.seen import Seen
from tests.tasks.wire import Wire

PassTime = Callable[[timedelta], None]


@pytest.fixture
def wire(simulators: Simulators) -> Iterator[Wire]:
    with wires.laid(simulators.url) as laid:
        yield laid


@pytest.fixture
def house(app: Flask, settings: Settings, wire: Wire, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Inside the app's context, with the demo house and the real clients, who speak through the wire.

    However a rental went, no promise is broken at its end.
    """
    with circuits.answers_within():
        factory.configure(
            replace(
                settings,
                paypal=replace(settings.paypal, base_url=f"{wire.url}/paypal"),
                docuseal=replace(settings.docuseal, base_url=f"{wire.url}/docuseal"),
                resend=replace(settings.resend, base_url=f"{wire.url}/resend"),
            )
        )
    with app.app_context():
        with transaction():
            demo.furnish(at=clock.now())
        yield app
        db.session.remove()
    factory.configure(settings)
    if request.node.get_closest_marker("made_up") is None:
        assert_no_breach(app)


@pytest.fixture
def seen(house: Flask) -> Seen:
    """The house as its customer and a manager see it."""
    return seeing.by_a_manager(house)


@pytest.fixture
def pass_time(house: Flask, simulators: Simulators) -> Iterator[PassTime]:
    """Move business time forward, for the house and for its providers. It begins on a Tuesday.

    Keys go out from Monday to Friday here, so that "three days ahead" may be five on another day of the week,
    and PayPal's hold, which lasts three, would have to be renewed.
    """

    def move(by: timedelta) -> None:
        with transaction():
            sandbox_clock.move(by)
        drain()

    now = clock.now()
    today = now.astimezone(rental.ZONE).date()
    tuesday = today + timedelta(days=(1 - today.weekday()) % 7 or 7)
    move(datetime.combine(tuesday, time(11), rental.ZONE) - now)
    yield move
    clock.set_offset(timedelta())
    simulator_clock.move(simulators.url, offset_seconds=0)


@pytest.fixture
def post(house: Flask, settings: Settings) -> Post:
    """Hands a message on to the house as its provider would; returns the status."""
    factory.configure(settings)  # without the wire: PayPal's certificates lie at its own address
    client: FlaskClient = house.test_client()

    def hand_on(message: Received, *, body: bytes | None = None) -> int:
        answer = client.post(
            f"/webhooks{message.path}",
            data=message.body if body is None else body,
            headers={name: value for name, value in message.headers.items() if "-" in name},
            content_type="application/json",
        )
        db.session.remove()
        return answer.status_code

    return hand_on
