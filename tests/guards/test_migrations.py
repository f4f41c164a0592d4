"""The migrations are one line of steps, and lead to what the models say."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from exodrive.kernel.db import db


def test_there_is_one_head(checkout: Path) -> None:
    assert len(ScriptDirectory(str(checkout / "migrations")).get_heads()) == 1


def test_the_database_is_what_the_models_say(application: Flask) -> None:
    with application.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []
