"""The desk: where the staff run rentals. Each package is a moment of that work."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from exodrive.blueprints.staff import desk, guard, shortcuts
from exodrive.blueprints.staff.accounts import sign_in
from exodrive.blueprints.staff.work import providers

# The modules that have routes.
PAGES = (
    "day.today", "day.bookings", "finding.find",
    "offers.new_booking", "offers.quotes", "offers.promotions",
    "rental.booking", "rental.deeds", "rental.changing", "rental.gift", "rental.ending", "rental.writing",
    "rental.payment_plan", "rental.receipt", "rental.papers_of_driver", "rental.messages",
    "keys.handover", "keys.photos", "keys.take_back", "keys.settlement",
    "charging.charges", "charging.tolls", "billing.bills", "billing.bill_list",
    "bookkeeping.books", "bookkeeping.reconciliation", "fleet.cars", "fleet.car_photos",
    "public.site", "public.site_questions", "public.reviews", "public.enquiries",
    "work.queue", "work.received", "accounts.people", "accounts.tokens", "sandbox",
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Register the desk, its sign-in, and the guard of every route."""
    for name in PAGES:
        import_module(f"{__name__}.{name}")
    sign_in.init_app(app, address=desk.ADDRESS, home=desk.ADDRESS)
    app.register_blueprint(desk.staff)
    guard.init_app(app)
    providers.init_app(app)
    shortcuts.init_app(app)
