"""DocuSeal's and Resend's messages, signed with a secret that both sides know."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from svix.webhooks import Webhook

from exodrive.providers import signatures
from exodrive.providers.signatures import State, Verdict, Why

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = b'{"event_type": "form.completed", "data": {"id": 7}}'
DOCUSEAL = "whsec_dGhpcyBpcyBub3QgZGVjb2RlZA=="
RESEND = "whsec_" + base64.b64encode(b"a key of Resend's").decode()
REFUSED = State.REFUSED


def docuseal_headers(
    at: datetime = AT, *, key: bytes = DOCUSEAL.encode(), body: bytes = BODY
) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(key, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Docuseal-Signature": f"{stamp}.{digest}"}


def docuseal(headers: dict[str, str], body: bytes = BODY, *, secret: str = DOCUSEAL) -> Verdict:
    return signatures.docuseal(headers, body, secret=secret, at=AT)


def resend_headers(at: datetime = AT, *, secret: str = RESEND, message_id: str = "msg_1") -> dict[str, str]:
    """Signed by Svix's own library, which Resend uses."""
    return {
        "svix-id": message_id,
        "svix-timestamp": str(int(at.timestamp())),
        "svix-signature": Webhook(secret).sign(message_id, at, BODY.decode()),
    }


def resend(headers: dict[str, str], body: bytes = BODY, *, secret: str = RESEND) -> Verdict:
    return signatures.resend(headers, body, secret=secret, at=AT)


def test_genuine_messages_are_verified() -> None:
    assert docuseal(docuseal_headers())
    assert resend(resend_headers())


def test_docuseals_formula_is_the_published_one() -> None:
    """Worked out with `openssl dgst -sha256 -hmac "$secret"` over `1772366400.` and the body."""
    claimed = "1772366400.e329b9faa655eec04f538df2bb22e9ea3c1680a7a5ddfd79220b891d2b18286b"
    assert docuseal({"x-docuseal-signature": claimed})


@pytest.mark.parametrize("body", [BODY.replace(b"7", b"8"), BODY.replace(b": ", b":"), BODY + b" ", b""])
def test_other_bytes_are_refused(body: bytes) -> None:
    assert docuseal(docuseal_headers(), body) == Verdict(REFUSED, Why.SIGNATURE)
    assert resend(resend_headers(), body) == Verdict(REFUSED, Why.SIGNATURE)


@pytest.mark.parametrize(("minutes", "seconds"), [(5, 0), (-5, 0), (4, 59)])
def test_five_minutes_either_way_are_fresh(minutes: int, seconds: int) -> None:
    sent = AT - timedelta(minutes=minutes, seconds=seconds)
    assert docuseal(docuseal_headers(sent))
    assert resend(resend_headers(sent))


@pytest.mark.parametrize("seconds", [301, -301, 86400])
def test_an_old_message_sent_again_is_refused(seconds: int) -> None:
    sent = AT - timedelta(seconds=seconds)
    assert docuseal(docuseal_headers(sent)).why is Why.TOO_OLD_OR_NEW
    assert resend(resend_headers(sent)).why is Why.TOO_OLD_OR_NEW


def test_a_fresh_timestamp_on_an_old_signature_is_refused() -> None:
    old = AT - timedelta(hours=1)
    _, _, digest = docuseal_headers(old)["X-Docuseal-Signature"].partition(".")
    assert docuseal({"X-Docuseal-Signature": f"{int(AT.timestamp())}.{digest}"}).why is Why.SIGNATURE
    stale = resend_headers(old) | {"svix-timestamp": str(int(AT.timestamp()))}
    assert resend(stale).why is Why.SIGNATURE


def test_an_empty_secret_matches_nothing() -> None:
    assert docuseal(docuseal_headers(key=b""), secret="") == Verdict(REFUSED, Why.NO_SECRET)
    stamp = str(int(AT.timestamp()))
    digest = hmac.new(b"", f"msg_1.{stamp}.".encode() + BODY, hashlib.sha256).digest()
    forged = {
        "svix-id": "msg_1",
        "svix-timestamp": stamp,
        "svix-signature": "v1," + base64.b64encode(digest).decode(),
    }
    for secret in ("", "whsec_"):
        assert resend(forged, secret=secret) == Verdict(REFUSED, Why.NO_SECRET)


def test_docuseals_secret_is_used_whole() -> None:
    decoded = base64.b64decode(DOCUSEAL.removeprefix("whsec_"))
    assert docuseal(docuseal_headers(key=decoded)).why is Why.SIGNATURE
    bare = DOCUSEAL.removeprefix("whsec_").encode()
    assert docuseal(docuseal_headers(key=bare)).why is Why.SIGNATURE


@pytest.mark.parametrize(
    "value",
    [
        "",
        "abc",
        "1772366400",
        "1772366400.",
        ".abc",
        "١٧٧.abc",
        "-1772366400.abc",
        "1e9.abc",
        "9" * 40 + ".x",
    ],
)
def test_a_malformed_docuseal_header_is_refused(value: str) -> None:
    assert docuseal({"X-Docuseal-Signature": value}).state is REFUSED


def test_docuseals_fixed_header() -> None:
    pair = ("X-House", "a long secret")

    def check(headers: dict[str, str], *, secret: str = "", fixed: tuple[str, str] = pair) -> Verdict:
        return signatures.docuseal(headers, BODY, secret=secret, at=AT, fixed_header=fixed)

    assert check({"x-house": "a long secret"})
    assert check({"x-house": "a long secret"}, secret=DOCUSEAL)
    assert check({"x-house": "another"}).why is Why.SIGNATURE
    assert check({}).why is Why.SIGNATURE
    assert check({"x-house": ""}, fixed=("X-House", "")).why is Why.NO_SECRET
    wrong = docuseal_headers(key=b"wrong") | {"x-house": "a long secret"}
    assert check(wrong, secret=DOCUSEAL).why is Why.SIGNATURE  # a signature that is there has to be right


def test_several_resend_signatures_while_a_secret_changes() -> None:
    right = resend_headers()["svix-signature"]
    older = resend_headers(secret="whsec_" + base64.b64encode(b"the old key").decode())["svix-signature"]
    assert resend(resend_headers() | {"svix-signature": f"{older} {right}"})
    assert resend(resend_headers() | {"svix-signature": older}).why is Why.SIGNATURE


@pytest.mark.parametrize("version", ["v2,", "v1a,", "", "v1", "V1,"])
def test_only_version_1_counts(version: str) -> None:
    bare = resend_headers()["svix-signature"].removeprefix("v1,")
    assert resend(resend_headers() | {"svix-signature": version + bare}).why is Why.SIGNATURE


@pytest.mark.parametrize("missing", ["svix-id", "svix-timestamp", "svix-signature"])
def test_a_missing_resend_header_is_refused(missing: str) -> None:
    assert (
        resend({name: value for name, value in resend_headers().items() if name != missing}).state is REFUSED
    )


def test_a_secret_that_is_not_base64_matches_nothing() -> None:
    assert resend(resend_headers(), secret="whsec_!!!").why is Why.NO_SECRET


def test_letters_beyond_ascii_are_refused_calmly() -> None:
    assert docuseal({"X-Docuseal-Signature": f"{int(AT.timestamp())}.é"}).why is Why.SIGNATURE
    assert resend(resend_headers() | {"svix-signature": "v1,é"}).why is Why.SIGNATURE
