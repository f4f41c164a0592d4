"""The demo house: what a first start shows, all of it data that staff could have entered."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from exodrive.accounts import staff
from exodrive.accounts.roles import Role
from exodrive.fleet.models import Car, Category
from exodrive.house.models import House, Place, PlaceKind, Policy
from exodrive.house.rules import KINDS, AgreementRules, Rules
from exodrive.kernel import clock
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from exodrive.local import demo_bookings, demo_fleet, demo_promotions, demo_site
from exodrive.local.demo_terms import AGREEMENT_TERMS
from exodrive.pricing.models import Extra, LongStayDiscount, Season, TaxRate
from exodrive.pricing.price import LineKind

ZONE = "America/New_York"
LONG_AGO = date(2026, 1, 1)  # since when the demo's rules are in force
OWNER = "owner@exodrive.example"


class SignIn(NamedTuple):
    """The demo house's first member of staff; the password is known only here."""

    email: str
    password: str


def ensure_house() -> SignIn | None:
    """Set up the demo house and return its owner's sign-in; None where a house is there already."""
    with transaction():
        if session().scalar(select(House.id).limit(1)) is not None:
            return None
        furnish(at=clock.now())
        demo_promotions.add(at=clock.now())
        demo_site.add_messages(at=clock.now())
        password = secrets.token_urlsafe(9)
        for name, role in (
            ("Olivia Owner", Role.OWNER),
            ("Marc Manager", Role.MANAGER),
            ("Ada Agent", Role.AGENT),
        ):
            email = OWNER if role is Role.OWNER else f"{role}@exodrive.example"
            staff.add_user(email=email, name=name, password=password, role=role)
    return SignIn(OWNER, password)


def furnish(*, at: datetime) -> None:
    """The house with its places, policies, fleet and prices, and nobody in it yet."""
    _house()
    places = _places()
    _policies(at)
    _fleet(home=places["rockville"], at=at)
    _prices()
    demo_site.furnish(at=at)


def add_bookings(count: int) -> None:
    """Add so many past and coming bookings to the demo house. Raises NotASandbox."""
    demo_bookings.add_bookings(count)


def _house() -> None:
    weekdays = {str(day): ["09:00", "19:00"] for day in range(5)}
    session().add(
        House(
            name="ExoDrive",
            legal_name="ExoDrive Exotics LLC",
            reference_prefix="EXD",
            address="12 Gude Drive, Rockville, MD 20850",
            town="Rockville, Maryland",
            phone="(301) 555-0144",
            email="desk@exodrive.example",
            time_zone=ZONE,
            currency="USD",
            hours={**weekdays, "5": ["10:00", "17:00"]},
            hours_note="Mon to Fri 9–19, Sat 10–17, Sundays by appointment",
        )
    )


def _places() -> dict[str, UUID]:
    rows = (
        ("rockville", "Rockville house", PlaceKind.HOUSE, "12 Gude Drive, Rockville, MD 20850", "MD"),
        ("bethesda", "Bethesda, delivered", PlaceKind.DELIVERY, "Your address in Bethesda, MD", "MD"),
        ("washington", "Washington, delivered", PlaceKind.DELIVERY, "Your address in Washington, DC", "DC"),
        ("tysons", "Tysons, delivered", PlaceKind.DELIVERY, "Your address in Tysons, VA", "VA"),
        ("dulles", "Dulles, private terminal", PlaceKind.DELIVERY, "Dulles International Airport, VA", "VA"),
    )
    places: dict[str, UUID] = {}
    for position, (slug, name, kind, address, jurisdiction) in enumerate(rows):
        fee = 15_000 if kind is PlaceKind.DELIVERY else 0
        place = Place(
            id=new_id(),
            slug=slug,
            name=name,
            kind=kind,
            address=address,
            time_zone=ZONE,
            jurisdiction=jurisdiction,
            delivery_fee=fee,
            collection_fee=fee,
            position=position,
        )
        session().add(place)
        places[slug] = place.id
    session().flush()
    return places


def _policies(at: datetime) -> None:
    for kind in KINDS:
        rules: Rules = kind()
        if isinstance(rules, AgreementRules):
            rules = replace(rules, terms=list(AGREEMENT_TERMS))
        session().add(
            Policy(
                kind=kind.kind,
                version=1,
                terms=rules.to_json(),
                in_force_at=min(at, datetime.combine(LONG_AGO, datetime.min.time(), ZoneInfo(ZONE))),
                changed_by="Set-up",
            )
        )


def _fleet(*, home: UUID, at: datetime) -> None:
    categories: dict[str, UUID] = {}
    for position, (slug, name, plural, age, years) in enumerate(demo_fleet.CATEGORIES):
        category = Category(
            id=new_id(),
            slug=slug,
            name=name,
            plural=plural,
            position=position,
            minimum_age=age,
            licence_held_years=years,
        )
        session().add(category)
        categories[slug] = category.id
    session().flush()
    for number, car in enumerate(demo_fleet.CARS, start=1):
        session().add(
            Car(
                category_id=categories[car.category],
                home_place_id=home,
                created_at=at,
                **demo_fleet.columns(car, number=number),
            )
        )
    session().flush()


def _prices() -> None:
    """Rates are examples, marked as such: a house sets its own with its accountant."""
    taxed = [LineKind.RENTAL, LineKind.EXTRA, LineKind.DRIVER]
    session().add_all(
        [
            Season(kind="weekday", name="Weekend rate", rate_bp=1500, weekdays=[5, 6], valid_from=LONG_AGO),
            Season(
                kind="season",
                name="Holiday season",
                rate_bp=2000,
                first_day=date(2026, 12, 20),
                last_day=date(2027, 1, 3),
                valid_from=LONG_AGO,
            ),
            Season(
                kind="season",
                name="Summer",
                rate_bp=1000,
                first_day=date(2027, 6, 1),
                last_day=date(2027, 8, 31),
                valid_from=LONG_AGO,
            ),
            *(
                LongStayDiscount(min_days=days, rate_bp=rate, valid_from=LONG_AGO)
                for days, rate in ((7, 1000), (28, 2500))
            ),
            _extra("child-seat", "Child seat", "day", 1500, most=2, position=1),
            _extra("wheel-lock", "Garage wheel lock", "rental", 2500, position=2),
            _extra("camera", "Drive camera footage", "rental", 4900, position=3),
            _extra("additional-driver", "Second driver", "day", 2500, role="additional_driver", most=2),
            _extra("young-driver", "Young driver", "day", 7500, role="young_driver"),
            _tax("MD", "md-rental", "Maryland rental tax", [*taxed, LineKind.DELIVERY], 115_000),
            _tax("VA", "va-rental", "Virginia rental tax", taxed, 100_000),
            _tax("DC", "dc-rental", "District rental tax", [*taxed, LineKind.DELIVERY], 102_500),
        ]
    )


def _extra(
    code: str, name: str, unit: str, amount: int, *, role: str = "extra", most: int = 1, position: int = 0
) -> Extra:
    return Extra(
        code=code,
        role=role,
        name=name,
        unit=unit,
        amount=amount,
        currency="USD",
        max_quantity=most,
        position=position,
        valid_from=LONG_AGO,
    )


def _tax(jurisdiction: str, code: str, name: str, kinds: list[LineKind], rate_ppm: int) -> TaxRate:
    return TaxRate(
        jurisdiction=jurisdiction,
        code=code,
        name=name,
        kinds=[str(kind) for kind in kinds],
        rate_ppm=rate_ppm,
        valid_from=LONG_AGO,
        example=True,
    )
