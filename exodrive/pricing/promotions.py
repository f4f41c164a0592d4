"""The house's promo codes: made, changed as far as they may, ended and taken up again; all of it audited."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from exodrive.kernel import audit
from exodrive.kernel.actors import Actor
from exodrive.kernel.db import flush, session
from exodrive.kernel.errors import Conflict, NotFound, Refused, Stale
from exodrive.pricing import promotion_rules, promotion_uses
from exodrive.pricing.promotion_models import Promotion, PromotionState, PromotionUse
from exodrive.pricing.promotion_rules import Terms

# A list of more than this is not looked through; ended codes at its end can be found by their code.
MOST_SHOWN = 500


class PromotionNotFound(NotFound):
    code = "promotion_not_found"


class CodeTaken(Conflict):
    """Another code looks the same: O and 0 are one letter, and so are I, L and 1."""

    code = "promotion_code_taken"


class PromotionFixed(Conflict):
    """A code that was used keeps its name and what it takes off: bookings were agreed on it."""

    code = "promotion_fixed"


class BelowUses(Refused):
    """Fewer uses than there are already. `uses` says how many."""

    code = "promotion_below_uses"

    def __init__(self, uses: int) -> None:
        super().__init__(str(uses))
        self.uses = uses


def create(promotion_id: UUID, terms: Terms, *, by: Actor, at: datetime) -> Promotion:
    """A new code, active at once. Raises CodeUnfit, CodeTaken.

    `promotion_id` is made with the form, so that it is made once however often the form is sent.
    """
    made = session().get(Promotion, promotion_id)
    if made is not None:
        return made
    promotion = Promotion(
        id=promotion_id, state=PromotionState.ACTIVE, version=1, created_at=at, **_columns(terms)
    )
    session().add(promotion)
    _flush()
    _note(promotion, "promotion.created", by=by, at=at, terms=told(promotion))
    return promotion


def edit(promotion_id: UUID, terms: Terms, *, version: int, by: Actor, at: datetime) -> Promotion:
    """Other conditions and limits, and before its first use other terms too.

    Raises PromotionNotFound, Stale, PromotionFixed, BelowUses, CodeUnfit, CodeTaken.
    """
    promotion = lock(promotion_id, version=version)
    before = told(promotion)
    columns = _columns(terms)
    if ever_used(promotion.id) and _promised(columns) != _promised(_columns(promotion.terms)):
        raise PromotionFixed
    uses = promotion_uses.count(promotion.id)
    if terms.most_uses is not None and terms.most_uses < uses:
        raise BelowUses(uses)
    for name, value in columns.items():
        setattr(promotion, name, value)
    if told(promotion) == before:
        return promotion
    promotion.version += 1
    _flush()
    _note(promotion, "promotion.changed", by=by, at=at, before=before, after=told(promotion))
    return promotion


def end(promotion_id: UUID, *, by: Actor, at: datetime, reason: str | None = None) -> Promotion:
    """Nobody can use it any more; bookings that have it keep it. Normal twice. Raises PromotionNotFound."""
    return _turn(promotion_id, PromotionState.ENDED, "promotion.ended", by=by, at=at, reason=reason)


def reactivate(promotion_id: UUID, *, by: Actor, at: datetime, reason: str | None = None) -> Promotion:
    """It can be used again, within its conditions. Normal twice. Raises PromotionNotFound."""
    return _turn(promotion_id, PromotionState.ACTIVE, "promotion.reactivated", by=by, at=at, reason=reason)


def one(promotion_id: UUID) -> Promotion:
    """A code, to be looked at. Raises PromotionNotFound."""
    found = session().get(Promotion, promotion_id)
    if found is None:
        raise PromotionNotFound(str(promotion_id))
    return found


def lock(promotion_id: UUID, *, version: int | None = None) -> Promotion:
    """A code that nobody else changes meanwhile; bookings may go on using it.

    Raises PromotionNotFound, or Stale where it is not at the `version` that the caller saw.
    """
    found = session().scalar(
        select(Promotion)
        .where(Promotion.id == promotion_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise PromotionNotFound(str(promotion_id))
    if version is not None and found.version != version:
        raise Stale
    return found


def every() -> list[Promotion]:
    """All codes, those that can be used first, the newest of each first."""
    return list(
        session().scalars(
            select(Promotion)
            .order_by(Promotion.state, Promotion.created_at.desc(), Promotion.id)
            .limit(MOST_SHOWN)
        )
    )


def ever_used(promotion_id: UUID) -> bool:
    """Whether a booking has, or had, it."""
    uses = select(PromotionUse.id).where(PromotionUse.promotion_id == promotion_id).limit(1)
    return session().scalar(uses) is not None


def told(promotion: Promotion) -> dict[str, Any]:
    """What the audit trail keeps of a code."""
    columns = _columns(promotion.terms)
    return {
        name: value if isinstance(value, int | str | None) else _plain(value)
        for name, value in columns.items()
        if name != "key"
    }


def _plain(value: Any) -> Any:
    return [str(each) for each in value] if isinstance(value, list) else value.isoformat()


def _columns(terms: Terms) -> dict[str, Any]:
    """The terms as a row. Raises CodeUnfit."""
    code = promotion_rules.normal(terms.code)
    off, when = terms.discount, terms.conditions
    return {
        "code": code,
        "key": promotion_rules.key(code),
        "note": terms.note,
        "kinds": sorted(off.kinds),
        "rate_bp": off.rate_bp,
        "amount": off.amount.amount if off.amount else None,
        "currency": off.amount.currency if off.amount else None,
        "booked_from": when.booked_from,
        "booked_until": when.booked_until,
        "pickup_from": when.pickup_from,
        "pickup_until": when.pickup_until,
        "minimum_days": when.minimum_days,
        "categories": sorted(when.categories),
        "cars": sorted(when.cars),
        "most_uses": terms.most_uses,
        "most_per_customer": terms.most_per_customer,
    }


def _promised(columns: dict[str, Any]) -> list[Any]:
    return [columns[name] for name in ("code", "kinds", "rate_bp", "amount", "currency")]


def _turn(
    promotion_id: UUID, state: PromotionState, action: str, *, by: Actor, at: datetime, reason: str | None
) -> Promotion:
    promotion = lock(promotion_id)
    if promotion.state != state:
        promotion.state = state
        promotion.version += 1
        _note(promotion, action, by=by, at=at, reason=reason)
    return promotion


def _flush() -> None:
    flush({"promotions_key_key": CodeTaken()})


def _note(promotion: Promotion, action: str, *, by: Actor, at: datetime, **data: Any) -> None:
    session().flush()
    audit.record(action, subject=("promotion", promotion.id), by=by, at=at, code=promotion.code, **data)
