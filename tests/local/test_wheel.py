"""ExoDrive as a wheel, installed away from its checkout: nothing that it needs was left behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import Servers

pytestmark = pytest.mark.slow

# A visitor opens the first page with all that it links to.
VISIT = """
import re
from pathlib import Path
import exodrive
from exodrive.app import create_app
from exodrive.local import house

assert Path(exodrive.__file__).is_relative_to(Path.cwd()), exodrive.__file__
app = create_app()
with app.app_context():
    house.furnish()
visitor = app.test_client()
page = visitor.get("/")
assert page.status_code == 200, page.text
linked = set(re.findall(r'(?:href|src)="(/static/[^"#?]+)', page.text))
assert len(linked) > 3, linked
for address in linked:
    assert visitor.get(address).status_code == 200, address
print("open")
"""


@pytest.fixture(scope="module")
def installed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the wheel is unpacked, and nothing else of ours is."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in ("exodrive", "migrations"):
        shutil.copytree(checkout / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "requirements.in"):
        shutil.copy(checkout / name, source)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    offline = ("--no-deps", "--no-index")
    subprocess.run(
        [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", str(folder), str(source)], check=True
    )
    (wheel,) = folder.glob("exodrive-*.whl")
    subprocess.run([*pip, "install", *offline, "--target", str(folder / "site"), str(wheel)], check=True)
    shutil.rmtree(source)
    return folder / "site"


def _run(installed: Path, *command: str, **settings: str) -> str:
    """Run Python where the wheel lies, without the checkout on its path."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=installed,
        env={**os.environ, **settings, "PYTHONPATH": str(installed), "EXODRIVE_VAR": str(installed / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_commands_are_there(installed: Path) -> None:
    assert "The booking system" in _run(installed, "-m", "exodrive.cli", "--help")


def test_it_opens_a_house(installed: Path, servers: Servers, worker_number: int) -> None:
    """The schema from its own migrations; pages, style sheets and fonts from its own files."""
    name = f"wheel_{worker_number}"
    servers.postgres.ensure_database(name)
    (installed / "var").mkdir()
    settings = servers.environment(servers.postgres.url(name), worker=worker_number)
    try:
        _run(installed, "-m", "exodrive.cli", "migrate", **settings)
        assert _run(installed, "-c", VISIT, **settings).endswith("open\n")
    finally:
        servers.postgres.drop_database(name)
