"""Two browsers send the same review at the same moment: there is one, and the other is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask

from exodrive.kernel import clock
from exodrive.kernel.db import db, transaction
from exodrive.kernel.errors import Stale
from exodrive.reviews import queries, writing
from exodrive.reviews.states import ReviewState
from exodrive.reviews.writing import UNWRITTEN, Said


@pytest.mark.parametrize(("words", "refused"), [(("Yes.", "Yes."), 0), (("Yes.", "No."), 1)])
def test_two_at_once(app: Flask, rental: UUID, words: tuple[str, str], refused: int) -> None:
    ready = Barrier(2)

    def send(text: str) -> bool:
        said = Said.of(stars=5, headline="", words=text, public_name="Maya O.")
        with app.app_context():
            try:
                ready.wait(timeout=60)
                with transaction():
                    writing.write(rental, said, consent=True, version=UNWRITTEN, at=clock.now())
            except Stale:
                return False
            finally:
                db.session.remove()
        return True

    with ThreadPoolExecutor(2) as browsers:
        answers = list(browsers.map(send, words))
    assert answers.count(False) == refused
    with transaction():
        assert queries.counts()[ReviewState.WRITTEN] == 1
