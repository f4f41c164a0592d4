"""The secret link of a booking's page: unguessable, revocable, ending; all failures look the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from exodrive.bookings import links, queries, transitions
from exodrive.bookings.links import LinkUnknown, NobodyToWrite
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from exodrive.kernel.outbox import Event
from tests import paper, rental

pytestmark = pytest.mark.usefixtures("house")


def secret(booking_id: UUID, *, version: int = 1) -> str:
    return links.secret(rental.KEY, booking_id, version)


def mails_wanted(booking_id: UUID) -> list[str]:
    return list(
        session().scalars(
            select(Event.payload["wanted"].astext).where(
                Event.subject_id == booking_id, Event.name == "booking.link_wanted"
            )
        )
    )


def fails_like_any_other(value: str, *, at: datetime) -> None:
    with pytest.raises(LinkUnknown) as raised:
        links.booking_id(value, at=at)
    assert (str(raised.value), raised.value.code, raised.value.status) == ("", "link_unknown", 404)


def test_a_link_leads_to_its_booking_alone() -> None:
    first, second = rental.hold(), rental.hold("calder-brake")
    assert links.booking_id(secret(first), at=clock.now()) == first
    assert links.booking_id(secret(second), at=clock.now()) == second
    assert len(secret(first)) == 43  # 256 bits


def test_wrong_revoked_and_ended_links_fail_alike() -> None:
    booking_id = rental.hold()
    good = secret(booking_id)
    return_at = queries.by_id(booking_id).return_at
    for wrong in ("", "x", good[:-1], good.swapcase(), secret(new_id()), secret(booking_id, version=2)):
        fails_like_any_other(wrong, at=clock.now())
    assert links.booking_id(good, at=return_at + timedelta(days=180)) == booking_id
    fails_like_any_other(good, at=return_at + timedelta(days=180, seconds=1))
    with transaction():
        links.revoke(transitions.lock(booking_id), key=rental.KEY)
    fails_like_any_other(good, at=clock.now())
    assert links.booking_id(secret(booking_id, version=2), at=clock.now()) == booking_id


def test_another_key_makes_other_links() -> None:
    booking_id = rental.hold()
    fails_like_any_other(links.secret("another key", booking_id, 1), at=clock.now())


def test_the_desk_sends_the_link_again_or_replaces_it() -> None:
    booking_id = paper.confirmed()
    with transaction():
        links.send_again(booking_id, by=rental.AGENT, at=clock.now())
    assert links.version_of(booking_id) == 1
    with transaction():
        links.replace(booking_id, key=rental.KEY, reason="sent to a friend", by=rental.AGENT, at=clock.now())
    assert links.version_of(booking_id) == 2
    assert len(mails_wanted(booking_id)) == 2
    fails_like_any_other(secret(booking_id), at=clock.now())


def test_a_hold_has_nobody_to_write_to() -> None:
    booking_id = rental.hold()
    with pytest.raises(NobodyToWrite), transaction():
        links.send_again(booking_id, by=rental.AGENT, at=clock.now())


@pytest.mark.parametrize(
    ("email", "right_reference", "mailed"),
    [
        ("maya@okafor.example", True, True),
        (" Maya@Okafor.Example ", True, True),
        ("noah@okafor.example", True, False),
        ("maya@okafor.example", False, False),
    ],
)
def test_a_lost_link_is_mailed_to_whom_it_belongs_and_nobody_learns_more(
    email: str, right_reference: bool, mailed: bool
) -> None:
    booking_id = paper.confirmed()
    reference = queries.by_id(booking_id).reference if right_reference else "EXD-AAAA-AAAA"
    with transaction():
        links.want(email=email, reference=reference, at=clock.now())
    assert bool(mails_wanted(booking_id)) is mailed


def test_asking_often_names_one_mail() -> None:
    """The letter's key is made of this: whoever asks ten times within ten minutes gets one."""
    booking_id = paper.confirmed()
    reference = queries.by_id(booking_id).reference
    for minute in (0, 1, 5, 11):
        with transaction():
            links.want(
                email="maya@okafor.example", reference=reference, at=clock.now() + timedelta(minutes=minute)
            )
    assert len(set(mails_wanted(booking_id))) == 2
