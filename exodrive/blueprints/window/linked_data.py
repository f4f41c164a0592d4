"""The house, its cars and their reviews as https://schema.org has them, for machines that read pages.

The data stand in the page as a block that no browser runs, so that the content policy has nothing to refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from exodrive.blueprints.frame import HouseCard
from exodrive.blueprints.window.heads import picture, whole
from exodrive.fleet.models import Car
from exodrive.house.models import House
from exodrive.kernel.money import Money
from exodrive.rendering import prose
from exodrive.reviews.queries import Published, Score
from exodrive.site.queries import Answered

Thing = dict[str, Any]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
A_DAY = "DAY"  # UN/CEFACT's code for a unit of time
LEASE = "http://purl.org/goodrelations/v1#LeaseOut"
BEST = 5  # stars


def script(*things: Thing) -> Markup:
    """The data block. Nothing in it ends it: `<`, `>` and `&` are written by their numbers."""
    graph = {"@context": "https://schema.org", "@graph": [_without_empty(thing) for thing in things]}
    text = htmlsafe_json_dumps(graph, ensure_ascii=False, separators=(",", ":"))
    return Markup('<script type="application/ld+json">{}</script>').format(text)


def rental_house(card: House | HouseCard, score: Score | None = None) -> Thing:
    """The house as a place to rent cars."""
    thing: Thing = {
        "@type": "AutoRental",
        "@id": whole("/#house"),
        "name": card.name,
        "url": whole("/"),
        "telephone": card.phone,
        "email": card.email,
        "image": picture().address,
        "aggregateRating": _rating(score),
    }
    if isinstance(card, House):
        thing |= {
            "address": {
                "@type": "PostalAddress",
                "streetAddress": card.address,
                "addressCountry": card.country,
            },
            "currenciesAccepted": card.currency,
            "openingHoursSpecification": [_open(day, hours) for day, hours in sorted(card.hours.items())],
        }
    return thing


def product(car: Car, score: Score | None = None, reviews: Iterable[Published] = ()) -> Thing:
    """A car with its price for a day, and what its renters say."""
    address = whole(url_for("catalog.car", slug=car.slug))
    return {
        "@type": ["Product", "Car"],
        "@id": f"{address}#car",
        "name": car.name,
        "url": address,
        "description": f"{car.tagline} {car.description}".strip(),
        "image": picture(car).address,
        "brand": {"@type": "Brand", "name": car.make},
        "model": car.model,
        "vehicleModelDate": str(car.year),
        "color": car.colour,
        "category": car.category.plural,
        "vehicleSeatingCapacity": car.seats,
        "vehicleTransmission": car.transmission,
        "offers": _offer(car, address),
        "aggregateRating": _rating(score),
        "review": [_review(each) for each in reviews],
    }


def breadcrumbs(*steps: tuple[str, str]) -> Thing:
    """The way to a page: names with their paths, from the first page on."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": whole(path)}
            for number, (name, path) in enumerate([(_("Home"), "/"), *steps], 1)
        ],
    }


def faq(questions: Iterable[Answered]) -> Thing:
    """The questions that the house answers on a page."""
    return {
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": each.question,
                "acceptedAnswer": {"@type": "Answer", "text": _plain(each.answer)},
            }
            for each in questions
        ],
    }


def _offer(car: Car, address: str) -> Thing:
    price = {"price": _number(car.day_rate), "priceCurrency": car.currency}
    return {
        "@type": "Offer",
        "url": address,
        "businessFunction": LEASE,
        "availability": f"https://schema.org/{'InStock' if car.available else 'OutOfStock'}",
        "seller": {"@id": whole("/#house")},
        **price,
        "priceSpecification": {"@type": "UnitPriceSpecification", "unitCode": A_DAY, **price},
    }


def _rating(score: Score | None) -> Thing | None:
    if score is None or not score.count:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": str(score.mean),
        "reviewCount": score.count,
        "bestRating": BEST,
        "worstRating": 1,
    }


def _review(said: Published) -> Thing:
    return {
        "@type": "Review",
        "name": said.headline,
        "reviewBody": said.words,
        "author": {"@type": "Person", "name": said.public_name},
        "datePublished": said.published_at.date().isoformat(),
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": said.stars,
            "bestRating": BEST,
            "worstRating": 1,
        },
    }


def _open(day: str, hours: Any) -> Thing:
    opens, closes = hours
    return {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": DAYS[int(day)],
        "opens": opens,
        "closes": closes,
    }


def _plain(text: str) -> str:
    return "\n".join(line for block in prose.blocks(text) for line in block.lines)


def _number(price: Money) -> str:
    """An amount as schema.org writes it: a point, no sign, no separators."""
    return price.to_text()


def _without_empty(thing: Mapping[str, Any]) -> Thing:
    return {name: value for name, value in thing.items() if value not in (None, "", [], {})}
