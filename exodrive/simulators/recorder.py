"""Keeps what was said over the providers' APIs, a JSON line per exchange, to check it against their specs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, request

# Where each provider's API begins here, and what is cut off to get the path in its OpenAPI file.
APIS = {"/paypal/v": "paypal", "/docuseal/api/": "docuseal", "/resend/emails": "resend"}
ROOTS = {"paypal": "/paypal", "docuseal": "/docuseal/api", "resend": "/resend"}


def attach(app: Flask, path: Path) -> None:
    """Append every API exchange of `app` to the file at `path`."""

    def record(response: Response) -> Response:
        provider = next((name for start, name in APIS.items() if request.path.startswith(start)), None)
        if provider:
            _append(path, json.dumps(_exchange(provider, request, response)).encode() + b"\n")
        return response

    app.after_request(record)


def _append(path: Path, line: bytes) -> None:
    """Write a line at once, since tests in several processes share one file."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, line)
    finally:
        os.close(file)


def _exchange(provider: str, asked: Request, answered: Response) -> dict[str, Any]:
    return {
        "provider": provider,
        "method": asked.method,
        "path": asked.path.removeprefix(ROOTS[provider]),
        "query": asked.args.to_dict(flat=False),
        "request": asked.get_json(silent=True),
        "status": answered.status_code,
        "response": answered.get_json(silent=True),
    }
