"""Faults reported to Sentry, where SENTRY_DSN is set: what broke and where, never whom it concerned."""

from __future__ import annotations

from typing import Any

import sentry_sdk
from sentry_sdk.transport import Transport

from exodrive.kernel import redaction

# Of a request its route and method are told. The address holds links, the rest holds people.
TOLD = ("method",)


def configure(dsn: str | None, *, transport: type[Transport] | None = None) -> None:
    """Report from now on; does nothing without a DSN. `transport` is for tests."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn,
        transport=transport,
        include_local_variables=False,  # they hold whatever the code was working on
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,  # they would quote log lines and addresses
        before_send=scrub,
    )


def scrub(event: Any, _hint: Any) -> Any:
    """The event without people and secrets."""
    request = event.get("request")
    if request is not None:
        event["request"] = {name: request[name] for name in TOLD if name in request}
    for name in ("user", "breadcrumbs", "_meta"):
        event.pop(name, None)
    return redaction.anything(event)
