"""Photos of a car as the desk keeps them: added once, in one order, removed and put back."""

from __future__ import annotations

import contextlib
import threading
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from exodrive.fleet import photo_queries, photos
from exodrive.fleet import queries as fleet
from exodrive.fleet.models import Car
from exodrive.fleet.photo_queries import PhotoNotFound
from exodrive.fleet.photos import PhotoTwice, TooManyPhotos
from exodrive.kernel import audit, clock
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.errors import Stale
from exodrive.storage import files
from exodrive.storage.models import StoredFile
from tests import photographs
from tests.photographs import AGENT, add, order
from tests.picture_files import picture


def three(car: Car) -> list[UUID]:
    return [add(car, shade=number) for number in range(3)]


def test_a_photo_waits_behind_the_others(car: Car) -> None:
    ids = three(car)
    assert order(car) == ids
    photo = photographs.read(car, ids[0])
    assert (photo.state, photo.width, photo.height, photo.alt) == ("waiting", *photographs.SMALL, "")
    with transaction():
        assert photo_queries.covers([car.id]) == {}
        assert files.read(photo.original_id)[1] == picture(size=photographs.SMALL)
        assert [entry.action for entry in audit.trail(car.id)] == ["photo.added"] * 3


def test_the_same_file_twice_is_refused_and_kept_once(car: Car) -> None:
    photo_id = add(car)
    with pytest.raises(PhotoTwice):
        add(car, name="another-name.jpg")
    assert order(car) == [photo_id]
    with transaction():
        assert len(list(session().scalars(select(StoredFile)))) == 1
        other = fleet.any_car("calder-brake")
    assert add(other) != photo_id


def test_an_album_is_not_taken(car: Car, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST", 2)
    first, _ = add(car, shade=1), add(car, shade=2)
    with pytest.raises(TooManyPhotos):
        add(car, shade=3)
    _remove(car, first)
    add(car, shade=3)
    with pytest.raises(TooManyPhotos), transaction():
        photos.put_back(car, first, by=AGENT, at=clock.now())


def test_the_order_is_changed_step_by_step(car: Car) -> None:
    one, two, last = three(car)
    steps = [
        (lambda: photos.earlier(car, last), [one, last, two]),
        (lambda: photos.earlier(car, one), [one, last, two]),
        (lambda: photos.later(car, one), [last, one, two]),
        (lambda: photos.later(car, two), [last, one, two]),
        (lambda: photos.first(car, two), [two, last, one]),
        (lambda: photos.before(car, one, last), [two, one, last]),
        (lambda: photos.before(car, two, None), [one, last, two]),
        (lambda: photos.before(car, two, two), [one, last, two]),
    ]
    for deed, wanted in steps:
        with transaction():
            deed()
        assert order(car) == wanted


def test_a_wish_about_a_photo_that_is_gone_changes_nothing(car: Car) -> None:
    one, two, last = three(car)
    _remove(car, two)
    for deed, fact in (
        (lambda: photos.before(car, last, two), Stale),
        (lambda: photos.first(car, two), PhotoNotFound),
        (lambda: photos.earlier(car, uuid4()), PhotoNotFound),
    ):
        with pytest.raises(fact), transaction():
            deed()
    assert order(car) == [one, last]


def test_another_car_s_photo_is_not_there(car: Car) -> None:
    photo_id = add(car)
    with transaction():
        other = fleet.any_car("calder-brake")
    deeds = (
        lambda: photos.first(other, photo_id),
        lambda: photos.remove(other, photo_id, by=AGENT, at=clock.now()),
        lambda: photos.put_back(other, photo_id, by=AGENT, at=clock.now()),
        lambda: photos.describe(other, photo_id, alt="Mine", by=AGENT, at=clock.now()),
        lambda: photos.aim(other, photo_id, focus=(1, 1), by=AGENT, at=clock.now()),
        lambda: photos.try_again(other, photo_id),
    )
    for deed in deeds:
        with pytest.raises(PhotoNotFound), transaction():
            deed()
    assert photographs.read(car, photo_id).alt == ""


def test_what_is_removed_comes_back_to_its_place(car: Car) -> None:
    one, two, last = three(car)
    _remove(car, two)
    _remove(car, two)
    assert order(car) == [one, last]
    with transaction():
        assert [photo.id for photo in photo_queries.removed(car.id)] == [two]
    for _ in range(2):
        with transaction():
            photos.put_back(car, two, by=AGENT, at=clock.now())
    assert order(car) == [one, two, last]


def test_what_was_added_anew_meanwhile_is_not_put_back_beside_it(car: Car) -> None:
    photo_id = add(car)
    _remove(car, photo_id)
    again = add(car)
    with pytest.raises(PhotoTwice), transaction():
        photos.put_back(car, photo_id, by=AGENT, at=clock.now())
    assert order(car) == [again]


def test_two_people_who_order_at_once_lose_no_photo(house: Flask, car: Car) -> None:
    """Each wish waits for the other's; whoever comes second starts from what the first has left."""
    ids = three(car)
    meet = threading.Barrier(2)

    def push(photo_id: UUID) -> None:
        with house.app_context():
            meet.wait(60)
            for _ in range(5):
                with transaction():
                    photos.first(car, photo_id)
            db.session.remove()

    people = [threading.Thread(target=push, args=(photo_id,)) for photo_id in ids[1:]]
    for person in people:
        person.start()
    for person in people:
        person.join(60)
    found = order(car)
    assert set(found) == set(ids)
    assert found[-1] == ids[0]
    with transaction():
        places = [photo.position for photo in photo_queries.at_the_desk(car.id)]
    assert places == [0, 1, 2]


def test_two_people_who_send_the_same_file_at_once_add_it_once(house: Flask, car: Car) -> None:
    meet = threading.Barrier(2)
    kept: list[UUID] = []

    def send() -> None:
        with house.app_context():
            meet.wait(60)
            with contextlib.suppress(PhotoTwice):
                kept.append(add(car))
            db.session.remove()

    people = [threading.Thread(target=send) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join(60)
    assert order(car) == kept
    assert len(kept) == 1


def _remove(car: Car, photo_id: UUID) -> None:
    with transaction():
        photos.remove(car, photo_id, by=AGENT, at=clock.now())
