"""The template that a house would have drawn in DocuSeal's own editor: its roles, fields and text.

Field names are what the API fills by; a name that is not here is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

NAME = "Rental agreement"
ROLES = ("Renter", "Second driver", "Third driver")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, the fields under it, and fixed text below them."""

    title: str
    fields: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


SECTIONS = (
    Section("Agreement", ("Booking reference", "Agreement date", "House name", "House address")),
    Section(
        "Renter",
        (
            "Renter name",
            "Renter email",
            "Renter phone",
            "Renter address",
            "Renter date of birth",
            "Licence number",
            "Licence issued by",
            "Licence valid until",
            "Insurer",
            "Insurance policy",
            "Insured until",
            "Additional drivers",
        ),
    ),
    Section("Car", ("Car", "VIN", "Plate")),
    Section("Period", ("Pick-up", "Pick-up place", "Return", "Return place", "Rental days")),
    Section("Price", ("Price lines", "Total", "Mileage allowance", "Extra mile price")),
    Section("Deposit", ("Security deposit",)),
    Section(
        "Terms",
        ("Policies", "Terms"),
        (
            "The car is for personal use by the drivers named above. It is not lent on, raced or let again.",
            "The renter pays tolls, fines and fuel, and tells the house at once of any damage or breakdown.",
            "The car carries a locator and a camera. A later return needs the house's yes in writing.",
        ),
    ),
)

# Fields that each signer fills by signing; one set per role.
SIGNED = (("Signature", "signature"), ("Signed on", "date"))
LONG = ("Price lines", "Policies", "Terms", "Additional drivers")  # several lines of text
