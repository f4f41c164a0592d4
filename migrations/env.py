"""Alembic's environment: our own engine and metadata, one transaction for all that is due."""

from __future__ import annotations

from alembic import context
from flask import current_app

from exodrive.kernel.db import Base, db


def migrate() -> None:
    """Bring the database up to date, or compare it with the models."""
    if context.is_offline_mode():
        raise SystemExit("migrations need the database: triggers and extensions depend on what is there")
    configured = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            transaction_per_migration=False,
            **{name: value for name, value in configured.items() if name != "compare_type"},
        )
        with context.begin_transaction():
            # Two processes that start together migrate one after the other.
            context.get_context().connection.exec_driver_sql("SELECT pg_advisory_xact_lock(727363)")
            context.run_migrations()


migrate()
