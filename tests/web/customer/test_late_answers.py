"""An answer that comes late takes nothing back that a newer one has noted."""

from __future__ import annotations

import pytest
from flask import Flask

pytestmark = pytest.mark.usefixtures("house")


def test_an_answer_that_changes_nothing_sends_no_session(app: Flask) -> None:
    client = app.test_client()
    with client.session_transaction() as session:
        session.permanent = True
        session["visitor"] = "somebody"
    first = client.get("/terms")  # which notes the token of its forms
    assert first.headers.getlist("Set-Cookie") != []
    second = client.get("/terms")
    assert second.status_code == 200
    assert second.headers.getlist("Set-Cookie") == []
