"""What waits, what fails, and what providers reported; trying again and settling by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import LONGEST_REASON
from exodrive.blueprints.staff.work import providers
from exodrive.blueprints.staff.work import queue_words as words
from exodrive.bookings import queries as bookings
from exodrive.bookings.transitions import BookingNotFound
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel import queue as deliveries
from exodrive.kernel.db import transaction
from exodrive.kernel.queue import Narrowed

LONGEST_REFERENCE = 20
NOBODY = UUID(int=0)


class ResolveForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    reason = TextAreaField(
        _l("What was done instead"),
        [DataRequired(_l("Say what was done: it stays in the record.")), Length(max=LONGEST_REASON)],
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address narrows the list to; what it names and is not there finds nothing."""

    view: str
    provider: str
    booking: str
    cursor: str

    @classmethod
    def of_request(cls) -> Asked:
        provider = request.args.get("provider", "")
        return cls(
            view=request.args.get("view", ""),
            provider=provider if provider in words.choices() else "",
            booking=request.args.get("booking", "").strip().upper()[:LONGEST_REFERENCE],
            cursor=request.args.get("after", ""),
        )

    def narrowed(self) -> Narrowed:
        if not self.booking:
            return Narrowed(self.provider)
        try:
            return Narrowed(self.provider, bookings.by_reference(self.booking).id)
        except BookingNotFound:
            return Narrowed(self.provider, NOBODY)

    def kept(self) -> dict[str, str | None]:
        """What the addresses of other views and pages go on with."""
        return {"provider": self.provider or None, "booking": self.booking or None}

    def address(self, *, view: str, after: str | None = None) -> str:
        parts: dict[str, Any] = {"view": view, "after": after or None, **self.kept()}
        return url_for("staff.queue", **parts)


@staff.get("/queue")
def queue() -> ResponseReturnValue:
    """The deliveries of one view, newest first, and how the providers do. The page polls itself."""
    asked = Asked.of_request()
    with transaction():
        narrowed = asked.narrowed()
        counts = deliveries.counts(narrowed)
        view = asked.view
        if view not in deliveries.VIEWS:
            view = next((name for name in deliveries.VIEWS if counts[name]), "waiting")
        listing = deliveries.listing(view=view, narrowed=narrowed, cursor=asked.cursor or None)
        ids = {row.event.subject_id for row in listing.rows if row.event.subject_id}
        references = bookings.references(ids)
        standings = providers.standings()
        zone = _zone()
    return htmx.page(
        "staff/queue.html",
        "list",
        "tabs",
        "providers",
        "outages",
        view=view,
        views=_views(),
        counts=counts,
        listing=listing,
        references=references,
        standings=standings,
        narrowed=asked.kept(),
        providers=words.choices(),
        here=asked.address(view=view, after=asked.cursor),
        newest=asked.address(view=view) if asked.cursor else "",
        older=asked.address(view=view, after=listing.following) if listing.following else "",
        words=words,
        zone=zone,
    )


@staff.route("/queue/<any(paypal, docuseal, resend, house):provider>/retry", methods=["GET", "POST"])
def retry_all(provider: str) -> ResponseReturnValue:
    """Ask whether all that is stuck at a provider shall be tried again, and do so."""
    if request.method == "POST":
        with transaction():
            count = deliveries.retry_all(provider, by=people.current_actor(), at=clock.now())
        flash(ngettext("One is being tried again.", "%(num)d are being tried again.", count))
        return redirect(url_for("staff.queue", provider=provider), 303)
    with transaction():
        count = deliveries.stuck(provider)
        standing = next(each for each in providers.standings() if each.provider == provider)
        zone = _zone()
    return htmx.page(
        "staff/retry_all.html",
        "main",
        provider=provider,
        name=words.name(provider),
        look=words.look(standing, zone),
        count=count,
        question=ngettext("Try one again at once?", "Try all %(num)d again at once?", count),
    )


@staff.get("/queue/received")
def received() -> ResponseReturnValue:
    """What the providers reported, to look at only."""
    cursor = request.args.get("after") or None
    with transaction():
        listing = deliveries.received(cursor=cursor)
        counts = deliveries.counts()
        zone = _zone()
    context: dict[str, Any] = {
        "view": "received",
        "views": _views(),
        "counts": counts,
        "listing": listing,
        "zone": zone,
    }
    return htmx.page("staff/received.html", "rows", "more", **context)


@staff.get("/queue/<uuid:delivery_id>")
def delivery(delivery_id: UUID) -> ResponseReturnValue:
    """One delivery, with what can be done about it."""
    return _delivery(delivery_id, ResolveForm(formdata=None))


@staff.post("/queue/<uuid:delivery_id>/retry")
def retry_delivery(delivery_id: UUID) -> ResponseReturnValue:
    with transaction():
        deliveries.retry(delivery_id, by=people.current_actor(), at=clock.now())
    flash(_("It is being tried again."))
    return redirect(url_for("staff.queue"), 303)


@staff.post("/queue/<uuid:delivery_id>/resolve")
def resolve_delivery(delivery_id: UUID) -> ResponseReturnValue:
    form = ResolveForm()
    if not form.validate_on_submit():
        return _delivery(delivery_id, form, status=422)
    with transaction():
        deliveries.resolve(
            delivery_id, reason=form.reason.data.strip(), by=people.current_actor(), at=clock.now()
        )
    undo = url_for("staff.reopen_delivery", delivery_id=delivery_id)
    flash({"text": _("Noted as settled by hand."), "undo": undo})  # type: ignore[arg-type]  # see layout/_toasts.html
    return redirect(url_for("staff.queue"), 303)


@staff.post("/queue/<uuid:delivery_id>/reopen")
def reopen_delivery(delivery_id: UUID) -> ResponseReturnValue:
    """It was not settled after all."""
    with transaction():
        deliveries.reopen(delivery_id, by=people.current_actor(), at=clock.now())
    flash(_("It counts as failed again."))
    return redirect(url_for("staff.delivery", delivery_id=delivery_id), 303)


def _delivery(delivery_id: UUID, form: ResolveForm, *, status: int = 200) -> ResponseReturnValue:
    with transaction():
        row = deliveries.one(delivery_id)
        subject = row.event.subject_id
        reference = bookings.references({subject}).get(subject) if subject else None
        zone = _zone()
    return htmx.page(
        "staff/delivery.html",
        "main",
        status=status,
        row=row,
        reference=reference,
        form=form,
        words=words,
        zone=zone,
        by_hand=row.state in deliveries.BY_HAND,
    )


def _zone() -> str:
    return houses.house().time_zone


def _views() -> dict[str, str]:
    return {
        "failed": _("Failed"),
        "retrying": _("Trying again"),
        "waiting": _("Waiting"),
        "running": _("Running"),
    }
