"""Sealed papers and sent PDFs."""

from __future__ import annotations

import pytest

from exodrive.storage import documents, sealing
from exodrive.storage.documents import DocumentTooLarge, NotADocument
from exodrive.storage.sealing import CannotOpen

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer\n%%EOF\n"


def test_what_is_sealed_opens_under_its_key_alone() -> None:
    sealed = sealing.seal(b"a licence", key="the house's key")
    assert b"licence" not in sealed
    assert sealing.unseal(sealed, key="the house's key") == b"a licence"
    with pytest.raises(CannotOpen):
        sealing.unseal(sealed, key="another key")
    with pytest.raises(CannotOpen):
        sealing.unseal(sealed[:-2], key="the house's key")


def test_a_whole_pdf_is_kept_as_it_is() -> None:
    assert documents.check(PDF) == PDF


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>%PDF-1.7 %%EOF",
        PDF.removesuffix(b"%%EOF\n"),
        PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"),
        PDF.replace(b"/Catalog", b"/Catalog /EmbeddedFiles"),
    ],
)
def test_what_is_no_card_is_refused(content: bytes) -> None:
    with pytest.raises(NotADocument):
        documents.check(content)


def test_a_pdf_has_an_end() -> None:
    with pytest.raises(DocumentTooLarge):
        documents.check(PDF + b" " * documents.LARGEST)
