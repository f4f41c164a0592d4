"""Keeps what was said over the providers' APIs, a JSON line per exchange, to check it against their specs."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, request

# Where each provider's API begins here, and what is cut off to get the path in its OpenAPI file.
APIS = {"/paypal/v": "paypal", "/docuseal/api/": "docuseal", "/resend/emails": "resend"}
ROOTS = {"paypal": "/paypal", "docuseal": "/docuseal/api", "resend": "/resend"}


def attach(app: Flask, path: Path) -> None:
    """Append every API exchange of `app` to the file at `path`."""
    lock = threading.Lock()

    def record(response: Response) -> Response:
        provider = next((name for start, name in APIS.items() if request.path.startswith(start)), None)
        if provider:
            line = json.dumps(_exchange(provider, request, response))
            with lock, path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        return response

    app.after_request(record)


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
