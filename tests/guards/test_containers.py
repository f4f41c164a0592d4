"""The image and its services name what is there: commands, settings, ports, paths; no release by chance."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from flask import Flask

from exodrive import cli
from exodrive.tasks import webhooks

OWN = ("migrate", "web", "worker", "relay", "scheduler")


@pytest.fixture(scope="module")
def compose(checkout: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((checkout / "docker-compose.yml").read_text())
    return read


@pytest.fixture(scope="module")
def dockerfile(checkout: Path) -> str:
    return (checkout / "Dockerfile").read_text()


def _words(command: Any) -> str:
    return command if isinstance(command, str) else " ".join(command)


def test_every_process_of_the_procfile_is_a_service(checkout: Path, compose: dict[str, Any]) -> None:
    """By the same program; only how variables reach it may differ."""
    for line in (checkout / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        words = _words(compose["services"][name]["command"]).replace('"', "").replace("$$", "$")
        assert command in words, name


def test_every_command_of_ours_exists(compose: dict[str, Any]) -> None:
    named = [_words(service.get("command", "")) for service in compose["services"].values()]
    ours = [words.split()[1] for words in named if words.startswith("exodrive ")]
    assert set(ours) == {"migrate", "relay", "scheduler"}
    assert isinstance(cli.main, click.Group)
    assert set(ours) <= cli.main.commands.keys()


def test_every_variable_is_explained(checkout: Path, compose: dict[str, Any]) -> None:
    text = (checkout / "docker-compose.yml").read_text()
    explained = set(re.findall(r"^#?([A-Z_]+)=", (checkout / ".env.example").read_text(), re.MULTILINE))
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) <= explained
    assert compose["services"]["web"]["environment"].keys() <= explained


def test_no_secret_and_no_chance_release_stands_in_it(compose: dict[str, Any], dockerfile: str) -> None:
    for name, service in compose["services"].items():
        image = service["image"]
        assert ":" in image, name
        assert not image.endswith(":latest"), name
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY", key) and value != "":
                assert str(value).startswith("${"), f"{name}: {key}"
    assert "latest" not in re.sub(r"#.*", "", dockerfile)


def test_what_is_docuseals_alone_is_not_told_to_the_house(compose: dict[str, Any]) -> None:
    """Its settings stand in the same file; who breaks into the web app reads no agreements there."""
    own = compose["services"]["docuseal"]["environment"]
    named = set(re.findall(r"\$\{([A-Z_]*(?:PASSWORD|SECRET)[A-Z_]*)", " ".join(own.values())))
    assert named == {"DOCUSEAL_DATABASE_PASSWORD", "DOCUSEAL_SECRET_KEY_BASE"}
    for name in OWN:
        assert {compose["services"][name]["environment"].get(each) for each in named} == {""}, name


def test_only_the_web_and_docuseal_are_reached_through_the_machine(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }
    assert published.keys() == {"web", "docuseal"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_every_service_has_limits_and_ours_no_rights(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["mem_limit"], name
        assert service["pids_limit"], name
    for name in OWN:
        service = compose["services"][name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name


def test_nothing_starts_before_the_schema_is_there(compose: dict[str, Any]) -> None:
    for name in set(OWN) - {"migrate"}:
        waits = compose["services"][name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully", name


def test_the_health_that_is_asked_for_is_a_page(dockerfile: str, application: Flask) -> None:
    found = re.search(r"HEALTHCHECK.*?'(/[a-z]+)'", dockerfile, re.DOTALL)
    assert found is not None
    assert application.test_client().get(found[1]).status_code == 200


def test_the_port_is_the_apps_own(dockerfile: str, compose: dict[str, Any]) -> None:
    port = compose["services"]["web"]["environment"]["PORT"]
    assert f"EXPOSE {port}" in dockerfile
    assert compose["services"]["web"]["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_all_that_is_copied_exists_and_is_let_in(checkout: Path, dockerfile: str) -> None:
    let_in = {
        line[1:].rstrip("/") for line in (checkout / ".dockerignore").read_text().splitlines() if "!" in line
    }
    for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (checkout / name).exists(), name
            assert name in let_in, name


def test_it_runs_as_nobody_in_particular(dockerfile: str) -> None:
    last = dockerfile.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert 'ENTRYPOINT ["tini", "--"]' in last
    assert "pip install" not in last


def test_the_scripts_that_are_mounted_exist(checkout: Path, compose: dict[str, Any]) -> None:
    mounted = [
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", ())
        if volume.startswith("./")
    ]
    assert mounted
    assert all((checkout / name).is_file() for name in mounted)


def test_the_first_day_has_every_message_sent_that_is_read(checkout: Path) -> None:
    """What a webhook is not made for never comes, and nobody misses it until a bill stays open."""
    told = (checkout / "docs" / "deploy.md").read_text()
    for beginning in (*webhooks.READ["paypal"], *webhooks.READ["resend"]):
        assert f"`{beginning}" in told, beginning
