"""The two letters about a message from the contact page: one to the house, one back to its writer."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from exodrive.enquiries.models import Enquiry, EnquiryAnswer
from exodrive.house.models import House
from exodrive.rendering import environment, formats, mail
from exodrive.rendering.letter_facts import Fact
from exodrive.rendering.letters import Letter, Typed

RECEIVED, ANSWER = "enquiry_received", "enquiry_answer"
LETTERS = frozenset({RECEIVED, ANSWER})


def to_the_house(enquiry: Enquiry, *, house: House, public_url: str) -> Letter:
    """That somebody has written, with their words. Needs an app context."""
    with force_locale(environment.LANGUAGE):
        facts = [Fact(_("From"), enquiry.name), Fact(_("E-mail"), enquiry.email)]
        if enquiry.phone:
            facts.append(Fact(_("Phone"), enquiry.phone))
        if enquiry.reference:
            facts.append(Fact(_("Booking named"), enquiry.reference))
        facts.append(Fact(_("Written"), formats.moment(enquiry.created_at, house.time_zone)))
        shown = mail.render(
            RECEIVED,
            **_common(house),
            sender=enquiry.name,
            facts=facts,
            href=f"{public_url}/desk/enquiries/{enquiry.id}",
            paragraphs=Typed("", enquiry.message).paragraphs,
        )
    return Letter(house.email, shown.subject, shown.html, shown.text)


def answer(enquiry: Enquiry, letter: EnquiryAnswer, *, house: House) -> Letter:
    """What staff wrote back, above what they were asked. Needs an app context."""
    with force_locale(environment.LANGUAGE):
        shown = mail.render(
            ANSWER,
            **_common(house),
            typed_subject=letter.subject,
            facts=[
                Fact(_("You wrote"), formats.moment(enquiry.created_at, house.time_zone), enquiry.message)
            ],
            href="",
            paragraphs=Typed(letter.subject, letter.text).paragraphs,
        )
    return Letter(enquiry.email, shown.subject, shown.html, shown.text)


def _common(house: House) -> dict[str, Any]:
    """A letter that belongs to no booking."""
    return {
        "lang": "en",
        "house": house,
        "reference": "",
        "page_url": "",
        "points": (),
        "calendar_url": "",
        "evidence_url": "",
    }
