"""Letters that somebody asked for: a link, a code, another photo, words of the desk."""

from __future__ import annotations

from exodrive.bookings.reservation import papers, remembering
from exodrive.bookings.reservation.reservation_models import PaperState
from exodrive.rendering import letter_facts, paper_words
from exodrive.rendering.letters.case import Case, Context


def booking_link(case: Case) -> Context | None:
    return {"href": case.page_url, "facts": letter_facts.rental(case.booking)}


def details_code(case: Case) -> Context | None:
    """The figures that open the details of an old rental. No link: another may have typed this address."""
    if case.about.code is None:
        return None
    shown = remembering.figures(case.about.code, key=case.site.key)
    return {"figures": f"{shown[:3]} {shown[3:]}", "page_url": "", "facts": letter_facts.rental(case.booking)}


def paper_rejected(case: Case) -> Context | None:
    """Not where another photo has come, or been accepted, meanwhile."""
    sent = papers.of_booking(case.booking.id)
    paper = next((row for row in sent if row.id == case.about.paper), None)
    if paper is None or paper.state != PaperState.REJECTED or not papers.asked(case.booking):
        return None
    return {
        "href": f"{case.page_url}#papers",
        "paper": paper_words.paper(paper.kind),
        "reason": paper.reason or "",
        "facts": letter_facts.rental(case.booking),
    }


def desk_letter(case: Case) -> Context | None:
    """What staff wrote, in the house's letter."""
    typed = case.about.typed
    if typed is None:
        return None
    return {
        "typed_subject": typed.subject,
        "paragraphs": typed.paragraphs,
        "facts": letter_facts.rental(case.booking),
        "href": case.page_url,
    }
