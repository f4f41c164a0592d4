"""The blueprint of the pages around the cars."""

from __future__ import annotations

from flask import Blueprint

site = Blueprint("site", __name__)
