"""Finds requests that write and forget to commit: the answer says it was done, and it was not."""

from __future__ import annotations

from flask import Flask, Response
from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from exodrive.kernel.db import db

FLUSHED = "flushed_and_not_committed"


class ForgottenCommit(AssertionError):
    """A request left changes behind that nobody commits."""


def watch(app: Flask) -> None:
    """Fail every request of this app that ends with changes which are not committed."""
    factory = db.session.session_factory
    event.listen(factory, "after_flush", _flushed)
    event.listen(factory, "after_commit", _settled)
    event.listen(factory, "after_rollback", _settled)
    app.after_request(_check)


def _flushed(session: Session, _: UOWTransaction) -> None:
    session.info[FLUSHED] = True


def _settled(session: Session) -> None:
    session.info[FLUSHED] = False


def _check(response: Response) -> Response:
    session = db.session()
    if response.status_code < 400 and (session.info.get(FLUSHED) or session.new or session.deleted):
        raise ForgottenCommit(f"uncommitted: {[*session.new, *session.dirty, *session.deleted] or 'flushed'}")
    return response
