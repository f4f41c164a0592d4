"""Old, unknown and future messages: kept and shown, never dropped, never a failure, and replayed later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from exodrive.blueprints.webhooks import LARGEST_UNPROVED
from exodrive.config import Settings
from exodrive.extensions import limiter
from exodrive.kernel import inbox, replaying
from exodrive.kernel.db import session, transaction
from exodrive.kernel.inbox import LARGEST, InboxMessage
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.tasks import webhook_subjects as subjects
from exodrive.tasks import webhooks
from tests import rental
from tests.drain import drain, hurry, troubles
from tests.tasks import pens, steps
from tests.tasks.pens import Pens
from tests.tasks.reports import Post

DISPUTE = "a dispute: it is answered at PayPal, by a person"
CONTACT = "about Resend's list of contacts, which the house does not keep"
DOMAIN = "about the house's domain at Resend: `exodrive doctor` says how it stands"
TEMPLATE = "about a template: it changes no agreement that was sent"
NOT_OURS = "about nothing that this house has a record of"
NO_USE = "a type of message that this version has no use for; kept for a later one"

# Every type that the providers' documents name, with what becomes of one about nothing of ours; then some
# that they do not name, or not yet.
TYPES: dict[str, dict[str, str]] = {
    "paypal": {
        "CHECKOUT.ORDER.APPROVED": NOT_OURS,
        "CHECKOUT.ORDER.COMPLETED": NOT_OURS,
        "CHECKOUT.PAYMENT-APPROVAL.REVERSED": NO_USE,
        "PAYMENT.AUTHORIZATION.CREATED": NOT_OURS,
        "PAYMENT.AUTHORIZATION.VOIDED": NOT_OURS,
        "PAYMENT.CAPTURE.COMPLETED": NOT_OURS,
        "PAYMENT.CAPTURE.PENDING": NOT_OURS,
        "PAYMENT.CAPTURE.DECLINED": NOT_OURS,
        "PAYMENT.CAPTURE.DENIED": NOT_OURS,
        "PAYMENT.CAPTURE.REFUNDED": NOT_OURS,
        "PAYMENT.CAPTURE.REVERSED": NOT_OURS,
        "PAYMENT.SALE.COMPLETED": NOT_OURS,  # of the interface before this one
        "INVOICING.INVOICE.CREATED": NOT_OURS,
        "INVOICING.INVOICE.UPDATED": NOT_OURS,
        "INVOICING.INVOICE.SCHEDULED": NOT_OURS,
        "INVOICING.INVOICE.PAID": NOT_OURS,
        "INVOICING.INVOICE.REFUNDED": NOT_OURS,
        "INVOICING.INVOICE.CANCELLED": NOT_OURS,
        "CUSTOMER.DISPUTE.CREATED": DISPUTE,
        "CUSTOMER.DISPUTE.UPDATED": DISPUTE,
        "CUSTOMER.DISPUTE.RESOLVED": DISPUTE,
        "RISK.DISPUTE.CREATED": DISPUTE,
        "BILLING.PLAN.CREATED": NO_USE,
        "VAULT.PAYMENT-TOKEN.CREATED": NO_USE,
        "PAYMENT.CAPTURE.TELEPORTED": NOT_OURS,
        "CHECKOUT.ORDER.DREAMT.OF": NOT_OURS,
        "SOMETHING.NEW": NO_USE,
        "zahlung bestätigt 😀": NO_USE,
    },
    "docuseal": {
        "form.viewed": NOT_OURS,
        "form.started": NOT_OURS,
        "form.completed": NOT_OURS,
        "form.declined": NOT_OURS,
        "submission.created": NOT_OURS,
        "submission.completed": NOT_OURS,
        "submission.expired": NOT_OURS,
        "submission.archived": NOT_OURS,
        "template.created": TEMPLATE,
        "template.updated": TEMPLATE,
        "template.archived": TEMPLATE,
        "submission.viewed": NOT_OURS,  # the first ExoDrive waited for it; it never existed
        "form.notarized": NOT_OURS,
        "folder.created": NO_USE,
    },
    "resend": {
        **dict.fromkeys(
            (
                *("email.sent", "email.delivered", "email.delivery_delayed", "email.bounced"),
                *("email.complained", "email.opened", "email.clicked", "email.failed"),
                *("email.scheduled", "email.suppressed", "email.received"),
                "email.delivery_failed",  # waited for as well, and never sent by anybody
                "email.read_aloud",
            ),
            NOT_OURS,
        ),
        **dict.fromkeys(("contact.created", "contact.updated", "contact.deleted"), CONTACT),
        **dict.fromkeys(("domain.created", "domain.updated", "domain.deleted"), DOMAIN),
        "broadcast.sent": NO_USE,
    },
}
NAME_OF_TYPE = {"paypal": "event_type", "docuseal": "event_type", "resend": "type"}
ABOUT = {"paypal": "resource", "docuseal": "data", "resend": "data"}
# What may stand where a message says what it is about.
TWISTED: dict[str, Any] = {
    "foreign": {"id": "9XY", "submission_id": 987, "email_id": "49a3", "external_id": "contract-x"},
    "nothing": None,
    "a text": "9XY",
    "a list": [{"id": "9XY"}],
    "a number": 10**30,
    "numbers for ids": {"id": 10**30, "submission_id": -1, "email_id": 7, "external_id": 3.5},
    "truth for ids": {"id": True, "submission_id": True, "email_id": False},
    "zero bytes": {"id": "\0", "email_id": "a\0b", "external_id": "contract-\0"},
    "half letters": {"id": "\ud800", "email_id": "\udfff", "external_id": "contract-\ud800"},
    "long ids": {"id": "x" * 5000, "email_id": "y" * 5000, "external_id": "contract-" + "z" * 5000},
    "crooked inside": {
        "links": [None, 3, {"rel": "up"}, {"rel": "up", "href": 5}, {"rel": "up", "href": "https://x/\0"}],
        "supplementary_data": ["related_ids"],
        "submitters": {"external_id": 1},
    },
    "crooked deeper": {
        "links": {"rel": "up"},
        "supplementary_data": {"related_ids": ["A", "B"]},
        "submitters": [None, "x", {"external_id": None}],
    },
    "many ids": {
        "supplementary_data": {"related_ids": {str(number): f"ID{number}" for number in range(2000)}},
        "links": [{"rel": "up", "href": f"https://x/{number}"} for number in range(2000)],
        "submitters": [{"external_id": f"contract-{number}"} for number in range(2000)],
    },
}


@pytest.fixture
def pen(house: Flask, settings: Settings) -> Pens:
    made = pens.of(settings)
    with transaction():
        made.hand_over_certificate()
    return made


def event(provider: str, event_type: object, about: object, *, number: int, **more: object) -> dict[str, Any]:
    """A message of the provider's form. `number` keeps it apart from the others."""
    return {
        "id": f"WH-{number}",
        "timestamp": f"2026-01-01T00:00:00.{number:04}Z",
        "created_at": "2026-01-01T00:00:00Z",
        NAME_OF_TYPE[provider]: event_type,
        ABOUT[provider]: about,
        **more,
    }


def come_to_rest() -> None:
    """The workers have looked at everything, and the patience for what is not known yet is over."""
    drain()
    with transaction():
        session().execute(
            update(InboxMessage).values(received_at=InboxMessage.received_at - timedelta(minutes=3))
        )
    hurry()
    drain()


def kept() -> list[tuple[str, str, str | None]]:
    """(type, state, note) of every message, in the order of arrival."""
    with transaction():
        rows = session().scalars(select(InboxMessage).order_by(InboxMessage.id))
        return [(row.event_type, row.state, row.note) for row in rows]


@pytest.mark.parametrize("provider", TYPES)
def test_every_type_is_kept_and_ends_with_a_note_in_plain_words(provider: str, post: Post, pen: Pens) -> None:
    for number, event_type in enumerate(TYPES[provider]):
        about = TWISTED["foreign"] if provider != "docuseal" else {**TWISTED["foreign"], "id": number}
        message = event(provider, event_type, about, number=number)
        assert post(pen.write(provider, message, key=str(number))) == 200, event_type
    come_to_rest()
    assert kept() == [(event_type, "ignored", note) for event_type, note in TYPES[provider].items()]
    assert troubles() == []


def _strange(provider: str) -> Iterator[dict[str, Any]]:
    """Each kind of message that is acted on, in every way that it may be strange."""
    acted_on = [name for name, note in TYPES[provider].items() if note == NOT_OURS][:3]
    number = 0
    for event_type in acted_on:
        for about in TWISTED.values():
            number += 1
            yield event(provider, event_type, about, number=number)
        number += 1
        future = {"event_version": "9.7", "resource_version": "12.0", "flavour": {"deep": [1, {"er": None}]}}
        yield event(provider, event_type, TWISTED["foreign"], number=number, **future)
        number += 1
        yield {NAME_OF_TYPE[provider]: event_type, "number": number}
    for odd_type in (None, 7, ["x"], {}, "", "y" * 5000, "a\0b", "\ud800", "\n\n"):
        number += 1
        yield event(provider, odd_type, TWISTED["foreign"], number=number)
    yield {}


@pytest.mark.parametrize("provider", TYPES)
def test_a_strange_message_is_kept_and_never_a_failure(provider: str, post: Post, pen: Pens) -> None:
    """Fields that are new, missing, of another type, or nothing that a database would take."""
    sent = list(_strange(provider))
    for number, message in enumerate(sent):
        assert post(pen.write(provider, message, key=str(number))) == 200, message
    come_to_rest()
    found = kept()
    assert len(found) == len(sent)
    assert {state for _, state, _ in found} == {"ignored"}
    assert {note for _, _, note in found} <= {NOT_OURS, NO_USE}
    assert troubles() == []


@pytest.mark.parametrize("provider", ["paypal", "docuseal"])
def test_two_messages_without_an_id_are_two(provider: str, post: Post, pen: Pens) -> None:
    """Neither may be taken for a repetition of the other; each of them repeated is one."""
    kind = NAME_OF_TYPE[provider]
    for body in ({kind: "x", "n": 1}, {kind: "x", "n": 2}, {kind: "x", "n": 1}):
        assert post(pen.write(provider, body)) == 200
    assert len(kept()) == 2


def test_a_large_message_is_kept_when_it_is_genuine(post: Post, pen: Pens) -> None:
    padded = event("paypal", "SOMETHING.NEW", {"padding": "x" * (LARGEST - 500)}, number=1)
    assert post(pen.write("paypal", padded)) == 200
    come_to_rest()
    assert kept() == [("SOMETHING.NEW", "ignored", NO_USE)]
    too_large = event("paypal", "SOMETHING.NEW", {"padding": "x" * LARGEST}, number=2)
    assert post(pen.write("paypal", too_large)) == 413
    assert len(kept()) == 1


def test_what_nobody_has_proved_is_kept_small(post: Post, settings: Settings, house: Flask) -> None:
    """Without a certificate at hand anybody could fill the inbox; a genuine one of that size comes again."""
    pen = pens.of(settings)  # its certificate is not handed over
    for size, status in ((LARGEST_UNPROVED - 500, 200), (LARGEST_UNPROVED, 413)):
        message = event("paypal", "SOMETHING.NEW", {"padding": "x" * size}, number=size)
        assert post(pen.write("paypal", message)) == status
    assert [state for _, state, _ in kept()] == ["unverified"]


@pytest.mark.parametrize("odd", ["\0", "\ud800", "x" * 5000])
def test_what_nobody_has_proved_cannot_break_the_door(
    odd: str, post: Post, settings: Settings, house: Flask
) -> None:
    message = {"id": odd, "event_type": odd, "resource": odd}
    assert post(pens.of(settings).write("paypal", message)) == 200
    assert [state for _, state, _ in kept()] == ["unverified"]


def test_what_nobody_has_proved_is_kept_seldom_and_the_proved_goes_on(
    post: Post, settings: Settings, pen: Pens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of unproved messages is turned away long before it hinders a genuine one."""
    stranger = pens.Pens(settings, pen.chain)
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    try:
        flood = []
        for number in range(62):
            message = stranger.write("paypal", event("paypal", "X", {}, number=number))
            message.headers["paypal-cert-url"] += "-other"
            flood.append(post(message))
        genuine = post(pen.write("paypal", event("paypal", "SOMETHING.NEW", {}, number=99)))
    finally:
        limiter.reset()
    assert flood == [200] * 60 + [429] * 2
    assert genuine == 200


@pytest.mark.parametrize(
    "resource",
    [
        {"id": "OURS"},
        {"id": "X", "supplementary_data": {"related_ids": {"authorization_id": "OURS"}}},
        {
            "id": "X",
            "links": [{"rel": "self", "href": "https://x/X"}, {"rel": "up", "href": "https://x/OURS"}],
        },
        {"id": 7, "links": [None, {"rel": "up", "href": "https://x/OURS/"}]},
    ],
)
def test_a_resource_is_found_by_any_id_that_it_names(resource: dict[str, Any]) -> None:
    """A refund names its capture by a link alone, and a capture its order among what it is related to."""
    assert "OURS" in subjects.paypal_ids({"resource": resource})


def test_news_of_a_rental_of_long_ago_change_nothing(post: Post, pen: Pens) -> None:
    """PayPal forgets an order in time, and answers 404; the rental stays as it ended."""
    booking_id = steps.confirmed(days_ahead=60)
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        payment.orders[0].paypal_id = "0FORGOTTEN0"  # an id that PayPal does not have (any more)
        (held,) = tree.authorizations(payment)
        known = held.paypal_id
    before = (rental.state(booking_id), rental.money(booking_id, Purpose.RENTAL))
    message = event("paypal", "PAYMENT.AUTHORIZATION.VOIDED", {"id": known}, number=1)
    assert post(pen.write("paypal", message)) == 200
    drain()
    assert kept()[-1][1] == "processed"
    assert (rental.state(booking_id), rental.money(booking_id, Purpose.RENTAL)) == before
    assert troubles() == []


def test_what_an_older_version_had_no_use_for_is_acted_on_by_a_newer_one(
    post: Post, pen: Pens, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id = steps.ordered()
    url = rental.approve_url(booking_id)
    rental.requests.get(url, timeout=60)
    rental.requests.post(
        url, data={"decision": "approve", "funding": "good"}, allow_redirects=False, timeout=60
    )
    with transaction():
        order = tree.of_booking(booking_id)[Purpose.RENTAL].orders[0].paypal_id
    message = event("paypal", "CASHIER.ORDER.APPROVED", {"id": order}, number=1)
    assert post(pen.write("paypal", message)) == 200
    drain()
    assert kept() == [("CASHIER.ORDER.APPROVED", "ignored", NO_USE)]
    monkeypatch.setitem(webhooks.READ, "paypal", (*webhooks.READ["paypal"], "CASHIER.ORDER."))
    with transaction():
        (message_id,) = session().scalars(select(InboxMessage.id))
        assert replaying.begin_again(inbox.lock(message_id))
    drain()
    assert kept()[0][1] == "processed"
    assert rental.state(booking_id) == "awaiting_signature"


def test_replaying_what_was_refused_proves_its_signature_anew(
    post: Post, settings: Settings, pen: Pens
) -> None:
    """Nothing that a person does makes a false message true."""
    message = pen.write("paypal", event("paypal", "SOMETHING.NEW", {}, number=1))
    message.headers["paypal-cert-url"] += "-nowhere"
    assert post(message) == 200
    drain()
    assert kept() == [("SOMETHING.NEW", "refused", "certificate_not_at_hand")]
    with transaction():
        (message_id,) = session().scalars(select(InboxMessage.id))
        assert replaying.begin_again(inbox.lock(message_id))
        assert inbox.lock(message_id).state == "unverified"
        assert not replaying.begin_again(inbox.lock(message_id)), "it is on its way"
    drain()
    assert kept() == [("SOMETHING.NEW", "refused", "certificate_not_at_hand")]
    with transaction():
        assert session().scalar(select(func.count()).select_from(InboxMessage)) == 1
