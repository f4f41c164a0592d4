"""What an invoice says to programs: valid by its schema, the same figures, in a PDF for the archive."""

from __future__ import annotations

import io
from datetime import date
from xml.etree import ElementTree as ET

import facturx  # type: ignore[import-untyped]
import pypdf
import pytest

from exodrive.kernel.money import DECIMALS, Money
from exodrive.rendering import machine_readable, pdf
from exodrive.rendering.machine_readable import RAM, Figures
from tests.unit.rendering import rows


def figures(currency: str, *, credit_note: bool = False) -> Figures:
    return Figures(
        number="2026-00042",
        credit_note=credit_note,
        issued_on=date(2026, 12, 15),
        seller="Höuse & <Sons>",
        country="US",
        buyer='Zoë "O" ]]>',
        total=Money(110_25, currency),
        tax=Money(10_25, currency),
        due=Money(0, currency),
    )


@pytest.mark.parametrize("currency", ["USD", "EUR", "JPY", "HUF"])
@pytest.mark.parametrize("credit_note", [False, True])
def test_it_is_valid_by_the_schema(currency: str, credit_note: bool) -> None:
    made = machine_readable.document(figures(currency, credit_note=credit_note))
    assert facturx.xml_check_xsd(made, flavor="factur-x", level="minimum")


@pytest.mark.parametrize(("currency", "total"), [("EUR", "110.25"), ("JPY", "11025"), ("HUF", "11025")])
def test_amounts_have_the_decimals_of_their_currency(currency: str, total: str) -> None:
    root = ET.fromstring(machine_readable.document(figures(currency)))
    assert root.findtext(f".//{{{RAM}}}GrandTotalAmount") == total


@pytest.mark.usefixtures("rolled_back")
@pytest.mark.parametrize("currency", ["EUR", "HUF"])
def test_the_pdf_is_for_the_archive_and_has_the_file_within(currency: str) -> None:
    invoice = rows.invoice(rows.rental(currency).booking)
    reader = pypdf.PdfReader(io.BytesIO(pdf.invoice(invoice.id)))
    (within,) = reader.attachments["factur-x.xml"]
    assert facturx.xml_check_xsd(within, flavor="factur-x", level="minimum")
    root = ET.fromstring(within)
    assert root.findtext(f".//{{{RAM}}}InvoiceCurrencyCode") == currency
    printed = " ".join(page.extract_text() for page in reader.pages)
    assert f"{invoice.total_money.to_decimal():,}" in printed
    assert ("." in root.findtext(f".//{{{RAM}}}GrandTotalAmount", "")) == bool(DECIMALS[currency])
    assert root.findtext(f".//{{{RAM}}}GrandTotalAmount") == invoice.total_money.to_text()
    assert root.findtext(f".//{{{RAM}}}TaxTotalAmount") == invoice.tax.to_text()
    assert reader.root_object["/AF"][0].get_object()["/AFRelationship"] == "/Data"  # type: ignore[index]
    said = reader.root_object["/Metadata"].get_object().get_data().decode()  # type: ignore[union-attr]
    for words in ('pdfaid:conformance="B"', 'pdfaid:part="3"', "MINIMUM", "factur-x.xml"):
        assert words in said
    assert reader.root_object["/OutputIntents"]
