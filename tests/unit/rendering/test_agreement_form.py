"""The agreement's fields have the same names everywhere: in code, form, document and simulator."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pypdf

from exodrive.rendering import agreement, agreement_form
from exodrive.simulators.docuseal import agreement as simulated

NAMES = list(agreement.FIELDS)
# What DocuSeal takes over as the name of a PDF's form field.
TAKEN_OVER = re.compile(r"[A-Za-z0-9 -]*[A-Za-z][A-Za-z0-9 -]*")


def test_the_form_has_every_field() -> None:
    assert [name for _, fields in agreement_form.SECTIONS for name in fields] == NAMES
    document = pypdf.PdfReader(io.BytesIO(agreement_form.blank()))
    assert list(document.get_fields() or {}) == NAMES


def test_docuseal_takes_the_names_over() -> None:
    assert all(TAKEN_OVER.fullmatch(name) for name in NAMES)


def test_the_simulators_template_has_the_same_fields() -> None:
    assert [name for section in simulated.SECTIONS for name in section.fields] == NAMES


def test_the_document_lists_them(checkout: Path) -> None:
    text = (checkout / "docs/docuseal-template.md").read_text()
    table = text.partition("<!-- fields -->")[2].partition("\n\n")[0]
    assert [line.split("|")[1].strip() for line in table.splitlines()[3:]] == NAMES
