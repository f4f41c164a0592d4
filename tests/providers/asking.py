"""A worker's process, as far as the breaker is concerned: asks a provider and says how each call ended.

`python -m tests.providers.asking REDIS PROVIDER CALLS THREADS` prints one word for each call.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.providers import circuit_store
from exodrive.providers.breaker import Breaker
from exodrive.providers.credentials import Bearer
from exodrive.providers.http import Answer, Http, Problem
from tests import circuits


def client(redis_url: str, url: str) -> Http:
    breaker = Breaker("paypal", circuit_store.connect(redis_url))
    return Http("paypal", url, _problem, timeout=(10.0, 10.0), breaker=breaker)


def _problem(answer: Answer) -> Problem:
    return Problem(str(answer.json()["code"]))


def ask(http: Http) -> str:
    """How a call ended: `answered`, or the name of its error."""
    try:
        http.call("POST", "/things", auth=Bearer("token"))
    except (GatewayUnavailable, GatewayRejected) as error:
        return type(error).__name__
    return "answered"


if __name__ == "__main__":
    with circuits.answers_within():
        shared = client(sys.argv[1], sys.argv[2])
    with ThreadPoolExecutor(int(sys.argv[4])) as threads:
        print(*threads.map(lambda _: ask(shared), range(int(sys.argv[3]))))
