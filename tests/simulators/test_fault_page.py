"""The page on which people arm faults: plain forms, plain words, and a notice wherever something is armed."""

from __future__ import annotations

import html
import re

import pytest
import requests

from exodrive.simulators.faults import catalog, wording
from exodrive.simulators.faults.presets import PRESETS
from exodrive.simulators.server import Running
from tests import faults
from tests.simulators.conftest import PATIENCE, PayPal
from tests.simulators.test_whole import FIXED, Page

HTML = {"Accept": "text/html"}
CALL = {"subject": "paypal:orders.create", "kind": "error", "often": "2"}


def page(url: str, path: str = "/faults") -> str:
    answer = requests.get(url + path, headers=HTML, timeout=PATIENCE)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def send(url: str, form: dict[str, str], path: str = "/faults") -> requests.Response:
    return requests.post(url + path, data=form, headers=HTML, allow_redirects=False, timeout=PATIENCE)


def test_a_fault_is_armed_struck_seen_and_removed(simulators: Running, paypal: PayPal) -> None:
    url = simulators.url
    assert "Nothing is armed" in page(url)
    # The form has all fields; those that belong to other kinds are left out.
    answer = send(url, CALL | {"seconds": "3", "status": "500", "retry_after": " 9 "})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/faults")
    (rule,) = faults.every(url)
    assert (rule["times"], rule["figures"]) == (2, {"status": 500, "retry_after": 9})
    assert paypal.call("POST", "/v2/checkout/orders", {}).status_code == 500
    shown = page(url)
    for words in ("PayPal: create an order", "(status 500, Retry-After 9)", "2 in all", "struck 1 time"):
        assert words in shown
    assert send(url, {}, f"/faults/{rule['id']}/remove").status_code == 303
    assert faults.every(url) == []


@pytest.mark.parametrize("path", [*FIXED, "/nothing-here"])
def test_every_page_says_that_faults_are_armed(simulators: Running, path: str) -> None:
    def shown() -> str:
        return requests.get(simulators.url + path, headers=HTML, timeout=PATIENCE).text

    assert "armed.</strong>" not in shown()
    with faults.arm(simulators.url, provider="paypal", kind="slow"):
        assert "1 fault armed.</strong>" in shown()
    assert "armed.</strong>" not in shown()


def test_a_spent_fault_is_listed_and_needs_no_notice(simulators: Running) -> None:
    faults.arm(simulators.url, provider="resend", kind="error", times=1)
    requests.get(f"{simulators.url}/resend/emails/1", timeout=PATIENCE)
    shown = page(simulators.url)
    assert "armed.</strong>" not in shown
    assert "Over: 1" in shown


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"subject": ""}, "provider is one of"),
        ({"subject": "paypal:emails.send"}, "operation is one of"),
        ({"kind": ""}, "kind is one of"),
        ({"often": ""}, "say how often"),
        ({"status": "soon"}, "status is a number"),
        ({"status": "200"}, "status is one of"),
        ({"kind": "slow", "seconds": "0"}, "seconds is a number from"),
    ],
)
def test_what_cannot_be_armed_is_said_and_what_was_typed_is_kept(
    simulators: Running, changed: dict[str, str], words: str
) -> None:
    answer = send(simulators.url, CALL | changed)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert 'role="alert"' in answer.text
    for name in ("status", "seconds"):
        assert name not in changed or answer.text.count(f'value="{changed[name]}"') == 1
    assert faults.every(simulators.url) == []


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_is_one_press(simulators: Running, name: str) -> None:
    assert send(simulators.url, {}, f"/faults/presets/{name}").status_code == 303
    assert len(faults.every(simulators.url)) == len(PRESETS[name].wishes)
    assert send(simulators.url, {}, "/faults/clear").status_code == 303
    assert faults.every(simulators.url) == []
    made = requests.post(f"{simulators.url}/faults/presets/{name}", timeout=PATIENCE)
    assert (made.status_code, len(made.json()["faults"])) == (201, len(PRESETS[name].wishes))


def test_a_preset_that_is_not_there(simulators: Running) -> None:
    assert requests.post(f"{simulators.url}/faults/presets/none", timeout=PATIENCE).status_code == 404


def test_every_choice_of_the_form_can_be_armed_and_is_put_into_words(simulators: Running) -> None:
    form = {"subject": "paypal:any"}
    for kind in catalog.KINDS:
        assert send(simulators.url, form | {"kind": kind, "often": "1"}).status_code == 303
    for often, _, _ in wording.OFTEN:
        assert send(simulators.url, form | {"kind": "slow", "often": often}).status_code == 303
    shown = page(simulators.url)
    assert all(kind.title in shown for kind in catalog.KINDS.values())
    for words in ("1 in all", "until it is removed", "every second time", "every tenth time"):
        assert words in shown


def test_the_page_offers_all_that_there_is(simulators: Running) -> None:
    found = Page(page(simulators.url))
    values = {one.get("value") for one in found.names["option"]}
    assert set(catalog.KINDS) <= values
    for provider in catalog.PROVIDERS:
        subjects = ("any", *catalog.OPERATIONS[provider], *catalog.EVENTS[provider])
        assert {f"{provider}:{one}" for one in subjects} <= values


def test_a_burst_is_sent_from_the_page(simulators: Running) -> None:
    form = {"provider": "paypal", "count": "3"}
    assert send(simulators.url, form, "/faults/burst").status_code == 303
    assert len(re.findall("FUTURE.THING.INVENTED", page(simulators.url, "/paypal/events"))) == 3
    assert "count is a whole number" in send(simulators.url, form | {"count": "many"}, "/faults/burst").text
