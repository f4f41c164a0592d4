"""Addresses from anywhere: what their countries ask for, and the one line that agreements carry."""

from __future__ import annotations

import pytest

from exodrive.customers import addresses
from exodrive.customers.addresses import Address

MARYLAND = Address("US", "4 Elm Street", "Bethesda", "MD", "20814")


@pytest.mark.parametrize(
    ("address", "faults"),
    [
        (MARYLAND, {}),
        (Address("US", "4 Elm Street", "Bethesda", "maryland", "20814-1234"), {}),
        (
            Address("US", "", "", "", ""),
            {"street": "required", "city": "required", "area": "required", "postcode": "required"},
        ),
        (Address("US", "4 Elm Street", "Bethesda", "Marilund", "20814"), {"area": "invalid"}),
        (Address("US", "4 Elm Street", "Bethesda", "MD", "90210"), {"postcode": "invalid"}),
        (Address("GB", "10 Downing Street", "London", "", "sw1a 2aa"), {}),
        (Address("GB", "10 Downing Street", "London", "", "20814"), {"postcode": "invalid"}),
        (Address("DE", "Unter den Linden 1", "Berlin", "", "10117"), {}),
        (Address("AE", "Sheikh Zayed Road 1", "", "Dubai", ""), {}),
        (Address("XX", "Somewhere", "", "", ""), {"country": "invalid"}),
        (Address("../US", "Somewhere", "", "", ""), {"country": "invalid"}),
    ],
)
def test_what_a_country_asks_for(address: Address, faults: dict[str, str]) -> None:
    assert addresses.faults(address) == faults


@pytest.mark.parametrize(
    ("address", "line"),
    [
        (MARYLAND, "4 Elm Street, Bethesda, MD 20814"),
        (
            Address("US", "4 Elm Street", "Bethesda", "maryland", "20814"),
            "4 Elm Street, Bethesda, MD 20814",
        ),
        (
            Address("DE", "Unter den Linden 1", "Berlin", "", "10117"),
            "Unter den Linden 1, 10117 Berlin, Abroad",
        ),
        (
            Address("GB", "10 Downing Street", "London", "", "sw1a 2aa"),
            "10 Downing Street, London, SW1A 2AA, Abroad",
        ),
        (
            Address("JP", "1-1 Chiyoda", "Chiyoda-ku", "Tokyo", "100-0001"),
            "1-1 Chiyoda, Chiyoda-ku, Tokyo, 100-0001, Abroad",
        ),
    ],
)
def test_the_line_that_an_agreement_carries(address: Address, line: str) -> None:
    assert addresses.in_one_line(addresses.tidy(address), home="US", country_name="Abroad") == line


def test_no_country_loses_a_part_that_was_typed() -> None:
    for country in addresses.countries():
        typed = Address(country, "1 Long Road", "Townsville", "Shire", "12345")
        line = addresses.in_one_line(typed, home="US", country_name="Abroad")
        for part in ("1 Long Road", "Townsville", "Shire", "12345"):
            assert part in line, (country, line)


def test_who_licenses_the_people_there() -> None:
    assert addresses.issuer(MARYLAND) == "Maryland"
    assert addresses.issuer(Address("DE", "Unter den Linden 1", "Berlin", "", "10117")) == ""


def test_parts_survive_being_kept() -> None:
    assert Address.from_json(MARYLAND.to_json()) == MARYLAND
    assert Address.from_json({"country": "US", "street": None}).street == ""
