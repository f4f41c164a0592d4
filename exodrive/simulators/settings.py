"""What the simulators accept as credentials and where they send webhooks. Every value has an open default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

PREFIX = "SIMULATORS_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is overridden by the environment variable `SIMULATORS_` + its name in capitals.

    An empty webhook address means that events are kept and listed, but sent nowhere.
    """

    paypal_client_id: str = "sandbox-client"
    paypal_client_secret: str = "sandbox-secret"  # noqa: S105  open on purpose: it opens nothing but the sandbox
    paypal_webhook_id: str = "WH-SANDBOX-1"
    docuseal_api_key: str = "sandbox-docuseal-key"
    docuseal_webhook_secret: str = "whsec_sandbox-docuseal-secret"  # noqa: S105  the same
    resend_api_key: str = "re_sandbox_key"
    resend_webhook_secret: str = "whsec_c2FuZGJveC1yZXNlbmQtc2VjcmV0"  # noqa: S105  the same
    resend_rate: str = "10"  # requests per second, as Resend's own default
    door_paypal: str = ""  # a port of its own, 0 for any free one; see doors.py
    door_docuseal: str = ""
    door_resend: str = ""
    webhooks_paypal: str = ""
    webhooks_docuseal: str = ""
    webhooks_resend: str = ""
    record: str = ""  # file to which every exchange with the API is appended, as JSON lines


def from_environment(
    environ: Mapping[str, str] | None = None, *, overrides: Mapping[str, str | None] | None = None
) -> Settings:
    """Defaults, then the environment, then what the caller names (None names nothing)."""
    environ = os.environ if environ is None else environ
    values = {}
    for one in fields(Settings):
        named = (overrides or {}).get(one.name)
        value = named if named is not None else environ.get(PREFIX + one.name.upper())
        if value is not None:
            values[one.name] = value
    return Settings(**values)
