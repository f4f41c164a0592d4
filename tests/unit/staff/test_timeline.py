"""Every deed that the code writes down has words at the desk, and a new one is shown without them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import exodrive
from exodrive.blueprints.staff.rental import attention_words, operation_words, timeline
from exodrive.bookings.models import Attention
from exodrive.bookings.signing import FOLLOWS
from exodrive.bookings.states import EVENTS
from exodrive.kernel.audit import AuditEntry
from exodrive.payments.models import OperationKind
from exodrive.payments.recording import Fact

SOURCES = Path(exodrive.__file__).parent
NOTED = re.compile(r'(?:transitions\.note|_mail)\(\s*(?:booking|transitions\.lock\([^)]*\)),\s*"([a-z_.]+)"')


def _entry(action: str, **values: Any) -> AuditEntry:
    return AuditEntry(
        id=1, at=datetime(2026, 12, 8, tzinfo=UTC), action=action, subject_type="booking", subject_id=uuid4(),
        actor_kind=values.pop("actor_kind", "staff"), actor_name="Ada Agent",
        reason=values.pop("reason", None), data=values,
    )  # fmt: skip


def test_every_deed_has_words() -> None:
    written = {code for path in SOURCES.glob("bookings/*.py") for code in NOTED.findall(path.read_text())}
    written |= {*EVENTS.values(), *FOLLOWS.values(), *(f"payment.{fact}" for fact in Fact)}
    assert len(written) > 25
    assert written - timeline.codes() == set()
    assert set(attention_words.WORDS) == set(Attention)
    assert set(operation_words.WORDS) == set(OperationKind)


def test_an_unknown_deed_is_shown_as_it_is() -> None:
    (deed,) = timeline.deeds([_entry("booking.dates_changed", reason="Wedding moved")])
    assert deed.text == "Booking: dates changed"
    assert deed.detail == "By Ada Agent. Wedding moved"


def test_amounts_and_dropped_charges_are_told() -> None:
    (deed,) = timeline.deeds(
        [_entry("booking.settling", take=225_00, currency="USD", dropped=[["late", 50_00]], reason="Snow")]
    )
    assert deed.text == "Settlement: $225.00 from the deposit, the rest released"
    assert deed.detail == "By Ada Agent. Snow. Not charged: Late return, $50.00"


def test_a_refusal_carries_paypals_word() -> None:
    (deed,) = timeline.deeds([_entry("payment.rejected", actor_kind="provider", code="AUTHORIZATION_VOIDED")])
    assert deed.detail == "PayPal’s hold was let go. PayPal says AUTHORIZATION_VOIDED"
    assert deed.tone == "stop"
