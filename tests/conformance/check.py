"""Checks recorded exchanges with the simulators against the providers' own OpenAPI files.

    python -m tests.conformance.check SPECS_DIR RECORD_FILE...

SPECS_DIR holds `paypal/*.json`, `docuseal/*.json` and `resend/*.json`; the record files are what the
simulators wrote under SIMULATORS_RECORD. A property name or an enum value that a file does not know is a
fault. Requests that were refused are not checked, since tests make mistakes on purpose; the refusals are.
Exits 1 on faults.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from tests.conformance.schemas import Schema, Strict

JSON = "application/json"
METHODS = ("get", "post", "put", "patch", "delete")

# What is said over HTTP and stands in no OpenAPI file, with the reason why it may.
NOT_IN_THE_SPEC = {
    ("paypal", "POST", "/v1/oauth2/token"): "PayPal documents its token call in prose only",
    ("paypal", "GET", "/v1/notifications/certs/"): "the certificate's address comes with each webhook",
    ("docuseal", "POST", "/submissions/init"): "what DocuSeal's own SDKs call to create a submission",
    ("docuseal", "POST", "/templates/*/submissions"): "an older spelling of POST /submissions, still served",
    ("docuseal", "PUT", "/submissions/"): "in the routes and the SDK, missing from the file",
    ("docuseal", "GET", "/events/"): "in the routes, missing from the file",
    ("docuseal", "GET", "/user"): "in the routes, missing from the file",
}

# Where real behaviour differs from the file: (provider, end of the operation, words in the exchange).
KNOWN_DEVIATIONS = {
    ("paypal", "/reauthorize", "REAUTHORIZATION_TOO_SOON"): "answered by the real sandbox",
    (
        "paypal",
        "/reauthorize",
        "MAX_CAPTURE_AMOUNT_EXCEEDED",
    ): "the file has no issue for too much",
    ("paypal", "/reauthorize", "AUTHORIZATION_EXPIRED"): "the file has no issue for too late",
    ("paypal", "/authorize", "INSTRUMENT_DECLINED"): "documented in PayPal's guides",
    ("paypal", "/capture", "INSTRUMENT_DECLINED"): "documented in PayPal's guides",
    ("paypal", "/capture", "ACTION_DOES_NOT_MATCH_INTENT"): "documented in PayPal's list of errors of Orders",
    ("paypal", "/orders", "contact_preference"): "PayPal's SDK is newer than the file and always sends it",
    (
        "paypal",
        "/invoices",
        '"rel": "self", "method": "GET"}]',
    ): "its text promises but a link",
    ("paypal", "/invoices", "DUPLICATE_INVOICE_NUMBER"): "no paper of PayPal's has a word for it",
    ("paypal", "/{invoice_id}", "CANNOT_UPDATE_INVOICE"): "the file has no issue for what was paid",
    ("paypal", "/invoices", "INVALID_INTEGER_VALUE"): "the file has no issue for an item's amount",
    ("paypal", "/verify-webhook-signature", "WH-SANDBOX"): "the sandbox's id is spelled for people",
}


@dataclass(slots=True)
class Findings:
    """What the check has seen so far."""

    checked: Counter[str] = field(default_factory=Counter)
    unspecified: Counter[str] = field(default_factory=Counter)
    deviations: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of one file: `pattern` matches its paths."""

    name: str
    method: str
    pattern: re.Pattern[str]
    body: Schema
    strict: Strict


class Specs:
    """The operations of all providers' files."""

    def __init__(self, folder: Path) -> None:
        self._operations: dict[str, list[Operation]] = {}
        self._validators: dict[str, Draft202012Validator] = {}
        for provider in ("paypal", "docuseal", "resend"):
            files = sorted((folder / provider).glob("*.json"))
            if not files:
                raise FileNotFoundError(f"no OpenAPI files in {folder / provider}")
            found = [operation for file in files for operation in _operations(file)]
            # A fixed path wins over one with a parameter in the same place.
            self._operations[provider] = sorted(found, key=lambda one: one.name.count("{"))

    def operation(self, provider: str, method: str, path: str) -> Operation | None:
        candidates = (one for one in self._operations[provider] if one.method == method)
        return next((one for one in candidates if one.pattern.fullmatch(path)), None)

    def faults(self, operation: Operation, part: str, schema: Schema, document: Any) -> Iterator[str]:
        """What is wrong with a document, in one line each."""
        key = f"{operation.method} {operation.name} {part}"
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(operation.strict.close(schema))
        for error in self._validators[key].iter_errors(document):
            yield f"{key}: {_words(error)}"


def _operations(file: Path) -> Iterator[Operation]:
    document = json.loads(file.read_text("utf-8"))
    strict = Strict(document)
    for path, item in document["paths"].items():
        pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
        for method in METHODS:
            if method in item:
                yield Operation(path, method.upper(), pattern, item[method], strict)


def _words(error: ValidationError) -> str:
    """The innermost complaint, with the place and the offending value."""
    inner = best_match([error]) or error
    place = "/".join(str(step) if isinstance(step, str) else "*" for step in inner.absolute_path)
    return f"at {place or 'the top'}: {inner.message[:300]}"


def schema_of(strict: Strict, part: Schema | None) -> Schema | None:
    """The JSON schema of a request body or a response, if there is one."""
    if part and "$ref" in part:
        part = strict.resolve(part["$ref"])
    content = (part or {}).get("content", {}).get(JSON, {})
    return content.get("schema")


def check_exchange(specs: Specs, exchange: dict[str, Any], findings: Findings) -> None:
    """Check one recorded exchange."""
    provider, method, path = exchange["provider"], exchange["method"], exchange["path"]
    operation = specs.operation(provider, method, path)
    if operation is None:
        _note_unspecified(exchange, findings)
        return
    findings.checked[f"{provider} {method} {operation.name}"] += 1
    wrong: list[str] = []
    if exchange["status"] < 400 and exchange["request"] is not None:
        schema = schema_of(operation.strict, operation.body.get("requestBody"))
        if schema:
            wrong += specs.faults(operation, "request", schema, exchange["request"])
    wrong += _response_faults(specs, operation, exchange)
    for line in wrong:
        _note_fault(operation, line, exchange, findings)


def _response_faults(specs: Specs, operation: Operation, exchange: dict[str, Any]) -> Iterable[str]:
    responses = operation.body["responses"]
    status = str(exchange["status"])
    documented = responses.get(status, responses.get("default"))
    if documented is None:
        # DocuSeal's and Resend's files know successes only; their refusals are documented in prose.
        if status.startswith("2"):
            return [f"{operation.method} {operation.name}: status {status} is not documented"]
        return []
    schema = schema_of(operation.strict, documented)
    if schema is None or exchange["response"] is None:
        return []
    return specs.faults(operation, f"response {status}", schema, exchange["response"])


def _note_unspecified(exchange: dict[str, Any], findings: Findings) -> None:
    provider, method = exchange["provider"], exchange["method"]
    path = re.sub(r"/([0-9]+|CERT-[^/]+)", "/*", exchange["path"])
    line = f"{provider} {method} {path}"
    allowed = any((provider, method) == key[:2] and path.startswith(key[2]) for key in NOT_IN_THE_SPEC)
    if allowed or exchange["status"] in (404, 405):
        findings.unspecified[line] += 1
    else:
        findings.faults[f"{line}: not in the spec and not on the list of exceptions"] += 1


def _note_fault(operation: Operation, line: str, exchange: dict[str, Any], findings: Findings) -> None:
    provider, said = exchange["provider"], json.dumps([exchange["request"], exchange["response"]])
    for (of, end, words), reason in KNOWN_DEVIATIONS.items():
        if of == provider and operation.name.endswith(end) and words in said:
            findings.deviations[f"{provider} {line.split(': ')[0]}: {words}, {reason}"] += 1
            return
    findings.faults[f"{provider} {line}"] += 1


def read(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        with file.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def run(folder: Path, files: Iterable[Path]) -> Findings:
    """Check all exchanges in the record files."""
    specs, findings = Specs(folder), Findings()
    for exchange in read(files):
        check_exchange(specs, exchange, findings)
    return findings


def report(findings: Findings) -> str:
    """The findings as text for people."""
    total = sum(findings.checked.values())
    lines = [f"{total} exchanges of {len(findings.checked)} operations checked."]
    for title, counted in (
        ("Not in the spec", findings.unspecified),
        ("Known deviations", findings.deviations),
        ("Faults", findings.faults),
    ):
        if counted:
            lines += ["", f"{title}:"]
            lines += [f"  {count:5} × {line}" for line, count in sorted(counted.items())]
    lines += ["", "No faults." if not findings.faults else f"{len(findings.faults)} kinds of fault."]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    findings = run(Path(arguments[0]), [Path(name) for name in arguments[1:]])
    print(report(findings))
    if not findings.checked:
        print("Nothing was recorded.", file=sys.stderr)
        return 1
    return 1 if findings.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
