"""How PayPal signs a webhook: RSA over `id|time|webhook id|crc32 of the body`, under a certificate it serves.

https://developer.paypal.com/api/rest/webhooks/rest/
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from flask import Blueprint, Response, abort

from exodrive.simulators.courier import Delivery, Route
from exodrive.simulators.paypal import certificates
from exodrive.simulators.store import Record
from exodrive.simulators.timekeeping import spell
from exodrive.simulators.world import World, world

api = Blueprint("paypal_transmission", __name__)

ALGORITHM = "SHA256withRSA"
ATTEMPTS = 26  # the first and 25 retries


def attach(here: World) -> None:
    """Carry PayPal's events to the address of its one subscription."""
    chain = certificates.chain(here.store)
    key, webhook_id = _private_key(chain), here.settings.paypal_webhook_id
    cert_url = _cert_url(here, chain["id"])

    def sign(delivery: Delivery) -> Mapping[str, str]:
        return _headers(delivery, key, webhook_id=webhook_id, cert_url=cert_url)

    def forge(delivery: Delivery, manner: str) -> Mapping[str, str]:
        foreign = certificates.chain(here.store, certificates.FOREIGN)
        url = _cert_url(here, foreign["id"]) if manner == "other_certificate" else cert_url
        return _headers(delivery, _private_key(foreign), webhook_id=webhook_id, cert_url=url)

    here.courier.route("paypal", Route(here.settings.webhooks_paypal, sign, forge, ATTEMPTS))


def _private_key(chain: Record) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(chain["key"].encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the webhook key in the state file is no RSA key")
    return key


def _cert_url(here: World, certificate_id: str) -> str:
    return f"{here.public_url}/paypal/v1/notifications/certs/{certificate_id}.pem"


def _headers(
    delivery: Delivery, key: rsa.RSAPrivateKey, *, webhook_id: str, cert_url: str
) -> Mapping[str, str]:
    """Id and time belong to the transmission, not to the attempt: a retry repeats them."""
    transmission_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{delivery.event_id}/{delivery.seq}"))
    time = spell(datetime.fromtimestamp(delivery.created_at, UTC))
    message = _message(transmission_id, time, webhook_id, delivery.body)
    signature = key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return {
        "Paypal-Transmission-Id": transmission_id,
        "Paypal-Transmission-Time": time,
        "Paypal-Transmission-Sig": base64.b64encode(signature).decode(),
        "Paypal-Cert-Url": cert_url,
        "Paypal-Auth-Algo": ALGORITHM,
        "Paypal-Auth-Version": "v2",
    }


def _message(transmission_id: str, time: str, webhook_id: str, body: bytes) -> bytes:
    return f"{transmission_id}|{time}|{webhook_id}|{zlib.crc32(body)}".encode()


def genuine(asked: dict[str, Any], raw_event: str) -> bool:
    """Whether this is a message of ours, whose body in the exact bytes is `raw_event`."""
    here = world()
    chain = certificates.chain(here.store)
    if (asked["auth_algo"], asked["cert_url"], asked["webhook_id"]) != (
        ALGORITHM,
        _cert_url(here, chain["id"]),
        here.settings.paypal_webhook_id,
    ):
        return False
    key = x509.load_pem_x509_certificate(chain["leaf"].encode()).public_key()
    ids = (asked["transmission_id"], asked["transmission_time"], asked["webhook_id"])
    try:
        signature = base64.b64decode(asked["transmission_sig"], validate=True)
        assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101  made so in certificates
        key.verify(signature, _message(*ids, raw_event.encode()), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def raw_member(document: str, name: str) -> str | None:
    """The text of one member of a JSON object exactly as it was sent, since a checksum covers its bytes."""
    decoder = json.JSONDecoder()
    position = _skip(document, 0, "{")
    while position < len(document) and document[position] == '"':
        key, position = decoder.raw_decode(document, position)
        start = _skip(document, position, ":")
        _, position = decoder.raw_decode(document, start)
        if key == name:
            return document[start:position]
        position = _skip(document, position, ",")
    return None


def _skip(document: str, position: int, mark: str) -> int:
    """The position after white space, this mark, and white space again."""
    while position < len(document) and document[position].isspace():
        position += 1
    if position < len(document) and document[position] == mark:
        position += 1
    while position < len(document) and document[position].isspace():
        position += 1
    return position


@api.get("/v1/notifications/certs/<name>.pem")
def certificate(name: str) -> Response:
    """The leaf and its intermediate, open to everybody."""
    chain = certificates.with_id(world().store, name)
    if chain is None:
        abort(404)
    return _pem(chain["leaf"] + chain["intermediate"])


@api.get("/simulator/root.pem")
def root() -> Response:
    """The root that a sandbox has to trust. PayPal has no such address."""
    return _pem(certificates.chain(world().store)["root"])


def _pem(text: str) -> Response:
    return Response(text, mimetype="application/x-pem-file")
