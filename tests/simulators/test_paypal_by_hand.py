"""What staff do in PayPal's own pages: the house is told, or, where the webhook is lost, is not."""

from __future__ import annotations

import pytest
import requests

from exodrive.simulators.server import Running
from tests.simulators.conftest import PATIENCE, PayPal, Receiver

TOLD = {"capture": "PAYMENT.CAPTURE.COMPLETED", "void": "PAYMENT.AUTHORIZATION.VOIDED"}


def press(paypal: PayPal, path: str, **typed: str) -> int:
    answer = requests.post(
        f"{paypal.url}/payments/{path}", data=typed, timeout=PATIENCE, allow_redirects=False
    )
    return answer.status_code


def kept(paypal: PayPal) -> str:
    return requests.get(f"{paypal.url}/events", timeout=PATIENCE).text


@pytest.mark.parametrize("deed", ["capture", "void"])
def test_a_deed_on_a_hold_is_told(paypal: PayPal, receiver: Receiver, deed: str) -> None:
    hold = paypal.hold("100.00")
    assert press(paypal, f"authorizations/{hold}/{deed}-by-hand") == 303
    receiver.wait_for(lambda message: TOLD[deed].encode() in message.body)
    status = {"capture": "CAPTURED", "void": "VOIDED"}[deed]
    assert paypal.on_hold(hold, "show").json()["status"] == status
    assert press(paypal, f"authorizations/{hold}/{deed}-by-hand") == 409


def test_a_part_goes_back_and_nobody_hears_of_it(paypal: PayPal) -> None:
    capture = paypal.capture(paypal.hold("100.00"))["id"]
    path = f"captures/{capture}/refund-by-hand"
    for wrong in ("0", "-1", "100.01", "1.001", "x", "9" * 99):
        assert press(paypal, path, amount=wrong, lost="on") == 422
    assert press(paypal, path, amount="30.50", lost="on") == 303
    shown = paypal.call("GET", f"/v2/payments/captures/{capture}").json()
    assert shown["status"] == "PARTIALLY_REFUNDED"
    assert "not sent" in kept(paypal)
    assert press(paypal, path, lost="on") == 303
    assert paypal.call("GET", f"/v2/payments/captures/{capture}").json()["status"] == "REFUNDED"


def test_what_is_not_there_is_not_found(paypal: PayPal, simulators: Running) -> None:
    for path in ("authorizations/X/void-by-hand", "captures/X/refund-by-hand"):
        assert press(paypal, path) == 404
