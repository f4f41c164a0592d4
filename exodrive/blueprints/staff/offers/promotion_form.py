"""The form of a promo code: its letters, what it takes off, for whom, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from exodrive.blueprints import promo_codes
from exodrive.blueprints.booking_page.driver_form import DayField
from exodrive.blueprints.plain_text import tidy
from exodrive.blueprints.staff.discount_fields import DiscountForm, as_typed
from exodrive.blueprints.staff.forms import Ticks
from exodrive.fleet.models import Car, Category
from exodrive.pricing import promotion_rules
from exodrive.pricing.discounts import DiscountSource
from exodrive.pricing.promotion_models import Promotion
from exodrive.pricing.promotion_rules import CodeUnfit, Conditions, Terms

MOST = 1_000_000
MOST_DAYS = 365
LONGEST_NOTE = 200


class PromotionForm(DiscountForm):
    """Empty fields are no condition. Days are those of the house."""

    new_id = HiddenField()  # what a new code will be known by
    code = StringField(
        _l("Code"),
        [InputRequired(_l("Write the code.")), Length(max=promo_codes.LONGEST)],
        filters=[tidy],
        description=_l("4 to 20 letters and figures. O and 0 are one, and so are I, L and 1."),
    )
    note = StringField(
        _l("What it is for"),
        [Length(max=LONGEST_NOTE)],
        filters=[tidy],
        description=_l("Only the desk reads it."),
    )
    booked_from = DayField(_l("Booked from"), [Optional()])
    booked_until = DayField(_l("Booked until"), [Optional()])
    pickup_from = DayField(_l("Picked up from"), [Optional()])
    pickup_until = DayField(_l("Picked up until"), [Optional()])
    minimum_days = IntegerField(
        _l("Rental days at least"),
        [InputRequired(_l("Write a number.")), NumberRange(1, MOST_DAYS, _l("1 to %(max)s."))],
        default=1,
    )
    most_uses = IntegerField(
        _l("Uses in all"),
        [Optional(), NumberRange(1, MOST, _l("At least %(min)s."))],
        description=_l("Empty: as many as like."),
    )
    most_per_customer = IntegerField(
        _l("Uses of one customer"),
        [Optional(), NumberRange(1, MOST, _l("At least %(min)s."))],
        description=_l("Told apart by their e-mail address."),
    )
    categories = Ticks(_l("Kinds of cars"), choices=[])
    cars = Ticks(_l("Cars"), choices=[])

    def terms(self, *, currency: str) -> Terms | None:
        """What was typed; None, with what is wrong said at its fields."""
        valid = self.validate()
        if valid:
            valid = self._ordered("booked") and self._ordered("pickup") and self._code_fits()
        code = promotion_rules.normal(self.code.data) if valid else ""
        discount = self.discount(DiscountSource.PROMOTION, currency=currency, code=code)
        if not valid or discount is None:
            return None
        return Terms(
            code=code,
            discount=discount,
            conditions=Conditions(
                booked_from=self.booked_from.data,
                booked_until=self.booked_until.data,
                pickup_from=self.pickup_from.data,
                pickup_until=self.pickup_until.data,
                minimum_days=self.minimum_days.data,
                categories=frozenset(self.categories.data or ()),
                cars=frozenset(UUID(chosen) for chosen in self.cars.data or ()),
                currency=discount.amount.currency if discount.amount else None,
            ),
            most_uses=self.most_uses.data,
            most_per_customer=self.most_per_customer.data,
            note=self.note.data or "",
        )

    def _ordered(self, what: str) -> bool:
        first, last = self[f"{what}_from"], self[f"{what}_until"]
        if first.data is None or last.data is None or first.data <= last.data:
            return True
        last.errors = [_("This day is before the first one.")]
        return False

    def _code_fits(self) -> bool:
        try:
            promotion_rules.normal(self.code.data)
        except CodeUnfit:
            self.code.errors = [_("Use 4 to 20 letters from A to Z and figures.")]
            return False
        return True


def make(categories: Iterable[Category], cars: Iterable[Car], **given: Any) -> PromotionForm:
    """The form with the house's cars to choose from."""
    form = PromotionForm(**given)
    form.categories.choices = [SelectChoice(each.slug, each.plural) for each in categories]
    form.cars.choices = [SelectChoice(str(car.id), car.name) for car in cars]
    return form


def typed(promotion: Promotion) -> dict[str, Any]:
    """A code as the form has it."""
    return {
        "version": promotion.version,
        "code": promotion.code,
        "note": promotion.note,
        "booked_from": promotion.booked_from,
        "booked_until": promotion.booked_until,
        "pickup_from": promotion.pickup_from,
        "pickup_until": promotion.pickup_until,
        "minimum_days": promotion.minimum_days,
        "most_uses": promotion.most_uses,
        "most_per_customer": promotion.most_per_customer,
        "categories": list(promotion.categories),
        "cars": [str(car_id) for car_id in promotion.cars],
        **as_typed(promotion.discount),
    }
