"""What a customer takes along: the calendar file, the signed agreement, the invoice."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from icalendar import Calendar, Event, vCalAddress

from exodrive.blueprints.booking_page import standing
from exodrive.blueprints.booking_page.blueprint import booking_page, whose
from exodrive.blueprints.booking_page.standing import Standing
from exodrive.bookings.states import State
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.storage import files

# What stands in a calendar; and what once did and is taken out of it again.
DATED = (State.CONFIRMED, State.ON_RENT, State.RETURNED, State.CLOSED)
OFF = (State.CANCELLED, State.NO_SHOW)


@booking_page.get("/booking.ics")
def calendar_file(secret: str) -> ResponseReturnValue:
    """The rental for the customer's calendar, by https://www.rfc-editor.org/rfc/rfc5545.

    Read again it changes what it has entered before, and takes it out once the booking is cancelled. The
    secret link is not in it: calendars are shared.
    """
    with transaction():
        found = standing.load(whose(secret), secret, at=clock.now())
    if found.state not in (*DATED, *OFF):
        abort(404)
    response = Response(_calendar(found).to_ical(), mimetype="text/calendar")
    response.headers.set("Content-Disposition", "attachment", filename=f"{found.booking.reference}.ics")
    return response


@booking_page.get("/agreement.pdf")
def agreement(secret: str) -> ResponseReturnValue:
    """The signed agreement."""
    with transaction():
        found = standing.load(whose(secret), secret, at=clock.now())
        file_id = found.contract.agreement_file_id if found.contract else None
        return _file(file_id, name=f"agreement-{found.booking.reference}.pdf")


@booking_page.get("/addendum.pdf")
def addendum(secret: str) -> ResponseReturnValue:
    """The signed addendum that counts: it says all that the rental is by now."""
    with transaction():
        found = standing.load(whose(secret), secret, at=clock.now())
        file_id = found.addendum.agreement_file_id if found.addendum else None
        return _file(file_id, name=f"addendum-{found.booking.reference}.pdf")


@booking_page.get("/invoice.pdf")
def invoice(secret: str) -> ResponseReturnValue:
    """The invoice, once it is made."""
    with transaction():
        found = standing.load(whose(secret), secret, at=clock.now())
        file_id = found.invoice.file_id if found.invoice else None
        return _file(file_id, name=f"invoice-{found.booking.reference}.pdf")


def _file(file_id: UUID | None, *, name: str) -> Response:
    if file_id is None:
        abort(404)
    row, content = files.read(file_id)
    response = Response(content, mimetype=row.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _calendar(found: Standing) -> Calendar:
    """One event. Its times are the place's, so that it stays at ten whatever becomes of summer time."""
    calendar = Calendar()
    calendar.add("prodid", "-//ExoDrive//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if found.state in OFF else "PUBLISH")
    calendar.add_component(_event(found))
    calendar.add_missing_timezones()
    return calendar


def _event(found: Standing) -> Event:
    booking, card = found.booking, found.house
    event = Event()
    event.add("uid", f"{booking.id}@exodrive")
    event.add("sequence", booking.version)
    event.add("dtstamp", found.at)
    event.add("dtstart", booking.pickup_at.astimezone(booking.pickup_place.zone))
    event.add("dtend", booking.return_at.astimezone(booking.return_place.zone))
    event.add("status", "CANCELLED" if found.state in OFF else "CONFIRMED")
    event.add("organizer", vCalAddress(f"mailto:{card.email}"), parameters={"CN": card.name})
    event.add("summary", _("%(car)s from %(house)s", car=booking.car.name, house=card.name))
    event.add("location", booking.delivery_address or booking.pickup_place.address)
    event.add(
        "description", _("Booking %(reference)s. %(phone)s", reference=booking.reference, phone=card.phone)
    )
    return event
