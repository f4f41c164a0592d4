"""A payment's state, derived from the amounts and PayPal's own words below it. Nothing else decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    RENTAL = "rental"
    DEPOSIT = "deposit"


class PaymentState(StrEnum):
    OPENED = "opened"  # wanted; no order at PayPal yet
    ORDERED = "ordered"  # the payer has to approve
    APPROVED = "approved"  # approved, or authorized and still under PayPal's review
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
# Ours, where PayPal has no word for it: the payer was declined, or the order was left until it died.
DECLINED_ORDER = "DECLINED"
EXPIRED_ORDER = "EXPIRED"
ENDED_ORDERS = frozenset({DECLINED_ORDER, EXPIRED_ORDER})


@dataclass(frozen=True, slots=True)
class Tree:
    """What hangs below a payment: statuses as PayPal gave them, amounts in minor units."""

    orders: tuple[str, ...] = ()
    authorizations: tuple[str, ...] = ()
    captured: int = 0
    refunded: int = 0
    capture_final: bool = False


def derive(amount: int, tree: Tree) -> PaymentState:
    """The state of a payment of `amount` minor units."""
    if tree.captured:
        return _of_captured(amount, tree)
    if any(status in LIVE for status in tree.authorizations):
        return PaymentState.AUTHORIZED
    if "PENDING" in tree.authorizations:
        return PaymentState.APPROVED
    if "VOIDED" in tree.authorizations:
        return PaymentState.VOIDED
    return _of_orders(tree.orders)


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
        EXPIRED_ORDER: PaymentState.EXPIRED,
    }.get(orders[-1], PaymentState.ORDERED)
