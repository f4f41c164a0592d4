"""A session whose server has gone away ends without a word, and the next one works."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from exodrive.kernel import db as database
from exodrive.kernel.db import db


def test_a_connection_that_was_cut_after_the_answer(app: Flask) -> None:
    with app.app_context():
        cut = db.session.scalar(text("SELECT pg_backend_pid()"))
        with db.engine.connect() as elsewhere:
            # Waits until it is gone: what dies a moment later dies in somebody else's hands.
            ended = elsewhere.scalar(text("SELECT pg_terminate_backend(:pid, 60000)"), {"pid": cut})
        assert ended
        database.let_go()
        db.session.remove()
        assert db.session.scalar(text("SELECT 1")) == 1
    with app.app_context():
        database.let_go()  # where nothing was asked there is nothing to end
