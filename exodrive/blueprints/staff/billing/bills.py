"""A booking's bills at the desk: one bill with all about it, its deeds, and opening one by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import staff as people
from exodrive.billing import opening, operations, queries
from exodrive.billing.models import Bill, OperationKind
from exodrive.billing.states import OPEN, BillState, Move, allowed
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.billing import bill_words
from exodrive.blueprints.staff.billing.bill_forms import NewBillForm, PaidForm, WhyForm
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.forms import VersionForm
from exodrive.bookings import owing
from exodrive.bookings import queries as bookings
from exodrive.bookings.by_hand import bills
from exodrive.bookings.by_hand.bills import Taken
from exodrive.bookings.models import Booking
from exodrive.house import queries as house
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.ids import read_reference
from exodrive.rendering import formats, price_words


@staff.get("/bookings/<reference>/bills/<number>")
def bill(reference: str, number: str) -> ResponseReturnValue:
    """The bill; for htmx its facts alone, while a worker is about to change them."""
    return _one(reference, number)


@staff.route("/bookings/<reference>/bills/new", methods=["GET", "POST"])
def new_bill(reference: str) -> ResponseReturnValue:
    """Bill what a booking owes, or something that came up. Raises BillTooEarly, Stale."""
    with transaction():
        booking = bookings.by_reference(read_reference(reference))
        owed = owing.unbilled(booking)
    form = NewBillForm()
    if not form.is_submitted():
        form.version.data = booking.version
    elif form.validate() and (lines := form.lines(booking.currency)):
        with transaction():
            made = bills.open_by_hand(
                booking.id,
                lines=lines,
                note=(form.note.data or "").strip(),
                by=people.current_actor(),
                at=clock.now(),
                version=form.seen,
            )
        flash(_("The bill is on its way to the customer."))
        return _to(booking, made.number)
    status = 422 if form.is_submitted() else 200
    return htmx.page("staff/bill_new.html", "main", status=status, booking=booking, form=form, owed=owed)


@staff.post("/bookings/<reference>/bills/<number>/send")
def send_bill(reference: str, number: str) -> ResponseReturnValue:
    """Raises BillMoveImpossible, Stale."""
    return _plain(reference, number, bills.send_again, _("It is on its way again."))


@staff.post("/bookings/<reference>/bills/<number>/remind")
def remind_bill(reference: str, number: str) -> ResponseReturnValue:
    """Raises BillMoveImpossible, Stale."""
    return _plain(reference, number, bills.remind, _("The customer is being reminded."))


@staff.post("/bookings/<reference>/bills/<number>/look")
def look_at_bill(reference: str, number: str) -> ResponseReturnValue:
    """Ask PayPal how it stands."""
    with transaction():
        booking, found = _find(reference, number)
        bills.look_again(found.id)
    flash(_("PayPal is being asked."))
    return _to(booking, number)


@staff.post("/bookings/<reference>/bills/<number>/cancel")
def cancel_bill(reference: str, number: str) -> ResponseReturnValue:
    """Raises BillMoveImpossible, BillBusy, Stale."""
    return _with_reason(reference, number, "cancel", bills.cancel, _("The bill is being withdrawn."))


@staff.post("/bookings/<reference>/bills/<number>/write-off")
def write_off_bill(reference: str, number: str) -> ResponseReturnValue:
    """Raises BillMoveImpossible, BillBusy, Stale."""
    return _with_reason(reference, number, "write_off", bills.write_off, _("The rest is given up."))


@staff.post("/bookings/<reference>/bills/<number>/payment")
def pay_bill(reference: str, number: str) -> ResponseReturnValue:
    """Raises BillMoveImpossible, BillBusy, AmountBeyond, Stale."""
    form = PaidForm()
    with transaction():
        booking, found = _find(reference, number)
    amount = form.money(found.outstanding) if form.validate() else None
    if amount is None:
        return _one(reference, number, status=422, paid=form)
    with transaction():
        bills.record_payment(
            found.id,
            amount=amount,
            method=Taken(form.method.data),
            reference=(form.reference.data or "").strip(),
            by=people.current_actor(),
            at=clock.now(),
            version=form.seen,
        )
    flash(_("%(amount)s is noted.", amount=formats.money(amount)))
    return _to(booking, number)


def _plain(reference: str, number: str, deed: Callable[..., object], done: str) -> ResponseReturnValue:
    form = VersionForm()
    with transaction():
        booking, found = _find(reference, number)
        deed(found.id, by=people.current_actor(), at=clock.now(), version=form.seen)
    flash(done)
    return _to(booking, number)


def _with_reason(
    reference: str, number: str, name: str, deed: Callable[..., object], done: str
) -> ResponseReturnValue:
    form = WhyForm(name=name)
    if not form.validate():
        return _one(reference, number, status=422, **{name: form})
    with transaction():
        booking, found = _find(reference, number)
        reason = form.reason.data
        deed(found.id, reason=reason, by=people.current_actor(), at=clock.now(), version=form.seen)
    flash(done)
    return _to(booking, number)


def _find(reference: str, number: str) -> tuple[Booking, Bill]:
    """Raises BookingNotFound or BillNotFound."""
    booking = bookings.by_reference(read_reference(reference))
    found = next((row for row in queries.of_booking(booking.id) if row.number == number), None)
    if found is None:
        raise operations.BillNotFound(number)
    return booking, found


def _one(reference: str, number: str, *, status: int = 200, **forms: Any) -> ResponseReturnValue:
    with transaction():
        booking, found = _find(reference, number)
        zone = ZoneInfo(house.house().time_zone)
    seen = {"version": booking.version}
    payable = found.state in bills.PAYABLE
    return htmx.page(
        "staff/bill.html",
        "main",
        status=status,
        booking=booking,
        bill=found,
        zone=zone,
        words=bill_words,
        rows=price_words.rows(opening.lines_of(found)),
        under_way=any(row.state in operations.OPEN for row in found.operations),
        version=booking.version,
        can={
            "send": found.state in OPEN and (found.sent_at is not None or found.trouble is not None),
            "remind": payable and found.sent_at is not None,
            "pay": payable,
            "cancel": bills.cancellable(found) and not operations.under_way(found, OperationKind.CANCEL),
            "write_off": allowed(found.state, Move.WRITE_OFF),
            "again": found.state == BillState.CANCELLED,
        },
        paid=forms.get("paid")
        or PaidForm(formdata=None, data={**seen, "amount": found.outstanding.to_text()}),
        cancel=forms.get("cancel") or WhyForm(name="cancel", formdata=None, data=seen),
        write_off=forms.get("write_off") or WhyForm(name="write_off", formdata=None, data=seen),
    )


def _to(booking: Booking, number: str) -> ResponseReturnValue:
    return redirect(url_for("staff.bill", reference=booking.reference, number=number), 303)
