"""The worker: every actor and every periodic sweep, for `dramatiq` and for `periodiq`."""

from exodrive import config
from exodrive.app import create_app
from exodrive.providers import factory
from exodrive.tasks import (
    bills,
    bookings,
    contracts,
    enquiries,
    files,
    invoices,
    messages,
    payments,
    photos,
    quotes,
    reconciling,
    reviews,
    sandbox,
    sweeps,
    webhooks,
)
from exodrive.tasks import broker as queue

__all__ = [
    "bills",
    "bookings",
    "broker",
    "contracts",
    "enquiries",
    "files",
    "invoices",
    "messages",
    "payments",
    "photos",
    "quotes",
    "reconciling",
    "reviews",
    "sandbox",
    "webhooks",
]

settings = config.load()
factory.configure(settings)
broker = queue.make(settings.redis_url)
app = create_app(settings)
queue.declare(broker, app)
sweeps.declare(broker, app)
