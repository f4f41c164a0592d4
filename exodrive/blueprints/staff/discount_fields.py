"""What a discount takes off, as staff type it: a share or an amount, off the days, the extras or both."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from exodrive.blueprints.staff.billing.bill_forms import amount_of
from exodrive.blueprints.staff.forms import VersionForm
from exodrive.pricing.discounts import MOST_BP, REDUCIBLE, Discount, DiscountSource
from exodrive.pricing.price import LineKind

SHARE, AMOUNT = "share", "amount"
BOTH = "both"
ON: dict[str, LazyString] = {
    BOTH: _l("Rental days and extras"),
    LineKind.RENTAL: _l("Rental days"),
    LineKind.EXTRA: _l("Extras"),
}
LONGEST = 20  # an amount with its separators


def basis_points(typed: str | None) -> int | None:
    """`12.5` or `12,5 %` as 1250; None for what is no share that may be taken off."""
    try:
        exact = Decimal((typed or "").replace("%", "").replace(",", ".").strip()) * 100
    except InvalidOperation:
        return None
    if not exact.is_finite() or exact != exact.to_integral_value():
        return None
    return int(exact) if 0 < exact <= MOST_BP else None


class DiscountForm(VersionForm):
    """The part that a promo code and a gift have in common."""

    how = RadioField(
        _l("What it takes off"),
        choices=[SelectChoice(SHARE, _l("A share")), SelectChoice(AMOUNT, _l("An amount"))],
        default=SHARE,
    )
    value = StringField(
        _l("How much"),
        [Length(max=LONGEST)],
        description=_l("Such as 12.5 for a share, 100.00 for an amount."),
    )
    on = SelectField(
        _l("Off"), choices=[SelectChoice(value, words) for value, words in ON.items()], default=BOTH
    )

    def discount(self, source: DiscountSource, *, currency: str, code: str = "") -> Discount | None:
        """What was typed; None, with what is wrong said at its field."""
        kinds = REDUCIBLE if self.on.data == BOTH else (LineKind(self.on.data),)
        if self.how.data == AMOUNT:
            amount = amount_of(self.value.data, currency)
            if amount is None:
                self.value.errors = [_("Write an amount, such as %(example)s.", example="100")]
                return None
            return Discount(source, kinds, amount=amount, code=code)
        rate = basis_points(self.value.data)
        if rate is None:
            self.value.errors = [_("Write a share of up to %(most)d %%, such as 12.5.", most=MOST_BP // 100)]
            return None
        return Discount(source, kinds, rate_bp=rate, code=code)


def as_typed(discount: Discount) -> dict[str, Any]:
    """A discount as its fields have it."""
    on = BOTH if len(discount.kinds) > 1 else str(discount.kinds[0])
    if discount.amount is not None:
        return {"how": AMOUNT, "value": discount.amount.to_text(), "on": on}
    share = Decimal(discount.rate_bp or 0) / 100
    return {"how": SHARE, "value": f"{share.normalize():f}", "on": on}
