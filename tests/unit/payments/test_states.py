"""A payment's state, from PayPal's words and the amounts below it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from exodrive.payments.states import PaymentState, Tree, derive

AMOUNT = 900_00
ORDERS = (
    "",
    "CREATED",
    "SAVED",
    "PAYER_ACTION_REQUIRED",
    "APPROVED",
    "COMPLETED",
    "VOIDED",
    "DECLINED",
    "EXPIRED",
)
AUTHORIZATIONS = ("", "PENDING", "CREATED", "PARTIALLY_CAPTURED", "CAPTURED", "VOIDED", "DENIED")


@pytest.mark.parametrize(
    ("tree", "state"),
    [
        # The last order speaks while nothing is authorized.
        ({}, "opened"),
        ({"orders": ("CREATED",)}, "ordered"),
        ({"orders": ("SAVED",)}, "ordered"),
        ({"orders": ("PAYER_ACTION_REQUIRED",)}, "ordered"),
        ({"orders": ("APPROVED",)}, "approved"),
        ({"orders": ("COMPLETED",)}, "approved"),
        ({"orders": ("VOIDED",)}, "voided"),
        ({"orders": ("DECLINED",)}, "failed"),
        ({"orders": ("EXPIRED",)}, "expired"),
        ({"orders": ("DECLINED", "CREATED")}, "ordered"),
        ({"orders": ("APPROVED", "EXPIRED")}, "expired"),
        # Authorizations that hold money outweigh orders, whichever they hang on.
        ({"orders": ("COMPLETED",), "authorizations": ("CREATED",), "last": ("CREATED",)}, "authorized"),
        ({"orders": ("COMPLETED",), "authorizations": ("PENDING",), "last": ("PENDING",)}, "approved"),
        ({"orders": ("COMPLETED", "CREATED"), "authorizations": ("CREATED",)}, "authorized"),
        ({"orders": ("COMPLETED", "CREATED"), "authorizations": ("PENDING",)}, "approved"),
        ({"orders": ("COMPLETED",) * 2, "authorizations": ("DENIED", "CREATED")}, "authorized"),
        # Those that came to nothing speak for their own order, not for a later one.
        ({"orders": ("COMPLETED",), "authorizations": ("VOIDED",), "last": ("VOIDED",)}, "voided"),
        ({"orders": ("COMPLETED",), "authorizations": ("DENIED",), "last": ("DENIED",)}, "failed"),
        ({"orders": ("COMPLETED", "CREATED"), "authorizations": ("DENIED",)}, "ordered"),
        ({"orders": ("COMPLETED", "APPROVED"), "authorizations": ("VOIDED",)}, "approved"),
        # A capture that the bank thinks about, and one that it refused.
        (
            {
                "orders": ("COMPLETED",),
                "authorizations": ("CAPTURED",),
                "last": ("CAPTURED",),
                "capture_pending": True,
            },
            "approved",
        ),
        ({"orders": ("COMPLETED",), "authorizations": ("CAPTURED",), "last": ("CAPTURED",)}, "failed"),
        # Money that has moved outweighs all.
        ({"authorizations": ("CAPTURED",), "captured": 900_00}, "captured"),
        ({"authorizations": ("CAPTURED",), "captured": 300_00, "capture_final": True}, "captured"),
        ({"authorizations": ("PARTIALLY_CAPTURED",), "captured": 300_00}, "partially_captured"),
        ({"authorizations": ("VOIDED",), "captured": 300_00}, "partially_captured"),
        ({"captured": 900_00, "refunded": 1}, "partially_refunded"),
        ({"captured": 900_00, "refunded": 899_99}, "partially_refunded"),
        ({"captured": 900_00, "refunded": 900_00}, "refunded"),
        ({"captured": 300_00, "refunded": 300_00}, "refunded"),
    ],
)
def test_the_state_is_derived(tree: dict[str, Any], state: str) -> None:
    assert derive(AMOUNT, Tree(**tree)) == state


@pytest.mark.parametrize(("order", "authorization"), list(itertools.product(ORDERS, AUTHORIZATIONS)))
@pytest.mark.parametrize(("captured", "refunded"), [(0, 0), (300_00, 0), (900_00, 100_00), (900_00, 900_00)])
def test_any_combination_of_words_has_a_state(
    order: str, authorization: str, captured: int, refunded: int
) -> None:
    """And the amounts alone say whether money was taken or given back."""
    tree = Tree(
        orders=(order,) if order else (),
        authorizations=(authorization,) if authorization else (),
        last=(authorization,) if authorization and order else (),
        captured=captured,
        refunded=refunded,
    )
    state = derive(AMOUNT, tree)
    taken = {"captured", "partially_captured", "partially_refunded", "refunded"}
    assert (state in taken) is (captured > 0)
    assert (state in {"partially_refunded", "refunded"}) is (refunded > 0)
    if not captured:
        assert (state == PaymentState.AUTHORIZED) is (authorization in ("CREATED", "PARTIALLY_CAPTURED"))


def test_a_failed_attempt_does_not_hide_the_one_that_holds_money() -> None:
    for words in itertools.permutations(("DENIED", "VOIDED", "CREATED")):
        assert derive(AMOUNT, Tree(orders=("COMPLETED",), authorizations=words)) == "authorized"
