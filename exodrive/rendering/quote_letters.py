"""The letters about a quote: the price with the way to accept it, and that it was withdrawn."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from exodrive.bookings.quote import quotes
from exodrive.bookings.quote.quote_models import Quote
from exodrive.house.models import House
from exodrive.rendering import environment, formats, mail
from exodrive.rendering.letter_facts import Fact
from exodrive.rendering.letters import Letter, Site, Typed

QUOTE, WITHDRAWN = "quote", "quote_withdrawn"
LETTERS = frozenset({QUOTE, WITHDRAWN})


def offered(quote: Quote, *, house: House, site: Site) -> Letter:
    """The price with until when it stands. Needs an app context."""
    return _written(QUOTE, quote, house=house, href=address(quote, site))


def withdrawn(quote: Quote, *, house: House, site: Site) -> Letter:
    """That the price does not stand any more. Needs an app context."""
    return _written(WITHDRAWN, quote, house=house, href=f"{site.public_url}/cars/{quote.car.slug}")


def address(quote: Quote, site: Site) -> str:
    """The secret address of a quote's page."""
    return f"{site.public_url}/q/{quotes.secret(site.key, quote.id)}"


def _written(template: str, quote: Quote, *, house: House, href: str) -> Letter:
    zone = quote.pickup_place.zone
    with force_locale(environment.LANGUAGE):
        shown = mail.render(
            template,
            lang="en",
            house=house,
            reference="",
            page_url="",
            points=(),
            calendar_url="",
            evidence_url="",
            car=quote.car.name,
            number=quote.number,
            total=formats.money(quote.total_money),
            until=formats.moment(quote.valid_until, zone),
            href=href,
            paragraphs=Typed("", quote.note).paragraphs,
            facts=[
                Fact(_("Quote"), quote.number),
                Fact(_("Car"), quote.car.name),
                Fact(_("Pick-up"), formats.moment(quote.pickup_at, zone), quote.pickup_place.name),
                Fact(
                    _("Return"),
                    formats.moment(quote.return_at, quote.return_place.zone),
                    quote.return_place.name,
                ),
                Fact(_("Total"), formats.money(quote.total_money), _("taxes included")),
                Fact(_("Deposit"), formats.money(quote.deposit_money), _("held, not charged")),
            ],
        )
    return Letter(quote.email, shown.subject, shown.html, shown.text)
