"""The house's papers: the invoice, and the agreement to be read before it is signed.

Reading the rows and making the PDF are two steps, so that a worker can print outside its transaction:
`render(invoice_content(…))`. `invoice` and `agreement` do both.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from exodrive.bookings import queries
from exodrive.bookings.models import Booking
from exodrive.contracts import issuing as contracts
from exodrive.house import queries as houses
from exodrive.house.models import House, Place
from exodrive.invoicing import issuing as invoices
from exodrive.invoicing.issuing import InvoiceLine
from exodrive.invoicing.models import TAX, Invoice, InvoiceKind
from exodrive.kernel.money import Money, total
from exodrive.rendering import agreement as agreements
from exodrive.rendering import (
    charge_words,
    credit_words,
    environment,
    formats,
    machine_readable,
    money_trail,
    outline,
    price_words,
    printing,
)
from exodrive.rendering.agreement import Paper
from exodrive.rendering.machine_readable import Figures
from exodrive.rendering.printing import Content


def invoice(invoice_id: UUID) -> bytes:
    """An issued invoice as PDF. Raises InvoiceNotFound."""
    return render(invoice_content(invoice_id))


def agreement(booking_id: UUID) -> bytes:
    """The agreement of an ordered booking as PDF. Raises BookingNotFound; ValueError for a mere hold."""
    return render(agreement_content(booking_id))


def render(content: Content) -> bytes:
    """Print what one of the functions below has read."""
    return printing.render(content)


def invoice_content(invoice_id: UUID) -> Content:
    """Read an invoice. Raises InvoiceNotFound."""
    row = invoices.invoice(invoice_id)
    booking = queries.by_id(row.booking_id)
    house = houses.house()
    corrects = invoices.invoice(row.corrects_id) if row.corrects_id else None
    with force_locale(environment.LANGUAGE):
        paper = printing.content(
            "invoice",
            heading=_heading(row),
            corrects=corrects,
            corrected_on=corrects and formats.day_full(corrects.issued_at, ZoneInfo(house.time_zone)),
            house=house,
            reference=booking.reference,
            dated=formats.day_full(row.issued_at, ZoneInfo(house.time_zone)),
            invoice=row,
            reason=credit_words.reason(row.reason),
            car=_("%(car)s, %(plate)s", car=booking.car.name, plate=booking.car.plate),
            deposit=money_trail.deposit(booking),
            due=row.total_money - row.paid_money,
            **_ends(booking),
            **_parts(row),
        )
    return replace(paper, attached=machine_readable.document(_figures(row, house)))


def _figures(row: Invoice, house: House) -> Figures:
    """The document's figures for programs. What was overpaid is not due."""
    sign = -1 if row.kind == InvoiceKind.CREDIT_NOTE else 1
    due = (row.total_money - row.paid_money) * sign
    return Figures(
        number=row.number,
        credit_note=row.kind == InvoiceKind.CREDIT_NOTE,
        issued_on=row.issued_at.astimezone(ZoneInfo(house.time_zone)).date(),
        seller=house.legal_name,
        country=house.country,
        buyer=row.recipient_name,
        total=row.total_money * sign,
        tax=row.tax * sign,
        due=max(due, Money.zero(row.currency)),
    )


def _heading(row: Invoice) -> str:
    if row.kind == InvoiceKind.CREDIT_NOTE:
        return _("Credit note %(number)s", number=row.number)
    return _("Invoice %(number)s", number=row.number)


def _parts(row: Invoice) -> dict[str, Any]:
    """The lines by what they are: the price, its taxes, and what came after the return."""
    lines = [InvoiceLine(code, params, Money(amount, row.currency)) for code, params, amount in row.lines]
    taxes = [line for line in lines if line.code == TAX]
    charges = [line for line in lines if line.code.startswith(charge_words.PREFIX)]
    rental = [line for line in lines if line not in taxes and line not in charges]
    sums = [
        (_("Correction") if row.corrects_id else _("Price as agreed"), _sum(rental, row)),
        (_("Tax"), _sum(taxes, row)),
        (_("Charges after the return"), _sum(charges, row)),
        (_("Total"), row.total_money),
    ]
    return {
        "rental": price_words.rows(rental),
        "charges": price_words.rows(charges),
        "taxes": [
            {**words._asdict(), "place": line.params["jurisdiction"]}
            for line, words in zip(taxes, price_words.rows(taxes), strict=True)
        ],
        "sums": [(name, amount) for name, amount in sums if amount],
    }


def _sum(lines: list[InvoiceLine], row: Invoice) -> Money:
    return total((line.amount for line in lines), currency=row.currency)


def agreement_content(booking_id: UUID) -> Content:
    """Read an agreement, dated as the last one issued, else as the order. Raises BookingNotFound."""
    booking = queries.by_id(booking_id)
    issued = contracts.latest(booking_id)
    found = agreements.paper(
        booking_id, at=issued.created_at if issued else booking.ordered_at or booking.held_at
    )
    with force_locale(environment.LANGUAGE):
        return printing.content(
            "agreement",
            house=found.house,
            reference=booking.reference,
            dated=found.dated,
            renter=found.renter,
            additional=found.additional,
            licence=agreements.licence,
            insurance=_insurance(found),
            car=booking.car,
            drawing=Markup(outline.of(booking.car.body)),  # noqa: S704  our own drawing
            days=booking.agreed.days,
            mileage=_(
                "%(miles)s included, %(each)s for each mile beyond", miles=found.miles, each=found.extra_mile
            ),
            rows=price_words.rows(booking.agreed.lines),
            total=booking.total_money,
            deposit=found.deposit,
            terms=found.terms,
            terms_version=found.terms_version,
            policies=found.policies,
            **_ends(booking),
        )


def _ends(booking: Booking) -> dict[str, str]:
    """Both ends of the rental: time and place."""
    return {
        "pickup": _end(booking, booking.pickup_at, booking.pickup_place),
        "back": _end(booking, booking.return_at, booking.return_place),
    }


def _end(booking: Booking, at: datetime, where: Place) -> str:
    place = agreements.place(where, booking.delivery_address)
    return f"{formats.moment_full(at, where.zone)}, {place}"


def _insurance(found: Paper) -> str:
    renter = found.renter
    if not renter.insurer or renter.insured_until is None:
        return ""
    return _(
        "%(insurer)s, %(policy)s, until %(until)s",
        insurer=renter.insurer,
        policy=renter.insurance_policy or "",
        until=formats.day_full(renter.insured_until),
    )
