"""A text with its draft, every version of it that was published, and the order of the questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class SiteText(Base):
    """One text of the house. `version` is the published one, 0 where only the first words are.

    `revision` grows with each change, drafts included: what a page showed is told by it.
    """

    __tablename__ = "site_texts"
    __table_args__ = (CheckConstraint("(draft IS NULL) = (drafted_at IS NULL)", name="draft"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    revision: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    drafted_by: Mapped[str | None]
    drafted_at: Mapped[datetime | None]


class SiteTextVersion(Base):
    """Published words. Never changed: going back to them publishes them anew, as the next version."""

    __tablename__ = "site_text_versions"
    __table_args__ = (UniqueConstraint("text_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    text_id: Mapped[UUID] = mapped_column(ForeignKey("site_texts.id"))
    version: Mapped[int]
    words: Mapped[dict[str, Any]]
    published_by: Mapped[str]
    published_at: Mapped[datetime]
    taken_from: Mapped[int | None]  # the earlier version that was gone back to


class SiteQuestion(Base):
    """A question of the first page, in its place. Its words are a text; unpublished, nobody sees it."""

    __tablename__ = "site_questions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    text_id: Mapped[UUID] = mapped_column(ForeignKey("site_texts.id"), unique=True)
    position: Mapped[int]
    shown: Mapped[bool] = mapped_column(default=True)
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[str | None]
