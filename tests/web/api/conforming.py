"""Holds the running API against its document with schemathesis: made-up calls, good and bad.

The same seed makes the same calls. `known` are values that lead somewhere (ids of this house, quotes, keys),
so that not everything ends at 404; credentials go to the operations that ask for them.
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from werkzeug.serving import make_server

from exodrive.blueprints.api import ADDRESS

SEED = 20_261_124
# What the house refuses (409, 422) is a good answer to a good request; what cannot be read (400) is none.
GOOD_REQUEST = ["2xx", "304", "401", "403", "404", "409", "412", "422"]
BAD_REQUEST = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422"]


@dataclass
class Report:
    """What was found: each fault in words, and how often each operation answered with which status."""

    faults: list[str] = field(default_factory=list)
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def calls(self) -> int:
        return sum(sum(counter.values()) for counter in self.statuses.values())

    def reached(self, status: int) -> set[str]:
        """The operations that answered so at least once."""
        return {label for label, counter in self.statuses.items() if counter[status]}


def run(
    url: str,
    *,
    credentials: Mapping[str, str],
    known: Mapping[str, Sequence[str]],
    examples: int,
    phases: Sequence[str] = ("examples", "coverage", "fuzzing"),
    seed: int = SEED,
) -> Report:
    """Call every operation of the house at `url`; `known` maps parameters such as `path.slug` to values."""
    schema = schemathesis.openapi.from_url(
        f"{url}{ADDRESS}/openapi.json", config=_config(url, credentials, known, examples, phases, seed)
    )
    report = Report()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(report, event.recorder)
        elif isinstance(event, events.NonFatalError):
            report.faults.append(f"{event.label}: {event.info.format() if event.info else event.value!r}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return report


@contextlib.contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on a port of this machine, in a thread of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _config(
    url: str,
    credentials: Mapping[str, str],
    known: Mapping[str, Sequence[str]],
    examples: int,
    phases: Sequence[str],
    seed: int,
) -> SchemathesisConfig:
    every = ("examples", "coverage", "fuzzing", "stateful")
    settings: dict[str, Any] = {
        "seed": seed,
        "base-url": f"{url}{ADDRESS}",
        "auth": {"openapi": {scheme: {"bearer": secret} for scheme, secret in credentials.items()}},
        "generation": {"mode": "all", "max-examples": examples, "deterministic": True, "no-shrink": True},
        "phases": {name: {"enabled": name in phases} for name in every},
        "checks": {
            "positive_data_acceptance": {"expected-statuses": GOOD_REQUEST},
            "negative_data_rejection": {"expected-statuses": BAD_REQUEST},
        },
        "dictionaries": {name.replace(".", "_"): {"values": list(values)} for name, values in known.items()},
        "parameters": {name: {"dictionary": name.replace(".", "_"), "probability": 0.7} for name in known},
        "request-timeout": 60.0,  # some calls wait for what nobody brings here
        "suppress-health-check": ["all"],
    }
    return SchemathesisConfig.from_dict(settings)


def _note(report: Report, recorder: Any) -> None:
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is not None:
            label = recorder.cases[case_id].value.operation.label
            report.statuses[label][interaction.response.status_code] += 1
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                sent = recorder.cases[case_id].value
                answer = recorder.interactions[case_id].response
                said = f"{answer.status_code} {answer.content[:400]!r}" if answer is not None else "nothing"
                report.faults.append(
                    f"{sent.operation.label}: {check.name}: {failure.title}: {failure.message}\n"
                    f"  {sent.as_curl_command()}\n  answered {said}"
                )
