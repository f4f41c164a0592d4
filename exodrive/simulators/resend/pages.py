"""The mailbox: every mail, newest first, and each as its reader would see it."""

from __future__ import annotations

from email.utils import parseaddr

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from exodrive.simulators.resend import mailbox
from exodrive.simulators.resend.mailbox import MAIL
from exodrive.simulators.store import Record
from exodrive.simulators.world import world

pages = Blueprint("resend_pages", __name__)

SHOWN = 200
TONES = {
    "scheduled": "wait",
    "queued": "wait",
    "sent": "wait",
    "delivered": "go",
    "opened": "sign",
    "bounced": "stop",
    "complained": "stop",
    "suppressed": "stop",
    "canceled": "idle",
}
# Links of a mail open in the whole window, like a mail program's; nothing in it runs or loads by itself.
MAIL_POLICY = (
    "default-src 'none'; img-src 'self' data: http: https:; style-src 'unsafe-inline'; font-src https:;"
    " form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-popups allow-top-navigation-by-user-activation"
)


@pages.get("/mailbox")
def inbox() -> str:
    mails = list(reversed(world().store.find(MAIL)))
    people = sorted({_plain(address) for mail in mails for address in mail["to"]})
    chosen = request.args.get("to", "")
    shown = [mail for mail in mails if not chosen or chosen in map(_plain, mail["to"])][:SHOWN]
    return render_template(
        "resend/mailbox.html", mails=shown, people=people, chosen=chosen, tones=TONES, count=len(mails)
    )


def _plain(address: str) -> str:
    return parseaddr(address)[1].lower()


@pages.get("/mailbox/<mail_id>")
def show(mail_id: str) -> str:
    """Looking at a mail here is opening it."""
    mail = _load(mail_id)
    mailbox.read(mail)
    return render_template("resend/mail.html", mail=mail, tones=TONES)


@pages.get("/mailbox/<mail_id>/html")
def show_html(mail_id: str) -> ResponseReturnValue:
    mail = _load(mail_id)
    if not mail["html"]:
        abort(404)
    html = mail["html"]
    for one in mail["attachments"]:
        if one["content_id"]:
            html = html.replace(f"cid:{one['content_id']}", f"/resend/mailbox/{mail_id}/files/{one['id']}")
    page = f'<base target="_top">{html}' if "<head" not in html.lower() else _with_base(html)
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": MAIL_POLICY})


def _with_base(html: str) -> str:
    """The base belongs into the head, or the browser reads the page in quirks mode."""
    end = html.index(">", html.lower().index("<head")) + 1
    return f'{html[:end]}<base target="_top">{html[end:]}'


@pages.get("/mailbox/<mail_id>/files/<file_id>")
def download(mail_id: str, file_id: str) -> ResponseReturnValue:
    """An attachment, always as a download, but pictures, which a mail may show."""
    file = world().store.get_file(f"mail:{mail_id}:{file_id}")
    if file is None:
        abort(404)
    response = Response(file.content, mimetype=file.content_type)
    picture = file.content_type in ("image/png", "image/jpeg", "image/gif", "image/webp")
    response.headers.set("Content-Disposition", "inline" if picture else "attachment", filename=file.name)
    return response


@pages.get("/events")
def list_events() -> str:
    rows = world().courier.log("resend")
    address = world().courier.address("resend")
    return render_template("resend/events.html", deliveries=rows, address=address)


def _load(mail_id: str) -> Record:
    mail = world().store.get(MAIL, mail_id)
    if mail is None:
        abort(404)
    return mail
