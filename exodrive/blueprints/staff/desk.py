"""The desk's blueprint: every page of the staff hangs on it."""

from __future__ import annotations

from flask import Blueprint

ADDRESS = "/desk"

staff = Blueprint("staff", __name__, url_prefix=ADDRESS)
