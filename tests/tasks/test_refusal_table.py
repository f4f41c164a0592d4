"""The table of refusals is whole: a new class of the client, or a call more, wants its row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exodrive.billing import recording as bill_recording
from exodrive.billing.models import OperationKind as BillCall
from exodrive.kernel.errors import GatewayUnavailable
from exodrive.payments import refusals
from exodrive.payments.models import OperationKind as PaymentCall
from exodrive.providers import breaker, http
from exodrive.providers.paypal import errors
from exodrive.rendering import refusal_codes
from tests.tasks.passing_table import MISREAD, PASSING, PAUSED
from tests.tasks.published_refusals import PUBLISHED
from tests.tasks.refusal_table import REFUSED, TO_THE_PAYER

CALLS = {
    PaymentCall.CREATE_ORDER: "orders.create",
    PaymentCall.PATCH_ORDER: "orders.patch",
    PaymentCall.AUTHORIZE: "orders.authorize",
    PaymentCall.CAPTURE: "authorizations.capture",
    PaymentCall.REAUTHORIZE: "authorizations.reauthorize",
    PaymentCall.VOID: "authorizations.void",
    PaymentCall.REFUND: "captures.refund",
    BillCall.CREATE: "invoices.create",
    BillCall.SEND: "invoices.send",
    BillCall.REMIND: "invoices.remind",
    BillCall.CANCEL: "invoices.cancel",
    BillCall.RECORD_PAYMENT: "invoices.payments",
}
# Money of a bill that went back elsewhere is not noted at PayPal: the house makes no such call.
NEVER_ASKED = {"CANNOT_PROCESS_REFUNDS", "INVALID_REFUND_AMOUNT"}
# The house's own words for what it finds; and one that stands for others with the same words.
OURS = {"hold_lost", "CAPTURE_DECLINED", "CAPTURE_FAILED"}
# Names of whole statuses, whose issues are in the table; they come alone where PayPal names no issue.
NAMES = {"RESOURCE_NOT_FOUND", "NOT_AUTHORIZED", "INVALID_REQUEST", "MALFORMED_REQUEST_JSON"}
# Told as INVALID_PARAMETER_VALUE and DECIMAL_PRECISION are: the program asked for what makes no sense.
SAME_WORDS = {
    "MISSING_REQUIRED_PARAMETER", "INVALID_PARAMETER_SYNTAX", "AMOUNT_MISMATCH", "DECIMALS_NOT_SUPPORTED",
    "INVALID_CURRENCY_CODE", "CURRENCY_NOT_SUPPORTED",
}  # fmt: skip


def rows(operation: str) -> set[str]:
    to_house = {row.issue for row in REFUSED[operation]}
    return to_house | {row.issue for row in TO_THE_PAYER.get(operation, ())}


def table() -> set[str]:
    return {issue for operation in REFUSED for issue in rows(operation)}


def test_every_call_to_paypal_has_its_refusals() -> None:
    assert set(CALLS) == {*PaymentCall, *BillCall}
    assert set(REFUSED) == set(CALLS.values()) == set(PUBLISHED)
    assert set(TO_THE_PAYER) <= set(REFUSED)


def test_every_class_of_the_client_is_in_the_table() -> None:
    assert set(errors.REMEDIES) - table() == NEVER_ASKED
    assert {errors.remedy(issue) for issue in table()} == set(errors.Remedy)


def test_every_word_that_the_house_acts_on_or_explains_is_in_the_table() -> None:
    acted_on = refusals.PAYER | refusals.ANOTHER_WAY | refusals.GONE | refusals.DONE | bill_recording.ALREADY
    assert acted_on - table() <= OURS | NAMES
    assert set(refusal_codes.CODES) - table() <= OURS | NAMES | SAME_WORDS


@pytest.mark.parametrize("operation", sorted(PUBLISHED))
def test_what_paypal_publishes_of_a_call_is_in_its_rows(operation: str) -> None:
    assert PUBLISHED[operation] <= rows(operation)


def test_every_trouble_that_passes_is_in_the_table() -> None:
    assert {row.error for row in (*PASSING, MISREAD, PAUSED)} == {
        GatewayUnavailable,
        *_kinds(GatewayUnavailable),
    }
    assert {http.Unauthorized, http.Busy, breaker.NoAnswer} <= set(_kinds(GatewayUnavailable))
    assert {code for row in PASSING for code in row.codes} == set(errors.LATER)


def _kinds(error: type[GatewayUnavailable]) -> Iterator[type[GatewayUnavailable]]:
    for kind in error.__subclasses__():
        if kind.__module__.startswith("exodrive."):
            yield kind
            yield from _kinds(kind)
