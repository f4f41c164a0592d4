"""The pages around the cars: who the house is, and how to reach it."""

from __future__ import annotations

from flask import Flask

from exodrive.blueprints.site_pages import about, contact, texts
from exodrive.blueprints.site_pages.blueprint import site

__all__ = ["about", "contact", "init_app"]


def init_app(app: Flask) -> None:
    """Register the pages, and what templates need for the house's own words."""
    texts.init_app(app)
    app.register_blueprint(site)
