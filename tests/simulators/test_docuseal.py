"""DocuSeal: agreements from sending to the signed PDF, what is refused, and signed webhooks."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import time
from typing import Any

import pytest
import requests
from pypdf import PdfReader

from exodrive.simulators.server import Running
from tests.simulators.conftest import Message, Receiver, await_result

SIGNER = {"role": "Renter", "name": "Zoë Łukasz", "email": "zoe@renter.example", "external_id": "bk_1"}


class DocuSeal:
    """Plain HTTP to the simulated DocuSeal."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/docuseal"
        self.root = url

    def call(
        self, method: str, path: str, body: Any = None, key: str = "sandbox-docuseal-key"
    ) -> requests.Response:
        return requests.request(
            method, f"{self.url}/api{path}", json=body, headers={"X-Auth-Token": key}, timeout=60
        )

    def send(self, *signers: dict[str, Any], **facts: Any) -> list[dict[str, Any]]:
        body = {"template_id": 1, "send_email": False, "submitters": list(signers) or [SIGNER], **facts}
        answer = self.call("POST", "/submissions", body)
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    def sign(self, address: str, name: str = "Zoë Łukasz") -> requests.Response:
        form = {"signature": name, "agreed": "yes"}
        return requests.post(address, data=form, allow_redirects=False, timeout=60)

    def status(self, submission_id: int) -> str:
        return str(self.call("GET", f"/submissions/{submission_id}").json()["status"])

    def move(self, **later: float) -> None:
        seconds = later.get("days", 0) * 86400 + later.get("minutes", 0) * 60
        requests.post(f"{self.root}/clock", json={"offset_seconds": seconds}, timeout=60)


@pytest.fixture
def docuseal(simulators: Running) -> DocuSeal:
    return DocuSeal(simulators.url)


def words(pdf: bytes) -> str:
    """The text of a PDF; typesetting writes fi and its like as one letter."""
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\ufb01", "fi").split())


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"template_id": None}, "template_id is required"),
    ({"template_id": 99}, "Template not found"),
    ({"submitters": []}, "submitters is required"),
    ({"submitters": [{"role": "Renter"}]}, "email, phone or name is required"),
    ({"submitters": [{"email": "not an address"}]}, "email is invalid"),
    ({"submitters": [{"phone": "0123"}]}, "phone should start with"),
    ({"submitters": [{"name": "A", "role": "Pirate"}]}, "Unknown submitter role: Pirate"),
    ({"submitters": [SIGNER, SIGNER]}, "role must be unique"),
    ({"submitters": [{"name": str(n)} for n in range(4)]}, "more signing parties than in template"),
    ({"submitters": [{**SIGNER, "fields": [{"name": "Shoe size", "default_value": "42"}]}]}, "Unknown field"),
    ({"submitters": [{**SIGNER, "values": {"Shoe size": "42"}}]}, "Unknown field: Shoe size"),
    ({"submitters": [{**SIGNER, "fields": [{"default_value": "42"}]}]}, "name is required in `fields`"),
    ({"order": "backwards"}, "order must be one of"),
    ({"expire_at": "soon"}, "expire_at is invalid"),
]


@pytest.mark.parametrize(("body", "message"), REFUSED)
def test_a_submission_that_is_wrong_is_refused(
    docuseal: DocuSeal, body: dict[str, Any], message: str
) -> None:
    whole = {"template_id": 1, "submitters": [SIGNER], **body}
    answer = docuseal.call("POST", "/submissions", whole)
    assert answer.status_code == 422
    assert message in answer.json()["error"]
    assert docuseal.call("GET", "/submissions").json()["data"] == []


@pytest.mark.parametrize("key", ["", "wrong"])
def test_a_stranger_is_refused(docuseal: DocuSeal, key: str) -> None:
    answer = docuseal.call("GET", "/templates", key=key)
    assert (answer.status_code, answer.json()) == (401, {"error": "Not authenticated"})


@pytest.mark.parametrize(
    "path", ["/templates/9", "/submissions/9", "/submitters/9", "/submissions/9/documents"]
)
def test_what_is_not_there_is_not_found(docuseal: DocuSeal, path: str) -> None:
    answer = docuseal.call("GET", path)
    assert answer.status_code == 404
    assert "error" in answer.json()


@pytest.mark.parametrize(
    "path", ["/templates/html", "/templates/pdf", "/submissions/html", "/submissions/docx"]
)
def test_the_paid_edition_has_more(docuseal: DocuSeal, path: str) -> None:
    assert docuseal.call("POST", path, {}).status_code == 404


@pytest.mark.parametrize("spelling", ["VIN", "vin", "Pick-up place", "pick_up_place", "pick-up place"])
def test_a_field_goes_by_several_spellings(docuseal: DocuSeal, spelling: str) -> None:
    signer = {**SIGNER, "fields": [{"name": spelling, "default_value": "here"}]}
    assert docuseal.send(signer)[0]["values"][0]["value"] == "here"


def test_an_agreement_from_sending_to_signing(docuseal: DocuSeal) -> None:
    fields = [{"name": "VIN", "default_value": "WBS123", "readonly": True}]
    made = docuseal.send(
        {**SIGNER, "fields": fields, "metadata": {"a": "b"}}, completed_redirect_url="http://house/signed"
    )[0]
    assert (made["status"], made["role"], made["external_id"]) == ("awaiting", "Renter", "bk_1")
    assert made["values"] == [{"field": "VIN", "value": "WBS123"}]
    page = requests.get(made["embed_src"], timeout=60)
    assert "WBS123" in page.text
    shown = docuseal.call("GET", f"/submitters/{made['id']}").json()
    assert (shown["status"], shown["metadata"]) == ("opened", {"a": "b"})
    answer = docuseal.sign(made["embed_src"])
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://house/signed")
    assert docuseal.status(made["submission_id"]) == "completed"
    events = docuseal.call("GET", f"/submitters/{made['id']}").json()["submission_events"]
    assert [one["event_type"] for one in events] == ["view_form", "start_form", "complete_form"]


def test_the_documents_hold_values_name_and_time(docuseal: DocuSeal) -> None:
    fields = [{"name": "VIN", "default_value": "WBS123"}, {"name": "Total", "default_value": "$3,379.36"}]
    made = docuseal.send({**SIGNER, "fields": fields})[0]
    preview = docuseal.call("GET", f"/submissions/{made['submission_id']}/documents").json()["documents"][0]
    assert "not signed yet" in words(requests.get(preview["url"], timeout=60).content)
    docuseal.sign(made["embed_src"])
    submission = docuseal.call("GET", f"/submissions/{made['submission_id']}").json()
    signed = requests.get(submission["documents"][0]["url"], timeout=60).content
    text = words(signed)
    for part in ("WBS123", "$3,379.36", "Zoë Łukasz", submission["completed_at"][:10]):
        assert part in text
    audit = words(requests.get(submission["audit_log_url"], timeout=60).content)
    assert "Zoë Łukasz" in audit
    assert hashlib.sha256(signed).hexdigest() in audit.replace(" ", "")
    assert requests.get(submission["documents"][0]["url"], timeout=60).content == signed


def test_an_address_of_a_file_works_for_40_minutes(docuseal: DocuSeal) -> None:
    made = docuseal.send()[0]
    docuseal.sign(made["embed_src"])
    path = f"/submissions/{made['submission_id']}/documents"
    url = docuseal.call("GET", path).json()["documents"][0]["url"]
    docuseal.move(minutes=39)
    assert requests.get(url, timeout=60).status_code == 200
    assert requests.get(url.replace("Rental", "Other"), timeout=60).status_code == 404
    docuseal.move(minutes=41)
    assert requests.get(url, timeout=60).status_code == 404
    assert (
        requests.get(docuseal.call("GET", path).json()["documents"][0]["url"], timeout=60).status_code == 200
    )


@pytest.mark.parametrize(
    ("form", "message"),
    [({"agreed": "yes"}, "Type your full name"), ({"signature": "Zoë"}, "Tick the box")],
)
def test_signing_needs_a_name_and_a_tick(docuseal: DocuSeal, form: dict[str, str], message: str) -> None:
    made = docuseal.send()[0]
    answer = requests.post(made["embed_src"], data=form, timeout=60)
    assert answer.status_code == 422
    assert message in answer.text
    assert docuseal.status(made["submission_id"]) == "pending"


def test_what_the_house_left_open_the_signer_fills_in(docuseal: DocuSeal) -> None:
    made = docuseal.send({**SIGNER, "fields": [{"name": "Renter phone", "default_value": "+1"}]})[0]
    template = docuseal.call("GET", "/templates/1").json()
    field = next(one["uuid"] for one in template["fields"] if one["name"] == "Renter phone")
    form = {"signature": "Zoë", "agreed": "yes", field: "+1 301 555 0144"}
    requests.post(made["embed_src"], data=form, allow_redirects=False, timeout=60)
    values = docuseal.call("GET", f"/submitters/{made['id']}").json()["values"]
    assert {"field": "Renter phone", "value": "+1 301 555 0144"} in values


def test_a_signer_may_decline_with_a_reason(docuseal: DocuSeal, receiver: Receiver) -> None:
    made = docuseal.send()[0]
    address = f"{made['embed_src']}/decline"
    assert requests.post(address, data={}, timeout=60).status_code == 422
    assert "declined" in requests.post(address, data={"reason": "Wrong car"}, timeout=60).text
    assert docuseal.status(made["submission_id"]) == "declined"
    assert notice(receiver, "form.declined")["data"]["decline_reason"] == "Wrong car"
    assert docuseal.sign(made["embed_src"]).status_code == 409
    answer = docuseal.call("PUT", f"/submitters/{made['id']}", {"send_email": True})
    assert (answer.status_code, "already declined" in answer.json()["error"]) == (422, True)


def test_whoever_has_signed_is_not_changed(docuseal: DocuSeal) -> None:
    made = docuseal.send()[0]
    docuseal.sign(made["embed_src"])
    answer = docuseal.call("PUT", f"/submitters/{made['id']}", {"send_email": True})
    assert (answer.status_code, "already completed" in answer.json()["error"]) == (422, True)


def test_a_signer_is_corrected_and_written_to_again(docuseal: DocuSeal) -> None:
    made = docuseal.send()[0]
    body = {
        "email": "new@renter.example",
        "fields": [{"name": "Plate", "default_value": "EXO 1"}],
        "send_email": True,
        "message": {"subject": "Once more", "body": "Please sign at {{submitter.link}}"},
    }
    answer = docuseal.call("PUT", f"/submitters/{made['id']}", body).json()
    assert (answer["email"], answer["status"]) == ("new@renter.example", "sent")
    assert answer["values"] == [{"field": "Plate", "value": "EXO 1"}]
    assert "Once more" in requests.get(f"{docuseal.root}/resend/mailbox", timeout=60).text
    assert docuseal.call("PUT", f"/submitters/{made['id']}", {"email": "no"}).status_code == 422


def test_an_agreement_expires(docuseal: DocuSeal, receiver: Receiver) -> None:
    later = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.time() + 86400))
    made = docuseal.send(expire_at=later)[0]
    docuseal.move(days=1.01)
    assert notice(receiver, "submission.expired")["data"]["status"] == "expired"
    assert docuseal.status(made["submission_id"]) == "expired"
    assert "over" in requests.get(made["embed_src"], timeout=60).text
    assert docuseal.sign(made["embed_src"]).status_code == 409


def test_an_expiry_can_be_put_off(docuseal: DocuSeal) -> None:
    later = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.time() + 86400))
    made = docuseal.send(expire_at=later)[0]
    docuseal.call("PUT", f"/submissions/{made['submission_id']}", {"expire_at": None, "name": "Addendum"})
    docuseal.move(days=2)
    assert docuseal.status(made["submission_id"]) == "pending"


def test_an_archived_agreement_is_not_signed(docuseal: DocuSeal, receiver: Receiver) -> None:
    made = docuseal.send()[0]
    path = f"/submissions/{made['submission_id']}"
    assert docuseal.call("DELETE", path).json()["archived_at"]
    assert notice(receiver, "submission.archived")["data"]["id"] == made["submission_id"]
    assert docuseal.sign(made["embed_src"]).status_code == 409
    assert docuseal.call("GET", "/submissions").json()["data"] == []
    assert docuseal.call("GET", "/submissions?archived=true").json()["pagination"]["count"] == 1
    docuseal.call("PUT", path, {"archived": False})
    assert docuseal.sign(made["embed_src"]).status_code == 303
    assert docuseal.call("DELETE", f"{path}?permanently=true").status_code == 200
    assert docuseal.call("GET", path).status_code == 404


def test_several_drivers_sign_in_their_order(docuseal: DocuSeal, receiver: Receiver) -> None:
    second = {"role": "Second driver", "name": "Sam", "email": "sam@driver.example"}
    one, two = docuseal.send(SIGNER, second, send_email=True)
    assert (one["status"], two["status"]) == ("sent", "awaiting")
    assert docuseal.sign(two["embed_src"]).status_code == 409
    docuseal.sign(one["embed_src"])
    assert docuseal.status(one["submission_id"]) == "pending"
    assert docuseal.call("GET", f"/submitters/{two['id']}").json()["status"] == "sent"
    docuseal.sign(two["embed_src"], "Sam")
    assert docuseal.status(one["submission_id"]) == "completed"
    assert len(notice(receiver, "submission.completed")["data"]["submitters"]) == 2


def test_a_submission_for_each_address(docuseal: DocuSeal) -> None:
    body = {"template_id": 1, "emails": "a@b.example, c@d.example"}
    made = docuseal.call("POST", "/submissions/emails", body).json()
    assert len({one["submission_id"] for one in made}) == 2
    assert docuseal.call("POST", "/submissions/emails", {"template_id": 1}).status_code == 422


def test_init_answers_with_the_submission(docuseal: DocuSeal) -> None:
    made = docuseal.call("POST", "/submissions/init", {"template_id": 1, "submitters": [SIGNER]}).json()
    assert made["submitters"][0]["submission_id"] == made["id"]
    older = docuseal.call("POST", "/templates/1/submissions", {"submitters": [SIGNER]}).json()
    assert older[0]["submission_id"] == made["id"] + 1


def test_a_signature_may_come_by_the_api(docuseal: DocuSeal) -> None:
    made = docuseal.send({**SIGNER, "completed": True})[0]
    assert made["status"] == "completed"
    later = docuseal.send()[0]
    done = docuseal.call("PUT", f"/submitters/{later['id']}", {"completed": True}).json()
    assert (done["status"], bool(done["documents"])) == ("completed", True)


def test_lists_are_cut_into_pages_and_narrowed(docuseal: DocuSeal) -> None:
    for number in range(3):
        docuseal.send({**SIGNER, "external_id": f"bk_{number}", "name": f"Name {number}"})
    first = docuseal.call("GET", "/submissions?limit=2").json()
    assert [one["id"] for one in first["data"]] == [3, 2]
    assert first["pagination"] == {"count": 2, "next": 2, "prev": 3}
    assert [one["id"] for one in docuseal.call("GET", "/submissions?after=2").json()["data"]] == [1]
    assert len(docuseal.call("GET", "/submissions?q=name 1").json()["data"]) == 1
    assert len(docuseal.call("GET", "/submissions?status=completed").json()["data"]) == 0
    assert len(docuseal.call("GET", "/submitters?external_id=bk_2").json()["data"]) == 1
    assert len(docuseal.call("GET", "/submitters?completed_after=2020-01-01T00:00:00Z").json()["data"]) == 0


def test_what_was_missed_is_listed(docuseal: DocuSeal) -> None:
    docuseal.sign(docuseal.send()[0]["embed_src"])
    for kind in ("form", "submission"):
        listed = docuseal.call("GET", f"/events/{kind}/completed").json()
        assert [one["event_type"] for one in listed["data"]] == [f"{kind}.completed"]
        assert docuseal.call("GET", f"/events/{kind}/viewed").status_code == 404
    assert docuseal.call("GET", "/user").json()["email"] == "desk@house.example"


def notice(receiver: Receiver, event_type: str) -> dict[str, Any]:
    return dict(json.loads(message(receiver, event_type).body))


def message(receiver: Receiver, event_type: str) -> Message:
    return receiver.wait_for(lambda one: json.loads(one.body).get("event_type") == event_type)


def genuine(one: Message) -> bool:
    """DocuSeal's formula: the whole secret, with its prefix, is the key."""
    stamp, _, digest = one.headers["x-docuseal-signature"].partition(".")
    expected = hmac.new(b"whsec_sandbox-docuseal-secret", f"{stamp}.".encode() + one.body, hashlib.sha256)
    return abs(time.time() - int(stamp)) < 300 and hmac.compare_digest(digest, expected.hexdigest())


def test_every_step_is_told_and_signed(docuseal: DocuSeal, receiver: Receiver) -> None:
    made = docuseal.send()[0]
    requests.get(made["embed_src"], timeout=60)
    requests.get(made["embed_src"], timeout=60)
    docuseal.sign(made["embed_src"])
    expected = ["submission.created", "form.viewed", "form.started", "form.completed", "submission.completed"]
    await_result(lambda: len(receiver.messages) == len(expected))
    assert [json.loads(one.body)["event_type"] for one in receiver.messages] == expected
    assert all(genuine(one) for one in receiver.messages)


def test_a_notice_holds_what_a_house_needs(docuseal: DocuSeal, receiver: Receiver) -> None:
    made = docuseal.send({**SIGNER, "metadata": {"booking": "bk_1"}})[0]
    docuseal.sign(made["embed_src"])
    form = notice(receiver, "form.completed")["data"]
    assert (form["id"], form["submission"]["id"]) == (made["id"], made["submission_id"])
    assert (form["external_id"], form["metadata"]) == ("bk_1", {"booking": "bk_1"})
    assert form["submission"]["status"] == "completed"
    assert requests.get(form["documents"][0]["url"], timeout=60).content.startswith(b"%PDF")
    assert requests.get(form["audit_log_url"], timeout=60).content.startswith(b"%PDF")
    submission = notice(receiver, "submission.completed")["data"]
    assert submission["id"] == made["submission_id"]
    assert submission["submitters"][0]["id"] == made["id"]


def test_each_attempt_is_signed_afresh(docuseal: DocuSeal, receiver: Receiver) -> None:
    receiver.status = 500
    docuseal.send()
    await_result(lambda: len(receiver.messages) > 1)
    receiver.status = 200
    first, second = receiver.messages[:2]
    assert first.body == second.body
    assert first.headers["x-docuseal-signature"] != second.headers["x-docuseal-signature"]
    assert genuine(first)
    assert genuine(second)
