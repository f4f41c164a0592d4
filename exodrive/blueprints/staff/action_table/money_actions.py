"""What a manager does to a booking's money by hand: take it, let go of it, give it back.

The same three deeds for the rental and for the deposit. Each says before the click what PayPal holds or has
taken, and asks how much of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from exodrive.blueprints import typed_money
from exodrive.blueprints.staff.action_table.actions import Action
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import ActionForm
from exodrive.bookings.by_hand import capturing, correcting, reauthorizing, refunding, releasing
from exodrive.bookings.models import Booking
from exodrive.kernel.actors import Actor
from exodrive.kernel.money import Money
from exodrive.payments.models import Payment
from exodrive.payments.states import Purpose
from exodrive.rendering import formats

Most = Callable[[Facts], Money]
Counts = Callable[[Booking, Payment, datetime], bool]  # whether a deed can be done to a payment


class MoneyForm(ActionForm):
    """How much, and, for a capture, what becomes of the rest."""

    amount = StringField(_l("Amount"), [DataRequired(_l("Say how much.")), Length(max=20)])
    keep = BooleanField(_l("Keep holding the rest"))

    def __init__(self, *, name: str, keeps: bool, currency: str, **given: Any) -> None:
        super().__init__(name=name, **given)
        self.amount.id = self.amount.label.field_id = f"{name}-amount"
        self.amount.label.text = _("Amount, %(currency)s", currency=currency)
        if keeps:
            self.keep.id = self.keep.label.field_id = f"{name}-keep"
        else:
            del self.keep

    def money(self, currency: str) -> Money | None:
        """What was typed, thousands and all; None where it is no amount of this currency."""
        return typed_money.read(self.amount.data, currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAction(Action):
    """A deed done to one payment as a whole. `number` says to which change's, where there are several."""

    purpose: Purpose
    number: Callable[[Facts], int] = lambda _facts: 1

    def perform(self, form: ActionForm, facts: Facts, *, by: Actor, at: datetime) -> None:
        self.do(
            facts.booking.id,
            purpose=self.purpose,
            number=self.number(facts),
            reason=form.given_reason,
            by=by,
            at=at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyAction(HoldAction):
    """A deed with an amount. `most` is what it can be done to at once; `keeps` asks about the rest.

    `proposes` fills the whole in. Where a part is the rule, an amount that nobody typed would be a trap.
    """

    most: Most
    keeps: bool = False
    proposes: bool = False

    def form(self, facts: Facts, **given: Any) -> MoneyForm:
        most = self.most(facts)
        data = {"amount": most.to_text() if self.proposes else "", **given.pop("data", {})}
        return MoneyForm(
            name=self.name, label=self.reason, keeps=self.keeps, currency=most.currency, data=data, **given
        )

    def accepts(self, form: ActionForm, facts: Facts) -> bool:
        if not isinstance(form, MoneyForm) or not form.validate():
            return False
        most = self.most(facts)
        asked = form.money(most.currency)
        if asked is None or asked.amount <= 0:
            form.amount.errors = [_("Write an amount, such as %(example)s.", example=most.to_text())]
        elif asked > most:
            form.amount.errors = [_("%(most)s is the most at once.", most=formats.money(most))]
        return not form.amount.errors

    def perform(self, form: ActionForm, facts: Facts, *, by: Actor, at: datetime) -> None:
        if not isinstance(form, MoneyForm):
            raise TypeError("a deed with an amount needs its form")
        more = {"final": not form.keep.data} if self.keeps else {}
        self.do(
            facts.booking.id,
            purpose=self.purpose,
            number=self.number(facts),
            amount=form.money(facts.booking.currency),
            reason=form.given_reason,
            by=by,
            at=at,
            **more,
        )


def _chosen(facts: Facts, purpose: Purpose, counts: Counts) -> Payment | None:
    """The payment that a deed is done to: of several changes, the first to which it can be done."""
    if purpose is not Purpose.CHANGE:
        return facts.payments.get(purpose)
    return next((row for row in facts.changes if counts(facts.booking, row, facts.at)), None)


def _held(facts: Facts, purpose: Purpose) -> Payment | None:
    return _chosen(facts, purpose, lambda booking, row, at: bool(capturing.most(booking, row, at=at)))


def _captured(facts: Facts, purpose: Purpose) -> Payment | None:
    return _chosen(facts, purpose, lambda booking, row, at: bool(refunding.most(booking, row, at=at)))


def _renewable(facts: Facts, purpose: Purpose) -> Payment | None:
    return _chosen(facts, purpose, lambda booking, row, at: reauthorizing.possible(booking, row, at=at))


def _number(payment: Payment | None) -> int:
    return payment.number if payment is not None else 1


def _left(purpose: Purpose) -> Most:
    return lambda facts: capturing.most(facts.booking, _held(facts, purpose), at=facts.at)


def _taken(purpose: Purpose) -> Most:
    return lambda facts: refunding.most(facts.booking, _captured(facts, purpose), at=facts.at)


def _told(most: Most, words: Callable[[str], str]) -> Callable[[Facts], str]:
    return lambda facts: words(formats.money(most(facts)))


def _capture(purpose: Purpose, label: LazyString, question: LazyString) -> MoneyAction:
    left = _left(purpose)
    return MoneyAction(
        name=f"capture_{purpose}",
        label=label,
        question=question,
        text=_told(
            left,
            lambda most: _(
                "PayPal holds %(most)s. What you take is charged at once; the rest goes back unless kept.",
                most=most,
            ),
        ),
        deed=_l("Capture"),
        done=_l("PayPal is asked for the money now."),
        offered=lambda facts: bool(left(facts)),
        do=capturing.capture,
        purpose=purpose,
        most=left,
        number=lambda facts: _number(_held(facts, purpose)),
        keeps=True,
        proposes=purpose is not Purpose.DEPOSIT,
        reason=_l("Reason"),
    )


def _reauthorize(purpose: Purpose, label: LazyString, question: LazyString) -> HoldAction:
    return HoldAction(
        name=f"reauthorize_{purpose}",
        label=label,
        question=question,
        text=_l("PayPal answers for the money three days more, once, and never beyond the hold’s own end."),
        deed=_l("Renew it"),
        done=_l("PayPal is asked to renew its hold."),
        offered=lambda facts: reauthorizing.possible(facts.booking, _renewable(facts, purpose), at=facts.at),
        do=reauthorizing.reauthorize,
        purpose=purpose,
        number=lambda facts: _number(_renewable(facts, purpose)),
        reason=_l("Reason"),
    )


def _void(purpose: Purpose, label: LazyString, question: LazyString, loss: LazyString) -> HoldAction:
    left = _left(purpose)
    return HoldAction(
        name=f"void_{purpose}",
        label=label,
        question=question,
        text=_told(
            left, lambda most: _("PayPal lets go of %(most)s at once. %(loss)s", most=most, loss=str(loss))
        ),
        deed=_l("Release it"),
        done=_l("PayPal is told to let go."),
        offered=lambda facts: bool(left(facts)),
        do=releasing.void,
        purpose=purpose,
        number=lambda facts: _number(_held(facts, purpose)),
        reason=_l("Reason"),
        look="btn-danger",
    )


def _refund(purpose: Purpose, label: LazyString, question: LazyString, effect: LazyString) -> MoneyAction:
    taken = _taken(purpose)
    return MoneyAction(
        name=f"refund_{purpose}",
        label=label,
        question=question,
        text=_told(
            taken,
            lambda most: _("Up to %(most)s can go back at once. %(effect)s", most=most, effect=str(effect)),
        ),
        deed=_l("Give it back"),
        done=_l("PayPal is asked to give it back."),
        offered=lambda facts: bool(taken(facts)),
        do=refunding.refund,
        purpose=purpose,
        most=taken,
        number=lambda facts: _number(_captured(facts, purpose)),
        reason=_l("Reason"),
        look="btn-danger",
    )


def _creditable(facts: Facts) -> Money:
    nothing = Money.zero(facts.booking.currency)
    return correcting.left(facts.invoice) if facts.invoice else nothing


MONEY_ACTIONS: tuple[Action, ...] = (
    _capture(Purpose.RENTAL, _l("Capture rental"), _l("Capture the rental’s money now?")),
    _reauthorize(Purpose.RENTAL, _l("Renew rental’s hold"), _l("Have PayPal renew its hold?")),
    _refund(
        Purpose.RENTAL,
        _l("Refund"),
        _l("Give money back?"),
        _l("The price is lowered by it: nobody owes it afterwards."),
    ),
    _void(
        Purpose.RENTAL,
        _l("Release rental"),
        _l("Let go of the rental’s money?"),
        _l("Nothing secures the price then, and the keys stay in the house."),
    ),
    _capture(Purpose.CHANGE, _l("Capture change"), _l("Capture the change’s money now?")),
    _reauthorize(Purpose.CHANGE, _l("Renew change’s hold"), _l("Have PayPal renew the change?")),
    _refund(
        Purpose.CHANGE,
        _l("Refund change"),
        _l("Give money of a change back?"),
        _l("The price is lowered by it: nobody owes it afterwards."),
    ),
    _void(
        Purpose.CHANGE,
        _l("Release change"),
        _l("Let go of the change’s money?"),
        _l("Nothing secures what the change costs more."),
    ),
    _capture(Purpose.DEPOSIT, _l("Capture deposit"), _l("Take money from the deposit now?")),
    _reauthorize(Purpose.DEPOSIT, _l("Renew deposit’s hold"), _l("Have PayPal renew the deposit?")),
    _refund(
        Purpose.DEPOSIT,
        _l("Refund deposit"),
        _l("Give deposit money back?"),
        _l("The charges of the return still say what is due of it."),
    ),
    _void(
        Purpose.DEPOSIT,
        _l("Release deposit"),
        _l("Let go of the deposit?"),
        _l("Charges have nothing to come from then."),
    ),
    MoneyAction(
        name="credit_invoice",
        label=_l("Correct the invoice"),
        question=_l("Write a credit note?"),
        text=_told(
            _creditable,
            lambda most: _(
                "Up to %(most)s, tax included. What is not paid is not owed any more; what was paid can be "
                "given back afterwards. It cannot be undone.",
                most=most,
            ),
        ),
        deed=_l("Issue it"),
        done=_l("The credit note has its number. The PDF is being made and mailed."),
        offered=lambda facts: bool(_creditable(facts)),
        do=lambda booking_id, amount, reason, by, at, **_given: correcting.credit(
            booking_id, amount=amount, reason=reason, by=by, at=at
        ),
        purpose=Purpose.RENTAL,
        most=_creditable,
        reason=_l("Reason"),
        look="btn-danger",
    ),
)
