"""Idempotency: the first answer to a key, given again to whoever asks the same again.

The key's row is written in the transaction of the effect, so that there is never one without the other. What
is kept is sealed: a booking's key stands in an answer, and the database holds only its hash.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Response, current_app, request

from exodrive.blueprints.api.refusals import AnswerLost, KeyReused
from exodrive.blueprints.api.shapes import Shape
from exodrive.kernel import clock, kept_answers
from exodrive.kernel.kept_answers import Kept

REPLAYED = "Idempotent-Replayed"
# Others are of one moment: limits, dates, the request's own id.
KEPT_HEADERS = ("Content-Type", "Location", "ETag")


def claim(caller: str, key: str, body: Shape | None) -> Response | None:
    """Take the key, or the answer that it has already. Raises KeyReused, AnswerLost."""
    print_of = fingerprint(body)
    kept = kept_answers.claim(caller, key, fingerprint=print_of, at=clock.real_now())
    if kept is None:
        return None
    if kept.fingerprint != print_of:
        raise KeyReused
    return _again(kept)


def keep(caller: str, key: str, answer: Response) -> None:
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    sealed = _seal().encrypt(answer.get_data())
    kept_answers.keep(caller, key, status=answer.status_code, headers=headers, body=sealed)


def fingerprint(body: Shape | None) -> bytes:
    """The same for the same request: what is done to what, with which body, however that was written."""
    said = body.model_dump_json() if body is not None else ""
    return hashlib.sha256("\n".join((request.method, request.full_path, said)).encode()).digest()


def _again(kept: Kept) -> Response:
    try:
        body = _seal().decrypt(kept.body)
    except InvalidToken as error:
        raise AnswerLost from error
    return Response(body, kept.status, headers={**kept.headers, REPLAYED: "true"})


def _seal() -> Fernet:
    """Under a key of its own, derived from the house's."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"exodrive kept answers")
    secret: str = current_app.config["SECRET_KEY"]
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret.encode())))
