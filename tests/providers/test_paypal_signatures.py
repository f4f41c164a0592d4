"""PayPal's messages: genuine, altered, and signed by whom we do not believe."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes

from exodrive.providers import signatures
from exodrive.providers.signatures import Distrust, PayPalTrust, State, Verdict, Why
from tests.providers import chains

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1-2-3"
BODY = '{"id": "WH-1", "resource": {"amount": "10.00"}, "summary": "Zahlung für Ürsli"}'.encode()
HONEST = chains.chain(AT)
TRUST = replace(
    signatures.paypal_trust("https://api-m.sandbox.paypal.com"),
    roots=(HONEST.root,),
    intermediates=(HONEST.intermediate,),
)
HEADERS = chains.sign(BODY, owner=HONEST.owner, webhook_id="WH-OURS", url=URL, at=AT)


def check(
    headers: dict[str, str] = HEADERS,
    body: bytes = BODY,
    *,
    pem: bytes | None = HONEST.pem("leaf"),
    webhook_ids: tuple[str, ...] = ("WH-OURS",),
    trust: PayPalTrust = TRUST,
    at: datetime = AT,
) -> Verdict:
    certificates = {} if pem is None else {URL: pem}
    return signatures.paypal(
        headers, body, webhook_ids=webhook_ids, trust=trust, certificates=certificates, at=at
    )


def test_a_genuine_message_is_verified() -> None:
    assert check() == Verdict(State.VERIFIED)
    assert check()  # a verdict counts as true only when verified


def test_header_names_may_be_written_in_any_case() -> None:
    assert check({name.upper(): value for name, value in HEADERS.items()})


def test_one_of_several_subscriptions_is_enough() -> None:
    assert check(webhook_ids=("", "WH-OTHER", "WH-OURS"))


def test_a_repeat_days_later_still_verifies() -> None:
    """PayPal repeats for three days; a repeat is told by its event id, not by its age."""
    assert check(at=AT + timedelta(days=3))


def test_the_certificates_intermediate_may_come_in_its_file() -> None:
    bare = replace(TRUST, intermediates=())
    assert check(pem=HONEST.pem("leaf", "intermediate"), trust=bare)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY.replace(b"10.00", b"99.00"), id="tampered"),
        pytest.param(json.dumps(json.loads(BODY)).encode(), id="written again"),
        pytest.param(BODY + b"\n", id="a line break more"),
        pytest.param(b"", id="empty"),
    ],
)
def test_other_bytes_are_refused(body: bytes) -> None:
    assert check(body=body) == Verdict(State.REFUSED, Why.SIGNATURE)


def test_another_subscription_is_refused() -> None:
    assert check(webhook_ids=("WH-OTHER",)).why is Why.SIGNATURE


@pytest.mark.parametrize("webhook_ids", [(), ("",)])
def test_without_a_subscription_nothing_is_believed(webhook_ids: tuple[str, ...]) -> None:
    signed_for_nothing = chains.sign(BODY, owner=HONEST.owner, webhook_id="", url=URL, at=AT)
    assert check(signed_for_nothing, webhook_ids=webhook_ids).why is Why.NO_SECRET


@pytest.mark.parametrize("missing", [name for name in HEADERS if name != "Paypal-Auth-Version"])
def test_a_missing_header_is_refused(missing: str) -> None:
    without = {name: value for name, value in HEADERS.items() if name != missing}
    assert check(without) == Verdict(State.REFUSED, Why.HEADERS)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Paypal-Transmission-Id", "0f5b8d60-1c2d-11f0-9c65-1234567890ac", Why.SIGNATURE),
        ("Paypal-Transmission-Id", "x" * 51, Why.HEADERS),
        ("Paypal-Transmission-Id", "a|b", Why.HEADERS),
        ("Paypal-Transmission-Time", "2026-03-01T12:00:01Z", Why.SIGNATURE),
        ("Paypal-Transmission-Time", "1772366400", Why.HEADERS),
        ("Paypal-Transmission-Time", "2026-03-01|12:00:00Z", Why.HEADERS),
        ("Paypal-Transmission-Time", "2026-03-01T12:00:00", Why.HEADERS),
        ("Paypal-Transmission-Sig", base64.b64encode(b"x" * 256).decode(), Why.SIGNATURE),
        ("Paypal-Transmission-Sig", "not base64!", Why.HEADERS),
        ("Paypal-Transmission-Sig", "A" * 504, Why.HEADERS),
        ("Paypal-Auth-Algo", "SHA1withRSA", Why.ALGORITHM),
        ("Paypal-Auth-Algo", "none", Why.ALGORITHM),
        ("Paypal-Auth-Algo", "sha256withrsa", Why.ALGORITHM),
    ],
)
def test_a_changed_header_is_refused(name: str, value: str, why: Why) -> None:
    verdict = check(HEADERS | {name: value})
    assert (verdict.state, verdict.why) == (State.REFUSED, why)


def test_a_weaker_signature_under_the_right_name_is_refused() -> None:
    weak = chains.sign(
        BODY, owner=HONEST.owner, webhook_id="WH-OURS", url=URL, at=AT, algorithm=hashes.SHA1()
    )
    assert check(weak).why is Why.SIGNATURE


@pytest.mark.parametrize(
    "url",
    [
        "http://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://user:word@api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com:443/v1/notifications/certs/CERT-1",
        "https://API.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1?to=evil",
        "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1#evil",
        "https://api.sandbox.paypal.com/v1/notifications/certs/../../evil",
        "https://api.sandbox.paypal.com/v1/notifications/certs/..%2fevil",
        "https://api.sandbox.paypal.com/v1/notifications/certs/a/b",
        "https://api.sandbox.paypal.com/v1/notifications/certs/",
        "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1\n",
        "https://api.sandbox.paypal.com\\@evil.example/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com/other/CERT-1",
        "file:///v1/notifications/certs/CERT-1",
        "x" * 501,
    ],
)
def test_a_certificate_from_elsewhere_is_refused(url: str) -> None:
    verdict = check(HEADERS | {"Paypal-Cert-Url": url})
    assert verdict.state is State.REFUSED
    assert verdict.why in (Why.ADDRESS, Why.HEADERS)


def test_both_names_of_the_same_paypal_are_allowed() -> None:
    live = signatures.paypal_trust("https://api-m.paypal.com")
    assert live.address_allowed("https://api.paypal.com/v1/notifications/certs/CERT-1")
    assert live.address_allowed("https://api-m.paypal.com/v1/notifications/certs/CERT-1")
    assert not live.address_allowed(URL)
    assert live.common_name == "messageverificationcerts.paypal.com"


def test_a_certificate_not_at_hand_is_asked_for() -> None:
    assert check(pem=None) == Verdict(State.UNDECIDED, Why.NO_CERTIFICATE, (URL,))


@pytest.mark.parametrize(
    ("chain", "why"),
    [
        pytest.param(chains.chain(AT, leaf_days=(-400, -1)), Distrust.EXPIRED, id="expired"),
        pytest.param(chains.chain(AT, leaf_days=(1, 300)), Distrust.EXPIRED, id="not yet valid"),
        pytest.param(
            chains.chain(AT, common_name="messageverificationcerts.paypal.com"), Distrust.NAME, id="live name"
        ),
        pytest.param(chains.chain(AT, common_name="x" + chains.NAME), Distrust.NAME, id="longer name"),
        pytest.param(chains.chain(AT, common_name="evil.example"), Distrust.NAME, id="other name"),
        pytest.param(chains.chain(AT, dns_name="evil.example"), Distrust.CHAIN, id="other DNS name"),
        pytest.param(chains.chain(AT, leaf_issued_by="leaf"), Distrust.CHAIN, id="issuer only claimed"),
    ],
)
def test_a_certificate_that_is_not_paypals_is_refused(chain: chains.Chain, why: Distrust) -> None:
    headers = chains.sign(BODY, owner=chain.owner, webhook_id="WH-OURS", url=URL, at=AT)
    verdict = check(headers, pem=chain.pem("leaf", "intermediate"))
    assert (verdict.state, verdict.why) == (State.REFUSED, why)


def test_a_foreign_chain_is_never_verified() -> None:
    foreign = chains.chain(AT, house="foreign")
    headers = chains.sign(BODY, owner=foreign.owner, webhook_id="WH-OURS", url=URL, at=AT)
    whole = check(headers, pem=foreign.pem("leaf", "intermediate", "root"))
    assert (whole.state, whole.why) == (State.REFUSED, Distrust.CHAIN)
    alone = check(headers, pem=foreign.pem("leaf"))
    assert (alone.state, alone.why) == (State.UNDECIDED, Distrust.UNKNOWN_ISSUER)


def test_an_intermediate_that_may_not_issue_is_refused() -> None:
    chain = chains.chain(AT, house="bold", intermediate_is_ca=False)
    headers = chains.sign(BODY, owner=chain.owner, webhook_id="WH-OURS", url=URL, at=AT)
    trust = replace(TRUST, roots=(chain.root,), intermediates=())
    assert check(headers, pem=chain.pem("leaf", "intermediate"), trust=trust).why is Distrust.CHAIN


def test_a_certificate_is_believed_until_its_last_day() -> None:
    assert check(at=AT + timedelta(days=334))
    assert check(at=AT + timedelta(days=336)).why is Distrust.EXPIRED


@pytest.mark.parametrize(
    "pem",
    [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
)
def test_a_file_that_is_no_certificate_is_refused(pem: bytes) -> None:
    verdict = check(pem=pem)
    assert (verdict.state, verdict.why) == (State.REFUSED, Distrust.UNREADABLE)


def test_the_shipped_issuers_are_the_published_ones() -> None:
    trust = signatures.paypal_trust("https://api-m.paypal.com")
    fingerprints = {each.fingerprint(hashes.SHA256()).hex()[:16] for each in trust.roots}
    assert fingerprints == {"7431e5f4c3c1ce46", "4348a0e9444c78cb", "cb3ccbb76031e5e0", "371a00dc0533b372"}
    (between,) = trust.intermediates
    assert between.fingerprint(hashes.SHA256()).hex().startswith("403e062a26530591")
    between.verify_directly_issued_by(next(each for each in trust.roots if each.subject == between.issuer))


def test_another_address_is_trusted_only_in_our_sandbox() -> None:
    with pytest.raises(ValueError, match="not PayPal"):
        signatures.paypal_trust("http://127.0.0.1:8100/paypal")
    trust = signatures.paypal_trust("http://127.0.0.1:8100/paypal", sandbox=True)
    assert trust.address_allowed("http://127.0.0.1:8100/paypal/v1/notifications/certs/CERT-1")
    assert not trust.address_allowed("http://127.0.0.1:8101/paypal/v1/notifications/certs/CERT-1")
    assert not trust.address_allowed(URL)


def test_the_sandbox_does_not_weaken_paypals_own_addresses() -> None:
    url = "https://api-m.paypal.com"
    assert signatures.paypal_trust(url, sandbox=True) == signatures.paypal_trust(url)


def test_the_simulators_root_comes_with_the_certificate_and_only_from_them() -> None:
    simulator = "http://127.0.0.1:8100/paypal"
    leaf = simulator + "/v1/notifications/certs/CERT-1"
    root = simulator + "/simulator/root.pem?CERT-1"
    trust = signatures.paypal_trust(simulator, sandbox=True)
    headers = HEADERS | {"Paypal-Cert-Url": leaf}

    def check_with(**certificates: bytes) -> Verdict:
        at_hand = {{"leaf": leaf, "root": root}[name]: pem for name, pem in certificates.items()}
        return signatures.paypal(
            headers, BODY, webhook_ids=["WH-OURS"], trust=trust, certificates=at_hand, at=AT
        )

    chain = HONEST.pem("leaf", "intermediate")
    assert check_with().needs == (leaf, root)
    assert check_with(leaf=chain).needs == (root,)
    assert check_with(leaf=chain, root=HONEST.pem("root"))
    foreign = chains.chain(AT, house="foreign")
    assert check_with(leaf=chain, root=foreign.pem("root")).why is Distrust.CHAIN
    assert check_with(leaf=chain, root=b"<html>").why is Distrust.UNREADABLE
