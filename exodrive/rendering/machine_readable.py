"""What an invoice says to programs: Factur-X inside the PDF, in its profile MINIMUM.

Why that profile: `docs/decisions/factur-x-minimum.md`. The format: https://fnfe-mpe.org/factur-x/factur-x_en/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree import ElementTree as ET

from exodrive.kernel.money import Money

FILE: Final = "factur-x.xml"
PROFILE = "urn:factur-x.eu:1p0:minimum"
INVOICE, CREDIT_NOTE = "380", "381"  # UNTDID 1001
DAY = "102"  # UNTDID 2379: CCYYMMDD

RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"

# That the PDF has the file within it, and what the properties mean that say so: PDF/A wants both.
FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = {
    "DocumentFileName": (FILE, "The name of the embedded file"),
    "DocumentType": ("INVOICE", "The kind of the document"),
    "Version": ("1.0", "The version of the standard"),
    "ConformanceLevel": ("MINIMUM", "The profile of the embedded file"),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One document. Amounts are positive, of a credit note too: its kind says which way they go."""

    number: str
    credit_note: bool
    issued_on: date
    seller: str
    country: str
    buyer: str
    total: Money
    tax: Money
    due: Money


def document(figures: Figures) -> bytes:
    """The file within the PDF."""
    root = ET.Element(f"{{{RSM}}}CrossIndustryInvoice")
    context = _in(root, RSM, "ExchangedDocumentContext")
    _path(context, "GuidelineSpecifiedDocumentContextParameter", "ID").text = PROFILE
    head = _in(root, RSM, "ExchangedDocument")
    _in(head, RAM, "ID").text = figures.number
    _in(head, RAM, "TypeCode").text = CREDIT_NOTE if figures.credit_note else INVOICE
    day = _in(_in(head, RAM, "IssueDateTime"), UDT, "DateTimeString")
    day.text, day.attrib["format"] = f"{figures.issued_on:%Y%m%d}", DAY
    deal = _in(root, RSM, "SupplyChainTradeTransaction")
    agreed = _in(deal, RAM, "ApplicableHeaderTradeAgreement")
    seller = _in(agreed, RAM, "SellerTradeParty")
    _in(seller, RAM, "Name").text = figures.seller
    _path(seller, "PostalTradeAddress", "CountryID").text = figures.country
    _path(agreed, "BuyerTradeParty", "Name").text = figures.buyer
    _in(deal, RAM, "ApplicableHeaderTradeDelivery")
    _settle(_in(deal, RAM, "ApplicableHeaderTradeSettlement"), figures)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _settle(into: ET.Element, figures: Figures) -> None:
    _in(into, RAM, "InvoiceCurrencyCode").text = figures.total.currency
    sums = _in(into, RAM, "SpecifiedTradeSettlementHeaderMonetarySummation")
    _in(sums, RAM, "TaxBasisTotalAmount").text = (figures.total - figures.tax).to_text()
    tax = _in(sums, RAM, "TaxTotalAmount")
    tax.text, tax.attrib["currencyID"] = figures.tax.to_text(), figures.tax.currency
    _in(sums, RAM, "GrandTotalAmount").text = figures.total.to_text()
    _in(sums, RAM, "DuePayableAmount").text = figures.due.to_text()


def metadata() -> bytes:
    """What the PDF says of the file within it, as RDF."""
    said = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _words) in PROPERTIES.items())
    told = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{words}</pdfaProperty:description></rdf:li>"
        for name, (_value, words) in PROPERTIES.items()
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:fx="{FX}">{said}</rdf:Description>'
        '<rdf:Description rdf:about=""'
        ' xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{FX}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{told}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"
    ).encode()


def _in(parent: ET.Element, space: str, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{space}}}{name}")


def _path(parent: ET.Element, *names: str) -> ET.Element:
    for name in names:
        parent = _in(parent, RAM, name)
    return parent
