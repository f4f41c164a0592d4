"""Writing the texts: a draft that visitors do not see, publishing it, and going back to an earlier version.

Each change names the revision that its writer has seen; somebody who has missed a change is told (Stale)
before anything of the other's is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from exodrive.kernel import audit
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import session
from exodrive.kernel.errors import Refused, Stale
from exodrive.kernel.ids import new_id
from exodrive.site import queries
from exodrive.site.models import SiteText, SiteTextVersion
from exodrive.site.slots import QUESTION_PREFIX, Words, accept, slot


class NothingToPublish(Refused):
    """The text has no draft."""

    code = "nothing_to_publish"


def save_draft(name: str, typed: Mapping[str, str], *, seen: int, by: Actor, at: datetime) -> None:
    """Keep these words as the draft; words that are published already leave none.

    Raises TextNotFound, TextUnusable, Stale.
    """
    words = accept(slot(name), typed)
    text = _lock(name, seen=seen)
    if words == queries.standing(name).newest:
        return
    if words == queries.standing(name).published:
        _drop_draft(text)
    else:
        text.draft, text.drafted_by, text.drafted_at = words, by.name, at
    _changed(text, "site.drafted", by=by, at=at)


def publish(name: str, *, seen: int, by: Actor, at: datetime) -> int:
    """Show the draft to everybody; returns its version. Raises TextNotFound, NothingToPublish, Stale."""
    text = _lock(name, seen=seen)
    if text.draft is None:
        raise NothingToPublish
    words: Words = dict(text.draft)
    _drop_draft(text)
    return _publish(text, words, by=by, at=at)


def write_and_publish(name: str, typed: Mapping[str, str], *, seen: int, by: Actor, at: datetime) -> None:
    """Publish these words at once, unless they are what is published. Raises as `save_draft` does."""
    words = accept(slot(name), typed)
    text = _lock(name, seen=seen)
    stands = queries.standing(name)
    if words == stands.published and stands.draft is None:
        return
    _drop_draft(text)
    if words == stands.published:
        _changed(text, "site.draft_discarded", by=by, at=at)
    else:
        _publish(text, words, by=by, at=at)


def discard(name: str, *, seen: int, by: Actor, at: datetime) -> None:
    """Give the draft up; without one nothing happens. Raises TextNotFound, Stale."""
    text = _lock(name, seen=seen)
    if text.draft is not None:
        _drop_draft(text)
        _changed(text, "site.draft_discarded", by=by, at=at)


def restore(name: str, version: int, *, seen: int, by: Actor, at: datetime) -> None:
    """Publish the words of an earlier version again. A draft stays. Raises VersionNotFound, Stale."""
    words = queries.words_of(name, version)
    text = _lock(name, seen=seen)
    if words != queries.standing(name).published:
        _publish(text, words, by=by, at=at, taken_from=version)


def _lock(name: str, *, seen: int) -> SiteText:
    """The text's row, made where this is its first change. Raises TextNotFound, Stale."""
    slot(name)
    if not name.startswith(QUESTION_PREFIX):
        session().execute(
            insert(SiteText).values(id=new_id(), name=name, revision=0, version=0).on_conflict_do_nothing()
        )
    query = select(SiteText).where(SiteText.name == name).with_for_update()
    text = session().scalars(query.execution_options(populate_existing=True)).one_or_none()
    if text is None:
        raise queries.QuestionNotFound(name)
    if text.revision != seen:
        raise Stale
    return text


def _drop_draft(text: SiteText) -> None:
    text.draft = text.drafted_by = text.drafted_at = None


def _publish(text: SiteText, words: Words, *, by: Actor, at: datetime, taken_from: int | None = None) -> int:
    text.version += 1
    session().add(
        SiteTextVersion(
            text_id=text.id,
            version=text.version,
            words=words,
            published_by=by.name,
            published_at=at,
            taken_from=taken_from,
        )
    )
    _changed(text, "site.published" if taken_from is None else "site.restored", by=by, at=at)
    return text.version


def _changed(text: SiteText, action: str, *, by: Actor, at: datetime) -> None:
    text.revision += 1
    session().flush()
    audit.record(action, subject=("site_text", text.id), by=by, at=at, text=text.name, version=text.version)
