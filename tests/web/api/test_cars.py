"""The fleet by program: the same wishes as on the page for people, in both lists."""

from __future__ import annotations

import pytest

from tests.web.api.program import Program

DATES = "from=2026-12-11T10:00:00-05:00&to=2026-12-14T10:00:00-05:00&place=rockville"


@pytest.mark.parametrize(
    ("asked", "slugs"),
    [
        ("category=classic", {"linnet-38"}),
        ("seats=5&power=600", {"bramante-s"}),
        ("transmission=MANUAL", {"linnet-38"}),
        ("drivetrain=all-wheel%20drive&price_min=200000", {"noctua-r", "noctua-s"}),
        ("price_max=52000", {"linnet-38", "harrowgate-six"}),
        ("transmission=reins", set()),
    ],
)
def test_wishes_narrow_the_fleet_and_what_is_free(program: Program, asked: str, slugs: set[str]) -> None:
    fleet = program.get(f"/cars?{asked}").get_json()["items"]
    free = program.get(f"/availability?{DATES}&{asked}").get_json()["items"]
    assert {car["slug"] for car in fleet} == slugs
    assert {each["car"]["slug"] for each in free} == slugs


@pytest.mark.parametrize("query", ["power=0", "power=x", "transmission=", "drivetrain=%01", "seats=99"])
def test_wishes_that_cannot_be_are_named(program: Program, query: str) -> None:
    for path in (f"/cars?{query}", f"/availability?{DATES}&{query}"):
        answer = program.get(path)
        assert answer.status_code == 400
        assert answer.get_json()["errors"][0]["parameter"] == query.partition("=")[0]
