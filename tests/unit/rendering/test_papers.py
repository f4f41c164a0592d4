"""Invoice and agreement as PDFs, read back; and the agreement's fields."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdf

from exodrive.contracts.states import ContractState
from exodrive.kernel.db import session
from exodrive.local.demo_terms import AGREEMENT_TERMS
from exodrive.payments.states import Purpose
from exodrive.rendering import agreement, pdf
from tests.unit.rendering import rows
from tests.unit.rendering.rows import Rental


def read(document: bytes) -> tuple[pypdf.PdfReader, list[str]]:
    """The PDF, and the text of each page with single spaces."""
    reader = pypdf.PdfReader(io.BytesIO(document))
    return reader, [" ".join(page.extract_text().split()) for page in reader.pages]


def fonts(reader: pypdf.PdfReader) -> dict[str, bool]:
    """Each font by its family's name, and whether it is embedded."""
    found = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            name = str(inner["/BaseFont"]).partition("+")[2].partition("-")[0]
            found[name] = "/FontFile2" in inner["/FontDescriptor"] or "/FontFile3" in inner["/FontDescriptor"]
    return found


def test_agreement(rental: Rental) -> None:
    content = pdf.agreement_content(rental.booking.id)
    reader, pages = read(pdf.render(content))
    text = " ".join(pages)
    says = (
        "Rental agreement", "ExoDrive Exotics LLC", "Mara Lindqvist", "Jon Lindqvist",
        "L482193004871 (Maryland)",
        "Harbour Mutual, HM-338291", "ZAREGT00000012345", "7EX 144", "Fri 11 December 2026, 10:00",
        "1600 K Street NW", "300 miles included", "3 × $895.00", "10.25 % of $3,223.50", "$3,583.45",
        "$5,000.00, held, not charged", "Terms, version 2", "for the house", "24 November 2026",
    )  # fmt: skip
    assert [part for part in says if part not in text] == []
    numbered = [f"{number}. {term[:30]}" for number, term in enumerate(AGREEMENT_TERMS, start=1)]
    assert [start for start in numbered if start not in text] == []
    assert len(pages) == 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 3" in page
        assert content.digest[:8] in page
        assert "EXD-7K4M2Q" in page
    assert fonts(reader) == {"Archivo": True, "Inter": True}
    assert reader.metadata is not None
    assert reader.metadata.title == "Rental agreement EXD-7K4M2Q"
    assert reader.metadata.author == "ExoDrive Exotics LLC"


def test_invoice(rental: Rental) -> None:
    booking = rental.booking
    rows.charge(booking)
    rows.paid(booking, Purpose.RENTAL, booking.total, captured=booking.total)
    rows.paid(booking, Purpose.DEPOSIT, 500000, captured=110450)
    invoice = rows.invoice(booking)
    reader, pages = read(pdf.invoice(invoice.id))
    text = " ".join(pages)
    says = (
        "Invoice 2026-00042", "48 Elm Street", "15 December 2026", "Three rental days", "Second driver",
        "42 miles beyond those included × $5.00", "Kerb mark, front left wheel: refinished",
        "Tax by place", "DC: District sales tax", "$330.41", "Charges after the return $1,104.50",
        "Total $4,687.95", "Paid $4,687.95", "Due $0.00", "Held by PayPal $5,000.00", "Released $3,895.50",
    )  # fmt: skip
    assert [part for part in says if part not in text] == []
    assert len(pages) == 1
    assert fonts(reader) == {"Archivo": True, "Inter": True}


def test_an_invoice_without_charges_and_deposit(rental: Rental) -> None:
    invoice = rows.invoice(rental.booking)
    _, pages = read(pdf.invoice(invoice.id))
    text = " ".join(pages)
    assert "Charges after the return" not in text
    assert "Security deposit" not in text
    assert "Due $0.00" in text


def test_the_same_rows_give_the_same_paper(rental: Rental) -> None:
    first = pdf.agreement_content(rental.booking.id)
    assert pdf.agreement_content(rental.booking.id) == first
    rental.booking.car.plate = "OTHER 1"
    session().flush()
    assert pdf.agreement_content(rental.booking.id).digest != first.digest


def test_an_agreement_is_dated_as_it_was_issued(rental: Rental) -> None:
    rows.contract(rental.booking, ContractState.SENT).created_at = rows.ORDERED + timedelta(days=2)
    session().flush()
    assert "26 November 2026" in pdf.agreement_content(rental.booking.id).html


def test_names_made_to_hurt(rental: Rental) -> None:
    booking = rental.booking
    booking.drivers[0].name = rows.EVIL
    booking.drivers[1].address = "Extremely-long-name" * 20
    booking.car.make = rows.EVIL
    session().flush()
    assert "<script" not in pdf.agreement_content(booking.id).html
    _, pages = read(pdf.agreement(booking.id))
    assert '<script>alert("1")</script>' in " ".join(pages)


def test_values_fill_every_field(rental: Rental) -> None:
    values = agreement.values(rental.booking.id, at=rows.ORDERED)
    assert list(values) == list(agreement.FIELDS)
    assert [name for name, value in values.items() if not value.strip()] == []
    assert values["Agreement date"] == "24 November 2026"
    assert values["Pick-up"] == "Fri 11 December 2026, 10:00"
    assert values["Pick-up place"] == "Washington, DC: 1600 K Street NW, Washington, DC 20006"
    assert values["Price lines"].splitlines()[1] == "Weekend: $268.50 (15 % on Friday and Saturday only)"
    assert values["Additional drivers"].startswith("Jon Lindqvist, born 2 April 1988, licence L482193004871")
    assert values["Terms"].splitlines()[0] == "Version 2"
    assert values["Terms"].splitlines()[14].startswith("14. Law. ")
    assert "Fuel (version 2): " in values["Policies"]


def test_what_does_not_apply_says_so(rental: Rental) -> None:
    booking = rental.booking
    booking.drivers = booking.drivers[:1]
    booking.drivers[0].insurer = None
    booking.deposit = 0
    session().flush()
    values = agreement.values(booking.id, at=rows.ORDERED)
    assert {name for name, value in values.items() if value == "None"} == {
        "Additional drivers",
        "Insurer",
        "Security deposit",
    }
