"""From a kept file to what pages show, wherever a worker dies on the way."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from exodrive.config import Settings
from exodrive.fleet import photo_queries, photos, resizing
from exodrive.fleet.models import Car
from exodrive.fleet.photo_models import CarPhoto, PhotoRendition
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.outbox import Delivery, DeliveryState
from exodrive.storage import files
from exodrive.storage.models import StoredFile
from exodrive.storage.renditions import CROPS
from exodrive.tasks import photos as tasks
from tests import photographs
from tests.chaos.armoury import Armoury
from tests.drain import drain, hurry, troubles
from tests.photographs import AGENT, add
from tests.picture_files import from_a_phone, picture

RESIZE = ["photos.resize"]
DO_IT = """
import sys
from uuid import UUID
from exodrive.worker import app
from exodrive.tasks import work
with app.app_context():
    work.perform("photos.resize", UUID(sys.argv[1]))
"""


def renditions(photo_id: UUID) -> list[PhotoRendition]:
    with transaction():
        return list(session().scalars(select(PhotoRendition).where(PhotoRendition.photo_id == photo_id)))


def test_a_photo_becomes_ready_in_every_crop(car: Car) -> None:
    photo_id = add(car, from_a_phone(size=(700, 500), orientation=8))
    assert drain() == RESIZE
    photo = photographs.read(car, photo_id)
    assert (photo.state, photo.failure) == ("ready", None)
    assert (photo.width, photo.height) == (500, 700)
    assert set(photo.blurs) == set(CROPS)
    made = renditions(photo_id)
    assert {each.crop for each in made} == set(CROPS)
    assert {each.format for each in made} == {"avif", "webp", "jpeg"}
    for each in made:
        with transaction():
            row, content = files.read(each.file_id)
        assert row.media_type == f"image/{each.format}"
        assert each.name.endswith((".avif", ".webp", ".jpg"))
        with Image.open(io.BytesIO(content)) as drawn:
            assert drawn.size == (each.width, each.height)
            assert not drawn.getexif()
    with transaction():
        assert photo_queries.covers([car.id])[car.id].id == photo_id


def test_what_cannot_be_drawn_says_why_and_can_be_tried_again(car: Car) -> None:
    photo_id = add(car, picture(quality=95)[:4000])
    drain()
    photo = photographs.read(car, photo_id)
    assert (photo.state, photo.failure) == ("failed", "not_a_picture")
    assert renditions(photo_id) == []
    assert troubles() == []
    with transaction():
        photos.try_again(car, photo_id)
    assert photographs.read(car, photo_id).state == "waiting"
    assert drain() == RESIZE
    assert photographs.read(car, photo_id).state == "failed"


def test_a_ready_photo_is_not_tried_again(car: Car) -> None:
    photo_id = add(car)
    drain()
    with transaction():
        photos.try_again(car, photo_id)
    assert drain() == []


def test_a_new_focus_draws_the_crops_anew_and_lets_the_old_ones_go(car: Car) -> None:
    photo_id = add(car, picture(size=(1000, 420)))
    drain()
    before = {each.name: each for each in renditions(photo_id)}
    with transaction():
        photos.aim(car, photo_id, focus=(90, 50), by=AGENT, at=clock.now())
    photo = photographs.read(car, photo_id)
    assert photo.state == "ready"
    assert resizing.is_being_drawn(photo)
    assert {each.name for each in renditions(photo_id)} == set(before)
    done = drain()
    assert [actor for actor in done if actor != "files.erase"] == RESIZE
    after = {each.name: each for each in renditions(photo_id)}
    assert not resizing.is_being_drawn(photographs.read(car, photo_id))
    assert {each.crop for name, each in after.items() if name in before} == {"whole"}
    gone = [each.file_id for name, each in before.items() if name not in after]
    assert done.count("files.erase") == len(gone)
    with transaction():
        assert files.rows(gone) == {}
        assert len(list(session().scalars(select(StoredFile)))) == len(after) + 1


def test_the_same_focus_again_does_nothing(car: Car) -> None:
    photo_id = add(car)
    drain()
    with transaction():
        photos.aim(car, photo_id, focus=(50, 50), by=AGENT, at=clock.now())
    assert drain() == []


def test_what_was_removed_meanwhile_is_not_drawn_until_it_is_back(car: Car) -> None:
    photo_id = add(car)
    with transaction():
        photos.remove(car, photo_id, by=AGENT, at=clock.now())
    drain()
    assert renditions(photo_id) == []
    with transaction():
        photos.put_back(car, photo_id, by=AGENT, at=clock.now())
    drain()
    assert photographs.read(car, photo_id).state == "ready"


def test_a_delivery_that_comes_twice_changes_nothing(car: Car) -> None:
    photo_id = add(car)
    with transaction():
        resizing.want(photographs_of(car)[0])
    assert drain() == RESIZE * 2
    names = [each.name for each in renditions(photo_id)]
    assert len(names) == len(set(names))


def test_a_crop_that_comes_late_is_dropped(car: Car) -> None:
    """Two workers draw the same photo, the one with an older focus records last."""
    photo_id = add(car)
    with transaction():
        asked = resizing.order(photo_id)
    assert asked is not None
    with transaction():
        photos.aim(car, photo_id, focus=(10, 10), by=AGENT, at=clock.now())
    with transaction():
        assert resizing.record(asked, "card", [], blur="", at=clock.now()) == []
    assert renditions(photo_id) == []
    drain()
    with transaction():
        assert resizing.record(asked, "whole", [], blur="", at=clock.now()) == []
    assert {each.crop for each in renditions(photo_id)} == set(CROPS)


def test_each_worker_resizes_one_photo_at_a_time(car: Car) -> None:
    photo_id = add(car)
    with tasks._easel:
        assert drain() == RESIZE
    assert photographs.read(car, photo_id).state == "waiting"
    with transaction():
        row = session().scalars(select(Delivery)).one()
        assert (row.state, row.attempts) == (DeliveryState.PENDING, 0)
    hurry()
    drain()
    assert photographs.read(car, photo_id).state == "ready"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "arrival", "crops"),
    [
        ("delivery.claimed@photos.resize", 1, 0),
        ("storage.written@renditions", 2, 0),
        ("storage.written@renditions", 5, 1),
        ("delivery.recording@photos.resize", 1, 3),
    ],
)
def test_whoever_is_killed_leaves_whole_crops_and_the_next_one_finishes(
    house: Flask,
    car: Car,
    settings: Settings,
    tmp_path: Path,
    point: str,
    arrival: int,
    crops: int,
) -> None:
    photo_id = add(car)
    armoury = Armoury.at(tmp_path / "failpoints")
    armoury.arm(point, arrival=arrival)
    assert _worker(settings, armoury) == -signal.SIGKILL
    assert armoury.collect() == [point]
    assert len({each.crop for each in renditions(photo_id)}) == crops
    _all_readable(renditions(photo_id))
    hurry()
    assert drain() == RESIZE
    assert photographs.read(car, photo_id).state == "ready"
    made = renditions(photo_id)
    assert len({(each.crop, each.format, each.width) for each in made}) == len(made)
    _all_readable(made)


def _worker(settings: Settings, armoury: Armoury) -> int:
    """A worker's process that takes the one delivery; returns how it ended."""
    with transaction():
        delivery_id = session().scalars(select(Delivery.id)).one()
    environment = {
        **os.environ,
        "EXODRIVE_SANDBOX": "1",
        "EXODRIVE_TEST_RUN": "1",
        "EXODRIVE_FAILPOINTS": str(armoury.folder),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "STORAGE_URL": settings.storage_url,
    }
    command = [sys.executable, "-c", DO_IT, str(delivery_id)]
    return subprocess.run(command, env=environment, check=False, timeout=300).returncode


def _all_readable(made: Sequence[PhotoRendition]) -> None:
    for each in made:
        with transaction():
            files.read(each.file_id)


def photographs_of(car: Car) -> list[CarPhoto]:
    return photo_queries.at_the_desk(car.id)
