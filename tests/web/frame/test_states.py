"""Every state that can be stored has a tone, an icon and a word."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask

import exodrive
from exodrive.blueprints import states
from exodrive.bookings.states import State
from exodrive.contracts.states import ContractState
from exodrive.kernel import inbox
from exodrive.kernel.outbox import DeliveryState
from exodrive.notifications import models as notifications
from exodrive.payments.states import PaymentState

TONES = {"wait", "go", "info", "sign", "stop", "idle"}
SPRITE = Path(exodrive.__file__).parent / "static" / "vendor" / "icons.svg"


@pytest.mark.parametrize("kind", states.KINDS)
def test_each_has_tone_icon_and_word(app: Flask, kind: str) -> None:
    sprite = SPRITE.read_text()
    with app.test_request_context():
        for name, look in states.KINDS[kind].items():
            assert look.tone in TONES, name
            assert f'id="{look.icon}"' in sprite, name
            assert str(look.word)


@pytest.mark.parametrize(
    ("kind", "enum"),
    [
        ("booking", State),
        ("payment", PaymentState),
        ("contract", ContractState),
        ("message", notifications.MessageState),
        ("delivery", DeliveryState),
        ("webhook", inbox.MessageState),
    ],
)
def test_none_is_missing(kind: str, enum: type[StrEnum]) -> None:
    for state in enum:
        assert states.shown(kind, state)


def test_unknown_states_are_a_fault() -> None:
    with pytest.raises(KeyError):
        states.shown("booking", "lost")
