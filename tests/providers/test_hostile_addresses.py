"""No message and no answer sends us anywhere but to PayPal's certificates and DocuSeal's own files.

Both lists hold whole origins that the house configured, never patterns: a name that leads inside our network
is of no use to whoever cannot change the configured ones, and redirects are not followed.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from exodrive.kernel.errors import GatewayRejected
from exodrive.providers import signatures
from exodrive.providers.docuseal import DocuSeal
from exodrive.providers.signatures import State, Why
from tests.providers.faulty import Faulty, answer
from tests.providers.test_paypal_signatures import AT, BODY, HEADERS

PAYPAL = "https://api.paypal.com/v1/notifications/certs/"
TRUSTS = {
    "live": signatures.paypal_trust("https://api-m.paypal.com"),
    "paypal's sandbox": signatures.paypal_trust("https://api-m.sandbox.paypal.com"),
    "simulators": signatures.paypal_trust("http://127.0.0.1:8100/paypal", sandbox=True),
}
HOSTILE_CERTIFICATES = (
    "http://api.paypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
    "https://evil.example/v1/notifications/certs/CERT-1",
    "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
    "https://user@api.paypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
    "https://api.paypal.com\\@evil.example/v1/notifications/certs/CERT-1",
    "https://api.paypal.com/v1/notifications/certs/../../../elsewhere",
    "https://api.paypal.com/v1/notifications/certs/CERT-1/../x",
    "https://api.paypal.com/v1/notifications/certs/%2e%2e/x",
    "https://api.paypal.com/v1/notifications/certs/CERT-1?next=https://evil.example",
    "https://api.paypal.com/v1/notifications/certs/CERT-1#x",
    "https://api.paypal.com/v1/notifications/certs/",
    "https://api.paypal.com/v1/notifications/certs/CERT-1\n",
    "https://api.paypal.com/v1/notifications/certs/CERT\t-1",
    "https://API.PAYPAL.COM/v1/notifications/certs/CERT-1",
    "https://api.paypal.com./v1/notifications/certs/CERT-1",
    "https://аpi.paypal.com/v1/notifications/certs/CERT-1",
    "http://169.254.169.254/v1/notifications/certs/CERT-1",
    "http://[::1]/v1/notifications/certs/CERT-1",
    "http://127.0.0.1:8100/v1/notifications/certs/CERT-1",
    "file:///v1/notifications/certs/CERT-1",
    "//api.paypal.com/v1/notifications/certs/CERT-1",
    "gopher://api.paypal.com/v1/notifications/certs/CERT-1",
    "https://api.paypal.com/v1/notifications/certs/" + "A" * 300,
)
DOCUSEAL = "https://api.docuseal.com"
HOSTILE_FILES = (
    "http://docuseal.com/file/x.pdf",
    "https://docuseal.com.evil.example/x.pdf",
    "https://evil-docuseal.com/x.pdf",
    "https://docuseal.com@evil.example/x.pdf",
    "https://user:word@docuseal.com/x.pdf",
    "https://evil.example\\@docuseal.com/x.pdf",
    "https://docuseal.com\\@evil.example/x.pdf",
    "https://docuseal.com:8443/x.pdf",
    "https://docuseal.com:x/x.pdf",
    "https://docuseal.com./x.pdf",
    "https://ｄocuseal.com/x.pdf",
    "https://docuseal.com%00.evil.example/x.pdf",
    "https://docuseal.com%2eevil.example/x.pdf",
    "https:docuseal.com/x.pdf",
    "https:///docuseal.com/x.pdf",
    "//docuseal.com/x.pdf",
    "ftp://docuseal.com/x.pdf",
    "data:application/pdf,%25PDF-",
    "http://10.0.0.1/x.pdf",
    "http://192.168.0.1/x.pdf",
    "http://0x7f000001/x.pdf",
    "http://2130706433/x.pdf",
    "http://[::ffff:127.0.0.1]/x.pdf",
    "http://[fe80::1%25lo]/x.pdf",
    "http://metadata.google.internal/x.pdf",
)


@pytest.mark.parametrize("url", HOSTILE_CERTIFICATES)
def test_no_certificate_is_fetched_from_elsewhere(url: str) -> None:
    for trust in TRUSTS.values():
        assert not trust.address_allowed(url)
        verdict = signatures.paypal(
            {**HEADERS, "paypal-cert-url": url},
            BODY,
            webhook_ids=["WH-OURS"],
            trust=trust,
            certificates={},
            at=AT,
        )
        assert (verdict.state, verdict.needs) == (State.REFUSED, ())
        assert verdict.why in (Why.ADDRESS, Why.HEADERS)


def test_each_trust_allows_its_own_alone() -> None:
    name = "/v1/notifications/certs/CERT-360caa42-fca2a594-5a29e601"
    own = {
        "live": f"https://api.paypal.com{name}",
        "paypal's sandbox": f"https://api.sandbox.paypal.com{name}",
        "simulators": f"http://127.0.0.1:8100/paypal{name}",
    }
    for who, trust in TRUSTS.items():
        assert {each for each, url in own.items() if trust.address_allowed(url)} == {who}


def test_no_stand_in_for_paypal_is_believed_outside_the_sandbox() -> None:
    for base in (
        "http://127.0.0.1:8100/paypal",
        "https://paypal.example",
        "https://api-m.paypal.com.evil.example",
    ):
        with pytest.raises(ValueError, match="is not PayPal"):
            signatures.paypal_trust(base)


@pytest.mark.parametrize("url", HOSTILE_FILES)
def test_no_paper_is_fetched_from_elsewhere(server: Faulty, url: str) -> None:
    """Of DocuSeal's cloud: its answers come from the server of this test, its files from nowhere."""
    submission = {"id": 7, "status": "completed", "audit_log_url": url}
    documents = {"id": 7, "documents": [{"name": "Agreement", "url": url}]}
    server.says(*(answer(200, json.dumps(each)) for each in (submission, documents)))
    client = DocuSeal(DOCUSEAL, api_key="k", template_id=1, timeout=(10.0, 60.0))
    client._http = replace(client._http, base_url=server.url)
    with pytest.raises(GatewayRejected) as caught:
        client.documents(7)
    assert caught.value.code == "foreign_file_address"
    assert len(server.received) == 2
