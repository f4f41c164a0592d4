"""What Lighthouse says of the customers' pages as a phone shows them.

    make lighthouse [or .venv/bin/python -m bench.scores [--out folder]]

It starts a house of its own, holds a car in it, and looks at the home page, the fleet, a car and the booking.
Accessibility, best practices and SEO have to reach 95, else the exit code is 1; performance is told, since it
is that of the machine too. A booking's page asks not to be found, so its SEO leaves out that one audit.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from bench import ground
from bench.ground import Ground
from bench.pages import address, customer_pages

LEAST = 95
JUDGED = ("accessibility", "best-practices", "seo")
CATEGORIES = ("performance", *JUDGED)
FIGURES = {
    "first-contentful-paint": "FCP",
    "largest-contentful-paint": "LCP",
    "total-blocking-time": "TBT",
    "cumulative-layout-shift": "CLS",
    "total-byte-weight": "weight",
}
PROGRAM = Path(__file__).parent / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("var/lighthouse"), help="where the reports go")
    wanted = parser.parse_args()
    if not PROGRAM.is_file():
        print("Lighthouse is not installed: run `make lighthouse`.", file=sys.stderr)
        return 2
    wanted.out.mkdir(parents=True, exist_ok=True)
    with ground.stopped_politely(), ground.prepared() as here, here.program("web", *here.procfile("web")):
        here.wait_for(f"{address(here)}/healthz")
        pages = _pages(here)
        reports = {
            name: _look(f"{_name(here)}{path}", wanted.out / f"{name}.json") for name, path in pages.items()
        }
    low = [fault for name, report in reports.items() for fault in _tell(name, report)]
    print("\n".join(low) or f"all at {LEAST} or more")
    return 1 if low else 0


def _name(here: Ground) -> str:
    """By this name a browser trusts plain HTTP as it trusts HTTPS."""
    return f"http://localhost:{here.environment['PORT']}"


def _pages(here: Ground) -> dict[str, str]:
    pages = customer_pages()
    car = pages["car with dates"]
    chosen = {
        "home": pages["home"],
        "fleet": pages["fleet"],
        "car": car.partition("?")[0],
        "car-with-dates": car,
    }
    return {**chosen, "booking": _held(_name(here), car)}


def _held(house: str, car: str) -> str:
    """Hold the car; the path of the booking's page."""
    with requests.Session() as visitor:
        page = visitor.get(f"{house}{car}", timeout=60).text
        form = re.search(r'<form[^>]+action="([^"]+/hold)".*?</form>', page, re.DOTALL)
        if form is None:
            raise RuntimeError(f"{car} cannot be held")
        fields = dict(re.findall(r'<input type="hidden"[^>]* name="([^"]+)" value="([^"]*)"', form[0]))
        fields |= dict(re.findall(r'name="(csrf_token)"[^>]*value="([^"]+)"', form[0]))
        answer = visitor.post(f"{house}{form[1]}", data=fields, allow_redirects=False, timeout=60)
        return answer.headers["Location"].removeprefix(house)


def _look(url: str, report: Path) -> dict[str, Any]:
    """Run Lighthouse on a page, for a phone as it does by itself."""
    node = shutil.which("node") or str(Path(sys.executable).with_name("node"))
    browser = next(path for path in map(shutil.which, CHROMIUM) if path)
    skipped = ["--skip-audits=is-crawlable"] if "/b/" in url else []
    command = [node, str(PROGRAM), url, "--output=json", f"--output-path={report}", "--quiet", *skipped]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}"]
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": browser}, timeout=300)
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def _tell(name: str, report: dict[str, Any]) -> list[str]:
    """Print a page's scores; returns what is too low, with the audits that it failed."""
    scores = {each: round(100 * (report["categories"][each]["score"] or 0)) for each in CATEGORIES}
    said = ", ".join(f"{category} {score}" for category, score in scores.items())
    figures = ", ".join(
        f"{short} {report['audits'][audit]['displayValue']}" for audit, short in FIGURES.items()
    )
    print(f"{name}: {said}\n  {figures}")
    low = []
    for category in JUDGED:
        failed = [
            each["id"]
            for each in report["categories"][category]["auditRefs"]
            if each["weight"]
            and (report["audits"][each["id"]]["score"] or 0) < 1
            and report["audits"][each["id"]]["scoreDisplayMode"]
            not in ("notApplicable", "manual", "informative")
        ]
        if failed:
            print(f"  {category}: {', '.join(failed)}")
        if scores[category] < LEAST:
            low.append(f"{name}: {category} {scores[category]}: {', '.join(failed)}")
    return low


if __name__ == "__main__":
    sys.exit(main())
