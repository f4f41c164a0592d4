"""What a booking's documents are called, at the desk and on the customer's page."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.bookings.documents import Document, DocumentKind

NAMES: dict[DocumentKind, LazyString] = {
    DocumentKind.AGREEMENT: _l("Agreement, signed"),
    DocumentKind.ADDENDUM: _l("Addendum, signed"),
    DocumentKind.AUDIT_LOG: _l("Log of the signatures"),
    DocumentKind.INVOICE: _l("Invoice"),
    DocumentKind.SUPPLEMENT: _l("Invoice for what came later"),
    DocumentKind.CREDIT_NOTE: _l("Credit note"),
    DocumentKind.RECEIPT: _l("Receipt"),
}


def name(document: Document) -> str:
    """Its name, with its number where it has one."""
    named = str(NAMES[document.kind])
    return _("%(name)s %(number)s", name=named, number=document.number) if document.number else named
