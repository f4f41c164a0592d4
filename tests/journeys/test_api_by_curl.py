"""The commands of docs/api.md, as they stand there, at an open house."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live import LiveHouse
from tests.races import days
from tests.races.customer import Customer

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(
        not (shutil.which("curl") and shutil.which("jq")), reason="docs/api.md needs curl and jq"
    ),
]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def test_ten_minutes_with_curl(live_house: LiveHouse, checkout: Path, tmp_path: Path) -> None:
    commands = "\n".join(BLOCK.findall((checkout / "docs" / "api.md").read_text()))
    script = commands.replace("http://localhost:8000", live_house.url)
    script = script.replace("wait=10", "wait=20")  # the longest: this machine may be busy
    _wait_until_at_work(live_house)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    said = done.stdout
    assert done.returncode == 0, f"{said}\n{done.stderr}\n{live_house.log[-3000:]}"
    assert '"rockville"' in said
    assert '"step": "ready"' in said, said
    assert '"approve_url": "http' in said
    assert '"awaiting_payment"' in said
    assert said.rstrip().endswith('"cancelled"')


def _wait_until_at_work(house: LiveHouse) -> None:
    """The worker of a house just opened may be on its way for longer than the commands wait."""
    somebody = Customer(house.url, 0)
    somebody.hold(somebody.look("harrowgate-eight", days.span(days.monday(1), start=10, end=58)))
    assert somebody.order().status_code == 303
    somebody.link_on_page("/checkoutnow")
