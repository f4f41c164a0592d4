"""Promo codes at the desk: what came of them, making one, changing what may still change, ending it."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exodrive.accounts import staff as people
from exodrive.blueprints import htmx
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.offers import promotion_form, promotion_words
from exodrive.blueprints.staff.offers.promotion_form import PromotionForm
from exodrive.bookings.reservation import promoting
from exodrive.bookings.reservation.promoting import Come
from exodrive.fleet import queries as fleet
from exodrive.house import queries as houses
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import Stale
from exodrive.kernel.ids import new_id
from exodrive.pricing import promotions
from exodrive.pricing.promotion_models import Promotion
from exodrive.pricing.promotions import BelowUses, CodeTaken, PromotionFixed

NOTHING = Come(0, {})
MOST_CARS = 200


@staff.get("/promotions", endpoint="promotions")
def every() -> ResponseReturnValue:
    """All codes with their uses, what the bookings with them cost, and whether they can be used."""
    with transaction():
        found = promotions.every()
        came = promoting.come_of(row.id for row in found)
        house = houses.house()
    return htmx.page(
        "staff/promotions.html",
        "main",
        rows=[(row, came.get(row.id, NOTHING)) for row in found],
        words=promotion_words,
        today=clock.now().astimezone(ZoneInfo(house.time_zone)).date(),
    )


@staff.route("/promotions/new", methods=["GET", "POST"])
def new_promotion() -> ResponseReturnValue:
    """The form of a new code, and making it, once."""
    with transaction():
        house = houses.house()
        form = _form()
    if request.method == "GET":
        form.new_id.data = str(new_id())
        return _shown(form, None, status=200)
    terms = form.terms(currency=house.currency)
    if terms is None:
        return _shown(form, None, status=422)
    try:
        with transaction():
            made = promotions.create(_id(form), terms, by=people.current_actor(), at=clock.now())
    except CodeTaken:
        form.code.errors = [_("There is a code that looks the same.")]
        return _shown(form, None, status=422)
    flash(_("%(code)s can be used now.", code=made.code))
    return redirect(url_for("staff.promotions"), 303)


@staff.route("/promotions/<uuid:promotion_id>", methods=["GET", "POST"])
def promotion(promotion_id: UUID) -> ResponseReturnValue:
    """One code; sent, it gets other conditions and limits. Raises PromotionNotFound."""
    with transaction():
        house = houses.house()
        found = promotions.one(promotion_id)
        form = _form(**({} if request.method == "POST" else {"data": promotion_form.typed(found)}))
    if request.method == "GET":
        return _shown(form, found, status=200)
    terms = form.terms(currency=found.currency or house.currency)
    if terms is None:
        return _shown(form, found, status=422)
    try:
        with transaction():
            promotions.edit(promotion_id, terms, version=form.seen, by=people.current_actor(), at=clock.now())
    except (CodeTaken, PromotionFixed, BelowUses, Stale) as error:
        _refuse(form, error)
        return _shown(form, _again(promotion_id), status=409 if isinstance(error, Stale) else 422)
    flash(_("%(code)s is changed.", code=terms.code))
    return redirect(url_for("staff.promotions"), 303)


@staff.post("/promotions/<uuid:promotion_id>/<any('end', 'reactivate'):deed>")
def turn_promotion(promotion_id: UUID, deed: str) -> ResponseReturnValue:
    """End a code, or take it up again; normal twice. Raises PromotionNotFound."""
    do = promotions.end if deed == "end" else promotions.reactivate
    with transaction():
        found = do(promotion_id, by=people.current_actor(), at=clock.now())
    if deed == "end":
        flash(_("Nobody can use %(code)s any more. Bookings that have it keep it.", code=found.code))
    else:
        flash(_("%(code)s can be used again.", code=found.code))
    return redirect(url_for("staff.promotions"), 303)


def _form(**given: Any) -> PromotionForm:
    return promotion_form.make(fleet.categories(), fleet.all_cars(limit=MOST_CARS), **given)


def _shown(form: PromotionForm, found: Promotion | None, *, status: int) -> ResponseReturnValue:
    with transaction():
        used = found is not None and promotions.ever_used(found.id)
        came = promoting.come_of([found.id]).get(found.id, NOTHING) if found is not None else NOTHING
        currency = houses.house().currency
    return htmx.page(
        "staff/promotion.html",
        "main",
        status=status,
        form=form,
        promotion=found,
        used=used,
        came=came,
        currency=currency,
    )


def _again(promotion_id: UUID) -> Promotion:
    """The code as it is by now: what was read before went with the failed transaction."""
    with transaction():
        return promotions.one(promotion_id)


def _refuse(form: PromotionForm, error: Exception) -> None:
    """What only the moment of writing could tell, at its field."""
    if isinstance(error, CodeTaken):
        form.code.errors = [_("There is a code that looks the same.")]
    elif isinstance(error, BelowUses):
        form.most_uses.errors = [_("It was used %(uses)d times already.", uses=error.uses)]
    elif isinstance(error, PromotionFixed):
        form.form_errors.append(
            _("Bookings have this code: it keeps its letters and what it takes off. End it and make another.")
        )
    else:
        form.form_errors.append(_("Somebody has changed it meanwhile. Load the page again before you do."))


def _id(form: PromotionForm) -> UUID:
    """The id that the form came with; one that somebody has meddled with becomes a new one."""
    try:
        return UUID(form.new_id.data or "")
    except ValueError:
        return new_id()
