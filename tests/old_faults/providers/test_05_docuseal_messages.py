"""5: anything was believed of DocuSeal where no secret was set, and what was waited for does not exist."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from exodrive.app import create_app
from exodrive.config import Settings
from exodrive.contracts import issuing
from exodrive.contracts.states import STEP_OF
from exodrive.extensions import limiter
from exodrive.kernel.db import db, transaction
from tests import rental
from tests.drain import drain
from tests.providers.faulty import Faulty
from tests.tasks import pens, steps
from tests.tasks.reports import Post, arrived, stored

pytestmark = pytest.mark.usefixtures("house")


def test_without_a_secret_no_message_is_accepted(settings: Settings) -> None:
    """An empty secret can be used by anybody."""
    bare = replace(
        settings,
        docuseal=replace(settings.docuseal, webhook_secret=""),
        resend=replace(settings.resend, webhook_secret=""),
        paypal=replace(settings.paypal, webhook_id=""),
    )
    enabled = limiter.enabled
    app = create_app(bare)
    client = app.test_client()
    for provider in ("paypal", "docuseal", "resend"):
        message = pens.of(bare).write(provider, {"id": "1", "event_type": "form.completed", "type": "x"})
        answer = client.post(f"/webhooks/{provider}", data=message.body, headers=message.headers)
        assert answer.status_code == 404, "signed with the empty secret"
    with app.app_context():
        db.engine.dispose()
    limiter.enabled = enabled
    assert stored() == []


def test_an_unsigned_message_signs_no_agreement(post: Post, postbox: Faulty) -> None:
    booking_id = steps.paid()
    rental.sign(steps.sign_url(booking_id))
    message = arrived(postbox, "/docuseal", "form.completed", _agreement(booking_id))
    bare = replace(message, headers={"content-type": "application/json"})
    assert post(bare) == 401
    drain()
    assert rental.state(booking_id) == "awaiting_signature"
    assert post(message) == 200
    drain()
    assert rental.state(booking_id) == "confirmed"


def test_the_words_we_wait_for_are_the_providers_own(post: Post, postbox: Faulty) -> None:
    """It waited for events that nobody sends. Here what DocuSeal really sends leads to the signature."""
    assert set(STEP_OF) == {"opened", "completed", "declined", "expired", "archived"}
    booking_id = steps.paid()
    rental.sign(steps.sign_url(booking_id))
    assert post(arrived(postbox, "/docuseal", "submission.completed", _agreement(booking_id))) == 200
    drain()
    assert rental.state(booking_id) == "confirmed"


def _agreement(booking_id: UUID) -> str:
    """What DocuSeal calls our agreement by."""
    with transaction():
        contract = issuing.current(booking_id)
        assert contract is not None
        return contract.external_id
