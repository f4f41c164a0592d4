"""Orders: what PayPal takes, what it refuses, and what it answers to a repetition."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.simulators.conftest import PayPal, issue, usd

EUR = {"currency_code": "EUR", "value": "1.00"}
WALLET = {
    "paypal": {"experience_context": {"return_url": "http://house/r?a=1", "cancel_url": "http://house/c"}}
}


def unit(value: str = "100.00", **more: Any) -> dict[str, Any]:
    return {"amount": usd(value), **more}


def item(value: str = "100.00", quantity: Any = "1", **more: Any) -> dict[str, Any]:
    return {"name": "Rental", "quantity": quantity, "unit_amount": usd(value), **more}


def broken_down(value: str, **parts: str) -> dict[str, Any]:
    return {**usd(value), "breakdown": {name: usd(part) for name, part in parts.items()}}


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("no intent", {"intent": None, "purchase_units": [unit()]}, 400, "MISSING_REQUIRED_PARAMETER"),
    ("odd intent", {"intent": "BUY", "purchase_units": [unit()]}, 400, "INVALID_PARAMETER_VALUE"),
    ("no units", {"intent": "AUTHORIZE"}, 400, "MISSING_REQUIRED_PARAMETER"),
    ("empty units", {"purchase_units": []}, 400, "INVALID_ARRAY_MIN_ITEMS"),
    ("many units", {"intent": "CAPTURE", "purchase_units": [unit()] * 11}, 400, "INVALID_ARRAY_MAX_ITEMS"),
    ("two holds", {"purchase_units": [unit(), unit(reference_id="b")]}, 422, "UNSUPPORTED_INTENT"),
    ("no amount", {"purchase_units": [{}]}, 400, "MISSING_REQUIRED_PARAMETER"),
    ("three decimals", {"purchase_units": [unit("1.999")]}, 422, "DECIMAL_PRECISION"),
    (
        "yen with sen",
        {"purchase_units": [{"amount": {"currency_code": "JPY", "value": "1.5"}}]},
        422,
        "DECIMAL_PRECISION",
    ),
    (
        "odd currency",
        {"purchase_units": [{"amount": {"currency_code": "ABC", "value": "1"}}]},
        422,
        "INVALID_CURRENCY_CODE",
    ),
    (
        "long currency",
        {"purchase_units": [{"amount": {"currency_code": "USDX", "value": "1"}}]},
        400,
        "INVALID_STRING_LENGTH",
    ),
    ("no number", {"purchase_units": [unit("a lot")]}, 400, "INVALID_PARAMETER_SYNTAX"),
    (
        "a float",
        {"purchase_units": [{"amount": {"currency_code": "USD", "value": 1.5}}]},
        400,
        "INVALID_PARAMETER_SYNTAX",
    ),
    ("nothing", {"purchase_units": [unit("0.00")]}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ("less than nothing", {"purchase_units": [unit("-1.00")]}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ("long custom id", {"purchase_units": [unit(custom_id="x" * 128)]}, 400, "INVALID_STRING_LENGTH"),
    ("long description", {"purchase_units": [unit(description="x" * 128)]}, 400, "INVALID_STRING_LENGTH"),
    ("long descriptor", {"purchase_units": [unit(soft_descriptor="x" * 23)]}, 400, "INVALID_STRING_LENGTH"),
    ("text as number", {"purchase_units": [unit(invoice_id=7)]}, 400, "INVALID_PARAMETER_SYNTAX"),
    (
        "sum",
        {"purchase_units": [{"amount": broken_down("100.00", item_total="90.00")}]},
        422,
        "AMOUNT_MISMATCH",
    ),
    (
        "discount",
        {"purchase_units": [{"amount": broken_down("100.00", item_total="100.00", discount="5.00")}]},
        422,
        "AMOUNT_MISMATCH",
    ),
    ("items alone", {"purchase_units": [unit(items=[item()])]}, 422, "ITEM_TOTAL_REQUIRED"),
    (
        "items",
        {
            "purchase_units": [
                {"amount": broken_down("100.00", item_total="100.00"), "items": [item("40.00", "2")]}
            ]
        },
        422,
        "ITEM_TOTAL_MISMATCH",
    ),
    (
        "tax alone",
        {
            "purchase_units": [
                {"amount": broken_down("100.00", item_total="100.00"), "items": [item(tax=usd("1.00"))]}
            ]
        },
        422,
        "TAX_TOTAL_REQUIRED",
    ),
    (
        "tax",
        {
            "purchase_units": [
                {
                    "amount": broken_down("102.00", item_total="100.00", tax_total="2.00"),
                    "items": [item(tax=usd("1.00"))],
                }
            ]
        },
        422,
        "TAX_TOTAL_MISMATCH",
    ),
    (
        "negative part",
        {"purchase_units": [{"amount": broken_down("100.00", item_total="101.00", shipping="-1.00")}]},
        422,
        "CANNOT_BE_NEGATIVE",
    ),
    (
        "quantity",
        {
            "purchase_units": [
                {"amount": broken_down("100.00", item_total="100.00"), "items": [item(quantity=1)]}
            ]
        },
        400,
        "INVALID_PARAMETER_SYNTAX",
    ),
    (
        "two currencies",
        {"intent": "CAPTURE", "purchase_units": [unit(), {"reference_id": "b", "amount": EUR}]},
        422,
        "MULTI_CURRENCY_ORDER",
    ),
    (
        "source without id",
        {"purchase_units": [unit()], "payment_source": WALLET},
        400,
        "PAYPAL_REQUEST_ID_REQUIRED",
    ),
]


@pytest.mark.parametrize(
    ("body", "status", "expected"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_an_order_that_is_wrong_is_refused(
    paypal: PayPal, body: dict[str, Any], status: int, expected: str
) -> None:
    answer = paypal.call("POST", "/v2/checkout/orders", {"intent": "AUTHORIZE", **body})
    assert issue(answer) == (status, expected)


def test_a_refusal_has_paypals_shape(paypal: PayPal) -> None:
    answer = paypal.call(
        "POST", "/v2/checkout/orders", {"intent": "AUTHORIZE", "purchase_units": [unit("1.999")]}
    ).json()
    assert answer["name"] == "UNPROCESSABLE_ENTITY"
    assert answer["message"].startswith("The requested action could not be performed")
    assert len(answer["debug_id"]) == 13
    assert answer["details"][0]["field"] == "/purchase_units/@reference_id=='default'/amount/value"
    assert answer["details"][0]["value"] == "1.999"
    assert answer["links"][0]["rel"] == "information_link"


@pytest.mark.parametrize(
    ("data", "status", "name"), [("{", 400, "INVALID_REQUEST"), ("[1]", 400, "INVALID_REQUEST")]
)
def test_what_is_no_object_is_refused(paypal: PayPal, data: str, status: int, name: str) -> None:
    headers = {"Authorization": f"Bearer {paypal.token}", "Content-Type": "application/json"}
    answer = requests.post(f"{paypal.url}/v2/checkout/orders", data=data, headers=headers, timeout=60)
    assert (answer.status_code, answer.json()["name"]) == (status, name)
    assert answer.json()["details"][0]["issue"] == "MALFORMED_REQUEST_JSON"


def test_another_media_type_is_refused(paypal: PayPal) -> None:
    headers = {"Authorization": f"Bearer {paypal.token}", "Content-Type": "text/plain"}
    answer = requests.post(f"{paypal.url}/v2/checkout/orders", data="{}", headers=headers, timeout=60)
    assert (answer.status_code, answer.json()["name"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_with_a_payment_source_the_payer_is_sent_by_payer_action(paypal: PayPal) -> None:
    body = {"intent": "AUTHORIZE", "purchase_units": [unit("1500")], "payment_source": WALLET}
    order = paypal.call("POST", "/v2/checkout/orders", body, PayPal_Request_Id="one").json()
    assert order["status"] == "PAYER_ACTION_REQUIRED"
    assert {link["rel"] for link in order["links"]} == {"self", "payer-action"}
    assert order["purchase_units"][0]["amount"]["value"] == "1500.00"


def test_without_one_the_payer_is_sent_by_approve(paypal: PayPal) -> None:
    order = paypal.order()
    assert order["status"] == "CREATED"
    assert {"self", "approve", "update", "authorize"} == {link["rel"] for link in order["links"]}


def test_only_what_is_preferred_is_answered(paypal: PayPal) -> None:
    body = {"intent": "AUTHORIZE", "purchase_units": [unit()]}
    answer = paypal.call("POST", "/v2/checkout/orders", body, Prefer="return=minimal").json()
    assert set(answer) == {"id", "status", "links"}


def test_the_same_request_id_makes_one_order_for_six_hours(paypal: PayPal) -> None:
    body = {"intent": "AUTHORIZE", "purchase_units": [unit()]}
    first = paypal.call("POST", "/v2/checkout/orders", body, PayPal_Request_Id="k")
    again = paypal.call("POST", "/v2/checkout/orders", body, PayPal_Request_Id="k")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    paypal.move(hours=6.01)
    later = paypal.call("POST", "/v2/checkout/orders", body, PayPal_Request_Id="k")
    assert later.status_code == 201
    assert later.json()["id"] != first.json()["id"]


def test_a_request_id_has_at_most_108_characters(paypal: PayPal) -> None:
    body = {"intent": "AUTHORIZE", "purchase_units": [unit()]}
    answer = paypal.call("POST", "/v2/checkout/orders", body, PayPal_Request_Id="k" * 109)
    assert issue(answer) == (400, "INVALID_STRING_LENGTH")


def test_an_unknown_order_is_not_found(paypal: PayPal) -> None:
    assert issue(paypal.call("GET", "/v2/checkout/orders/NOSUCHORDER")) == (404, "INVALID_RESOURCE_ID")


def test_an_approved_order_shows_its_payer(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.approve(order["id"])
    shown = paypal.call("GET", f"/v2/checkout/orders/{order['id']}").json()
    assert shown["status"] == "APPROVED"
    assert set(shown["payer"]) == {"name", "email_address", "payer_id", "address"}
    assert shown["payment_source"]["paypal"]["account_id"] == shown["payer"]["payer_id"]


AUTHORIZE = "/v2/checkout/orders/{}/authorize"


def test_an_order_nobody_approved_is_not_authorized(paypal: PayPal) -> None:
    order = paypal.order()
    assert issue(paypal.call("POST", AUTHORIZE.format(order["id"]), {})) == (422, "ORDER_NOT_APPROVED")


def test_an_order_is_authorized_once_and_repeats_its_answer(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.approve(order["id"])
    address = AUTHORIZE.format(order["id"])
    first = paypal.call("POST", address, {}, PayPal_Request_Id="a")
    again = paypal.call("POST", address, {}, PayPal_Request_Id="a")
    other = paypal.call("POST", address, {}, PayPal_Request_Id="b")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["status"] == "COMPLETED"
    assert issue(other) == (422, "ORDER_ALREADY_AUTHORIZED")


def test_an_order_expires_three_hours_after_the_payer_came(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.move(hours=2)
    requests.get(f"{paypal.url}/checkoutnow?token={order['id']}", timeout=60)
    paypal.move(hours=2)
    paypal.approve(order["id"])
    paypal.move(hours=1.01)
    assert issue(paypal.call("POST", AUTHORIZE.format(order["id"]), {})) == (422, "ORDER_EXPIRED")


def test_nobody_can_approve_an_expired_order(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.move(hours=3.01)
    page = requests.get(f"{paypal.url}/checkoutnow?token={order['id']}", timeout=60)
    assert page.status_code == 410
    assert "expired" in page.text
    requests.post(f"{paypal.url}/checkoutnow?token={order['id']}", data={"decision": "approve"}, timeout=60)
    assert paypal.call("GET", f"/v2/checkout/orders/{order['id']}").json()["status"] == "CREATED"


def test_an_invoice_number_pays_once(paypal: PayPal) -> None:
    paypal.hold(invoice_id="EXO-1")
    order = paypal.order(invoice_id="EXO-1")
    paypal.approve(order["id"])
    assert issue(paypal.call("POST", AUTHORIZE.format(order["id"]), {})) == (422, "DUPLICATE_INVOICE_ID")


def test_a_declined_instrument_sends_the_payer_back_to_choose_again(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.approve(order["id"], "declined")
    answer = paypal.call("POST", AUTHORIZE.format(order["id"]), {})
    assert issue(answer) == (422, "INSTRUMENT_DECLINED")
    links = {link["rel"]: link["href"] for link in answer.json()["links"]}
    assert links["redirect"] == links["payer-action"]
    assert f"token={order['id']}" in links["payer-action"]
    paypal.approve(order["id"], "good")
    assert paypal.call("POST", AUTHORIZE.format(order["id"]), {}).status_code == 201


def test_attempts_come_to_an_end(paypal: PayPal) -> None:
    order = paypal.order()
    for _ in range(10):
        paypal.approve(order["id"], "declined")
        paypal.call("POST", AUTHORIZE.format(order["id"]), {})
    paypal.approve(order["id"], "good")
    answer = paypal.call("POST", AUTHORIZE.format(order["id"]), {})
    assert issue(answer) == (422, "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED")


def test_an_order_to_capture_is_captured_at_once(paypal: PayPal) -> None:
    order = paypal.order(intent="CAPTURE")
    paypal.approve(order["id"])
    assert issue(paypal.call("POST", AUTHORIZE.format(order["id"]), {})) == (
        422,
        "ACTION_DOES_NOT_MATCH_INTENT",
    )
    address = f"/v2/checkout/orders/{order['id']}/capture"
    first = paypal.call("POST", address, {}, PayPal_Request_Id="c")
    assert first.status_code == 201
    assert first.json()["purchase_units"][0]["payments"]["captures"][0]["status"] == "COMPLETED"
    assert paypal.call("POST", address, {}, PayPal_Request_Id="c").status_code == 200
    assert issue(paypal.call("POST", address, {})) == (422, "ORDER_ALREADY_CAPTURED")


def test_an_order_to_authorize_is_not_captured(paypal: PayPal) -> None:
    order = paypal.order()
    paypal.approve(order["id"])
    answer = paypal.call("POST", f"/v2/checkout/orders/{order['id']}/capture", {})
    assert issue(answer) == (422, "ACTION_DOES_NOT_MATCH_INTENT")


HERE = "/purchase_units/@reference_id=='default'"
PATCHES: list[tuple[list[dict[str, Any]], int, str]] = [
    ([{"op": "replace", "path": f"{HERE}/amount", "value": usd("1.999")}], 422, "DECIMAL_PRECISION"),
    ([{"op": "replace", "path": f"{HERE}/description", "value": "x"}], 400, "INVALID_PATCH_OPERATION"),
    ([{"op": "add", "path": f"{HERE}/amount", "value": usd("1.00")}], 400, "INVALID_PATCH_OPERATION"),
    ([{"op": "swap", "path": f"{HERE}/amount"}], 400, "INVALID_PARAMETER_VALUE"),
    ([{"op": "replace"}], 422, "PATCH_PATH_REQUIRED"),
    ([{"op": "replace", "path": f"{HERE}/amount"}], 422, "PATCH_VALUE_REQUIRED"),
    ([{"op": "replace", "path": "amount", "value": 1}], 422, "INVALID_JSON_POINTER_FORMAT"),
    ([{"op": "replace", "path": "/intent", "value": "CAPTURE"}], 422, "NOT_PATCHABLE"),
    (
        [{"op": "add", "path": "/purchase_units/@reference_id=='other'/custom_id", "value": "x"}],
        422,
        "REFERENCE_ID_NOT_FOUND",
    ),
]


@pytest.mark.parametrize(("patch", "status", "expected"), PATCHES)
def test_a_wrong_patch_is_refused(paypal: PayPal, patch: list[Any], status: int, expected: str) -> None:
    order = paypal.order()
    answer = paypal.call("PATCH", f"/v2/checkout/orders/{order['id']}", patch)
    assert issue(answer) == (status, expected)


def test_an_order_can_be_changed_until_it_is_paid(paypal: PayPal) -> None:
    order = paypal.order()
    address = f"/v2/checkout/orders/{order['id']}"
    patch = [
        {"op": "replace", "path": f"{HERE}/amount", "value": usd("1200")},
        {"op": "add", "path": f"{HERE}/custom_id", "value": "bk_1"},
    ]
    assert paypal.call("PATCH", address, patch).status_code == 204
    shown = paypal.call("GET", address).json()["purchase_units"][0]
    assert (shown["amount"]["value"], shown["custom_id"]) == ("1200.00", "bk_1")
    assert paypal.call("PATCH", address, [{"op": "remove", "path": f"{HERE}/custom_id"}]).status_code == 204
    paypal.approve(order["id"])
    paypal.call("POST", f"{address}/authorize", {})
    assert issue(paypal.call("PATCH", address, patch)) == (422, "ORDER_ALREADY_COMPLETED")


def test_what_the_payer_approved_keeps_its_amount(paypal: PayPal) -> None:
    order = paypal.order()
    address = f"/v2/checkout/orders/{order['id']}"
    paypal.approve(order["id"])
    dearer = [{"op": "replace", "path": f"{HERE}/amount", "value": usd("1000.01")}]
    assert issue(paypal.call("PATCH", address, dearer)) == (422, "AMOUNT_CHANGE_NOT_ALLOWED")
    assert paypal.call("GET", address).json()["purchase_units"][0]["amount"]["value"] == "1000.00"
    same = [{"op": "replace", "path": f"{HERE}/amount", "value": usd("1000.00")}]
    assert paypal.call("PATCH", address, same).status_code == 204


def test_a_stranger_gets_no_token(paypal: PayPal) -> None:
    answer = requests.post(
        f"{paypal.url}/v1/oauth2/token",
        auth=("sandbox-client", "wrong"),
        data={"grant_type": "client_credentials"},
        timeout=60,
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_another_grant_is_not_supported(paypal: PayPal) -> None:
    answer = requests.post(
        f"{paypal.url}/v1/oauth2/token", auth=("sandbox-client", "sandbox-secret"), data={}, timeout=60
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_the_same_token_is_handed_out_while_it_lives(paypal: PayPal) -> None:
    first = paypal.token
    paypal.move(hours=1)
    assert paypal.token == first
    paypal.move(hours=8.01)
    assert paypal.token != first


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic abc"])
def test_a_call_without_the_token_is_refused(paypal: PayPal, header: str) -> None:
    answer = paypal.call("GET", "/v2/checkout/orders/ABC", Authorization=header)
    assert (answer.status_code, answer.json()["name"]) == (401, "AUTHENTICATION_FAILURE")


def test_an_address_that_paypal_has_not(paypal: PayPal) -> None:
    answer = paypal.call("GET", "/v2/checkout/nothing")
    assert (answer.status_code, answer.json()["name"]) == (404, "RESOURCE_NOT_FOUND")
