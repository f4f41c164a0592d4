"""The demo house's own words, the questions that it answers, and a few messages on its desk."""

from __future__ import annotations

from datetime import datetime, timedelta

from exodrive.enquiries.models import Enquiry, EnquiryState
from exodrive.enquiries.rules import Suspicion
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id
from exodrive.site import queries
from exodrive.site.first_words import FIRST_QUESTIONS
from exodrive.site.models import SiteQuestion, SiteText, SiteTextVersion
from exodrive.site.slots import Words

WROTE = "Set-up"

TEXTS: dict[str, Words] = {
    "area": {
        "headline": "Rockville, or your door",
        "text": "Come to Gude Drive, or have the car at your door in Bethesda, Washington or Tysons. At "
        "Dulles we wait at the private terminal.\n\n"
        "The way is a line of the price that you see before you book.",
        "short": "Delivered in Washington, Maryland and Virginia",
    },
    "about": {
        "headline": "Fourteen cars, and we know every one",
        "lead": "ExoDrive is a small house on Gude Drive in Rockville. We rent cars that we would drive "
        "ourselves, and on Sundays we do.",
        "text": "Every car here is ours. We service it, wash it and drive it before you do, and we know "
        "what it sounds like on a cold morning.\n\n"
        "We keep to three things:\n\n"
        "- The price you see is the price you pay. Each line says why it is there.\n"
        "- The deposit is held, not charged. It is released on the day that the policies name.\n"
        "- Marks on the car are settled by photos that both of us have seen.\n\n"
        "The first evening belongs to the car: leave the highway at Great Falls and take the river road. If "
        "something goes wrong, you talk to the person who gave you the keys.",
    },
    "contact": {
        "headline": "Ask the desk",
        "lead": "About a car, a date or a booking. Olivia, Marc or Ada reads it.",
        "answer": "We answer within two hours while the desk is open.",
    },
}  # fmt: skip

# Name, e-mail, hours ago, state, what speaks against it, message.
MESSAGES: tuple[tuple[str, str, int, EnquiryState, Suspicion | None, str], ...] = (
    (
        "Priya Raman",
        "priya.raman@mail.example",
        2,
        EnquiryState.NEW,
        None,
        "Good morning. My father turns seventy on the 19th, and he once owned a car like the Linnet 3.8. "
        "Could we have it for the Saturday alone, and may he drive it if I am the one who rents?",
    ),
    (
        "Tom Alvarez",
        "tom@alvarez-films.example",
        7,
        EnquiryState.NEW,
        None,
        "We film a commercial in Georgetown in the second week of January and need a dark sedan for two "
        "days. It would not leave the street. Is that within your agreement?",
    ),
    (
        "Grace Whitfield",
        "grace.whitfield@mail.example",
        30,
        EnquiryState.ANSWERED,
        None,
        "Do child seats fit into the back of the Aurelia GT? Ours is four.",
    ),
    (
        "Seo Team",
        "growth@rank-first.example",
        51,
        EnquiryState.SPAM,
        Suspicion.LINKS,
        "Get more visitors today: https://rank-first.example/a https://rank-first.example/b "
        "https://rank-first.example/c",
    ),
)  # fmt: skip


def furnish(*, at: datetime) -> None:
    """Write the texts and the questions as published. In one go: tests set this house up very often."""
    questions = [
        SiteQuestion(id=new_id(), text_id=new_id(), position=position, shown=True)
        for position in range(1, len(FIRST_QUESTIONS) + 1)
    ]
    written = [(SiteText(id=new_id(), name=name), words) for name, words in TEXTS.items()]
    written += [
        (SiteText(id=row.text_id, name=queries.text_name(row.id)), {"question": asked, "answer": said})
        for row, (asked, said) in zip(questions, FIRST_QUESTIONS, strict=True)
    ]
    for text, _words in written:
        text.revision = text.version = 1
        session().add(text)
    session().flush()  # the others name them
    session().add_all(questions)
    session().add_all(
        SiteTextVersion(text_id=text.id, version=1, words=words, published_by=WROTE, published_at=at)
        for text, words in written
    )


def add_messages(*, at: datetime) -> None:
    """Put a few messages on the desk, as if they had come."""
    for number, (name, email, hours, state, suspected, message) in enumerate(reversed(MESSAGES), start=1):
        written_at = at - timedelta(hours=hours)
        session().add(
            Enquiry(
                key=f"demo/{number}",
                name=name,
                email=email,
                phone="",
                reference="",
                message=message,
                state=state,
                suspected=suspected,
                created_at=written_at,
                moved_at=written_at,
                moved_by=WROTE,
            )
        )
        session().flush()  # their ids are in the order in which they came
