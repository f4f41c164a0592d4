"""The desk: where the staff run rentals."""

from __future__ import annotations

from flask import Flask

from exodrive.blueprints.staff import (
    booking,
    bookings,
    cancelling,
    deeds,
    desk,
    guard,
    handover,
    messages,
    photos,
    queue,
    sandbox,
    settlement,
    sign_in,
    take_back,
)

__all__ = [
    "booking", "bookings", "cancelling", "deeds", "handover", "init_app", "messages", "photos", "queue",
    "sandbox", "settlement", "take_back",
]  # fmt: skip


def init_app(app: Flask) -> None:
    """Register the desk, its sign-in, and the guard of every route."""
    sign_in.init_app(app, address=desk.ADDRESS, home=desk.ADDRESS)
    app.register_blueprint(desk.staff)
    guard.init_app(app)
