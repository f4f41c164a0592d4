"""The PayPal client against the simulator over HTTP: a payment's whole life, and its refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from exodrive.kernel.errors import GatewayRejected
from exodrive.kernel.money import Money
from exodrive.payments.ports import AuthorizationAnswer, OrderAnswer, OrderRequest, PaymentGateway
from exodrive.providers.http import Unauthorized
from exodrive.providers.paypal import PayPal
from tests.providers.conftest import Simulators

PRICE = Money(1250_00, "USD")


@pytest.fixture
def paypal(simulators: Simulators) -> PayPal:
    return PayPal(f"{simulators.url}/paypal", client_id="sandbox-client", client_secret="sandbox-secret")


def fresh(kind: str) -> str:
    return f"{kind}:{uuid4()}"


def order_request(amount: Money = PRICE) -> OrderRequest:
    return OrderRequest(
        request_id=fresh("order"),
        reference=f"bk_{uuid4().hex[:8]}",
        invoice_id=fresh("EXO"),
        amount=amount,
        description="Rental of a Porsche 911 Turbo S, " + "three days in June, " * 10,
        return_url="http://localhost:8000/bookings/1?back=1",
        cancel_url="http://localhost:8000/bookings/1",
        brand="ExoDrive Exotics",
    )


def hold(paypal: PayPal, simulators: Simulators, *, funding: str = "good") -> AuthorizationAnswer:
    opened = paypal.create_order(order_request())
    assert opened.approve_url
    simulators.approve(opened.approve_url, funding=funding)
    return paypal.authorize(opened.paypal_id, request_id=fresh("authorize")).authorizations[0]


def test_it_is_a_payment_gateway(paypal: PayPal) -> None:
    gateway: PaymentGateway = paypal  # mypy compares every signature here
    assert gateway


@pytest.mark.parametrize("amount", [Money(1400_50, "USD"), Money(900_00, "USD"), PRICE])
def test_an_order_is_changed_until_the_payer_has_approved(
    paypal: PayPal, simulators: Simulators, amount: Money
) -> None:
    opened = paypal.create_order(order_request())
    changed = paypal.patch_order(opened.paypal_id, amount=amount)
    assert changed == replace(opened, amount=amount)
    assert opened.approve_url
    simulators.approve(opened.approve_url)
    with pytest.raises(GatewayRejected) as late:
        paypal.patch_order(opened.paypal_id, amount=Money(1_00, "USD"))
    assert late.value.code == "AMOUNT_CHANGE_NOT_ALLOWED"
    assert (
        paypal.authorize(opened.paypal_id, request_id=fresh("authorize")).authorizations[0].amount == amount
    )


def test_yen_are_changed_without_decimals(paypal: PayPal) -> None:
    opened = paypal.create_order(order_request(Money(120_000, "JPY")))
    assert paypal.patch_order(opened.paypal_id, amount=Money(98_765, "JPY")).amount == Money(98_765, "JPY")


def test_a_payment_from_order_to_refund(paypal: PayPal, simulators: Simulators) -> None:
    request = order_request()
    opened = paypal.create_order(request)
    assert (opened.status, opened.amount, opened.reference) == (
        "PAYER_ACTION_REQUIRED",
        PRICE,
        request.reference,
    )
    assert opened.created_at
    assert opened.approve_url
    back = simulators.approve(opened.approve_url)
    assert back.startswith(request.return_url)
    approved = paypal.show_order(opened.paypal_id)
    assert approved.status == "APPROVED"
    assert approved.payer_email

    order = paypal.authorize(opened.paypal_id, request_id=fresh("authorize"))
    (held,) = order.authorizations
    assert (order.status, held.status, held.amount) == ("COMPLETED", "CREATED", PRICE)
    assert (held.invoice_id, held.order_id) == (request.invoice_id, opened.paypal_id)
    assert held.created_at
    assert held.expires_at
    assert held.expires_at - held.created_at == timedelta(days=29)
    assert paypal.show_authorization(held.paypal_id) == held

    taken = paypal.capture(
        held.paypal_id,
        amount=Money(1000_00, "USD"),
        invoice_id=request.invoice_id + "-C",
        final=True,
        request_id=fresh("capture"),
        note="Thank you",
    )
    assert (taken.status, taken.amount, taken.final) == ("COMPLETED", Money(1000_00, "USD"), True)
    assert taken.authorization_id == held.paypal_id
    assert taken.fee
    assert taken.net
    assert taken.fee + taken.net == taken.amount
    assert paypal.show_authorization(held.paypal_id).status == "CAPTURED"

    given_back = paypal.refund(
        taken.paypal_id,
        amount=Money(250_00, "USD"),
        invoice_id=request.invoice_id + "-R",
        request_id=fresh("refund"),
        note="Fuel was full",
    )
    assert (given_back.status, given_back.amount) == ("COMPLETED", Money(250_00, "USD"))
    assert given_back.capture_id == taken.paypal_id
    assert paypal.show_refund(given_back.paypal_id) == given_back
    assert paypal.show_capture(taken.paypal_id).status == "PARTIALLY_REFUNDED"

    whole = paypal.show_order(opened.paypal_id)
    assert [each.paypal_id for each in whole.authorizations] == [held.paypal_id]
    assert [each.paypal_id for each in whole.captures] == [taken.paypal_id]
    assert [each.paypal_id for each in whole.refunds] == [given_back.paypal_id]


def test_a_write_repeated_with_its_key_happens_once(paypal: PayPal, simulators: Simulators) -> None:
    request = order_request()
    opened = paypal.create_order(request)
    again = paypal.create_order(request)
    assert again.paypal_id == opened.paypal_id
    assert opened.approve_url
    simulators.approve(opened.approve_url)
    key = fresh("authorize")
    first, second = (paypal.authorize(opened.paypal_id, request_id=key) for _ in range(2))
    assert first == second
    held = first.authorizations[0].paypal_id
    key, invoice = fresh("capture"), fresh("EXO")

    def capture() -> str:
        answer = paypal.capture(held, amount=PRICE, invoice_id=invoice, final=True, request_id=key)
        return answer.paypal_id

    assert capture() == capture()
    voided = hold(paypal, simulators)
    key = fresh("void")
    assert [paypal.void(voided.paypal_id, request_id=key).status for _ in range(2)] == ["VOIDED", "VOIDED"]


def test_a_currency_without_decimals(paypal: PayPal) -> None:
    assert paypal.create_order(order_request(Money(150000, "JPY"))).amount == Money(150000, "JPY")


def test_a_hold_grows_old(paypal: PayPal, simulators: Simulators) -> None:
    held = hold(paypal, simulators)
    with pytest.raises(GatewayRejected) as early:
        paypal.reauthorize(held.paypal_id, amount=PRICE, request_id=fresh("reauthorize"))
    assert early.value.code == "REAUTHORIZATION_TOO_SOON"
    simulators.move_clock(days=5)  # the token dies of age too, and is renewed on the way
    renewed = paypal.reauthorize(held.paypal_id, amount=PRICE, request_id=fresh("reauthorize"))
    assert renewed.paypal_id != held.paypal_id
    assert (renewed.status, renewed.expires_at) == ("CREATED", held.expires_at)
    simulators.move_clock(days=29.5)
    with pytest.raises(GatewayRejected) as late:
        paypal.capture(
            renewed.paypal_id, amount=PRICE, invoice_id=fresh("EXO"), final=True, request_id=fresh("capture")
        )
    assert late.value.code == "AUTHORIZATION_EXPIRED"


def test_a_hold_under_review_stays_pending(paypal: PayPal, simulators: Simulators) -> None:
    assert hold(paypal, simulators, funding="review").status == "PENDING"


def refused(paypal: PayPal, simulators: Simulators, case: str) -> OrderAnswer | object:
    """One refusal of each kind that the domain has to tell apart."""
    match case:
        case "not approved":
            opened = paypal.create_order(order_request())
            return paypal.authorize(opened.paypal_id, request_id=fresh("authorize"))
        case "declined":
            return hold(paypal, simulators, funding="declined")
        case "no such order":
            return paypal.show_order("0AB12345CD678901E")
        case "bad currency":
            return paypal.create_order(replace(order_request(), amount=Money(-1, "USD")))
    held = hold(paypal, simulators)
    if case == "authorized already":
        assert held.order_id
        return paypal.authorize(held.order_id, request_id=fresh("authorize"))
    if case == "voided":
        paypal.void(held.paypal_id, request_id=fresh("void"))
        return paypal.void(held.paypal_id, request_id=fresh("void"))
    amount = PRICE * 2 if case == "too much" else PRICE
    invoice = fresh("EXO")
    taken = paypal.capture(
        held.paypal_id, amount=amount, invoice_id=invoice, final=True, request_id=fresh("capture")
    )
    if case == "same invoice":
        paypal.refund(
            taken.paypal_id, amount=Money(100, "USD"), invoice_id=invoice + "-R", request_id=fresh("refund")
        )
        return paypal.refund(
            taken.paypal_id, amount=Money(100, "USD"), invoice_id=invoice + "-R", request_id=fresh("refund")
        )
    return paypal.refund(
        taken.paypal_id, amount=PRICE * 2, invoice_id=fresh("EXO"), request_id=fresh("refund")
    )


@pytest.mark.parametrize(
    ("case", "code", "status"),
    [
        ("not approved", "ORDER_NOT_APPROVED", 422),
        ("declined", "INSTRUMENT_DECLINED", 422),
        ("authorized already", "ORDER_ALREADY_AUTHORIZED", 422),
        ("voided", "PREVIOUSLY_VOIDED", 422),
        ("too much", "MAX_CAPTURE_AMOUNT_EXCEEDED", 422),
        ("same invoice", "DUPLICATE_INVOICE_ID", 422),
        ("too much back", "REFUND_AMOUNT_EXCEEDED", 422),
        ("no such order", "INVALID_RESOURCE_ID", 404),
    ],
)
def test_refusals_come_with_paypals_word(
    paypal: PayPal, simulators: Simulators, case: str, code: str, status: int
) -> None:
    with pytest.raises(GatewayRejected) as caught:
        refused(paypal, simulators, case)
    assert (caught.value.code, caught.value.status) == (code, status)
    assert caught.value.reference  # PayPal's debug_id, which its support asks for


def test_wrong_keys_are_for_staff_to_mend(simulators: Simulators) -> None:
    stranger = PayPal(f"{simulators.url}/paypal", client_id="sandbox-client", client_secret="wrong")
    with pytest.raises(Unauthorized):
        stranger.show_order("X")
