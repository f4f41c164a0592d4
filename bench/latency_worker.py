"""The house's worker with one deed more."""

from bench import latency_event
from exodrive.worker import app, broker

__all__ = ["app", "broker", "latency_event"]
