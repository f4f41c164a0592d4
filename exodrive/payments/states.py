"""A payment's state, derived from the amounts and PayPal's own words below it. Nothing else decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    RENTAL = "rental"
    DEPOSIT = "deposit"
    CHANGE = "change"  # what a change of the booking has added to the price


class PaymentState(StrEnum):
    OPENED = "opened"  # wanted; no order at PayPal yet
    ORDERED = "ordered"  # the payer has to approve
    APPROVED = "approved"  # approved, or still under the review of PayPal or the bank
    AUTHORIZED = "authorized"
    PARTIALLY_CAPTURED = "partially_captured"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    EXPIRED = "expired"
    FAILED = "failed"


# PayPal's words: https://developer.paypal.com/docs/api/payments/v2/
LIVE = frozenset({"CREATED", "PARTIALLY_CAPTURED"})  # money can still be taken on it
SETTLED_CAPTURES = frozenset({"COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"})
FAILED_CAPTURES = frozenset({"DECLINED", "FAILED"})
# How far a word lies in the life of what it is said of. Answers overtake each other: an older word than the
# one we have is no news. A word that is not here says that nothing has happened yet.
PROGRESS = {
    "order": {"APPROVED": 1, "COMPLETED": 2, "VOIDED": 2},
    "authorization": {"CREATED": 1, "PARTIALLY_CAPTURED": 2, "CAPTURED": 3, "DENIED": 3, "VOIDED": 3},
    "capture": {"COMPLETED": 1, "DECLINED": 1, "FAILED": 1, "PARTIALLY_REFUNDED": 2, "REFUNDED": 3},
    "refund": {"COMPLETED": 1, "FAILED": 1, "CANCELLED": 1},
}
# What is left of a payment whose last authorization has come to nothing. Captured, and nothing has arrived:
# the hold is used up, and its capture did not go through.
OVER = {
    "VOIDED": PaymentState.VOIDED,
    "DENIED": PaymentState.FAILED,
    "CAPTURED": PaymentState.FAILED,
}
# Ours, where PayPal has no word for it: the payer was declined, or the order was left until it died.
DECLINED_ORDER = "DECLINED"
EXPIRED_ORDER = "EXPIRED"
# Or it is of an amount that is not wanted any more: it is never authorized, whatever the payer approved.
OUTDATED_ORDER = "OUTDATED"
ENDED_ORDERS = frozenset({DECLINED_ORDER, EXPIRED_ORDER, OUTDATED_ORDER})


@dataclass(frozen=True, slots=True)
class Tree:
    """What hangs below a payment: statuses as PayPal gave them, amounts in minor units.

    `last` has those of the authorizations that hang on the last order.
    """

    orders: tuple[str, ...] = ()
    authorizations: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    captured: int = 0
    refunded: int = 0
    capture_final: bool = False
    capture_pending: bool = False


def later(kind: str, before: str | None, now: str) -> str:
    """Which of two words about one thing is the later one; `now` where they are as far."""
    progress = PROGRESS[kind]
    return before if before and progress.get(before, 0) > progress.get(now, 0) else now


def derive(amount: int, tree: Tree) -> PaymentState:
    """The state of a payment of `amount` minor units."""
    if tree.captured:
        return _of_captured(amount, tree)
    if any(status in LIVE for status in tree.authorizations):
        return PaymentState.AUTHORIZED
    if "PENDING" in tree.authorizations or tree.capture_pending:
        return PaymentState.APPROVED
    return OVER[tree.last[-1]] if tree.last else _of_orders(tree.orders)


def _of_captured(amount: int, tree: Tree) -> PaymentState:
    if tree.refunded >= tree.captured:
        return PaymentState.REFUNDED
    if tree.refunded:
        return PaymentState.PARTIALLY_REFUNDED
    if tree.captured < amount and not tree.capture_final:
        return PaymentState.PARTIALLY_CAPTURED
    return PaymentState.CAPTURED


def _of_orders(orders: tuple[str, ...]) -> PaymentState:
    if not orders:
        return PaymentState.OPENED
    return {
        "APPROVED": PaymentState.APPROVED,
        "COMPLETED": PaymentState.APPROVED,
        "VOIDED": PaymentState.VOIDED,
        DECLINED_ORDER: PaymentState.FAILED,
        OUTDATED_ORDER: PaymentState.FAILED,
        EXPIRED_ORDER: PaymentState.EXPIRED,
    }.get(orders[-1], PaymentState.ORDERED)
