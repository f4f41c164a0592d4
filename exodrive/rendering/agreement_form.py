"""The agreement as an empty PDF form, whose fields DocuSeal takes over when a house uploads it.

A house may draw its own template as well: only the names of the fields count, those of `agreement.FIELDS`.
"""

from __future__ import annotations

from exodrive.rendering import printing

# The form's sections in the order of the paper. DocuSeal takes names of letters, figures, spaces and hyphens.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Agreement", ("Booking reference", "Agreement date", "House name", "House address")),
    (
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
    ("Car", ("Car", "VIN", "Plate")),
    ("Period", ("Pick-up", "Pick-up place", "Return", "Return place", "Rental days")),
    (
        "Price",
        ("Price lines", "Total", "Mileage allowance", "Extra mile price", "Security deposit"),
    ),
    ("Policies", ("Policies",)),
    ("Terms", ("Terms",)),
)
# Fields of several lines, with the height of their box in millimetres.
TALL = {"Additional drivers": 26, "Price lines": 62, "Policies": 190, "Terms": 215}


def blank() -> bytes:
    """The empty form as PDF. Needs neither an app nor a database."""
    return printing.render(printing.content("agreement_form", sections=SECTIONS, tall=TALL), forms=True)
