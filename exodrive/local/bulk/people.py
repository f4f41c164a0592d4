"""The customers of the demo house: invented people, who come again."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import NamedTuple
from uuid import UUID

GIVEN = (
    "Amara", "Anders", "Beatriz", "Callum", "Chloé", "Dalia", "Dmitri", "Elena", "Emeka", "Fatima", "Felix",
    "Grace", "Hana", "Hugo", "Imani", "Ines", "Jonas", "Jun", "Kavya", "Kofi", "Lars", "Leila", "Magnus",
    "Maya", "Mei", "Nadia", "Noah", "Olga", "Omar", "Petra", "Priya", "Quentin", "Rafael", "Rosa", "Sanjay",
    "Signe", "Tariq", "Thandi", "Uma", "Viktor", "Wanda", "Xavier", "Yara", "Yusuf", "Zeno", "Zoë",
)  # fmt: skip
FAMILY = (
    "Abbott", "Adeyemi", "Bianchi", "Brandt", "Castro", "Chen", "Dahl", "Dubois", "Eriksen", "Farouk",
    "Fischer", "García", "Haddad", "Hughes", "Ivanova", "Jensen", "Kapoor", "Kovač", "Larsen", "Lindqvist",
    "Marchetti", "Mbeki", "Müller", "Nakamura", "Novak", "Okafor", "Ortiz", "Patel", "Quinn", "Reyes",
    "Rossi", "Santos", "Schmidt", "Silva", "Tanaka", "Torres", "Ueda", "Vargas", "Weber", "Whitaker",
    "Xu", "Yilmaz", "Zamora", "Zielinski",
)  # fmt: skip
STREETS = (
    "Elm Street",
    "Oak Lane",
    "River Road",
    "Mill Court",
    "Quarry Drive",
    "Cedar Avenue",
    "Hill Terrace",
)
TOWNS = (
    ("Bethesda, MD 20814", "MD"),
    ("Rockville, MD 20850", "MD"),
    ("Silver Spring, MD 20901", "MD"),
    ("Washington, DC 20009", "DC"),
    ("McLean, VA 22101", "VA"),
    ("Arlington, VA 22201", "VA"),
)
INSURERS = ("Old Line Mutual", "Potomac Casualty", "Chesapeake General", "Blue Ridge Auto")
MOST_REGULARS = 5_000  # who may come again; bounds the memory, whatever the number of bookings
COMES_AGAIN = 0.7


class Person(NamedTuple):
    """Somebody who drives."""

    id: UUID
    name: str
    email: str
    phone: str
    address: str
    address_parts: dict[str, str]
    region: str
    born_on: date
    licence_number: str
    licence_since: date
    insurer: str
    insurance_policy: str


class Guests:
    """Whom a booking is for: a new customer, or one who came before. `first` numbers the e-mail addresses."""

    def __init__(self, chance: Random, *, first: int) -> None:
        self._chance = chance
        self._number = first
        self._regulars: list[Person] = []

    def renter(self, new_id: UUID) -> tuple[Person, bool]:
        """The renter, and whether the house meets them for the first time, under `new_id`."""
        if self._regulars and self._chance.random() < COMES_AGAIN:
            return self._chance.choice(self._regulars), False
        person = self.stranger(new_id)
        if len(self._regulars) < MOST_REGULARS:
            self._regulars.append(person)
        else:
            self._regulars[self._chance.randrange(MOST_REGULARS)] = person
        return person, True

    def stranger(self, new_id: UUID) -> Person:
        """Somebody new; also for a second driver, who is no customer."""
        self._number += 1
        number, chance = self._number, self._chance
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        town, region = chance.choice(TOWNS)
        born_on = date(chance.randrange(1952, 1988), chance.randrange(1, 13), chance.randrange(1, 29))
        return Person(
            id=new_id,
            name=f"{given} {family}",
            email=f"guest-{number}@guests.example",
            phone=f"+1301555{number % 10_000:04d}",
            address=(line := f"{chance.randrange(1, 900)} {chance.choice(STREETS)}, {town}"),
            address_parts=_parts(line),
            region=region,
            born_on=born_on,
            licence_number=f"{family[0]}{chance.randrange(10**11, 10**12)}",
            licence_since=born_on.replace(year=born_on.year + 18),
            insurer=chance.choice(INSURERS),
            insurance_policy=f"{chance.randrange(10**7, 10**8)}",
        )


def _parts(line: str) -> dict[str, str]:
    """`4 Elm Street, Bethesda, MD 20814` in the parts that a form asks for."""
    street, city, rest = line.split(", ")
    area, _space, postcode = rest.partition(" ")
    return {"country": "US", "street": street, "city": city, "area": area, "postcode": postcode}
