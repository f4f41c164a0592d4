"""PayPal's script for buttons: a stand-in with the same calls, which asks in the page and opens no window.

https://developer.paypal.com/sdk/js/reference/
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, request

from exodrive.simulators.paypal import approval

api = Blueprint("paypal_sdk", __name__)

SCRIPT = Path(__file__).parent / "sdk.js"


@api.get("/sdk/js")
def script() -> Response:
    """The script; PayPal refuses one without the client that it is for."""
    if not request.args.get("client-id"):
        return Response("throw new Error('client-id is missing');", 400, mimetype="text/javascript")
    return Response(SCRIPT.read_text("utf-8"), mimetype="text/javascript")


@api.post("/sdk/approve")
def approve() -> Response:
    """The payer agreed in the script's own question, on a page of the house."""
    if not approval.approve(approval.order_of(request.args.get("token", "")), "good"):
        abort(409)
    return Response(status=204, headers={"Access-Control-Allow-Origin": "*"})
