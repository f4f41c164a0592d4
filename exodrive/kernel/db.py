"""The database session and the edge of a transaction. Nothing else in ExoDrive commits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, registry

from exodrive.kernel.errors import DomainError

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)


class Base(DeclarativeBase):
    """The declarative base of every model: aware times, UUID keys, JSONB for documents."""

    # Flask-SQLAlchemy copies this class; SQLAlchemy takes the types of a copied class from its registry only.
    registry = registry(
        metadata=METADATA,
        type_annotation_map={
            datetime: DateTime(timezone=True),
            UUID: Uuid(as_uuid=True),
            dict[str, Any]: JSONB,
            list[Any]: JSONB,
        },
    )


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    # Rows stay readable after the commit: a view renders what it changed without asking again.
    session_options={"expire_on_commit": False},
)


def session() -> Session:
    """The session of this request or actor."""
    return db.session()


def let_go(_error: BaseException | None = None) -> None:
    """End the session of a request whose answer is made: a server that is gone by now changes nothing."""
    if not db.session.registry.has():
        return
    try:
        db.session.rollback()
    except DBAPIError:
        db.session().invalidate()


class NestedTransaction(RuntimeError):
    """A transaction was opened inside another: the inner one would commit half of the outer one's work."""


@contextlib.contextmanager
def transaction(*, one_moment: bool = False) -> Iterator[None]:
    """Commit on leaving, roll back on any exception. Raises NestedTransaction inside another one.

    With `one_moment` all statements see the data as they were at the first of them, for whoever puts a whole
    together from several and changes nothing: an order that is approved between two of them would look lost.
    """
    info = db.session().info
    if info.get("in_transaction"):
        raise NestedTransaction
    info["in_transaction"] = True
    try:
        if one_moment:
            db.session.commit()  # what was only read so far has begun a transaction of its own
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        info["in_transaction"] = False


@contextlib.contextmanager
def savepoint() -> Iterator[None]:
    """Undo what was done inside on any exception, and keep the transaction around it and its locks."""
    with db.session.begin_nested():
        yield


def flush(errors: Mapping[str, DomainError]) -> None:
    """Send what is pending to the database now, so that a broken constraint becomes its domain error.

    `errors` maps the constraint's name to the fact that it stands for; the transaction is lost either way.
    """
    try:
        db.session.flush()
    except IntegrityError as error:
        fact = errors.get(constraint_name(error) or "")
        if fact is None:
            raise
        raise fact from error


def constraint_name(error: DBAPIError) -> str | None:
    """The name of the constraint that a statement broke."""
    cause = error.orig
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
