"""`exodrive doctor`: what is configured, what answers, what is missing, and how to mend it."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import obstore.exceptions
import psycopg
import redis
import requests
from alembic.script import ScriptDirectory
from obstore.store import LocalStore, from_url

import exodrive
from exodrive import config
from exodrive.config import Settings
from exodrive.local import leftovers, surroundings
from exodrive.providers import docuseal

TIMEOUT = (3, 10)  # seconds to connect and to read
OLDEST_POSTGRES = 15_00_00  # as the server counts its versions
LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0")
UNREACHABLE = (
    *(OSError, ValueError, psycopg.Error, redis.RedisError),
    *(requests.RequestException, obstore.exceptions.BaseError),
)
ASSETS = ("tabler.css", "htmx.js", "icons.svg", "desk-icons.svg")
OURS = Path(exodrive.__file__).parent


class Verdict(Enum):
    GOOD = "ok"
    NOTE = "note"
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and how it is. `mend` says what to do about it."""

    verdict: Verdict
    what: str
    mend: str = ""


def examine() -> int:
    """Print every finding; 1 if there is a fault among them."""
    faults = 0
    for finding in findings():
        faults += finding.verdict is Verdict.FAULT
        print(f"  {finding.verdict.value:<5}  {finding.what}")
        if finding.mend:
            print(f"         {finding.mend}")
    print(f"\n{faults or 'No'} fault{'' if faults == 1 else 's'} found.")
    return 1 if faults else 0


def findings() -> Iterator[Finding]:
    """Look at one thing after the other, so that slow ones do not hold back the first lines."""
    yield from _installation()
    environ, runs = _environment()
    yield from _settings_and_servers(environ, runs)


def _environment() -> tuple[dict[str, str], bool]:
    """The environment of the running house, or what `exodrive up` would begin with."""
    runs = leftovers.is_held(config.folder())
    given = surroundings.given()
    if runs:
        return {**given, **surroundings.of_running_house()}, True
    if surroundings.wants_simulators(given):
        given["EXODRIVE_SANDBOX"] = "1"
    return given, False


def _installation() -> Iterator[Finding]:
    missing = [name for name in LIBRARIES if not _loads(name)]
    if missing:
        yield Finding(
            Verdict.FAULT, f"WeasyPrint lacks {', '.join(missing)}: no agreement, no invoice", "make setup"
        )
    else:
        yield Finding(Verdict.GOOD, "WeasyPrint has its libraries")
    absent = [name for name in ASSETS if not (OURS / "static" / "vendor" / name).is_file()]
    if absent:
        yield Finding(Verdict.FAULT, f"static/vendor lacks {', '.join(absent)}: pages are bare", "make setup")
    else:
        yield Finding(Verdict.GOOD, "Style sheets, scripts and icons are in place")


def _settings_and_servers(environ: Mapping[str, str], runs: bool) -> Iterator[Finding]:
    if runs:
        yield Finding(Verdict.GOOD, f"The house is open at {environ.get('PUBLIC_URL')}")
    embedded = [name for name in ("DATABASE_URL", "REDIS_URL") if not environ.get(name)]
    for name in embedded:
        yield Finding(Verdict.NOTE, f"{name} is not set: `exodrive up` starts a server of its own")
    stand_in = {"DATABASE_URL": "postgresql:///exodrive", "REDIS_URL": "redis://localhost"}
    try:
        settings = config.load({**environ, **{name: stand_in[name] for name in embedded}})
    except config.BadSettings as bad:
        for problem in bad.problems:
            yield Finding(Verdict.FAULT, problem, "see .env.example")
        return
    yield Finding(Verdict.GOOD, "Settings are complete")
    if "DATABASE_URL" not in embedded:
        yield _tried(f"PostgreSQL at {_place(settings.database_url)}", _database, settings)
    if "REDIS_URL" not in embedded:
        yield _tried(f"Redis at {_place(settings.redis_url)}", _redis, settings)
    yield _tried(f"Files at {settings.storage_url}", _storage, settings)
    yield from _providers(settings, runs)


def _providers(settings: Settings, runs: bool) -> Iterator[Finding]:
    if settings.sandbox:
        yield Finding(Verdict.NOTE, "Sandbox: PayPal, DocuSeal and Resend are simulated")
        if not runs:
            return
    yield _tried(f"PayPal at {settings.paypal.base_url}", _paypal, settings)
    yield _tried(f"DocuSeal at {settings.docuseal.base_url}", _docuseal, settings)
    yield _tried(f"Resend at {settings.resend.base_url}", _resend, settings)
    yield Finding(
        Verdict.NOTE,
        "PayPal must allow partial captures on your account, or a deposit can only be taken whole",
        "No API tells: ask PayPal's merchant support to enable multiple and partial captures",
    )
    yield Finding(
        Verdict.NOTE,
        f"Each provider must know its webhook: {settings.public_url}/webhooks/paypal, …/docuseal, …/resend",
    )


def _database(settings: Settings) -> Finding:
    address = settings.database_url.replace("postgresql+psycopg:", "postgresql:", 1)
    with psycopg.connect(address, connect_timeout=5) as connection:
        version = connection.info.server_version
        if version < OLDEST_POSTGRES:
            return Finding(
                Verdict.FAULT, f"PostgreSQL {version // 10000} is too old", "15 or newer is needed"
            )
        known = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        row = (
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if known and known[0]
            else None
        )
    newest = ScriptDirectory(str(surroundings.migrations())).get_current_head()
    if row is None or row[0] != newest:
        return Finding(
            Verdict.FAULT,
            f"The schema is at {row[0] if row else 'nothing'}, not {newest}",
            "exodrive migrate",
        )
    return Finding(Verdict.GOOD, f"PostgreSQL {version // 10000} answers, and its schema is up to date")


def _redis(settings: Settings) -> Finding:
    with redis.Redis.from_url(settings.redis_url, socket_connect_timeout=3, socket_timeout=3) as client:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    if policy != "noeviction":
        return Finding(Verdict.NOTE, f"Redis answers, but its policy is {policy}", "set it to noeviction")
    return Finding(Verdict.GOOD, "Redis answers")


def _storage(settings: Settings) -> Finding:
    if settings.storage_url.startswith("file://"):
        folder = Path(settings.storage_url.removeprefix("file://"))
        folder.mkdir(parents=True, exist_ok=True)
        store: object = LocalStore(prefix=folder)
    else:
        store = from_url(settings.storage_url)
    obstore.put(store, "doctor", b"written by `exodrive doctor`")  # type: ignore[arg-type, unused-ignore]
    obstore.delete(store, "doctor")  # type: ignore[arg-type, unused-ignore]
    return Finding(Verdict.GOOD, f"Files can be written to {settings.storage_url}")


def _paypal(settings: Settings) -> Finding:
    own = settings.paypal
    answer = requests.post(
        f"{own.base_url}/v1/oauth2/token",
        auth=(own.client_id, own.client_secret),
        data={"grant_type": "client_credentials"},
        timeout=TIMEOUT,
    )
    return _answered("PayPal", answer, "check PAYPAL_BASE_URL, PAYPAL_CLIENT_ID and PAYPAL_CLIENT_SECRET")


def _docuseal(settings: Settings) -> Finding:
    own = settings.docuseal
    answer = requests.get(
        f"{docuseal.api_address(own.base_url)}/templates/{own.template_id}",
        headers={"X-Auth-Token": own.api_key},
        timeout=TIMEOUT,
    )
    if answer.status_code == 404:
        return Finding(
            Verdict.FAULT,
            f"DocuSeal has no template {own.template_id}",
            "make the agreement's template in DocuSeal and set DOCUSEAL_TEMPLATE_ID",
        )
    return _answered("DocuSeal", answer, "check DOCUSEAL_BASE_URL and DOCUSEAL_API_KEY")


def _resend(settings: Settings) -> Finding:
    own = settings.resend
    headers = {"Authorization": f"Bearer {own.api_key}"}
    # An id that no mail has: the answer tells a good key (404) from a bad one, and nothing is sent.
    answer = requests.get(f"{own.base_url}/emails/{'0' * 8}-0000", headers=headers, timeout=TIMEOUT)
    sends_only = answer.status_code == 401 and "restricted_api_key" in answer.text
    if sends_only or answer.status_code in (400, 404, 422):
        return Finding(Verdict.GOOD, "Resend answers and takes the key")
    return _answered("Resend", answer, "check RESEND_BASE_URL and RESEND_API_KEY")


def _answered(name: str, answer: requests.Response, mend: str) -> Finding:
    if answer.ok:
        return Finding(Verdict.GOOD, f"{name} answers and takes the keys")
    return Finding(Verdict.FAULT, f"{name} answers {answer.status_code}", mend)


def _tried(what: str, look: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """Whatever goes wrong while looking is a finding too."""
    try:
        return look(settings)
    except UNREACHABLE as error:
        reason = str(error).strip().splitlines()
        return Finding(
            Verdict.FAULT, f"{what} cannot be reached", reason[0] if reason else type(error).__name__
        )


def _place(url: str) -> str:
    """An address without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _loads(library: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(ctypes.CDLL(library))
    return False
