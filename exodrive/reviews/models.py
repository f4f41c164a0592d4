"""A review, and the plan to ask for one."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from exodrive.kernel.db import Base
from exodrive.kernel.ids import new_id
from exodrive.reviews.rules import FEWEST_STARS, MOST_STARS
from exodrive.reviews.states import ReviewState

PUBLISHED = text("state = 'published'")


class Review(Base):
    """What the renter says of one closed rental: one for each, and verified by that rental.

    `moved_at` is when it came into its state, or was last changed in it. Of the person it holds the chosen
    public name alone; a withdrawn review holds no words and no name.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint(f"stars BETWEEN {FEWEST_STARS} AND {MOST_STARS}", name="stars"),
        CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in ReviewState) + ")", name="state"),
        CheckConstraint("state = 'withdrawn' OR (words <> '' AND public_name <> '')", name="said"),
        CheckConstraint("state <> 'withdrawn' OR (words = '' AND public_name = '')", name="withdrawn"),
        # A car's reviews in the order of its page; its stars are counted from the index alone.
        Index(
            "reviews_of_car_idx",
            "car_id",
            "moved_at",
            "id",
            postgresql_include=["stars"],
            postgresql_where=PUBLISHED,
        ),
        Index("reviews_best_idx", "stars", "moved_at", "id", postgresql_where=PUBLISHED),
        Index("reviews_state_idx", "state", "moved_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"), unique=True)
    car_id: Mapped[UUID] = mapped_column(ForeignKey("cars.id"))
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    stars: Mapped[int]
    headline: Mapped[str]
    words: Mapped[str]
    public_name: Mapped[str]
    rented_on: Mapped[date]  # the day of pick-up by the clock of its place; pages show its month
    consented_at: Mapped[datetime]
    written_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    decline_reason: Mapped[str | None]  # shown to the renter
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class Invitation(Base):
    """The plan to ask the renter of a closed rental, once."""

    __tablename__ = "review_invitations"
    __table_args__ = (
        Index("review_invitations_due_idx", "ask_at", postgresql_where=text("asked_at IS NULL")),
    )

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"), primary_key=True)
    ask_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]


class Tally(Base):
    """A car's published reviews, counted: how many, and the sum of their stars.

    Kept by every move into and out of the published state, so that no page has to read all reviews.
    """

    __tablename__ = "review_tallies"
    __table_args__ = (CheckConstraint("published >= 0 AND stars >= published", name="counted"),)

    car_id: Mapped[UUID] = mapped_column(ForeignKey("cars.id"), primary_key=True)
    published: Mapped[int]
    stars: Mapped[int]
