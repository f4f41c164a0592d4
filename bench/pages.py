"""How long pages take in a house with many bookings, through gunicorn as the Procfile starts it.

    .venv/bin/python -m bench.pages [--bookings 100000] [--keep folder]

One visitor asks for one page after the other; then several ask at the same time. With `--keep` the house
stays in that folder, and the next run finds its bookings there.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import requests

from bench import figures, ground
from bench.ground import Ground
from exodrive.kernel import clock

TARGET = 0.200  # seconds, p95
AT_ONCE = 4
WARM_UP = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bookings", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=100, help="for each page")
    parser.add_argument("--keep", type=Path, help="a folder for the house, to be used again")
    wanted = parser.parse_args()
    with ground.stopped_politely(), ground.prepared(kept=wanted.keep and wanted.keep.resolve()) as here:
        missing = wanted.bookings - count(here)
        if missing > 0:
            here.run("demo", "--bookings", str(missing))
        with here.program("web", *here.procfile("web")):
            here.wait_for(f"{address(here)}/healthz")
            alone = measure(here, each=wanted.requests, at_once=1)
            crowded = measure(here, each=wanted.requests, at_once=AT_ONCE)
        print(figures.table(f"{count(here):,} bookings, one visitor", alone))
        print(figures.table(f"{AT_ONCE} at the same time", crowded))
    slow = [name for name, taken in alone.items() if figures.percentile(taken, 0.95) > TARGET]
    print(f"over {TARGET * 1000:.0f} ms at p95: {', '.join(slow) or 'none'}")
    return 1 if slow else 0


def address(here: Ground) -> str:
    return f"http://127.0.0.1:{here.environment['PORT']}"


def count(here: Ground) -> int:
    with psycopg.connect(here.environment["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM bookings").fetchone()
    return row[0] if row else 0


def measure(here: Ground, *, each: int, at_once: int) -> dict[str, list[float]]:
    """Seconds for each page, by its name. The first answers of a process are not counted."""
    staff = signed_in(here)
    pages = {**customer_pages(), **desk_pages(here)}
    found: dict[str, list[float]] = {}
    with ThreadPoolExecutor(at_once) as visitors:
        for name, path in pages.items():
            ask = lambda _, path=path: once(address(here) + path, staff)  # noqa: E731
            list(visitors.map(ask, range(WARM_UP * at_once)))
            found[name] = list(visitors.map(ask, range(each)))
    return found


def once(url: str, cookies: Mapping[str, str]) -> float:
    began = time.perf_counter()
    answer = requests.get(url, cookies=dict(cookies), timeout=60)
    taken = time.perf_counter() - began
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}")
    return taken


def customer_pages() -> dict[str, str]:
    day = clock.now().date() + timedelta(days=9)
    day += timedelta(days=(1 - day.weekday()) % 7)  # Tuesday to Thursday
    dates = urlencode({"from": f"{day}T10:00", "to": f"{day + timedelta(days=2)}T10:00"})
    return {
        "home": "/",
        "fleet": "/fleet",
        "fleet with dates": f"/fleet?{dates}",
        "car with dates": f"/cars/aurelia-gt?{dates}",
    }


def desk_pages(here: Ground) -> dict[str, str]:
    with psycopg.connect(here.environment["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT reference FROM bookings WHERE state = 'closed' ORDER BY id LIMIT 1"
        ).fetchone()
    pages = {
        "desk: open bookings": "/desk",
        "desk: all bookings": "/desk?view=all",
        "desk: search by name": "/desk?q=okafor",
        "desk: search by address": "/desk?q=guest-4711%40guests",
        "desk: queue": "/desk/queue",
    }
    return {**pages, "desk: one booking": f"/desk/bookings/{row[0]}"} if row else pages


def signed_in(here: Ground) -> dict[str, str]:
    """The cookies of the demo house's owner."""
    sign_in = json.loads((here.folder / "sign-in.json").read_text())
    with requests.Session() as browser:
        form = browser.get(f"{address(here)}/desk/login", timeout=60).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        answer = browser.post(
            f"{address(here)}/desk/login",
            data={**sign_in, "csrf_token": token.group(1) if token else ""},
            allow_redirects=False,
            timeout=60,
        )
        if answer.status_code not in (302, 303):
            raise RuntimeError(f"signing in answered {answer.status_code}")
        return dict(browser.cookies)


if __name__ == "__main__":
    sys.exit(main())
