"""The Flask extensions, as objects that views may name; `app.create_app` gives them their app."""

from __future__ import annotations

from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

babel = Babel()  # type: ignore[no-untyped-call]  # Flask-Babel leaves it untyped
csrf = CSRFProtect()
migrate = Migrate()
# Counts in Redis while it is there, and in this process's memory while it is not. Of the requests that are
# under way as Redis goes, only the first makes the change; the others are let through uncounted, not failed.
limiter = Limiter(
    key_func=get_remote_address, in_memory_fallback_enabled=True, swallow_errors=True, headers_enabled=True
)
