"""Counting the uses of promo codes: one for each booking that a code makes cheaper.

A claim counts under the lock of the code's row, so that two who want the last use take turns. Giving a use
back needs no such lock: it changes the use's own row, and whoever counts meanwhile counts one too many.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from exodrive.kernel.db import session
from exodrive.pricing import promotion_rules
from exodrive.pricing.promotion_models import Promotion, PromotionState, PromotionUse
from exodrive.pricing.promotion_rules import PromotionRefused, Unfit

LIVE = PromotionUse.given_back_at.is_(None)


def look(typed: str) -> Promotion:
    """The code that somebody typed, with uses left as far as one can see. Raises PromotionRefused."""
    found = named(typed)
    _check_left(found)
    return found


def named(typed: str) -> Promotion:
    """The code, whether it can still be used or not. Raises PromotionRefused."""
    found = session().scalar(select(Promotion).where(Promotion.key == promotion_rules.key(typed)))
    if found is None:
        raise PromotionRefused(Unfit.UNKNOWN)
    return found


def claim(
    typed: str, *, booking_id: UUID, at: datetime, email: str | None = None, promised: bool = False
) -> None:
    """Count a use by a booking; normal twice. Raises PromotionRefused.

    What was `promised` counts beyond the code's limits and its end, too: a quote's price stands. The booking
    is locked by the caller; the code's row is the last that a transaction locks.
    """
    promotion = _locked(typed)
    mine = _of_booking(booking_id)
    if mine is not None and mine.promotion_id == promotion.id:
        _name(promotion, mine, email, promised=promised)
        return
    if mine is not None or not promised:
        _check_left(promotion)
    give_back(booking_id, at=at)
    use = PromotionUse(promotion_id=promotion.id, booking_id=booking_id, taken_at=at)
    session().add(use)
    _name(promotion, use, email, promised=promised)


def give_back(booking_id: UUID, *, at: datetime) -> None:
    """The booking pays the whole price, or nothing, after all; normal for one that had no code."""
    session().execute(
        update(PromotionUse)
        .where(PromotionUse.booking_id == booking_id, LIVE)
        .values(given_back_at=at)
        .execution_options(synchronize_session="fetch")
    )


def count(promotion_id: UUID) -> int:
    """The uses that count now."""
    return session().scalar(select(func.count()).where(PromotionUse.promotion_id == promotion_id, LIVE)) or 0


def _locked(typed: str) -> Promotion:
    found = session().scalar(
        select(Promotion)
        .where(Promotion.key == promotion_rules.key(typed))
        # Rows of uses refer to it: others may give theirs back meanwhile.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise PromotionRefused(Unfit.UNKNOWN)
    return found


def _check_left(promotion: Promotion) -> None:
    if promotion.state != PromotionState.ACTIVE:
        raise PromotionRefused(Unfit.ENDED)
    if promotion.most_uses is not None and count(promotion.id) >= promotion.most_uses:
        raise PromotionRefused(Unfit.USED_UP)


def _name(promotion: Promotion, use: PromotionUse, email: str | None, *, promised: bool) -> None:
    """Write down whose use it is; raises PromotionRefused where they have had as many as they may."""
    if email is not None:
        use.email = email.strip().lower()
    if email is not None and not promised:
        with session().no_autoflush:
            earlier = session().scalar(
                select(func.count()).where(
                    PromotionUse.promotion_id == promotion.id,
                    PromotionUse.email == use.email,
                    PromotionUse.booking_id != use.booking_id,
                    LIVE,
                )
            )
        if promotion.most_per_customer is not None and (earlier or 0) >= promotion.most_per_customer:
            raise PromotionRefused(Unfit.USED_BEFORE)
    session().flush()


def _of_booking(booking_id: UUID) -> PromotionUse | None:
    return session().scalar(select(PromotionUse).where(PromotionUse.booking_id == booking_id, LIVE))
