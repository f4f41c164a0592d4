"""Every point at which the campaign kills: each place of `kernel.failpoints` with all that come by there.

Actors, operations and sweeps are taken from the code, so that a new one is killed too, or fails the campaign.
The rest is listed here, and a guard compares it with the code.
"""

from __future__ import annotations

from collections.abc import Mapping

from exodrive.billing.models import OperationKind as BillCall
from exodrive.kernel.failpoints import Place, point
from exodrive.payments.models import OperationKind
from exodrive.tasks import sweeps
from exodrive.tasks.work import DEEDS
from tests.drain import ACTORS

assert ACTORS  # their import is what fills DEEDS

NOBODY = ("",)
PROVIDERS = ("paypal", "docuseal", "resend")
FOLDERS = (
    "agreements", "cars", "condition", "evidence", "invoices", "link-pictures", "papers", "renditions",
    "tolls",
)  # fmt: skip
# What people and providers ask for in the life of a booking; reading a page commits nothing.
REQUESTS = (
    "checkout.hold",
    "booking_page.give_up",
    "booking_page.details",
    "booking_page.paypal_return",
    "booking_page.signed",
    "booking_page.deposit",
    "booking_page.cancelled",
    "api.create_booking",
    "api.cancel_booking",
    "staff.remind",
    "staff.hand_over",
    "staff.take_back",
    "staff.settle",
    "staff.cancel",
    "staff.sandbox",
    *(f"webhooks.{provider}" for provider in PROVIDERS),
)
OPERATION = (Place.OPERATION_CLAIMED, Place.OPERATION_ANSWERED, Place.OPERATION_RECORDED)
SEARCHING = (
    "expire_bookings",
    "expire_changes",
    "expire_quotes",
    "find_conflicts",
    "close_conflicts",
    "ask_for_deposits",
    "run_payment_plans",
    "finish_settlements",
    "release_deposits",
    "remind_of_bills",
    "ask_for_reviews",
    "forget_papers",
)

SUBJECTS: Mapping[Place, tuple[str, ...]] = {
    Place.INBOX_STORED: PROVIDERS,
    Place.WEB_ANSWERING: REQUESTS,
    Place.STORAGE_WRITTEN: FOLDERS,
    Place.RELAY_CLAIMED: NOBODY,
    Place.RELAY_ENQUEUED: NOBODY,
    Place.SCHEDULER_SENT: NOBODY,
    Place.DELIVERY_CLAIMED: tuple(sorted(DEEDS)),
    Place.DELIVERY_RECORDING: tuple(sorted(DEEDS)),
    Place.DELIVERY_RECORDED: tuple(sorted(DEEDS)),
    Place.OPERATION_CLAIMED: tuple(OperationKind),
    Place.OPERATION_ANSWERED: tuple(OperationKind),
    Place.OPERATION_RECORDED: tuple(OperationKind),
    Place.BILL_CLAIMED: tuple(BillCall),
    Place.BILL_ANSWERED: tuple(BillCall),
    Place.BILL_RECORDED: tuple(BillCall),
    Place.WEBHOOK_VERIFIED: NOBODY,
    Place.SWEEP_BETWEEN: SEARCHING,
    Place.SWEEP_DONE: tuple(sweep.__name__ for sweep in sweeps.EVERY_MINUTE),
    Place.AUDIT_SEALED: NOBODY,
}
ALL: tuple[str, ...] = tuple(point(place, of) for place, whose in SUBJECTS.items() for of in whose)

# Only the rentals of `slow_rentals` come by these, in a round of their own.
SLOW: tuple[str, ...] = (
    point(Place.STORAGE_WRITTEN, "papers"),
    *(
        point(Place.SWEEP_BETWEEN, of)
        for of in (
            "find_conflicts",
            "close_conflicts",
            "release_deposits",
            "remind_of_bills",
            "forget_papers",
        )
    ),
)

# The short form: claim, call and record of money, agreement and mail, and one of each other kind of place.
SHORT: tuple[str, ...] = (
    point(Place.WEB_ANSWERING, "checkout.hold"),
    point(Place.WEB_ANSWERING, "booking_page.details"),
    point(Place.WEB_ANSWERING, "booking_page.cancelled"),
    point(Place.WEB_ANSWERING, "api.create_booking"),
    point(Place.WEB_ANSWERING, "webhooks.paypal"),
    point(Place.INBOX_STORED, "docuseal"),
    point(Place.RELAY_CLAIMED),
    point(Place.RELAY_ENQUEUED),
    *(point(place, OperationKind.CREATE_ORDER) for place in OPERATION),
    point(Place.OPERATION_ANSWERED, OperationKind.AUTHORIZE),
    point(Place.OPERATION_ANSWERED, OperationKind.REAUTHORIZE),
    point(Place.OPERATION_ANSWERED, OperationKind.CAPTURE),
    point(Place.OPERATION_ANSWERED, OperationKind.VOID),
    point(Place.OPERATION_ANSWERED, OperationKind.REFUND),
    point(Place.DELIVERY_CLAIMED, "contracts.send"),
    point(Place.DELIVERY_RECORDING, "contracts.send"),
    point(Place.DELIVERY_RECORDING, "messages.send"),
    point(Place.SWEEP_BETWEEN, "run_payment_plans"),
    point(Place.AUDIT_SEALED),
)


def program(name: str) -> str:
    """Which process of the Procfile dies at a point."""
    place, _, of = name.partition("@")
    if place in (Place.INBOX_STORED, Place.WEB_ANSWERING) or of in ("cars", "condition", "papers"):
        return "web"
    if place in (Place.RELAY_CLAIMED, Place.RELAY_ENQUEUED):
        return "relay"
    return "scheduler" if place == Place.SCHEDULER_SENT else "worker"
