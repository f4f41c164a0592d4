"""Named places at which a test may kill the process, to prove that nothing is lost and nothing done twice.

A process is armed once, at its start, and only where `config` allows it: in a sandbox that a test has opened.
It then looks into a folder whenever it comes to a place. A file of the point's name under `armed/` says at
which of the next arrivals the process shall die; the one that dies moves the file to `struck/` first, so that
whoever put it there knows that the place was really reached. Everywhere else a place costs one comparison.
"""

from __future__ import annotations

import contextlib
import os
import signal
from enum import StrEnum
from pathlib import Path
from threading import get_native_id

ARMED, STRUCK = "armed", "struck"


class Place(StrEnum):
    """Every place there is, in the order in which work comes by. What stands after it is what it is for."""

    # A message for each provider, a request for each endpoint, a file for each folder
    INBOX_STORED = "inbox.stored"  # the message is written, not committed: the provider will send it again
    WEB_ANSWERING = "web.answering"  # the request has committed, and nobody has heard of it
    STORAGE_WRITTEN = "storage.written"  # the file lies in the store without its row
    # Handing work over
    RELAY_CLAIMED = "relay.claimed"  # the batch is marked as dispatched, and nothing is in the queue
    RELAY_ENQUEUED = "relay.enqueued"  # one delivery of the batch is in the queue, the next one is not
    SCHEDULER_SENT = "scheduler.sent"  # the sweeps of this minute are in the queue
    # A delivery, for each actor
    DELIVERY_CLAIMED = "delivery.claimed"  # under its lease, and the deed has not begun
    DELIVERY_RECORDING = "delivery.recording"  # the call was answered; what came of it is not committed
    DELIVERY_RECORDED = "delivery.recorded"  # all is committed, and the queue has not heard of it
    # A call to PayPal, for each kind of operation
    OPERATION_CLAIMED = "operation.claimed"  # marked as called, and nobody was called
    OPERATION_ANSWERED = "operation.answered"  # PayPal has done it, and nothing is written here
    OPERATION_RECORDED = "operation.recorded"  # the booking has followed, and the queue has not heard of it
    # A call to PayPal about a bill, for each kind of operation
    BILL_CLAIMED = "bill.claimed"  # marked as called, and nobody was called
    BILL_ANSWERED = "bill.answered"  # PayPal has done it, and nothing is written here
    BILL_RECORDED = "bill.recorded"  # the bill has followed, and the queue has not heard of it
    WEBHOOK_VERIFIED = "webhook.verified"  # the signature is settled, and nothing was made of the message
    # What runs by the clock, for each sweep
    SWEEP_BETWEEN = "sweep.between"  # one thing that was found is done, and the next is not
    SWEEP_DONE = "sweep.done"  # all is committed, and the queue has not heard of it
    AUDIT_SEALED = "audit.sealed"  # the chain is longer, and not committed


_folder: Path | None = None


def arm(folder: Path | None) -> None:
    """Look for wishes in this folder from now on; None, which is how a process starts, for never."""
    global _folder  # noqa: PLW0603  one process lives or dies
    _folder = folder


def reach(place: Place, of: str = "") -> None:
    """Come to a place; `of` says on whose way, such as an actor's name."""
    if _folder is not None:
        _die_if_wished(_folder, point(place, of))


def point(place: Place, of: str = "") -> str:
    """The name of one point: the place, and on whose way."""
    return f"{place}@{of}" if of else str(place)


def _die_if_wished(folder: Path, name: str) -> None:
    """Die here, if it is the arrival that was asked for. Of several at once only one finds the file."""
    wish, trace = folder / ARMED / name, folder / STRUCK / name
    with contextlib.suppress(FileNotFoundError):
        arrivals = int(wish.read_text())
        if arrivals > 1:
            _replace(wish, str(arrivals - 1))
            return
        wish.rename(trace)
        _sync(trace.parent)
        os.kill(os.getpid(), signal.SIGKILL)


def _replace(wish: Path, words: str) -> None:
    """At once: others read it at any moment."""
    draft = wish.parent.parent / f"{wish.name}.{get_native_id()}"
    draft.write_text(words)
    draft.rename(wish)


def _sync(folder: Path) -> None:
    """Have the move on the disk before anything else happens."""
    number = os.open(folder, os.O_RDONLY)
    os.fsync(number)
    os.close(number)
