"""The people of the house who sign in.

The mixins are Flask-Security's, so this module knows Flask: `docs/decisions/staff-sign-in.md` says why that
stays inside this package. The columns with short prefixes (`fs_`, `tf_`, `mf_`) bear its names.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask_security import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.accounts.roles import Role
from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class NamedRole(RoleMixin):
    """A role as Flask-Security asks for it. It has no table: the ladder is fixed, and everybody has one."""

    def __init__(self, name: str) -> None:
        self.name = name


class StaffUser(Base, UserMixin):
    """One member of staff, known by e-mail address (lower case). Never deleted: the audit trail names them.

    `fs_uniquifier` is what a session holds; a new one ends all sessions. `tf_totp_secret` is encrypted.
    """

    __tablename__ = "staff_users"
    __table_args__ = (
        CheckConstraint("role IN (" + ", ".join(f"'{role}'" for role in Role) + ")", name="role"),
        CheckConstraint("email = lower(email)", name="email"),
        Index("staff_users_email_key", "email", unique=True),
        Index("staff_users_fs_uniquifier_key", "fs_uniquifier", unique=True),
    )

    # The mixin's declared types differ from ours: whole numbers as keys, and a table of roles.
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)  # type: ignore[assignment]
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    password: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str]
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    current_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    last_login_ip: Mapped[str | None]
    current_login_ip: Mapped[str | None]
    login_count: Mapped[int] = mapped_column(default=0)
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    mf_recovery_codes: Mapped[list[Any] | None] = mapped_column(MutableList.as_mutable(JSONB))

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """The person's role in the form that Flask-Security reads."""
        return [NamedRole(self.role)]
