"""Photos of the cars: draw what pages show of a photo that was kept, or was aimed anew."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

from exodrive.fleet import resizing
from exodrive.fleet.resizing import Order
from exodrive.kernel import clock, deliveries
from exodrive.kernel.db import transaction
from exodrive.kernel.deliveries import Work
from exodrive.storage import files
from exodrive.storage.pictures import NotAPicture
from exodrive.storage.renditions import Photo, PhotoTooLarge
from exodrive.tasks.routes import DOCUMENTS
from exodrive.tasks.work import actor

# A large photo takes a quarter of a gigabyte and a core for seconds: in each process one at a time, so that
# money and letters keep their threads.
_easel = threading.Lock()
TURN = timedelta(seconds=2)


@actor("photos.resize", queue=DOCUMENTS)
def resize(work: Work) -> None:
    """Draw one crop after the other outside of any transaction, and record each by itself.

    What a worker that died had recorded stays; who comes after it draws the rest.
    """
    if not _easel.acquire(blocking=False):
        with transaction():
            deliveries.put_off(work, error="another photo is being resized", after=TURN)
        return
    try:
        _draw(work, UUID(work.payload["photo_id"]))
    finally:
        _easel.release()


def _draw(work: Work, photo_id: UUID) -> None:
    with transaction():
        asked = resizing.order(photo_id)
        content = files.read(asked.original_id)[1] if asked else b""
    if asked is not None:
        try:
            photo = Photo(content)
        except (NotAPicture, PhotoTooLarge) as fact:
            with transaction():
                resizing.refuse(photo_id, code=fact.code)
                deliveries.done(work)
            return
        _draw_missing(photo, asked)
    with transaction():
        deliveries.done(work)


def _draw_missing(photo: Photo, asked: Order | None) -> None:
    while asked is not None:
        crop = asked.crops[0]
        drawn = list(photo.draw(crop, focus=asked.focus))
        blur = photo.blur(crop, focus=asked.focus)
        with transaction():
            replaced = resizing.record(asked, crop, drawn, blur=blur, at=clock.now())
        with transaction():
            for file_id in replaced:
                files.discard(file_id)
        with transaction():
            asked = resizing.order(asked.photo_id)
