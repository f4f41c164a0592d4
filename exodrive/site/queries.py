"""Looking up the words: as visitors read them, and as the desk sees them with drafts and earlier versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.site.first_words import FIRST_WORDS
from exodrive.site.models import SiteQuestion, SiteText, SiteTextVersion
from exodrive.site.slots import QUESTION_PREFIX, SLOTS, Words, slot


class QuestionNotFound(NotFound):
    code = "site_question_not_found"


class VersionNotFound(NotFound):
    code = "site_version_not_found"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a text stands. `published` is None for a question that was never published.

    `revision` is what a change has to name, so that nobody overwrites what they have not seen.
    """

    name: str
    version: int
    revision: int
    published: Words | None
    published_by: str = ""
    published_at: datetime | None = None
    draft: Words | None = None
    drafted_by: str = ""
    drafted_at: datetime | None = None

    @property
    def newest(self) -> Words:
        """The draft, else what is published, else nothing."""
        return self.draft or self.published or {}


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its place in the list, which counts from 1."""

    id: UUID
    place: int
    shown: bool
    text: Standing


@dataclass(frozen=True, slots=True)
class Answered:
    """A question as visitors read it."""

    id: UUID
    question: str
    answer: str


def words(*names: str, drafts: bool = False) -> dict[str, Words]:
    """The words of these slots as they are published, or with `drafts` as they will be."""
    found = {each.name: each for each in _standings(names)}
    return {name: _shown(found.get(name), name, drafts=drafts) for name in names}


def _shown(found: Standing | None, name: str, *, drafts: bool) -> Words:
    if found is None:
        return _first(name)
    # A part that came later than the words were written has its first words.
    return _first(name) | (found.newest if drafts else found.published or {})


def answered(*, drafts: bool = False) -> list[Answered]:
    """The questions that visitors read, in order; with `drafts` also those that are not published yet."""
    rows = []
    for row in questions():
        said = row.text.newest if drafts else row.text.published
        if row.shown and said:
            rows.append(Answered(row.id, said["question"], said["answer"]))
    return rows


def standings() -> list[Standing]:
    """Every text of the pages, in the order of the slots; a text that nobody touched has its first words."""
    found = {each.name: each for each in _standings(tuple(SLOTS))}
    return [found.get(name) or Standing(name, 0, 0, _first(name)) for name in SLOTS]


def standing(name: str) -> Standing:
    """One text. Raises TextNotFound."""
    slot(name)
    found = _standings((name,))
    if not found and name.startswith(QUESTION_PREFIX):
        raise QuestionNotFound(name)
    return found[0] if found else Standing(name, 0, 0, _first(name))


def questions() -> list[Question]:
    """All questions that are not removed, in order."""
    rows = select(SiteQuestion).where(SiteQuestion.removed_at.is_(None))
    ordered = list(session().scalars(rows.order_by(SiteQuestion.position, SiteQuestion.id)))
    texts = {each.name: each for each in _standings([text_name(row.id) for row in ordered])}
    return [
        Question(row.id, place, row.shown, texts[text_name(row.id)])
        for place, row in enumerate(ordered, start=1)
    ]


def is_removed(question_id: UUID) -> bool:
    """Whether there is such a question, off the list."""
    row = session().get(SiteQuestion, question_id)
    return row is not None and row.removed_at is not None


def text_name(question_id: UUID) -> str:
    """The name of a question's text."""
    return f"{QUESTION_PREFIX}{question_id}"


def history(name: str) -> list[SiteTextVersion]:
    """The published versions of a text, newest first. Raises TextNotFound."""
    slot(name)
    return list(
        session().scalars(
            select(SiteTextVersion)
            .join(SiteText, SiteText.id == SiteTextVersion.text_id)
            .where(SiteText.name == name)
            .order_by(SiteTextVersion.version.desc())
        )
    )


def words_of(name: str, version: int) -> Words:
    """The words of one version; 0 are the first words. Raises VersionNotFound, TextNotFound."""
    if version == 0 and not name.startswith(QUESTION_PREFIX):
        slot(name)
        return _first(name)
    for row in history(name):
        if row.version == version:
            return dict(row.words)
    raise VersionNotFound(f"{name} {version}")


def _first(name: str) -> Words:
    return dict(FIRST_WORDS[name]) if name in FIRST_WORDS else {}


def _standings(names: tuple[str, ...] | list[str]) -> list[Standing]:
    published = aliased(SiteTextVersion)
    rows = session().execute(
        select(SiteText, published)
        .outerjoin(published, (published.text_id == SiteText.id) & (published.version == SiteText.version))
        .where(SiteText.name.in_(names))
    )
    return [_standing(text, version) for text, version in rows]


def _standing(text: SiteText, version: SiteTextVersion | None) -> Standing:
    return Standing(
        text.name,
        text.version,
        text.revision,
        dict(version.words) if version else _first(text.name) or None,
        version.published_by if version else "",
        version.published_at if version else None,
        dict(text.draft) if text.draft is not None else None,
        text.drafted_by or "",
        text.drafted_at,
    )
