"""The DocuSeal client against the simulator over HTTP, and against a server that lies."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests

from exodrive.contracts.ports import AgreementRequest, SigningGateway
from exodrive.kernel import clock
from exodrive.kernel.errors import GatewayRejected, GatewayUnavailable
from exodrive.providers.docuseal import DocuSeal
from exodrive.providers.http import Unauthorized
from tests.providers import faulty
from tests.providers.conftest import Simulators
from tests.providers.faulty import Faulty, answer


@pytest.fixture
def docuseal(simulators: Simulators) -> DocuSeal:
    return DocuSeal(f"{simulators.url}/docuseal", api_key="sandbox-docuseal-key", template_id=1)


def agreement(external_id: str | None = None) -> AgreementRequest:
    return AgreementRequest(
        external_id=external_id or f"bk_{uuid4().hex}",
        signer_name="Robin Renter",
        signer_email="robin@example.com",
        values={"VIN": "WP0AD2A9XSS254321", "Renter name": "Robin Renter", "Total": "$3,412.50"},
        expires_at=clock.real_now() + timedelta(days=2),
        completed_redirect_url="http://localhost:8000/bookings/1?signed=1",
    )


def test_it_is_a_signing_gateway(docuseal: DocuSeal) -> None:
    gateway: SigningGateway = docuseal  # mypy compares every signature here
    assert gateway


def test_an_agreement_from_sending_to_its_documents(docuseal: DocuSeal, simulators: Simulators) -> None:
    request = agreement()
    sent = docuseal.send(request)
    assert sent.external_id == request.external_id
    assert sent.status in ("awaiting", "sent")
    assert docuseal.show(sent.submission_id).sign_url == sent.sign_url
    page = requests.get(sent.sign_url, timeout=60)
    assert "WP0AD2A9XSS254321" in page.text
    opened = docuseal.show(sent.submission_id)
    assert opened.status == "opened"
    assert opened.opened_at
    with pytest.raises(GatewayRejected) as early:  # DocuSeal would hand out a preview
        docuseal.documents(sent.submission_id)
    assert early.value.code == "not_completed"
    assert simulators.sign(sent.sign_url) == request.completed_redirect_url
    signed = docuseal.show(sent.submission_id)
    assert signed.status == "completed"
    assert signed.completed_at
    documents = docuseal.documents(sent.submission_id)
    assert documents.agreement.startswith(b"%PDF-")
    assert documents.audit_log.startswith(b"%PDF-")
    assert documents.agreement != documents.audit_log


def test_an_agreement_is_found_by_our_id(docuseal: DocuSeal) -> None:
    assert docuseal.find("bk_nobody") is None
    first = docuseal.send(agreement())
    assert first.external_id
    assert docuseal.find(first.external_id) == docuseal.show(first.submission_id)
    second = docuseal.send(agreement(first.external_id))
    found = docuseal.find(first.external_id)
    assert found
    assert found.submission_id == second.submission_id


def test_a_declined_agreement_says_why(docuseal: DocuSeal) -> None:
    sent = docuseal.send(agreement())
    requests.post(f"{sent.sign_url}/decline", data={"reason": "Wrong dates"}, timeout=60)
    declined = docuseal.show(sent.submission_id)
    assert (declined.status, declined.decline_reason) == ("declined", "Wrong dates")


def test_a_cancelled_agreement_is_archived(docuseal: DocuSeal) -> None:
    sent = docuseal.send(agreement())
    docuseal.cancel(sent.submission_id)
    docuseal.cancel(sent.submission_id)
    assert docuseal.show(sent.submission_id).status == "archived"


def test_an_agreement_left_alone_expires(docuseal: DocuSeal, simulators: Simulators) -> None:
    sent = docuseal.send(agreement())
    simulators.move_clock(days=3)
    assert docuseal.show(sent.submission_id).status == "expired"


def test_a_signed_agreement_stays_signed(docuseal: DocuSeal, simulators: Simulators) -> None:
    sent = docuseal.send(agreement())
    simulators.sign(sent.sign_url)
    docuseal.cancel(sent.submission_id)
    assert docuseal.show(sent.submission_id).status == "completed"


def test_refusals(docuseal: DocuSeal, simulators: Simulators) -> None:
    with pytest.raises(GatewayRejected) as missing:
        docuseal.show(10**6)
    assert missing.value.code == "not_found"
    bad = AgreementRequest("bk_1", "Robin", "no address", {}, clock.real_now(), "http://localhost/")
    with pytest.raises(GatewayRejected) as invalid:
        docuseal.send(bad)
    assert (invalid.value.code, invalid.value.status) == ("invalid", 422)
    stranger = DocuSeal(f"{simulators.url}/docuseal", api_key="wrong", template_id=1)
    with pytest.raises(Unauthorized):
        stranger.show(1)


@pytest.mark.parametrize(
    ("base_url", "api", "pages"),
    [
        ("https://api.docuseal.com", "https://api.docuseal.com", "https://docuseal.com"),
        ("https://api.docuseal.eu/", "https://api.docuseal.eu", "https://docuseal.eu"),
        ("https://sign.example.com", "https://sign.example.com/api", "https://sign.example.com"),
        ("https://sign.example.com/api", "https://sign.example.com/api", "https://sign.example.com"),
        (
            "http://127.0.0.1:8100/docuseal",
            "http://127.0.0.1:8100/docuseal/api",
            "http://127.0.0.1:8100/docuseal",
        ),
    ],
)
def test_the_cloud_has_no_prefix_and_an_own_server_has(base_url: str, api: str, pages: str) -> None:
    client = DocuSeal(base_url, api_key="k", template_id=1)
    assert (client._http.base_url, client._pages) == (api, pages)


def completed(url: str, audit_log_url: str | None) -> list[faulty.Step]:
    submission = {"id": 7, "status": "completed", "audit_log_url": audit_log_url}
    documents = {"id": 7, "documents": [{"name": "Agreement", "url": url}]}
    return [answer(200, json.dumps(each)) for each in (submission, documents)]


def documents_of(server: Faulty, *steps: faulty.Step, **changed: Any) -> None:
    server.says(*steps)
    DocuSeal(server.url, api_key="k", template_id=1, timeout=(10.0, 60.0), **changed).documents(7)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:1/file.pdf",
        "http://127.0.0.1/file.pdf",
        "https://evil.example/file.pdf",
        "file:///etc/passwd",
        "http://127.0.0.1:99999/x",
        "/file.pdf",
    ],
)
def test_files_are_fetched_from_docuseal_alone(server: Faulty, url: str) -> None:
    with pytest.raises(GatewayRejected) as caught:
        documents_of(server, *completed(url, url))
    assert caught.value.code == "foreign_file_address"
    assert len(server.received) == 2


def test_a_second_address_of_files_may_be_named(server: Faulty) -> None:
    with faulty.running() as store:
        store.says(answer(200, b"%PDF-1.7 signed %%EOF"))
        url = f"{store.url}/file.pdf"
        documents_of(server, *completed(url, url), file_origins=[store.url])
        assert "x-auth-token" not in store.received[0].headers


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(answer(200, "<html>Sign in</html>"), id="no PDF"),
        pytest.param(answer(404, "<html>"), id="expired link"),
        pytest.param(answer(302, Location="http://169.254.169.254/"), id="redirect"),
        pytest.param(answer(404, '{"error": "gone"}'), id="expired link in JSON"),
        pytest.param(faulty.cut_short, id="cut short"),
    ],
)
def test_a_file_that_cannot_be_had_now_is_tried_again(server: Faulty, step: faulty.Step) -> None:
    url = f"{server.url}/file.pdf"
    with pytest.raises(GatewayUnavailable) as caught:
        documents_of(server, *completed(url, url), step)
    assert not caught.value.outcome_unknown


def test_documents_not_made_yet_are_waited_for(server: Faulty) -> None:
    with pytest.raises(GatewayUnavailable) as caught:
        documents_of(server, *completed(f"{server.url}/file.pdf", None))
    assert caught.value.retry_after


@pytest.mark.parametrize(
    "body",
    ["[]", "{}", '[{"id": 1}]', '[{"id": 1, "submission_id": 2, "status": "lost", "slug": "x"}]', "nonsense"],
)
def test_an_answer_that_makes_no_sense_leaves_a_doubt(server: Faulty, body: str) -> None:
    server.says(answer(200, body))
    with pytest.raises(GatewayUnavailable) as caught:
        DocuSeal(server.url, api_key="k", template_id=1).send(agreement())
    assert caught.value.outcome_unknown
