"""What can fail and how: the operations of each provider, the events of its webhooks, the kinds of fault.

Operations have the names of the providers' own API descriptions, written as `things.verb`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

ANY: Final = "any"
PROVIDERS: Final = {"paypal": "PayPal", "docuseal": "DocuSeal", "resend": "Resend"}
LONGEST_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. `endpoint` is the view that serves it, `required` a field that its answer must have."""

    endpoint: str
    words: str
    required: str = "id"


OPERATIONS: Final[dict[str, dict[str, Operation]]] = {
    "paypal": {
        "token": Operation("paypal_tokens.issue", "get an access token", "access_token"),
        "orders.create": Operation("paypal_orders.create", "create an order"),
        "orders.get": Operation("paypal_orders.show", "read an order"),
        "orders.patch": Operation("paypal_orders.change", "change an order"),
        "orders.authorize": Operation("paypal_orders.authorize", "place a hold"),
        "orders.capture": Operation("paypal_orders.capture", "capture an order"),
        "authorizations.get": Operation("paypal_authorizations.show", "read a hold"),
        "authorizations.capture": Operation("paypal_captures.capture", "capture from a hold"),
        "authorizations.reauthorize": Operation("paypal_authorizations.reauthorize", "renew a hold"),
        "authorizations.void": Operation("paypal_authorizations.void_hold", "release a hold"),
        "captures.get": Operation("paypal_captures.show", "read a capture"),
        "captures.refund": Operation("paypal_refunds.refund", "refund a capture"),
        "refunds.get": Operation("paypal_refunds.show", "read a refund"),
        "invoicing.generate-next-invoice-number": Operation(
            "paypal_bills.next_number", "ask for the next invoice number", "invoice_number"
        ),
        "invoices.create": Operation("paypal_bills.create", "draft an invoice"),
        "invoices.get": Operation("paypal_bills.show", "read an invoice"),
        "invoices.update": Operation("paypal_bills.change", "change an invoice"),
        "invoices.delete": Operation("paypal_bills.delete", "delete an invoice"),
        "invoices.send": Operation("paypal_bills.send", "send an invoice", "href"),
        "invoices.remind": Operation("paypal_bills.remind", "remind of an invoice"),
        "invoices.cancel": Operation("paypal_bills.cancel", "cancel an invoice"),
        "invoices.payments": Operation(
            "paypal_bill_money.record_payment", "record a payment of an invoice", "payment_id"
        ),
        "invoices.refunds": Operation(
            "paypal_bill_money.record_refund", "record a refund of an invoice", "refund_id"
        ),
        "invoices.search-invoices": Operation("paypal_bills.search", "look for an invoice", "items"),
        "certificates.get": Operation("paypal_transmission.certificate", "fetch a webhook certificate"),
        "verify-webhook-signature.post": Operation(
            "paypal_webhooks.verify", "verify a webhook", "verification_status"
        ),
        "webhooks.list": Operation("paypal_webhooks.list_subscriptions", "list subscriptions", "webhooks"),
        "webhooks.get": Operation("paypal_webhooks.show_subscription", "read a subscription"),
        "webhooks-events.list": Operation("paypal_webhooks.list_events", "list events", "events"),
        "webhooks-events.get": Operation("paypal_webhooks.show_event", "read an event"),
        "webhooks-events.resend": Operation("paypal_webhooks.resend", "send an event again"),
    },
    "docuseal": {
        "submissions.create": Operation("docuseal_submissions.create", "create an agreement"),
        "submissions.list": Operation("docuseal_submissions.list_submissions", "list agreements", "data"),
        "submissions.get": Operation("docuseal_submissions.show", "read an agreement"),
        "submissions.documents": Operation(
            "docuseal_submissions.show_documents", "list the documents", "documents"
        ),
        "submissions.update": Operation("docuseal_submissions.change", "change an agreement"),
        "submissions.archive": Operation("docuseal_submissions.archive", "archive an agreement"),
        "submitters.list": Operation("docuseal_submitters.list_submitters", "look for a signer", "data"),
        "submitters.get": Operation("docuseal_submitters.show", "read a signer"),
        "submitters.update": Operation("docuseal_submitters.change", "write to a signer again"),
        "templates.list": Operation("docuseal_templates.list_templates", "list templates", "data"),
        "templates.get": Operation("docuseal_templates.show", "read a template"),
        "files.get": Operation("docuseal_files.download", "download a file"),
        "user.get": Operation("docuseal_events.user", "ask whose key it is"),
    },
    "resend": {
        "emails.send": Operation("resend_emails.send", "send an e-mail"),
        "emails.send-batch": Operation("resend_emails.send_batch", "send e-mails together", "data"),
        "emails.list": Operation("resend_emails.list_emails", "list e-mails", "data"),
        "emails.get": Operation("resend_emails.show", "read an e-mail", "last_event"),
        "emails.cancel": Operation("resend_emails.cancel", "cancel an e-mail"),
    },
}

EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "paypal": (
        "CHECKOUT.ORDER.APPROVED",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.AUTHORIZATION.CREATED",
        "PAYMENT.AUTHORIZATION.VOIDED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.PENDING",
        "PAYMENT.CAPTURE.DENIED",
        "PAYMENT.CAPTURE.REFUNDED",
        "INVOICING.INVOICE.CREATED",
        "INVOICING.INVOICE.UPDATED",
        "INVOICING.INVOICE.SCHEDULED",
        "INVOICING.INVOICE.PAID",
        "INVOICING.INVOICE.REFUNDED",
        "INVOICING.INVOICE.CANCELLED",
    ),
    "docuseal": (
        "form.viewed",
        "form.started",
        "form.completed",
        "form.declined",
        "submission.created",
        "submission.completed",
        "submission.expired",
        "submission.archived",
    ),
    "resend": (
        "email.scheduled",
        "email.sent",
        "email.delivered",
        "email.opened",
        "email.bounced",
        "email.complained",
        "email.suppressed",
    ),
}
INVENTED: Final = {  # types that no provider has yet, for a burst of what nobody has heard of
    "paypal": "FUTURE.THING.INVENTED",
    "docuseal": "future.invented",
    "resend": "future.invented",
}


class Effect(StrEnum):
    """What is left at the provider of a call that was struck."""

    NONE = "nothing happens"
    KEPT = "it is done"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number or word that a kind takes. `choices` excludes `lowest` and `highest`, as does `word`.

    `word`: any of the provider's own, in capitals; those that it may invent tomorrow as well.
    """

    words: str
    default: float | str | None
    lowest: float = 0
    highest: float = 0
    choices: tuple[int | str, ...] = ()
    whole: bool = False
    word: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    effect: Effect
    title: str
    words: str
    figures: MappingProxyType[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    providers: tuple[str, ...] = tuple(PROVIDERS)


def _figures(**named: Figure) -> MappingProxyType[str, Figure]:
    return MappingProxyType(named)


def _seconds(default: float) -> Figure:
    return Figure("seconds of real time", default, 0.01, LONGEST_SECONDS)


_RETRY_AFTER = Figure("Retry-After in seconds; none is sent without it", None, 0, 86400 * 7, whole=True)


def _status(default: int) -> Figure:
    return Figure("HTTP status", default, choices=(500, 502, 503, 504))


KINDS: Final[dict[str, Kind]] = {
    "slow": Kind(
        Effect.KEPT,
        "slow",
        "waits first, then works and answers as ever; a caller who gives up before does not stop it",
        _figures(seconds=_seconds(5)),
    ),
    # the call does not get through
    "rate_limited": Kind(
        Effect.NONE,
        "too many requests (429)",
        "refuses with the provider’s own 429, with or without Retry-After",
        _figures(retry_after=_RETRY_AFTER),
    ),
    "error": Kind(
        Effect.NONE,
        "server error, in the provider’s words",
        "answers 500, 502, 503 or 504 with the provider’s own error document",
        _figures(status=_status(503), retry_after=_RETRY_AFTER),
    ),
    "proxy_page": Kind(
        Effect.NONE,
        "server error, as a proxy’s page",
        "answers 500, 502, 503 or 504 with the HTML page of a proxy in front of the provider",
        _figures(status=_status(502), retry_after=_RETRY_AFTER),
    ),
    "unauthorized": Kind(
        Effect.NONE, "credentials refused (401)", "answers 401 in the provider’s words, as to an expired key"
    ),
    "unauthorized_oauth": Kind(
        Effect.NONE,
        "credentials refused (401, OAuth words)",
        "answers 401 in the shape of OAuth, as PayPal does for some tokens",
        providers=("paypal",),
    ),
    "says_no": Kind(
        Effect.NONE,
        "refusal, in PayPal’s words (422)",
        "refuses what was asked for a reason of its own, such as INSTRUMENT_DECLINED",
        _figures(
            issue=Figure("PayPal’s word for the reason", "INSTRUMENT_DECLINED", word=True),
            answer=Figure("HTTP status", 422, choices=(400, 403, 404, 409, 422, 500)),
        ),
        providers=("paypal",),
    ),
    "refused": Kind(
        Effect.NONE,
        "connection refused",
        "resets the connection before a byte of an answer; a provider’s own door is really shut",
    ),
    "cut_before": Kind(
        Effect.NONE, "connection cut before anything happened", "takes the request and hangs up"
    ),
    # the call gets through, and the answer does not
    "cut_after": Kind(Effect.KEPT, "answer lost", "does what was asked and hangs up without a byte"),
    "cut_midway": Kind(
        Effect.KEPT, "answer cut in the middle", "does what was asked and hangs up in the middle of the body"
    ),
    "late": Kind(
        Effect.KEPT,
        "answer too late",
        "does what was asked at once and answers after so many seconds",
        _figures(seconds=_seconds(12)),
    ),
    # the call gets through, and the answer makes no sense
    "not_json": Kind(Effect.KEPT, "answer is not JSON", "does what was asked and answers with a sentence"),
    "truncated": Kind(
        Effect.KEPT, "JSON breaks off", "does what was asked and answers with the first half of the document"
    ),
    "wrong_types": Kind(
        Effect.KEPT, "wrong types", "does what was asked; numbers are texts, texts numbers, objects lists"
    ),
    "missing_field": Kind(
        Effect.KEPT,
        "a field is missing",
        "does what was asked; the answer lacks a field that it must have",
    ),
    "html": Kind(
        Effect.KEPT, "an HTML page with 200", "does what was asked and answers 200 with a page for people"
    ),
    "empty": Kind(Effect.KEPT, "empty answer", "does what was asked and answers with no body"),
    "wrong_length": Kind(
        Effect.KEPT,
        "wrong Content-Length",
        "does what was asked; the answer announces more than it sends, and the connection ends",
    ),
    "too_long": Kind(
        Effect.KEPT, "absurdly long", "does what was asked; three million bytes of blanks follow the answer"
    ),
    # webhooks
    "lost": Kind(Effect.WEBHOOK, "lost", "the event never arrives; the provider has it in its log"),
    "delayed": Kind(
        Effect.WEBHOOK, "delayed", "the first attempt comes so much later", _figures(seconds=_seconds(10))
    ),
    "duplicated": Kind(
        Effect.WEBHOOK,
        "duplicated",
        "the event arrives so many times",
        _figures(copies=Figure("how many times", 2, 2, 20, whole=True)),
    ),
    "reordered": Kind(
        Effect.WEBHOOK,
        "reordered",
        "held back until the provider’s next event has gone, or so many seconds",
        _figures(seconds=_seconds(30)),
    ),
    "badly_signed": Kind(
        Effect.WEBHOOK,
        "badly signed",
        "an attempt carries a signature that does not hold: by another secret, over another body, or (PayPal)"
        " under a certificate that nobody trusts",
        _figures(
            manner=Figure(
                "what is wrong with it",
                "wrong_secret",
                choices=("wrong_secret", "tampered", "other_certificate"),
            )
        ),
    ),
}

WEBHOOK_KINDS: Final = frozenset(name for name, kind in KINDS.items() if kind.effect is Effect.WEBHOOK)
CALL_KINDS: Final = frozenset(KINDS) - WEBHOOK_KINDS

_BY_ENDPOINT: Final = {
    operation.endpoint: (provider, name)
    for provider, operations in OPERATIONS.items()
    for name, operation in operations.items()
}


def operation_at(endpoint: str | None) -> tuple[str, str] | None:
    """Provider and operation of a view, or None for a page or anything else that does not fail on demand."""
    return _BY_ENDPOINT.get(endpoint or "")


def subjects(provider: str, kind: str) -> tuple[str, ...]:
    """What a fault of that kind may be about at that provider, besides everything: operations or events."""
    return EVENTS[provider] if kind in WEBHOOK_KINDS else tuple(OPERATIONS[provider])
