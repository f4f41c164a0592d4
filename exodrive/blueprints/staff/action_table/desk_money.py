"""What passes over the counter: money taken by terminal, in cash or by transfer, given back, or put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from exodrive.blueprints import typed_money
from exodrive.blueprints.staff.action_table.actions import Action
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import ActionForm
from exodrive.bookings.by_hand import deposit_release
from exodrive.bookings.deposit import deposits
from exodrive.bookings.money import takings
from exodrive.kernel.actors import Actor
from exodrive.kernel.money import Money
from exodrive.payments import receipts
from exodrive.payments.receipt_models import For, Method, Receipt, ReceiptKind
from exodrive.rendering import formats, receipt_words

LONGEST_REFERENCE = 80


class CounterForm(ActionForm):
    """An amount with how it came, and what finds it again; or the receipt that it goes against."""

    receipt = SelectField(_l("Receipt"))
    amount = StringField(_l("Amount"), [DataRequired(_l("Say how much.")), Length(max=20)])
    method = SelectField(_l("How"))
    reference = StringField(
        _l("Slip or reference"),
        [
            DataRequired(_l("Say what finds it again: the slip’s number, the envelope.")),
            Length(max=LONGEST_REFERENCE),
        ],
    )

    def __init__(
        self, *, name: str, currency: str, against: Sequence[Receipt] | None, corrects: bool, **given: Any
    ) -> None:
        super().__init__(name=name, **given)
        if against is None:
            del self.receipt
        else:
            self.receipt.choices = [(str(row.id), receipt_words.in_short(row)) for row in against]
        if corrects:
            del self.method, self.reference
        else:
            self.method.choices = [(method.value, receipt_words.method(method)) for method in Method]
        for field in (self.receipt, self.amount, self.method, self.reference):
            if field is not None:
                field.id = field.label.field_id = f"{name}-{field.short_name}"
        self.amount.label.text = _("Amount, %(currency)s", currency=currency)

    def money(self, currency: str) -> Money | None:
        """What was typed; None where it is no amount of this currency."""
        return typed_money.read(self.amount.data, currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterAction(Action):
    """A deed at the counter. `against` are the receipts it can go against; None where it makes a new one."""

    wanted: Callable[[Facts], Money]
    bounded: bool = False  # whether no more than what is wanted may be taken
    against: Callable[[Facts], list[Receipt]] | None = None
    corrects: bool = False

    def form(self, facts: Facts, **given: Any) -> CounterForm:
        wanted = self.wanted(facts)
        data = {"amount": wanted.to_text() if wanted else "", **given.pop("data", {})}
        return CounterForm(
            name=self.name,
            label=self.reason,
            currency=facts.booking.currency,
            against=self.against(facts) if self.against else None,
            corrects=self.corrects,
            data=data,
            **given,
        )

    def accepts(self, form: ActionForm, facts: Facts) -> bool:
        if not isinstance(form, CounterForm) or not form.validate():
            return False
        asked = form.money(facts.booking.currency)
        most = self._most(form, facts)
        if asked is None or asked.amount <= 0:
            form.amount.errors = [_("Write an amount, such as %(example)s.", example=most.to_text())]
        elif asked > most:
            form.amount.errors = [_("%(most)s is the most at once.", most=formats.money(most))]
        return not form.amount.errors

    def perform(self, form: ActionForm, facts: Facts, *, by: Actor, at: datetime) -> None:
        if not isinstance(form, CounterForm):
            raise TypeError("a deed at the counter needs its form")
        how: dict[str, Any] = {"amount": form.money(facts.booking.currency)}
        if form.receipt:
            how["receipt_id"] = UUID(form.receipt.data)
        if form.method:
            how |= {"method": Method(form.method.data), "reference": (form.reference.data or "").strip()}
        if self.reason is not None:
            how["reason"] = form.given_reason
        self.do(facts.booking.id, by=by, at=at, **how)

    def _most(self, form: CounterForm, facts: Facts) -> Money:
        """What is left of the receipt, or owed; of a deposit any amount that the desk may meet."""
        if self.bounded:
            return self.wanted(facts)
        if form.receipt is None or not form.receipt:
            return Money(LARGEST, facts.booking.currency)
        chosen = next(row for row in facts.receipts if str(row.id) == form.receipt.data)
        return receipts.left(chosen, facts.receipts)


LARGEST = 100_000_000  # minor units; a finger that stays on the zero is stopped here


def _open(facts: Facts) -> list[Receipt]:
    """Receipts of which something is left."""
    return [
        row for row in facts.receipts if row.kind == ReceiptKind.TAKEN and receipts.left(row, facts.receipts)
    ]


def _wanted(purpose: For) -> Callable[[Facts], Money]:
    return lambda facts: facts.wanted[purpose]


def _takes_deposit(facts: Facts) -> bool:
    return bool(facts.wanted[For.DEPOSIT]) and not deposits.held(facts.deposit)


def _owed_back(facts: Facts) -> Money:
    return Money(facts.booking.hand_back, facts.booking.currency)


def _told_back(facts: Facts) -> str:
    owed = _owed_back(facts)
    if owed:
        return _(
            "%(owed)s is to be handed back. What you give back is written down here.",
            owed=formats.money(owed),
        )
    return _("What you give back is written down here; a deposit counts as held only while it is whole.")


def _take(purpose: For) -> Callable[..., object]:
    def take(booking_id: UUID, **how: Any) -> object:
        return takings.take(booking_id, purpose=purpose, **how)

    return take


def _release(booking_id: UUID, by: Actor, at: datetime, reason: str) -> object:
    return deposit_release.release(booking_id, reason=reason, by=by, at=at)


TAKEN: LazyString = _l("It is written down, and the customer gets a receipt.")
DESK_ACTIONS: tuple[Action, ...] = (
    CounterAction(
        name="take_deposit",
        label=_l("Take deposit here"),
        question=_l("Was the deposit taken at the desk?"),
        text=_l("By terminal, in cash or by transfer. It counts as held for the keys once it is whole."),
        deed=_l("Write it down"),
        done=TAKEN,
        offered=_takes_deposit,
        do=_take(For.DEPOSIT),
        wanted=_wanted(For.DEPOSIT),
    ),
    CounterAction(
        name="take_rental",
        label=_l("Take rental here"),
        question=_l("Was money for the rental taken at the desk?"),
        text=_l("By terminal, in cash or by transfer: what of the price nobody holds or has."),
        deed=_l("Write it down"),
        done=TAKEN,
        offered=lambda facts: bool(facts.wanted[For.RENTAL]),
        do=_take(For.RENTAL),
        wanted=_wanted(For.RENTAL),
        bounded=True,
    ),
    CounterAction(
        name="take_charge",
        label=_l("Take what is owed"),
        question=_l("Was what is owed taken at the desk?"),
        text=_l("What is owed and no bill asks for. What a bill asks for is noted on the bill’s page."),
        deed=_l("Write it down"),
        done=TAKEN,
        offered=lambda facts: bool(facts.wanted[For.CHARGE]),
        do=_take(For.CHARGE),
        wanted=_wanted(For.CHARGE),
        bounded=True,
    ),
    CounterAction(
        name="give_back_receipt",
        label=_l("Hand back"),
        question=_l("Is money handed back?"),
        text=_told_back,
        deed=_l("It is handed back"),
        done=_l("It is written down, and the customer gets a receipt."),
        offered=lambda facts: bool(_open(facts)),
        do=takings.give_back,
        wanted=_owed_back,
        against=_open,
        reason=_l("Reason"),
    ),
    CounterAction(
        name="correct_receipt",
        label=_l("Correct a receipt"),
        question=_l("Was a receipt wrong?"),
        text=_l("So much of it was never taken. The receipt stays; a row beside it says so."),
        deed=_l("Correct it"),
        done=_l("The correction is written down."),
        offered=lambda facts: bool(_open(facts)),
        do=takings.correct,
        wanted=lambda facts: Money.zero(facts.booking.currency),
        against=_open,
        corrects=True,
        reason=_l("What was wrong"),
    ),
    Action(
        name="release_deposit",
        label=_l("Inspected: release deposit"),
        question=_l("Release the deposit now?"),
        text=_l(
            "What is charged is taken of it; the rest goes back at once. The rental is settled afterwards."
        ),
        deed=_l("Release it"),
        done=_l("The deposit is on its way back."),
        offered=lambda facts: deposit_release.releasable(facts.booking),
        do=_release,
        reason=_l("What the inspection found"),
    ),
)
