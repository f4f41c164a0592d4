"""Quotes: their letters, which offer the price or withdraw it, and the place that one keeps."""

from __future__ import annotations

from uuid import UUID

from flask import current_app

from exodrive.bookings.quote import quote_following, quotes
from exodrive.bookings.quote.quote_states import QuoteState
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.deliveries import Work
from exodrive.notifications import messages
from exodrive.rendering import quote_letters
from exodrive.rendering.letters import Letter, Site
from exodrive.tasks.routes import MESSAGES
from exodrive.tasks.work import step

WITHDRAWN = "quote.withdrawn"


@step("quotes.write", queue=MESSAGES)
def write(work: Work) -> None:
    """Write what the quote is now; one that was settled meanwhile is not offered any more."""
    quote = quotes.by_id(UUID(work.payload["quote_id"]))
    settings = current_app.config["SETTINGS"]
    site, house = Site(settings.public_url, settings.secret_key), houses.house()
    if work.event == WITHDRAWN:
        letter = quote_letters.withdrawn(quote, house=house, site=site)
        _queue(quote_letters.WITHDRAWN, work, letter)
    elif quote.state == QuoteState.OPEN:
        _queue(quote_letters.QUOTE, work, quote_letters.offered(quote, house=house, site=site))


@step("quotes.follow", queue=MESSAGES)
def follow(work: Work) -> None:
    """The place that a quote keeps was changed: the quote offers the same."""
    quote_following.follow(UUID(work.payload["booking_id"]), at=clock.now())


def _queue(template: str, work: Work, letter: Letter) -> None:
    """Once: a second delivery of the same event finds its key used."""
    messages.queue(
        f"{template}/{work.payload['once']}",
        template=template,
        to_email=letter.to_email,
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        at=clock.now(),
    )
