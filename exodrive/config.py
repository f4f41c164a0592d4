"""Every setting, read from the environment once, at the start.

A missing or bad value stops the start: `load` lists all of them at once, by name. Each variable is explained
in `.env.example`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

# What the simulators accept. Open values: they open nothing but the sandbox.
SANDBOX_DEFAULTS: Mapping[str, str] = {
    "SECRET_KEY": "sandbox-only-secret-key-that-everybody-knows",
    "SIMULATORS_URL": "http://127.0.0.1:8100",
    "PAYPAL_CLIENT_ID": "sandbox-client",
    "PAYPAL_CLIENT_SECRET": "sandbox-secret",
    "PAYPAL_WEBHOOK_ID": "WH-SANDBOX-1",
    "DOCUSEAL_API_KEY": "sandbox-docuseal-key",
    "DOCUSEAL_WEBHOOK_SECRET": "whsec_sandbox-docuseal-secret",
    "DOCUSEAL_TEMPLATE_ID": "1",
    "RESEND_API_KEY": "re_sandbox_key",
    "RESEND_WEBHOOK_SECRET": "whsec_c2FuZGJveC1yZXNlbmQtc2VjcmV0",
    "MAIL_FROM": "ExoDrive Exotics <bookings@exodrive.example>",
}
LIVE_DEFAULTS: Mapping[str, str] = {
    "PAYPAL_BASE_URL": "https://api-m.paypal.com",
    "DOCUSEAL_BASE_URL": "https://api.docuseal.com",
    "RESEND_BASE_URL": "https://api.resend.com",
}
PROVIDER_KEYS = (
    "PAYPAL_CLIENT_ID",
    "PAYPAL_CLIENT_SECRET",
    "PAYPAL_WEBHOOK_ID",
    "DOCUSEAL_API_KEY",
    "DOCUSEAL_WEBHOOK_SECRET",
    "RESEND_API_KEY",
    "RESEND_WEBHOOK_SECRET",
)
# Base address in the sandbox: the simulators' own address and this path.
SANDBOX_PATHS: Mapping[str, str] = {
    "PAYPAL_BASE_URL": "/paypal",
    "DOCUSEAL_BASE_URL": "/docuseal",
    "RESEND_BASE_URL": "/resend",
}
REAL_DOMAINS = ("paypal.com", "docuseal.com", "docuseal.eu", "resend.com")
ROLES = ("VIEWER", "AGENT", "MANAGER", "OWNER")
NOBODY = "NOBODY"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SHORTEST_SECRET = 32  # characters; what `python -c "import secrets; print(secrets.token_hex())"` exceeds
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


class BadSettings(Exception):
    """The environment does not describe a system that could start. `problems` has a line for each fault."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("ExoDrive cannot start:\n" + "\n".join(f"  - {line}" for line in self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class PayPalSettings:
    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    webhook_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocuSealSettings:
    base_url: str
    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    template_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResendSettings:
    base_url: str
    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What this process was told. Addresses have no slash at their end; secrets stay out of `repr`."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    storage_url: str
    port: int
    public_url: str
    secret_key: str = field(repr=False)
    sandbox: bool
    simulators_url: str | None
    paypal: PayPalSettings
    docuseal: DocuSealSettings
    resend: ResendSettings
    mail_from: str
    smtp_url: str | None = field(repr=False)
    sentry_dsn: str | None = field(repr=False)
    log_level: str
    trusted_proxies: int
    cors_origins: tuple[str, ...]
    second_factor_from: str | None = None  # the lowest role that must have one; None: nobody must
    failpoints: Path | None = None  # the folder that says where to die: for tests alone

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """What must never be written anywhere: keys, and addresses with passwords in them."""
        own = (
            self.secret_key,
            self.smtp_url,
            self.sentry_dsn,
            *map(_password, (self.database_url, self.redis_url)),
        )
        paypal = (self.paypal.client_id, self.paypal.client_secret)
        docuseal = (self.docuseal.api_key, self.docuseal.webhook_secret)
        return (*own, *paypal, *docuseal, self.resend.api_key, self.resend.webhook_secret)

    @property
    def secure_cookies(self) -> bool:
        """Whether visitors come over HTTPS, so that cookies may be kept to it."""
        return self.public_url.startswith("https://")


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings. Raises BadSettings with every problem found."""
    reader = _Reader(environ)
    settings = _settings(reader)
    reader.refuse_mixture()
    if reader.problems:
        raise BadSettings(reader.problems)
    return settings


def folder() -> Path:
    """Where local data lies: EXODRIVE_VAR, else `var` in the checkout, or in this folder if installed."""
    chosen = os.environ.get("EXODRIVE_VAR")
    if chosen:
        return Path(chosen).resolve()
    checkout = Path(__file__).resolve().parent.parent
    return (checkout if (checkout / "Procfile").exists() else Path.cwd()) / "var"


def _settings(read: _Reader) -> Settings:
    port = read.whole_number("PORT", default=8000)
    return Settings(
        database_url=_psycopg(
            read.address("DATABASE_URL", schemes=("postgresql", "postgres", "postgresql+psycopg"))
        ),
        redis_url=read.address("REDIS_URL", schemes=("redis", "rediss", "unix")),
        storage_url=read.address(
            "STORAGE_URL", schemes=("file", "s3"), default=f"file://{folder() / 'storage'}"
        ),
        port=port,
        public_url=read.public_url(port),
        secret_key=read.secret_key(),
        sandbox=read.sandbox,
        simulators_url=read.simulators_url(),
        paypal=PayPalSettings(
            base_url=read.provider_url("PAYPAL_BASE_URL"),
            client_id=read.text("PAYPAL_CLIENT_ID"),
            client_secret=read.text("PAYPAL_CLIENT_SECRET"),
            webhook_id=read.text("PAYPAL_WEBHOOK_ID"),
        ),
        docuseal=DocuSealSettings(
            base_url=read.provider_url("DOCUSEAL_BASE_URL"),
            api_key=read.text("DOCUSEAL_API_KEY"),
            webhook_secret=read.text("DOCUSEAL_WEBHOOK_SECRET"),
            template_id=read.whole_number("DOCUSEAL_TEMPLATE_ID"),
        ),
        resend=ResendSettings(
            base_url=read.provider_url("RESEND_BASE_URL"),
            api_key=read.text("RESEND_API_KEY"),
            webhook_secret=read.text("RESEND_WEBHOOK_SECRET"),
        ),
        mail_from=read.text("MAIL_FROM"),
        smtp_url=read.optional_address("SMTP_URL", schemes=("smtp", "smtps")),
        sentry_dsn=read.optional_address("SENTRY_DSN", schemes=("http", "https")),
        log_level=read.one_of("LOG_LEVEL", LOG_LEVELS, default="INFO"),
        trusted_proxies=read.whole_number("TRUSTED_PROXIES", default=0),
        cors_origins=read.origins("CORS_ORIGINS"),
        second_factor_from=read.second_factor_from(),
        failpoints=read.failpoints(),
    )


class _Reader:
    """Reads one variable at a time and remembers what is wrong instead of stopping at the first fault.

    A fault returns a value that fits the type; nobody sees it, since `load` raises then.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {name: value.strip() for name, value in environ.items()}
        self.problems: list[str] = []
        self.sandbox = self._flag("EXODRIVE_SANDBOX")
        self._defaults = SANDBOX_DEFAULTS if self.sandbox else LIVE_DEFAULTS

    def text(self, name: str) -> str:
        """A value that must be there; the sandbox has its own for most."""
        value = self._given(name) or self._defaults.get(name)
        if value is None:
            hint = "" if self.sandbox else " (or set EXODRIVE_SANDBOX=1 to use the simulators)"
            self._fault(name, f"is not set{hint if name in PROVIDER_KEYS else ''}")
        return value or ""

    def whole_number(self, name: str, *, default: int | None = None) -> int:
        value = self._given(name) or (self.text(name) if default is None else str(default))
        if value and not value.isdecimal():
            self._fault(name, f"must be a whole number, not {value!r}")
        return int(value) if value.isdecimal() else 0

    def one_of(self, name: str, choices: tuple[str, ...], *, default: str) -> str:
        value = (self._given(name) or default).upper()
        if value not in choices:
            self._fault(name, f"must be one of {', '.join(choices)}, not {value!r}")
        return value

    def address(self, name: str, *, schemes: tuple[str, ...], default: str | None = None) -> str:
        value = self._given(name) or default or self.text(name)
        if value and not _is_address(value, schemes):
            self._fault(name, f"must begin with {_either(f'{scheme}://' for scheme in schemes)}")
        return value

    def optional_address(self, name: str, *, schemes: tuple[str, ...]) -> str | None:
        return self.address(name, schemes=schemes) if self._given(name) else None

    def origins(self, name: str) -> tuple[str, ...]:
        """Web origins, apart by commas: scheme, host and port, nothing behind them."""
        found = tuple(
            part.strip().rstrip("/") for part in (self._given(name) or "").split(",") if part.strip()
        )
        for origin in found:
            parts = urlsplit(origin)
            if not _is_address(origin, ("http", "https")) or origin != f"{parts.scheme}://{parts.netloc}":
                self._fault(name, f"names no origin such as https://shop.example: {origin!r}")
        return found

    def public_url(self, port: int) -> str:
        """What visitors type. Outside the sandbox it must be named, and HTTPS unless it is this machine."""
        default = f"http://localhost:{port}" if self.sandbox else None
        value = self.address("PUBLIC_URL", schemes=("http", "https"), default=default).rstrip("/")
        parts = urlsplit(value)
        if not self.sandbox and parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
            self._fault("PUBLIC_URL", "must begin with https://: customers and webhooks carry secrets")
        return value

    def secret_key(self) -> str:
        value = self.text("SECRET_KEY")
        if value and len(value) < SHORTEST_SECRET:
            self._fault("SECRET_KEY", f"needs {SHORTEST_SECRET} characters or more")
        if not self.sandbox and value == SANDBOX_DEFAULTS["SECRET_KEY"]:
            self._fault("SECRET_KEY", "is the sandbox's, which everybody knows")
        return value

    def second_factor_from(self) -> str | None:
        """Outside the sandbox whoever can move money by hand signs in with a code too."""
        default = NOBODY if self.sandbox else "MANAGER"
        value = self.one_of("SECOND_FACTOR_FROM", (*ROLES, NOBODY), default=default)
        return None if value == NOBODY else value.lower()

    def simulators_url(self) -> str | None:
        if not self.sandbox:
            return None
        return self.address("SIMULATORS_URL", schemes=("http", "https")).rstrip("/")

    def provider_url(self, name: str) -> str:
        base = self.simulators_url()
        default = None if base is None else base + SANDBOX_PATHS[name]
        return self.address(name, schemes=("http", "https"), default=default).rstrip("/")

    def failpoints(self) -> Path | None:
        """The folder of `kernel.failpoints`. Never in a live house, and nowhere by one mistyped line."""
        folder = self._given("EXODRIVE_FAILPOINTS")
        if folder is None:
            return None
        for switch, on in (
            ("EXODRIVE_SANDBOX", self.sandbox),
            ("EXODRIVE_TEST_RUN", self._flag("EXODRIVE_TEST_RUN")),
        ):
            if not on:
                self._fault("EXODRIVE_FAILPOINTS", f"kills processes on purpose, and {switch} is not set")
        return Path(folder)

    def refuse_mixture(self) -> None:
        """Live keys never meet simulators: one would move real money for a game, or rent a car for none.

        The sandbox may look at any stand-in (a validator in front of the simulators, say), only not at a
        provider itself; without it, nothing that is known to be the sandbox's may be set.
        """
        for name in SANDBOX_PATHS:
            host = urlsplit(self._given(name) or "").hostname or ""
            if self.sandbox and host.endswith(REAL_DOMAINS):
                self._fault(name, "is a real provider's, but EXODRIVE_SANDBOX is set: unset one of them")
        if self.sandbox:
            return
        for name in (*PROVIDER_KEYS, *SANDBOX_PATHS):
            value = self._given(name)
            if value is not None and self._is_the_sandboxes(name, value):
                self._fault(name, "is the simulators', but EXODRIVE_SANDBOX is not set")

    def _is_the_sandboxes(self, name: str, value: str) -> bool:
        if name in SANDBOX_PATHS:
            base = self._given("SIMULATORS_URL") or SANDBOX_DEFAULTS["SIMULATORS_URL"]
            return value.rstrip("/") == base.rstrip("/") + SANDBOX_PATHS[name]
        return value == SANDBOX_DEFAULTS[name]

    def _flag(self, name: str) -> bool:
        value = (self._given(name) or "0").lower()
        if value not in ("0", "1", "true", "false"):
            self._fault(name, f"must be 1 or 0, not {value!r}")
        return value in ("1", "true")

    def _given(self, name: str) -> str | None:
        return self._environ.get(name) or None

    def _fault(self, name: str, what: str) -> None:
        line = f"{name} {what}"
        if line not in self.problems:
            self.problems.append(line)


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/"))


def _password(url: str) -> str | None:
    return urlsplit(url).password


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)


def _psycopg(url: str) -> str:
    """Name the driver, which the usual spellings of a PostgreSQL address leave out."""
    _, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator else url
