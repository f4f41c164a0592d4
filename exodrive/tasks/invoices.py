"""Invoices: render the PDF of one that was issued, and keep it."""

from __future__ import annotations

from uuid import UUID

from exodrive.invoicing import issuing
from exodrive.kernel import clock, deliveries
from exodrive.kernel.db import transaction
from exodrive.kernel.deliveries import Work
from exodrive.rendering import pdf
from exodrive.tasks.routes import DOCUMENTS
from exodrive.tasks.work import actor


@actor("invoices.render", queue=DOCUMENTS)
def render(work: Work) -> None:
    """Render outside any lock: a page of PDF takes longer than a transaction should."""
    invoice_id = UUID(work.payload["invoice_id"])
    with transaction():
        content = pdf.invoice_content(invoice_id)
    document = pdf.render(content)
    with transaction():
        issuing.keep_pdf(invoice_id, document, at=clock.now())
        deliveries.done(work)
