"""The people of the house who sign in, and the tokens by which programs act for them.

The mixins are Flask-Security's, so this module knows Flask: `docs/decisions/staff-sign-in.md` says why that
stays inside this package. The columns with short prefixes (`fs_`, `tf_`, `mf_`) bear its names.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from flask_security import RoleMixin, UserMixin
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exodrive.accounts.roles import Role, reaches
from exodrive.accounts.scopes import Kind
from exodrive.kernel.actors import Actor, ActorKind
from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id


class NamedRole(RoleMixin):
    """A role as Flask-Security asks for it. It has no table: the ladder is fixed, and everybody has one."""

    def __init__(self, name: str) -> None:
        self.name = name


class StaffUser(Base, UserMixin):
    """One member of staff, known by e-mail address (lower case). Never deleted: the audit trail names them.

    `fs_uniquifier` is what a session holds; a new one ends all sessions. `tf_totp_secret` is encrypted, and
    `totp_counter` the time step of the last code taken, so that none is taken twice. Of recovery codes only
    hashes are kept.
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
    totp_counter: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """The person's role in the form that Flask-Security reads."""
        return [NamedRole(self.role)]

    @property
    def has_second_factor(self) -> bool:
        return bool(self.tf_totp_secret and self.tf_primary_method)

    def check_tf_required(
        self,
        tf_setup_methods: list[tuple[str, str]],
        tf_fresh: bool,  # noqa: ARG002  Flask-Security's
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Whether a password alone does not open the desk: by the house's rule, or by their own choice.

        No browser is ever excused (`tf_fresh`).
        """
        return bool(tf_setup_methods) or self.check_tf_required_setup(), tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        """Whether the house asks somebody of this role for a second factor."""
        needed: str | None = current_app.config["SECOND_FACTOR_FROM"]
        return needed is not None and reaches(self.role, needed)


class StaffSession(Base):
    """One sign-in of one browser: that holds the secret, this its hash. To end it is to mark the row."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        Index("staff_sessions_token_key", "token_hash", unique=True),
        Index("staff_sessions_user_idx", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("staff_users.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApiToken(Base):
    """What a program shows instead of a sign-in. Only the secret's hash is kept; see `accounts.tokens`.

    `maker_role` is what its maker was when it was made: it ends when they are less. Never deleted.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("kind IN (" + ", ".join(f"'{kind}'" for kind in Kind) + ")", name="kind"),
        CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        Index("api_tokens_secret_hash_key", "secret_hash", unique=True),
        Index("api_tokens_name_key", "name", unique=True, postgresql_where=text("revoked_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    kind: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    maker_id: Mapped[UUID] = mapped_column(ForeignKey("staff_users.id"))
    maker_role: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]  # to within a quarter of an hour
    revoked_at: Mapped[datetime | None]

    maker: Mapped[StaffUser] = relationship(lazy="raise")

    @property
    def actor(self) -> Actor:
        """Who acts by this token, as the audit trail knows them: its maker, and through what."""
        kind = ActorKind.STAFF if self.kind == Kind.STAFF else ActorKind.PARTNER
        return Actor(kind, f"{self.maker.name} (token {self.name})", self.maker_id)
