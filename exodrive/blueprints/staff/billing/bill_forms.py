"""The forms about a bill: opening one by hand, money that came, and reasons."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from exodrive.billing.opening import BillLine
from exodrive.blueprints import typed_money
from exodrive.blueprints.staff.forms import VersionForm, because
from exodrive.bookings.by_hand.bills import LARGEST, Taken
from exodrive.kernel.money import Money

ROWS = 5
LONGEST_NAME = 120
METHODS = {
    Taken.CASH: _l("Cash"),
    Taken.TERMINAL: _l("Card terminal"),
    Taken.TRANSFER: _l("Bank transfer"),
}


def amount_of(typed: str | None, currency: str) -> Money | None:
    """What was typed, thousands and all; None where it is no amount of this currency above nothing."""
    found = typed_money.read(typed, currency)
    return found if found is not None and 0 < found.amount <= LARGEST else None


class WhyForm(VersionForm):
    """A deed with a reason. `name` keeps the fields of two such forms on one page apart."""

    reason = because()

    def __init__(self, *, name: str, **given: Any) -> None:
        super().__init__(**given)
        self.reason.id = self.reason.label.field_id = f"{name}-reason"


class PaidForm(VersionForm):
    """Money that came at the desk or at the bank."""

    amount = StringField(_l("Amount"), [DataRequired(_l("Say how much.")), Length(max=20)])
    method = SelectField(
        _l("How it came"), choices=[SelectChoice(value, words) for value, words in METHODS.items()]
    )
    reference = StringField(
        _l("Reference"),
        [Length(max=LONGEST_NAME)],
        description=_l("The slip’s number, or the line on the bank statement."),
    )

    def money(self, most: Money) -> Money | None:
        """The amount, or None with what is wrong said at its field."""
        found = amount_of(self.amount.data, most.currency)
        if found is None:
            self.amount.errors = [_("Write an amount, such as %(example)s.", example=most.to_text())]
        elif found > most:
            self.amount.errors = [_("%(most)s is the most that is owed.", most=most.to_text())]
            return None
        return found


class Row(NamedTuple):
    """One line to be typed: what it is for, and how much."""

    name: Any
    amount: Any


class NewBillForm(VersionForm):
    """A bill by hand: up to five lines."""

    note = TextAreaField(_l("Note for the customer"), [Length(max=1000)])

    @property
    def rows(self) -> list[Row]:
        return [Row(self[f"name_{number}"], self[f"amount_{number}"]) for number in range(ROWS)]

    def lines(self, currency: str) -> list[BillLine]:
        """What was typed; nothing, with what is wrong said at its field, where a line is not whole."""
        found, whole = [], True
        for row in self.rows:
            name, typed = (row.name.data or "").strip(), (row.amount.data or "").strip()
            if not name and not typed:
                continue
            amount = amount_of(typed, currency)
            if not name:
                row.name.errors, whole = [_("Say what it is for: the customer reads it.")], False
            if amount is None:
                example = Money(40_000, currency).to_text()
                row.amount.errors, whole = (
                    [_("Write an amount, such as %(example)s.", example=example)],
                    False,
                )
            elif name:
                found.append(BillLine("charge_other", {"note": name}, amount))
        if not found and whole:
            self.rows[0].name.errors, whole = [_("A bill has at least one line.")], False
        return found if whole else []


for number in range(ROWS):
    setattr(NewBillForm, f"name_{number}", StringField(_l("For what"), [Length(max=LONGEST_NAME)]))
    setattr(NewBillForm, f"amount_{number}", StringField(_l("Amount"), [Length(max=20)]))
