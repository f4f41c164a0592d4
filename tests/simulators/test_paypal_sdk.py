"""The stand-in for PayPal's script: served to those who say for whom, and approving like the page does."""

from __future__ import annotations

import requests

from exodrive.simulators.server import Running
from tests.simulators.conftest import PATIENCE, PayPal


def test_the_script_is_for_a_client(simulators: Running, paypal: PayPal) -> None:
    nobody = requests.get(f"{paypal.url}/sdk/js", timeout=PATIENCE)
    assert nobody.status_code == 400
    script = requests.get(f"{paypal.url}/sdk/js?client-id=sandbox-client", timeout=PATIENCE)
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "window.paypal" in script.text


def test_its_approval_is_an_approval(simulators: Running, paypal: PayPal) -> None:
    order = paypal.order()
    for _ in range(2):  # a second press changes nothing
        answer = requests.post(f"{paypal.url}/sdk/approve?token={order['id']}", timeout=PATIENCE)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
    shown = paypal.call("GET", f"/v2/checkout/orders/{order['id']}").json()
    assert (shown["status"], shown["payer"]["email_address"]) == (
        "APPROVED",
        "robin.renter@personal.example",
    )
    assert requests.post(f"{paypal.url}/sdk/approve?token=NONE", timeout=PATIENCE).status_code == 404


def test_an_order_that_ran_out_is_not_approved(simulators: Running, paypal: PayPal) -> None:
    order = paypal.order()
    paypal.move(hours=4)
    late = requests.post(f"{paypal.url}/sdk/approve?token={order['id']}", timeout=PATIENCE)
    assert late.status_code == 409
