"""Letters about messages from the contact page: to the house, and back to the writer, each sent once."""

from __future__ import annotations

from uuid import UUID

import pytest

from exodrive.enquiries import answering, queries, receiving
from exodrive.enquiries.models import EnquiryState
from exodrive.enquiries.receiving import Said
from exodrive.enquiries.rules import Suspicion
from exodrive.kernel import clock, outbox
from exodrive.kernel.db import session, transaction
from exodrive.notifications.models import Message
from tests import rental
from tests.drain import drain
from tests.tasks.wire import Wire

pytestmark = pytest.mark.usefixtures("house")
SAID = Said(
    "Maya <b>Okafor</b>", "Maya@Okafor.example", "", "exd-1", "Is the Linnet free?\n\n- in May", "form-1"
)


def written(suspected: Suspicion | None = None) -> UUID:
    with transaction():
        receiving.receive(SAID, suspected=suspected, at=clock.now())
        state = EnquiryState.SPAM if suspected else EnquiryState.NEW
        return queries.listing(state=state).rows[0].id


def letters() -> list[Message]:
    with transaction():
        return session().query(Message).order_by(Message.id).all()


def test_the_house_is_told_once_however_often_it_is_sent(wire: Wire) -> None:
    written()
    enquiry_id = written()
    drain()
    with transaction():
        outbox.emit(receiving.RECEIVED, subject_id=enquiry_id, enquiry_id=str(enquiry_id))
    drain()
    (letter,) = letters()
    assert (letter.to_email, letter.booking_id, letter.state) == ("desk@exodrive.example", None, "sent")
    assert f"/desk/enquiries/{enquiry_id}" in letter.text
    assert "Is the Linnet free?" in letter.text
    assert "&lt;b&gt;Okafor" in letter.html
    assert "Booking EXD" not in letter.text  # it belongs to none
    assert len(wire.calls("POST", "/emails")) == 1


def test_nobody_is_told_of_what_was_put_aside(wire: Wire) -> None:
    written(Suspicion.LINKS)
    assert drain() == []
    assert letters() == []


def test_an_answer_goes_to_the_writer_once_with_what_they_asked(wire: Wire) -> None:
    enquiry_id = written(Suspicion.TOO_FAST)
    with transaction():
        answering.answer(
            enquiry_id,
            subject="The  Linnet",
            text=" It is.\n\nCome by. ",
            version=1,
            by=rental.AGENT,
            at=clock.now(),
        )
    assert drain() == ["enquiries.answer", "messages.send"]
    (letter,) = letters()
    assert (letter.to_email, letter.subject, letter.state) == ("maya@okafor.example", "The Linnet", "sent")
    assert "Come by." in letter.text
    assert "Is the Linnet free?" in letter.text
    with transaction():
        (answer,) = queries.answers(enquiry_id)
        outbox.emit(answering.ANSWERED, subject_id=enquiry_id, answer_id=str(answer.id))
    drain()
    assert len(wire.calls("POST", "/emails")) == 1
    assert queries.enquiry(enquiry_id).state == "answered"


@pytest.mark.parametrize(("subject", "text"), [("", "x"), ("x", " "), ("x" * 151, "x"), ("x", "x" * 5001)])
def test_a_letter_without_words_is_none(subject: str, text: str) -> None:
    enquiry_id = written()
    with pytest.raises(answering.AnswerUnusable), transaction():
        answering.answer(enquiry_id, subject=subject, text=text, version=1, by=rental.AGENT, at=clock.now())
