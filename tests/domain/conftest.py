"""`app`: a real PostgreSQL with the tables that prices and taken time need, emptied after each test.

Bookings need the whole app: they use `rolled_back`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

import exodrive.availability.models
import exodrive.fleet.models
import exodrive.house.models
import exodrive.pricing.models  # noqa: F401
from exodrive.kernel.db import Base, db
from exodrive.local import postgres, programs

TABLES = [
    "occupancies",
    "seasons",
    "long_stay_discounts",
    "extras",
    "tax_rates",
    "cars",
    "categories",
    "places",
]


@pytest.fixture(scope="session")
def few_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    server = postgres.prepare(Path(tmp_path_factory.mktemp("postgres")), options=postgres.FORGETFUL)
    program = server.program(os.environ)
    process = programs.start(program, output=subprocess.DEVNULL)
    try:
        server.wait(process)
        app = Flask("tests")
        url = server.url("postgres").replace("postgresql:", "postgresql+psycopg:")
        app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 40})
        db.init_app(app)
        with app.app_context():
            db.session.execute(text("CREATE EXTENSION btree_gist"))
            db.session.commit()
            Base.metadata.create_all(db.engine, tables=[Base.metadata.tables[name] for name in TABLES])
        yield app
        with app.app_context():
            db.engine.dispose()
    finally:
        programs.stop(process, program)


@pytest.fixture
def app(few_tables: Flask) -> Iterator[Flask]:
    with few_tables.app_context():
        yield few_tables
        db.session.rollback()
        db.session.execute(text(f"TRUNCATE {', '.join(TABLES)} CASCADE"))
        db.session.commit()
