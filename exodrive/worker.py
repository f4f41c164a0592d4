"""The worker: every actor and every periodic sweep, for `dramatiq` and for `periodiq`."""

from exodrive import config
from exodrive.app import create_app
from exodrive.providers import factory
from exodrive.tasks import bookings, contracts, invoices, messages, payments, sandbox, sweeps, webhooks
from exodrive.tasks import broker as queue

__all__ = ["bookings", "broker", "contracts", "invoices", "messages", "payments", "sandbox", "webhooks"]

settings = config.load()
factory.configure(settings)
broker = queue.make(settings.redis_url)
app = create_app(settings)
queue.declare(broker, app)
sweeps.declare(broker, app)
