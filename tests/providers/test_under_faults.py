"""Every operation of every client under every fault of the simulators: the error promised, and one effect.

What leaves a client is compared with the table on top of `exodrive/providers/http.py`, and what is left at
the provider with what the fault says. Then the same call is made again, with the same key: it succeeds, and
has one effect in all. The patience of the clients is the real one, but for slow and late answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Final
from uuid import uuid4

import pytest

from exodrive import config
from exodrive.kernel.errors import GatewayUnavailable
from exodrive.kernel.money import Money
from exodrive.payments.ports import OrderRequest
from exodrive.providers import factory, http
from exodrive.providers.breaker import NoAnswer
from exodrive.providers.docuseal import DocuSeal
from exodrive.providers.http import Busy, Unauthorized
from exodrive.providers.paypal import PayPal
from exodrive.providers.paypal.tokens import MemoryTokens
from exodrive.providers.resend import Resend
from exodrive.simulators import server
from exodrive.simulators.docuseal.records import SUBMISSION, SUBMITTER
from exodrive.simulators.faults.catalog import CALL_KINDS, KINDS, Effect
from exodrive.simulators.paypal.events import EVENT
from exodrive.simulators.paypal.ledger import AUTHORIZATION, CAPTURE, ORDER, REFUND
from exodrive.simulators.resend.mailbox import MAIL
from exodrive.simulators.server import Running
from exodrive.simulators.store import Store
from tests import faults
from tests.providers import faulty
from tests.providers.conftest import Simulators
from tests.providers.test_docuseal import agreement
from tests.providers.test_paypal import fresh
from tests.providers.test_resend import mail

PRICE: Final = Money(1000_00, "USD")
PART: Final = Money(400_00, "USD")
HASTY: Final = (10.0, 0.2)  # seconds to connect, and to wait for an answer that is known to come too late
# The same where the client asks for something else before, which is answered in time.
LESS_HASTY: Final = (10.0, 3.0)
ASKS_BEFORE: Final = ("submissions.documents", "files.get")
TOO_LATE: Final = ("slow", "late")
NEVER: Final = 600.0  # seconds until an answer that nobody waits for


@dataclass(frozen=True, slots=True)
class Trial:
    """A call by a client, how often it took effect at the provider, and what it is when made once more."""

    call: Callable[[Any], object]
    effects: Callable[[], int] = lambda: 1
    again: Callable[[Any], object] | None = None


@dataclass(frozen=True)
class Bench:
    """The simulators in this process, clients of theirs, and what costs time to make, kept for all tests."""

    running: Running
    hands: Simulators
    kept: dict[str, Any]
    tokens: MemoryTokens = field(default_factory=MemoryTokens)

    @property
    def store(self) -> Store:
        return self.running.world.store

    def client(
        self, provider: str, *, timeout: tuple[float, float] = http.TIMEOUT, base: str | None = None
    ) -> PayPal | DocuSeal | Resend:
        address = f"{base or self.running.url}/{provider}"
        if provider == "paypal":
            return PayPal(
                address,
                client_id="sandbox-client",
                client_secret="sandbox-secret",
                tokens=self.tokens,
                timeout=timeout,
            )
        if provider == "docuseal":
            return DocuSeal(
                address,
                api_key="sandbox-docuseal-key",
                template_id=1,
                file_origins=(self.running.url,),
                timeout=timeout,
            )
        return Resend(address, api_key="re_sandbox_key", timeout=timeout)

    @cached_property
    def paypal(self) -> PayPal:
        client = self.client("paypal")
        assert isinstance(client, PayPal)
        return client

    @cached_property
    def docuseal(self) -> DocuSeal:
        client = self.client("docuseal")
        assert isinstance(client, DocuSeal)
        return client


def order_request() -> OrderRequest:
    key = fresh("order")
    return OrderRequest(
        request_id=key,
        reference=f"bk_{uuid4().hex[:8]}",
        invoice_id=key,
        amount=PRICE,
        description="Three days",
        return_url="http://localhost:8000/",
        cancel_url="http://localhost:8000/",
        brand="ExoDrive",
    )


def approved(bench: Bench) -> str:
    opened = bench.paypal.create_order(order_request())
    assert opened.approve_url
    bench.hands.approve(opened.approve_url)
    return opened.paypal_id


def held(bench: Bench) -> str:
    answer = bench.paypal.authorize(approved(bench), request_id=fresh("authorize"))
    return answer.authorizations[0].paypal_id


def captured(bench: Bench) -> str:
    answer = bench.paypal.capture(
        held(bench), amount=PRICE, invoice_id=fresh("C"), final=True, request_id=fresh("capture")
    )
    return answer.paypal_id


def kept(bench: Bench, name: str, make: Callable[[Bench], Any]) -> Any:
    if name not in bench.kept:
        bench.kept[name] = make(bench)
    return bench.kept[name]


def signed(bench: Bench) -> int:
    sent = bench.docuseal.send(agreement())
    bench.hands.sign(sent.sign_url)
    return sent.submission_id


def token(bench: Bench) -> Trial:
    """The token is asked for by whatever comes first: here a write, which has not begun by then."""
    request = order_request()
    return Trial(lambda paypal: paypal.create_order(request).paypal_id)


def create_order(bench: Bench) -> Trial:
    request = order_request()
    show_order(bench).call(bench.paypal)  # for the token: the fault is for the order alone

    def effects() -> int:
        units = [one["purchase_units"][0] for one in bench.store.find(ORDER)]
        return sum(unit["invoice_id"] == request.invoice_id for unit in units)

    return Trial(lambda paypal: paypal.create_order(request).paypal_id, effects)


def show_order(bench: Bench) -> Trial:
    order_id = kept(bench, "approved", approved)
    bench.paypal.show_order(order_id)
    return Trial(lambda paypal: paypal.show_order(order_id).paypal_id)


def authorize(bench: Bench) -> Trial:
    order_id, key = approved(bench), fresh("authorize")
    return Trial(
        lambda paypal: paypal.authorize(order_id, request_id=key).authorizations[0].paypal_id,
        lambda: len(bench.store.find(AUTHORIZATION, order_id=order_id)),
    )


def capture(bench: Bench) -> Trial:
    hold, key = held(bench), fresh("capture")
    return Trial(
        lambda paypal: (
            paypal.capture(hold, amount=PART, invoice_id=key, final=False, request_id=key).paypal_id
        ),
        lambda: len(bench.store.find(CAPTURE, authorization_id=hold)),
    )


def reauthorize(bench: Bench) -> Trial:
    hold, key = held(bench), fresh("reauthorize")
    bench.hands.move_clock(days=5)
    bench.paypal.show_authorization(hold)  # the token has grown old with the rest
    return Trial(
        lambda paypal: paypal.reauthorize(hold, amount=PRICE, request_id=key).paypal_id,
        lambda: len(bench.store.find(AUTHORIZATION, parent_id=hold)),
    )


def void(bench: Bench) -> Trial:
    hold, key = held(bench), fresh("void")

    def effects() -> int:
        found = bench.store.find(EVENT, event_type="PAYMENT.AUTHORIZATION.VOIDED")
        return sum(event["resource"]["id"] == hold for event in found)

    return Trial(lambda paypal: paypal.void(hold, request_id=key).status, effects)


def refund(bench: Bench) -> Trial:
    capture_id, key = captured(bench), fresh("refund")
    return Trial(
        lambda paypal: paypal.refund(capture_id, amount=PART, invoice_id=key, request_id=key).paypal_id,
        lambda: len(bench.store.find(REFUND, capture_id=capture_id)),
    )


def send_agreement(bench: Bench) -> Trial:
    """DocuSeal knows no key: whoever does not know what became of the first looks before repeating it."""
    request = agreement()

    def once_more(docuseal: DocuSeal) -> int:
        found = docuseal.find(request.external_id)
        return (found or docuseal.send(request)).submission_id

    return Trial(
        lambda docuseal: docuseal.send(request),
        lambda: len(bench.store.find(SUBMITTER, external_id=request.external_id)),
        once_more,
    )


def find_agreement(bench: Bench) -> Trial:
    external_id = bench.docuseal.send(agreement()).external_id

    def find(docuseal: DocuSeal) -> int:
        found = docuseal.find(str(external_id))
        assert found is not None, "an agreement that is there was not found"
        return found.submission_id

    return Trial(find)


def show_agreement(bench: Bench) -> Trial:
    submission_id = kept(bench, "signed", signed)
    return Trial(lambda docuseal: docuseal.show(submission_id).submission_id)


def fetch_documents(bench: Bench) -> Trial:
    submission_id = kept(bench, "signed", signed)
    return Trial(lambda docuseal: len(docuseal.documents(submission_id).agreement))


def cancel_agreement(bench: Bench) -> Trial:
    submission_id = bench.docuseal.send(agreement()).submission_id

    def effects() -> int:
        record = bench.store.get(SUBMISSION, submission_id)
        return int(bool(record and record["archived_at"]))

    return Trial(lambda docuseal: docuseal.cancel(submission_id), effects)


def send_mail(bench: Bench) -> Trial:
    letter = mail()
    seen = {one["id"] for one in bench.store.find(MAIL)}
    return Trial(
        lambda resend: resend.send(letter),
        lambda: sum(one["id"] not in seen for one in bench.store.find(MAIL)),
    )


def show_mail(bench: Bench) -> Trial:
    client = bench.client("resend")
    assert isinstance(client, Resend)
    sent = client.send(mail())
    return Trial(lambda resend: bool(resend.last_event(sent)))


READ, WRITE = False, True
OPERATIONS: Final[dict[tuple[str, str], tuple[Callable[[Bench], Trial], bool]]] = {
    ("paypal", "token"): (token, READ),
    ("paypal", "orders.create"): (create_order, WRITE),
    ("paypal", "orders.get"): (show_order, READ),
    ("paypal", "orders.authorize"): (authorize, WRITE),
    ("paypal", "authorizations.capture"): (capture, WRITE),
    ("paypal", "authorizations.reauthorize"): (reauthorize, WRITE),
    ("paypal", "authorizations.void"): (void, WRITE),
    ("paypal", "captures.refund"): (refund, WRITE),
    ("docuseal", "submissions.create"): (send_agreement, WRITE),
    ("docuseal", "submitters.list"): (find_agreement, READ),
    ("docuseal", "submissions.get"): (show_agreement, READ),
    ("docuseal", "submissions.documents"): (fetch_documents, READ),
    ("docuseal", "files.get"): (fetch_documents, READ),
    ("docuseal", "submissions.archive"): (cancel_agreement, WRITE),
    ("resend", "emails.send"): (send_mail, WRITE),
    ("resend", "emails.get"): (show_mail, READ),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """The class that leaves the client, exactly (None: a good answer); `unknown` counts for writes."""

    error: type[GatewayUnavailable] | None
    unknown: bool = True
    wait: timedelta | None = None


LOST: Final = Promise(NoAnswer)
UNREADABLE: Final = Promise(GatewayUnavailable)
GOOD: Final = Promise(None)
KEYS: Final = Promise(Unauthorized, unknown=False)
PROMISES: Final[dict[str, tuple[dict[str, Any], Promise]]] = {
    "slow": ({"seconds": 1.5}, LOST),
    "rate_limited": ({"retry_after": 90}, Promise(Busy, unknown=False, wait=timedelta(seconds=90))),
    "error": ({"status": 503, "retry_after": 120}, Promise(NoAnswer, wait=timedelta(minutes=2))),
    "proxy_page": ({"status": 502}, LOST),
    "unauthorized": ({}, KEYS),
    "unauthorized_oauth": ({}, KEYS),
    "refused": ({}, LOST),  # reset; a port that really refuses has a test of its own below
    "cut_before": ({}, LOST),
    "cut_after": ({}, LOST),
    "cut_midway": ({}, LOST),
    "late": ({"seconds": NEVER}, LOST),
    "not_json": ({}, LOST),
    "truncated": ({}, LOST),
    "wrong_types": ({}, UNREADABLE),
    "missing_field": ({}, UNREADABLE),
    "html": ({}, LOST),
    "empty": ({}, LOST),
    "wrong_length": ({}, LOST),
    "too_long": ({}, LOST),
}
NOT_MADE_YET: Final = Promise(GatewayUnavailable, wait=timedelta(seconds=5))
# What the table says otherwise for one operation, each with its reason.
OTHERWISE: Final[dict[tuple[str, str], Promise]] = {
    # PayPal's keys are right: its client asks for a new token and calls once more.
    **{
        (operation, kind): GOOD
        for (provider, operation) in OPERATIONS
        for kind in ("unauthorized", "unauthorized_oauth")
        if provider == "paypal" and operation != "token"
    },
    # Nothing is read of the answer to an archiving but that it is one.
    ("submissions.archive", "wrong_types"): GOOD,
    ("submissions.archive", "missing_field"): GOOD,
    # A file is no JSON: it is a whole PDF, or fetched again with a fresh link.
    **{("files.get", kind): NOT_MADE_YET for kind in ("not_json", "html", "empty", "truncated", "too_long")},
    ("files.get", "wrong_types"): GOOD,
    ("files.get", "missing_field"): GOOD,
    # A submission that is completed and lists no documents has not made them yet.
    ("submissions.documents", "missing_field"): NOT_MADE_YET,
}


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    state = tmp_path_factory.mktemp("faults") / "state.sqlite3"
    with (
        faulty.running() as nobody,
        server.running(
            state_path=state, resend_rate="0", door_paypal="0", door_docuseal="0", door_resend="0"
        ) as running,
    ):
        yield Bench(running, Simulators(running.url, nobody), {})


@pytest.fixture
def bench(workbench: Bench) -> Iterator[Bench]:
    yield Bench(workbench.running, workbench.hands, workbench.kept)
    faults.clear(workbench.running.url)
    workbench.hands.move_clock(days=0)


def check(call: Callable[[], object], promise: Promise, *, write: bool) -> None:
    """The call ends as promised: with that class and no other, and with what it knows."""
    if promise.error is None:
        call()
        return
    with pytest.raises(GatewayUnavailable) as caught:
        call()
    found = (type(caught.value), caught.value.outcome_unknown, caught.value.retry_after)
    assert found == (promise.error, write and promise.unknown, promise.wait)


def eventually(look: Callable[[], int], wanted: int) -> None:
    """A hasty caller may have given up before the provider has even begun."""
    deadline = time.monotonic() + 60
    while look() != wanted and time.monotonic() < deadline:
        time.sleep(0.02)
    assert look() == wanted


CASES: Final = [
    (provider, operation, kind)
    for provider, operation in OPERATIONS
    for kind in sorted(CALL_KINDS)
    # A refusal is an answer: what follows from each is in tests/tasks/test_refusals_*.py.
    if provider in KINDS[kind].providers and kind != "says_no"
]


@pytest.mark.parametrize(("provider", "operation", "kind"), CASES)
def test_a_fault_is_what_is_promised_and_the_next_try_has_one_effect(
    bench: Bench, provider: str, operation: str, kind: str
) -> None:
    prepare, write = OPERATIONS[provider, operation]
    figures, promise = PROMISES[kind]
    promise = OTHERWISE.get((operation, kind), promise)
    trial, patient = prepare(bench), bench.client(provider)
    hasty = LESS_HASTY if operation in ASKS_BEFORE else HASTY
    client = bench.client(provider, timeout=hasty) if kind in TOO_LATE else patient
    if kind == "slow" and not write:
        figures = {"seconds": NEVER}  # nobody asks what has become of it
    with faults.arm(
        bench.running.url, provider=provider, operation=operation, kind=kind, times=1, **figures
    ) as fault:
        check(lambda: trial.call(client), promise, write=write)
        eventually(fault.struck, 1)
    if write and promise is not GOOD:
        eventually(trial.effects, 0 if KINDS[kind].effect is Effect.NONE else 1)
    once_more = trial.again or trial.call
    assert once_more(patient) == once_more(patient)
    assert trial.effects() == 1


MORE: Final[list[tuple[str, str, str, dict[str, Any], Promise]]] = [
    ("paypal", "orders.create", "rate_limited", {}, Promise(Busy, False, timedelta(minutes=1))),
    ("docuseal", "submissions.create", "rate_limited", {}, Promise(Busy, False)),
    ("resend", "emails.send", "rate_limited", {}, Promise(Busy, False, timedelta(seconds=1))),
    *(
        (provider, operation, kind, {"status": status}, LOST)
        for provider, operation in (
            ("paypal", "orders.create"),
            ("docuseal", "submissions.create"),
            ("resend", "emails.send"),
        )
        for kind in ("error", "proxy_page")
        for status in (500, 502, 503, 504)
    ),
]


@pytest.mark.parametrize(("provider", "operation", "kind", "figures", "promise"), MORE)
def test_the_figures_of_a_fault_decide_how_long_to_wait(
    bench: Bench, provider: str, operation: str, kind: str, figures: dict[str, Any], promise: Promise
) -> None:
    trial = OPERATIONS[provider, operation][0](bench)
    with faults.arm(bench.running.url, provider=provider, operation=operation, kind=kind, **figures):
        check(lambda: trial.call(bench.client(provider)), promise, write=True)
    assert trial.effects() == 0


@pytest.mark.parametrize("kind", ["unauthorized", "unauthorized_oauth"])
def test_keys_that_paypal_refuses_twice_are_for_staff_to_mend(bench: Bench, kind: str) -> None:
    trial = capture(bench)
    with faults.arm(
        bench.running.url, provider="paypal", operation="authorizations.capture", kind=kind
    ) as fault:
        check(lambda: trial.call(bench.paypal), KEYS, write=True)
        assert fault.struck() == 2
    assert trial.effects() == 0


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS)
def test_a_port_that_refuses_leaves_no_doubt(bench: Bench, provider: str, operation: str) -> None:
    prepare, write = OPERATIONS[provider, operation]
    trial = prepare(bench)
    client = bench.client(provider, base=bench.running.doors[provider])
    with faults.arm(bench.running.url, provider=provider, kind="refused"):
        check(lambda: trial.call(client), Promise(NoAnswer, unknown=False), write=write)
    once_more = trial.again or trial.call
    assert once_more(client) == once_more(client)
    assert trial.effects() == 1


def test_the_patience_of_the_house_is_three_seconds_and_ten() -> None:
    settings = config.load(
        {
            "EXODRIVE_SANDBOX": "1",
            "DATABASE_URL": "postgresql://localhost/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
        }
    )
    gateways = factory.Gateways(settings)
    for client in (gateways.paypal, gateways.docuseal, gateways.resend):
        assert client._http.timeout == (3.0, 10.0)
        assert client._http.total_seconds == 30.0
