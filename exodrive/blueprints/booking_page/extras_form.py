"""The fields of the extras that the house offers, made from its price rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from exodrive.pricing.rulebook import ExtraRule, ExtraUnit
from exodrive.rendering import formats

PREFIX = "extra_"  # a code may be called like a method of a form
MOST_CHOICES = 10


def form_class(rules: Sequence[ExtraRule]) -> Any:
    """A form with one field for each extra."""
    return type("ExtrasForm", (Form,), {PREFIX + rule.code: _field(rule) for rule in rules})


def chosen(form: Any) -> dict[str, int]:
    """How many of each extra were chosen; what is no number counts as none."""
    return {
        name.removeprefix(PREFIX): int(value)
        for name, value in form.data.items()
        if isinstance(value, int | bool) and value
    }


def _field(rule: ExtraRule) -> Any:
    label = f"{rule.name}, {_price(rule)}"
    if rule.max_quantity == 1:
        return BooleanField(label, description=rule.description)
    if rule.max_quantity <= MOST_CHOICES and rule.unit is not ExtraUnit.MILE:
        numbers = [SelectChoice(number, str(number)) for number in range(1, rule.max_quantity + 1)]
        return SelectField(
            label,
            choices=[SelectChoice(0, _("None")), *numbers],
            coerce=int,
            default=0,
            description=rule.description,
        )
    within = NumberRange(0, rule.max_quantity, _l("Choose a number up to %(max)s."))
    return IntegerField(label, [Optional(), within], description=rule.description)


def _price(rule: ExtraRule) -> str:
    amount = formats.money_round(rule.amount)
    if rule.unit is ExtraUnit.DAY:
        return _("%(amount)s a day", amount=amount)
    if rule.unit is ExtraUnit.MILE:
        return _("%(amount)s a mile", amount=amount)
    return amount
