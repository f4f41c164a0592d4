"""Every deed with money and the ways to it: the desk, the API, the scheduler, the customer, or why not.

The names are those of the routes, the operations and the sweeps, so the table cannot name what is not there;
and what is there and moves money cannot be missing from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from exodrive.accounts.scopes import Scope
from exodrive.billing.models import OperationKind as BillCall
from exodrive.blueprints import access
from exodrive.blueprints.staff.action_table.desk_money import DESK_ACTIONS
from exodrive.blueprints.staff.action_table.money_actions import MONEY_ACTIONS
from exodrive.payments.models import OperationKind as Call
from exodrive.tasks import sweeps

MONEY = Path(__file__).parents[2] / "docs" / "money.md"


class No(str):
    """Why a deed has no such way."""


class Deed(NamedTuple):
    """One deed, and who reaches it how. `calls` are what it asks of PayPal, directly or in the end."""

    calls: tuple[str, ...]
    desk: tuple[str, ...] | No
    api: tuple[str, ...] | No
    scheduler: tuple[str, ...] | No
    customer: tuple[str, ...] | No


HOUSE = No("the house's own decision")
PAYER = No("only the payer can approve what is theirs")
FOLLOWS = No("a worker does it as soon as the payer has approved")
HAND = No("a person decides it, with a reason")
SEEN = No("it is looked at, not done")
PLAN = ("run_payment_plans",)

DEEDS: dict[str, Deed] = {
    # the rental's money
    "go to PayPal": Deed(
        (Call.CREATE_ORDER, Call.PATCH_ORDER), PAYER, ("create_payment_order",), PAYER, ("pay", "deposit")
    ),
    "authorize": Deed(
        (Call.AUTHORIZE,), ("retry_payment",), ("authorize_payment",), ("read_unheard_payments",),
        ("paypal_return",),
    ),
    "capture": Deed(
        (Call.CAPTURE,), ("capture_rental", "capture_change", "capture_deposit"), ("admin_capture_payment",),
        PLAN, HOUSE,
    ),
    "renew": Deed(
        (Call.REAUTHORIZE,), ("reauthorize_rental", "reauthorize_change", "reauthorize_deposit"),
        ("admin_reauthorize_payment",), PLAN, HOUSE,
    ),
    "let go": Deed(
        (Call.VOID,), ("void_rental", "void_change", "void_deposit"), ("admin_void_payment",), PLAN,
        ("cancelled",),
    ),
    "give back": Deed(
        (Call.REFUND,), ("refund_rental", "refund_change", "refund_deposit"), ("admin_refund",), PLAN,
        ("cancelled",),
    ),
    "ask PayPal again": Deed((), ("retry_payment",), ("admin_retry_payment",), HAND, HOUSE),
    "look at a call": Deed((), ("booking",), ("admin_read_money_deed",), SEEN, ("show",)),
    "read the plan": Deed((), ("booking", "money"), ("admin_read_payment_plan",), SEEN, HOUSE),
    "do, move or leave out a step": Deed(
        (), ("plan_step",), ("admin_change_payment_plan",), PLAN, No("steps are done as the terms say")
    ),
    "have it approved again": Deed(
        (Call.CREATE_ORDER,), ("plan_step",), ("admin_change_payment_plan",), PLAN, ("approve_again",)
    ),
    "let a rental stand unpaid": Deed(
        (), ("waive_prepayment", "make_booking"), ("admin_waive_prepayment", "admin_create_booking"), HAND,
        HOUSE,
    ),
    "let the keys go before a change is signed": Deed(
        (), ("waive_addendum",), ("admin_waive_addendum",), HAND, HOUSE
    ),
    "ask for what was not paid in advance": Deed(
        (Call.CREATE_ORDER,), ("ask_payment",), ("admin_ask_payment",), HAND, ("approve_again",)
    ),
    # before there is a booking
    "send a quote": Deed((), ("make_booking",), ("admin_send_quote",), ("expire_quotes",), HOUSE),
    "take a quote back": Deed((), ("withdraw_quote",), ("admin_withdraw_quote",), ("expire_quotes",), HOUSE),
    "let a quote stand longer": Deed((), ("extend_quote",), ("admin_extend_quote",), HAND, HOUSE),
    # the deposit
    "ask for the deposit": Deed((), ("ask_deposit",), ("admin_ask_deposit",), ("ask_for_deposits",), HOUSE),
    "waive the deposit": Deed((), ("waive_deposit",), ("admin_waive_deposit",), HAND, HOUSE),
    "release the deposit": Deed(
        (Call.VOID, Call.REFUND), ("release_deposit",), ("admin_release_deposit",), ("release_deposits",),
        HOUSE,
    ),
    # at the desk
    "take at the desk": Deed(
        (), ("take_deposit", "take_rental", "take_charge"), ("admin_take_at_desk",), HAND, HOUSE
    ),
    "hand back": Deed((), ("give_back_receipt",), ("admin_hand_back",), HAND, HOUSE),
    "correct a receipt": Deed((), ("correct_receipt",), ("admin_correct_receipt",), HAND, HOUSE),
    # after the return
    "charge": Deed((), ("add_charge", "change_charge"), ("admin_add_charge",), HAND, ("object_to_charge",)),
    "assess a claim": Deed((), ("change_charge",), ("admin_assess_charge",), HAND, HOUSE),
    "show a charge": Deed((), ("change_charge",), ("admin_show_charge",), HAND, ("charges",)),
    "answer an objection": Deed(
        (Call.REFUND, BillCall.CANCEL), ("change_charge",), ("admin_answer_objection",), HAND, HOUSE
    ),
    "lower a settled charge": Deed(
        (Call.REFUND, BillCall.CANCEL, BillCall.RECORD_PAYMENT), ("change_charge",), ("admin_lower_charge",),
        HAND, ("object_to_charge",),
    ),
    "drop a charge": Deed((), ("change_charge",), ("admin_drop_charge",), HAND, ("object_to_charge",)),
    "charge tolls": Deed((), ("toll_file",), ("admin_import_tolls",), HAND, ("object_to_charge",)),
    "settle": Deed(
        (Call.CAPTURE, Call.VOID), ("settle",), ("admin_settle_booking",), ("finish_settlements",), HOUSE
    ),
    # bills
    "open a bill": Deed((BillCall.CREATE,), ("new_bill",), ("admin_open_bill",), HAND, HOUSE),
    "send a bill": Deed((BillCall.SEND,), ("send_bill",), ("admin_send_bill",), HAND, HOUSE),
    "remind of a bill": Deed(
        (BillCall.REMIND,), ("remind_bill",), ("admin_remind_bill",), ("remind_of_bills",), HOUSE
    ),
    "withdraw a bill": Deed((BillCall.CANCEL,), ("cancel_bill",), ("admin_cancel_bill",), HAND, HOUSE),
    "note what was paid of a bill": Deed(
        (BillCall.RECORD_PAYMENT,), ("pay_bill",), ("admin_record_bill_payment",), ("read_open_bills",),
        No("they pay on PayPal's page"),
    ),
    "look how a bill stands": Deed(
        (), ("look_at_bill",), ("admin_check_bill",), ("read_open_bills",), No("they see it on PayPal's page")
    ),
    "give up a bill": Deed((), ("write_off_bill",), ("admin_write_off_bill",), HAND, HOUSE),
    # papers and books
    "issue an invoice": Deed((), ("issue_invoice",), ("admin_create_invoice",), HAND, ("invoice",)),
    "credit an invoice": Deed((), ("credit_invoice",), ("admin_credit_invoice",), HAND, HOUSE),
    "read a statement": Deed((), ("statement",), ("admin_read_statement",), SEEN, ("show",)),
    "take the books along": Deed((), ("books_sheet",), ("admin_export_books",), SEEN, HOUSE),
    # what differs from PayPal
    "compare with PayPal": Deed((), ("reconcile",), ("admin_reconcile",), ("reconcile_payments",), HOUSE),
    "look at what differs": Deed(
        (), ("reconciliation", "difference"), ("admin_list_differences", "admin_read_difference"), SEEN, HOUSE
    ),
    "mend a difference": Deed((Call.VOID,), ("mend_difference",), ("admin_mend_difference",), HAND, HOUSE),
    "explain a difference": Deed((), ("explain_difference",), ("admin_explain_difference",), HAND, HOUSE),
    # what moves money on its way
    "cancel": Deed(
        (Call.VOID, Call.REFUND, Call.CAPTURE), ("cancel",), ("admin_cancel_booking", "cancel_booking"),
        ("expire_bookings",), ("cancelled",),
    ),
    "charge who did not come": Deed((Call.CAPTURE,), ("miss",), ("admin_miss_booking",), HAND, HOUSE),
    "change a booking": Deed(
        (Call.CREATE_ORDER, Call.PATCH_ORDER, Call.REFUND), ("agree_to_change",),
        ("admin_change_booking", "change_booking"),
        ("expire_changes",), ("agree_to_change", "pay_for_change"),
    ),
    # what makes a price lower
    "give a discount": Deed((Call.REFUND,), ("give_gift",), ("admin_give_discount",), HAND, HOUSE),
    "keep promo codes": Deed(
        (), ("new_promotion", "promotion", "turn_promotion"),
        (
            "admin_make_promotion", "admin_change_promotion", "admin_end_promotion",
            "admin_reactivate_promotion",
        ),
        HAND, HOUSE,
    ),
}  # fmt: skip


def named(ways: Iterable[tuple[str, ...] | No]) -> set[str]:
    return {name for way in ways if not isinstance(way, No) for name in way}


DESK = named(deed.desk for deed in DEEDS.values())
API = named(deed.api for deed in DEEDS.values())


@pytest.mark.parametrize(
    ("blueprint", "names"),
    [("staff", DESK), ("api", API), ("booking_page", named(deed.customer for deed in DEEDS.values()))],
)
def test_the_table_names_routes_that_are_there(application: Flask, blueprint: str, names: set[str]) -> None:
    served = {rule.endpoint for rule in application.url_map.iter_rules()}
    assert {f"{blueprint}.{name}" for name in names} - served == set()


def rows(application: Flask) -> list[str]:
    """The table as `docs/money.md` has it: each way by its address, a sweep by its name."""
    addresses = {
        rule.endpoint: re.sub(r"<[^>]*>", "…", rule.rule) for rule in application.url_map.iter_rules()
    }

    def cell(way: tuple[str, ...] | No, blueprint: str = "") -> str:
        if isinstance(way, No):
            return way
        found = [addresses[f"{blueprint}.{name}"] if blueprint else name for name in way]
        return ", ".join(f"`{each}`" for each in dict.fromkeys(found))

    return [
        f"| {name} | {cell(deed.desk, 'staff')} | {cell(deed.api, 'api')} | {cell(deed.scheduler)} |"
        f" {cell(deed.customer, 'booking_page')} |"
        for name, deed in DEEDS.items()
    ]


def test_the_document_has_the_table(application: Flask) -> None:
    told = MONEY.read_text().splitlines()
    assert [row for row in rows(application) if row not in told] == []


def test_the_table_names_sweeps_that_run() -> None:
    tables = (sweeps.EVERY_MINUTE, sweeps.EVERY_FIVE_MINUTES, sweeps.EVERY_HOUR, sweeps.EVERY_DAY)
    running = {sweep.__name__ for table in tables for sweep in table}
    assert named(deed.scheduler for deed in DEEDS.values()) - running == set()


def test_every_reason_is_one() -> None:
    for name, deed in DEEDS.items():
        for way in deed[1:]:
            assert way, f"{name}: a way, or the reason why there is none"


def test_every_call_to_paypal_is_somebodys_deed() -> None:
    calls = {call for deed in DEEDS.values() for call in deed.calls}
    assert {*Call, *BillCall} - calls == set()


def test_every_deed_of_the_desk_with_money_is_in_the_table() -> None:
    """And with it the API's way to the same."""
    offered = {action.name for action in (*MONEY_ACTIONS, *DESK_ACTIONS)}
    assert offered - DESK == set(), "add it to DEEDS, with its ways"


def test_every_operation_of_programs_with_money_is_in_the_table() -> None:
    rules = {
        access.api_scope(scope)
        for scope in (Scope.PAYMENTS_WRITE, Scope.BOOKINGS_MANAGE, Scope.INVOICES_WRITE)
    }
    found = {name.removeprefix("api.") for name, rule in access.ACCESS.items() if rule in rules}
    assert found - API == set(), "add it to DEEDS, with its ways"


def test_what_the_desk_can_do_a_program_can_do() -> None:
    without = {name for name, deed in DEEDS.items() if isinstance(deed.api, No)}
    assert without == set()
