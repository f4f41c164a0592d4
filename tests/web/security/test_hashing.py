"""What staff passwords are hashed with, in an app that no test has spared."""

from __future__ import annotations

from flask import Flask

from exodrive.app import create_app
from exodrive.config import Settings


def test_a_stolen_hash_is_dear_to_guess(house: Flask, settings: Settings) -> None:
    """OWASP asks of Argon2id at least 19 MiB with two passes; other apps of this process are no measure."""
    spared = house.extensions["security"].pwd_context
    dear = create_app(settings).extensions["security"].pwd_context
    kept = dear.hash("correct horse battery")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not dear.needs_update(kept)
    # Nobody who was let in with less keeps it.
    assert dear.needs_update(spared.hash("correct horse battery"))
