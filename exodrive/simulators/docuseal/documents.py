"""The PDFs: the agreement before and after signing, the audit log, and addresses that expire.

https://www.docuseal.com/docs/api#get-submission-documents
"""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, render_template
from itsdangerous import BadSignature, URLSafeSerializer
from PIL import Image, ImageDraw, ImageFont

from exodrive.simulators.docuseal import agreement
from exodrive.simulators.store import File, Record
from exodrive.simulators.world import world

files = Blueprint("docuseal_files", __name__)

LINK_LIFETIME = timedelta(minutes=40)
BLANK, PREVIEW = "blank", "preview"


def file_url(key: str, name: str) -> str:
    """An address of a file that works for 40 minutes."""
    here = world()
    until = (here.clock.now() + LINK_LIFETIME).timestamp()
    token = _links().dumps([key, name, int(until)])
    return f"{here.public_url}/docuseal/file/{token}/{name.replace(' ', '%20')}"


def _links() -> URLSafeSerializer:
    return URLSafeSerializer(world().settings.docuseal_api_key, salt="files")


@files.get("/file/<token>/<name>")
def download(token: str, name: str) -> Response:
    """The file behind an address, or 404 once it expired."""
    try:
        key, signed_name, until = _links().loads(token)
    except (BadSignature, ValueError):
        abort(404)
    if name != signed_name or world().clock.now().timestamp() >= until:
        abort(404)
    file = world().store.get_file(key) or _made_on_demand(key, name)
    disposition = {"Content-Disposition": f'inline; filename="{name.encode("ascii", "replace").decode()}"'}
    return Response(file.content, mimetype=file.content_type, headers=disposition)


def _made_on_demand(key: str, name: str) -> File:
    kind, _, number = key.partition(":")
    if kind == BLANK:
        return File(name, "application/pdf", agreement_pdf([], {}))
    submission = world().store.get("docuseal.submission", number)
    if kind != PREVIEW or submission is None:
        abort(404)
    signers = world().store.find("docuseal.submitter", submission_id=submission["id"])
    return File(name, "application/pdf", agreement_pdf(signers, submission))


def reading(signers: list[Record]) -> list[dict[str, Any]]:
    """The agreement as sections of (field, value) pairs, for the page and the PDF alike."""
    values = {name: value for signer in signers for name, value in signer["values"].items()}
    return [
        {
            "title": section.title,
            "text": section.text,
            "fields": [(name, values[name]) for name in section.fields if values.get(name) not in (None, "")],
        }
        for section in agreement.SECTIONS
    ]


def agreement_pdf(signers: list[Record], submission: Record) -> bytes:
    """The agreement with its values and whatever signatures there are."""
    return _pdf(
        "docuseal/agreement_pdf.html", sections=reading(signers), signers=signers, submission=submission
    )


def audit_pdf(submission: Record, signers: list[Record], events: list[Record], digest: str) -> bytes:
    """Who did what when, and the fingerprint of the signed document."""
    return _pdf(
        "docuseal/audit_pdf.html", submission=submission, signers=signers, events=events, digest=digest
    )


def _pdf(template: str, **context: Any) -> bytes:
    import weasyprint  # noqa: PLC0415  takes a second to load, and most requests make no PDF

    made = weasyprint.HTML(string=render_template(template, **context)).write_pdf()
    return bytes(made)


def signature_png(name: str) -> bytes:
    """The typed name as a picture, which is what DocuSeal keeps of a signature."""
    font = ImageFont.load_default(size=56)
    width = int(font.getlength(name)) + 48
    picture = Image.new("RGBA", (width, 110), (255, 255, 255, 0))
    ImageDraw.Draw(picture).text((24, 20), name, font=font, fill=(16, 24, 64, 255))
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
