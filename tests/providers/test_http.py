"""The one small HTTP layer, against a server that misbehaves."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from exodrive.kernel import clock
from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.providers import reading
from exodrive.providers.credentials import Bearer
from exodrive.providers.http import LONGEST_WAIT, Answer, Http, Later, Problem, Unauthorized
from tests.providers import faulty
from tests.providers.faulty import Faulty, Step, answer

AUTH = Bearer("secret-token")
PATIENCE = 60.0  # seconds


def read_problem(given: Answer) -> Problem:
    body = reading.mapping(given.json())
    return Problem(reading.text(body, "code"), reference=reading.text_or_none(body, "debug_id"))


def client(url: str, *, patience: float = PATIENCE, total_seconds: float = PATIENCE) -> Http:
    return Http(
        "someone",
        url,
        read_problem,
        later={"BUSY": Later(after=timedelta(seconds=7)), "UNDERWAY": Later(unknown=True)},
        timeout=(PATIENCE, patience),
        total_seconds=total_seconds,
    )


def call(url: str, *, write: bool, max_bytes: int = 1000, patience: float = PATIENCE) -> Answer:
    return client(url, patience=patience).call(
        "POST", "/things/{id}", ids={"id": "a/b c"}, auth=AUTH, write=write, max_bytes=max_bytes
    )


def test_an_answer_comes_back_whole(server: Faulty) -> None:
    server.says(answer(201, '{"id": "x"}'))
    got = call(server.url, write=True)
    assert (got.status, got.json()) == (201, {"id": "x"})
    assert server.received[0].path == "/things/a%2Fb%20c"
    assert server.received[0].headers["authorization"] == "Bearer secret-token"


@pytest.mark.parametrize(
    ("step", "unknown"),
    [
        pytest.param(faulty.hang_up, True, id="hung up"),
        pytest.param(faulty.cut_short, True, id="cut short"),
        pytest.param(faulty.stall, True, id="read timeout"),
        pytest.param(answer(500, '{"code": "BROKEN"}'), True, id="500"),
        pytest.param(answer(502, "<html>Bad gateway</html>"), True, id="502 without JSON"),
        pytest.param(answer(503), True, id="503"),
        pytest.param(answer(200, b"x" * 1001), True, id="too long"),
        pytest.param(
            answer(200, gzip.compress(b"x" * 100_000), Content_Encoding="gzip"), True, id="gzip bomb"
        ),
        pytest.param(answer(200, b"not gzip", Content_Encoding="gzip"), True, id="bad gzip"),
        pytest.param(answer(404, "<html>Not found</html>"), True, id="4xx without JSON"),
        pytest.param(answer(422, '{"code": 7}'), True, id="4xx in an unknown form"),
        pytest.param(answer(409, '{"code": "UNDERWAY"}'), True, id="in progress"),
        pytest.param(answer(422, '{"code": "BUSY"}'), False, id="a code that passes"),
        pytest.param(answer(429, '{"code": "SLOWER"}'), False, id="429"),
        pytest.param(answer(429), False, id="429 without a body"),
        pytest.param(answer(408), False, id="408"),
        pytest.param(answer(401, '{"code": "WHO"}'), False, id="401"),
        pytest.param(answer(302, Location="http://169.254.169.254/"), False, id="redirect"),
    ],
)
def test_what_may_pass_is_unavailable(server: Faulty, step: Step, unknown: bool) -> None:
    server.says(step)
    patience = 2.0 if step is faulty.stall else PATIENCE
    with pytest.raises(GatewayUnavailable) as write:
        call(server.url, write=True, patience=patience)
    assert write.value.outcome_unknown is unknown
    with pytest.raises(GatewayUnavailable) as read:
        call(server.url, write=False, patience=patience)
    assert read.value.outcome_unknown is False
    assert len(server.received) == 2  # neither was repeated, nor a redirect followed


def test_nobody_listening_leaves_no_doubt() -> None:
    with pytest.raises(GatewayUnavailable) as caught:
        call(faulty.dead_address(), write=True)
    assert caught.value.outcome_unknown is False


def test_a_drip_of_bytes_ends_at_the_deadline(server: Faulty) -> None:
    server.says(faulty.drip)
    with pytest.raises(GatewayUnavailable) as caught:
        client(server.url, total_seconds=0.4).call("POST", "/", auth=AUTH)
    assert caught.value.outcome_unknown


def test_a_refusal_carries_the_providers_words(server: Faulty) -> None:
    server.says(answer(422, '{"code": "TOO_MUCH", "debug_id": "d-1"}'))
    with pytest.raises(GatewayRejected) as caught:
        call(server.url, write=True)
    assert (caught.value.code, caught.value.reference, caught.value.status) == ("TOO_MUCH", "d-1", 422)


def test_bad_credentials_are_told_apart(server: Faulty) -> None:
    server.says(answer(401))
    with pytest.raises(Unauthorized):
        call(server.url, write=True)


@pytest.mark.parametrize(
    ("step", "wait"),
    [
        (answer(429, Retry_After="3"), timedelta(seconds=3)),
        (answer(503, Retry_After="120"), timedelta(minutes=2)),
        (answer(429, Retry_After="99999999"), LONGEST_WAIT),
        (answer(429, Retry_After="Sat, 03 Jan 2026 10:00:30 GMT"), timedelta(seconds=30)),
        (answer(429, Retry_After="Sat, 03 Jan 2026 09:00:00 GMT"), timedelta()),
        (answer(429, Retry_After="soon"), None),
        (answer(429, Retry_After="-5"), None),
        (answer(429, Ratelimit_Reset="4"), timedelta(seconds=4)),
        (answer(500, Ratelimit_Reset="4"), None),
        (answer(429), None),
        (answer(429, '{"code": "BUSY"}', Retry_After="1"), timedelta(seconds=7)),
        (answer(429, '{"code": "BUSY"}', Retry_After="60"), timedelta(seconds=60)),
    ],
)
def test_retry_after_is_honoured(
    server: Faulty, step: Step, wait: timedelta | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "real_now", lambda: datetime(2026, 1, 3, 10, tzinfo=UTC))
    server.says(step)
    with pytest.raises(GatewayUnavailable) as caught:
        call(server.url, write=True)
    assert caught.value.retry_after == wait


def test_a_netrc_file_does_not_replace_our_credentials(
    server: Faulty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.says(answer(200, "{}"))
    call(server.url, write=False)
    client(server.url).fetch(server.url + "/file", label="(file)", max_bytes=10)
    assert server.received[0].headers["authorization"] == "Bearer secret-token"
    assert "authorization" not in server.received[1].headers


def test_cookies_are_not_taken(server: Faulty) -> None:
    server.says(answer(200, "{}", Set_Cookie="who=you"))
    http = client(server.url)
    for _ in range(2):
        http.call("GET", "/", auth=AUTH, write=False)
    assert "cookie" not in server.received[1].headers


def test_the_log_has_the_template_and_no_person(server: Faulty) -> None:
    server.says(answer(422, '{"code": "NO", "debug_id": "d-2", "message": "jo@example.com is unknown"}'))
    with structlog.testing.capture_logs() as lines, pytest.raises(GatewayRejected):
        client(server.url).call(
            "POST", "/people/{id}", ids={"id": "jo@example.com"}, auth=AUTH, body=b"jo@example.com"
        )
    (line,) = [each for each in lines if each["event"] == "provider.call"]
    assert line["path"] == "/people/{id}"
    assert (line["status"], line["code"], line["reference"]) == (422, "NO", "d-2")
    assert line["ms"] >= 0
    assert "jo@" not in str(lines)
    assert "secret-token" not in str(lines)
