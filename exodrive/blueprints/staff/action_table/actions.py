"""What staff can do to a booking with a click and, at most, a reason.

Each deed is one row: when it is offered, what is asked before it is done, and which use case does it. The
same form stands in a dialog on the booking's page and on a page of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import ActionForm
from exodrive.bookings import addenda, attention, conflicts, handover, links, signing
from exodrive.bookings.deposit import deposits
from exodrive.bookings.models import Attention
from exodrive.bookings.money import fee_invoices, prepayment, retrying
from exodrive.bookings.states import State
from exodrive.contracts.states import WAITING
from exodrive.kernel.actors import Actor
from exodrive.kernel.errors import DomainError
from exodrive.payments import opening
from exodrive.payments.receipt_models import For
from exodrive.rendering import formats


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One deed. `reason` is the label of its reason, None where none is asked for.

    `text` says before the click what it does: in words, or worked out from the booking where it has figures.
    """

    name: str
    label: LazyString
    question: LazyString
    text: LazyString | Callable[[Facts], str]
    deed: LazyString
    done: LazyString
    offered: Callable[[Facts], bool]
    do: Callable[..., object]  # of the booking's id, who, when, and the reason
    reason: LazyString | None = None
    look: str = ""
    undo: str | None = None  # the endpoint that takes it back

    @property
    def endpoint(self) -> str:
        return f"staff.{self.name}"

    @property
    def address(self) -> str:
        return self.name.replace("_", "-")

    def told(self, facts: Facts) -> str:
        """What it does to this booking, said before the click."""
        return self.text(facts) if callable(self.text) else str(self.text)

    def form(self, facts: Facts, **given: Any) -> ActionForm:  # noqa: ARG002  money needs it
        return ActionForm(name=self.name, label=self.reason, **given)

    def accepts(self, form: ActionForm, _facts: Facts) -> bool:
        """Whether what was typed can be done; says at its fields what cannot."""
        return bool(form.validate())

    def perform(self, form: ActionForm, facts: Facts, *, by: Actor, at: datetime) -> None:
        """Do it, in the caller's transaction."""
        self.do(facts.booking.id, by, at, form.given_reason)


def _unsigned(facts: Facts) -> bool:
    waits = facts.state is State.AWAITING_SIGNATURE
    paper = facts.contract if waits else facts.addendum
    return (waits or facts.state in addenda.SIGNED_IN) and paper is not None and paper.state in WAITING


def _unissued(facts: Facts) -> bool:
    ended = facts.contract is not None and not facts.agreement_waits and not facts.agreement_signed
    if facts.state in addenda.SIGNED_IN:
        return facts.addendum is not None and facts.addendum.state in addenda.ENDED
    return facts.state is State.AWAITING_SIGNATURE and ended


def _change_unsigned(facts: Facts) -> bool:
    return facts.state is State.CONFIRMED and facts.keys_wait


def _deposit_unasked(facts: Facts) -> bool:
    booking = facts.booking
    unasked = facts.state is State.CONFIRMED and booking.deposit > 0 and booking.deposit_asked_at is None
    return unasked and not facts.deposit_held and booking.deposit_waiver is None


def _deposit_missing(facts: Facts) -> bool:
    waived = facts.booking.deposit_waiver is not None
    return facts.state is State.CONFIRMED and not facts.deposit_held and not waived


def _reachable(facts: Facts) -> bool:
    return facts.booking.renter is not None and facts.at < facts.booking.return_at + links.LIFE_AFTER_RETURN


def _pays_later(facts: Facts) -> bool:
    """Whether the way to PayPal can be sent: what the counter has begun to take, it takes whole."""
    waived = facts.booking.prepayment_waiver is not None and facts.state in prepayment.OPEN
    begun = any(row.purpose == For.RENTAL for row in facts.receipts)
    return waived and not begun and facts.rental is not None and facts.rental.state in opening.PAYABLE


def _way_to_pay(facts: Facts) -> str:
    return _(
        "The renter gets the way to pay %(amount)s at PayPal by mail and on the booking’s page.",
        amount=formats.money(facts.booking.total_money),
    )


def _replace_link(booking_id: UUID, by: Actor, at: datetime, reason: str) -> None:
    key = current_app.config["SETTINGS"].secret_key
    links.replace(booking_id, key=key, reason=reason, by=by, at=at)


def _fee_uninvoiced(facts: Facts) -> bool:
    if facts.invoice is not None:
        return False
    try:
        return bool(fee_invoices.kept(facts.booking, facts.rental))
    except DomainError:
        return False


def _fee(facts: Facts) -> str:
    fee = formats.money(fee_invoices.kept(facts.booking, facts.rental))
    return _(
        "The %(fee)s that were kept get a number, and the invoice is mailed. It cannot be undone.", fee=fee
    )


BOOKING_ACTIONS: tuple[Action, ...] = (
    Action(
        name="remind",
        label=_l("Resend agreement"),
        question=_l("Send the agreement again?"),
        text=_l("The renter gets the mail with the link to the agreement once more. Older links stay good."),
        deed=_l("Send it again"),
        done=_l("The agreement is on its way again."),
        offered=_unsigned,
        do=lambda booking_id, by, at, _reason: signing.remind(booking_id, by=by, at=at),
        look="btn-primary",
    ),
    Action(
        name="renew",
        label=_l("Issue a new agreement"),
        question=_l("Issue a new agreement?"),
        text=_l(
            "The last one has ended. A new one is filled from the booking as it is and mailed for signature."
        ),
        deed=_l("Issue it"),
        done=_l("A new agreement is being issued."),
        offered=_unissued,
        do=lambda booking_id, by, at, _reason: signing.renew(booking_id, by=by, at=at),
        look="btn-primary",
    ),
    Action(
        name="waive_prepayment",
        label=_l("Book without pre-payment"),
        question=_l("Let it stand without a payment?"),
        text=_l(
            "The car is reserved and the agreement goes out. The rental is paid at the desk or at PayPal "
            "before the keys go out. Your name and reason stay in the record."
        ),
        deed=_l("Book it without pre-payment"),
        done=_l("It stands without a payment in advance. The agreement is on its way."),
        offered=lambda facts: facts.state is State.AWAITING_PAYMENT,
        do=lambda booking_id, by, at, reason: prepayment.waive(booking_id, reason=reason, by=by, at=at),
        reason=_l("Reason"),
    ),
    Action(
        name="ask_payment",
        label=_l("Send the way to PayPal"),
        question=_l("Ask for the payment now?"),
        text=_way_to_pay,
        deed=_l("Ask for it"),
        done=_l("The renter is asked to pay at PayPal."),
        offered=_pays_later,
        do=lambda booking_id, by, at, _reason: prepayment.ask(booking_id, by=by, at=at),
    ),
    Action(
        name="ask_deposit",
        label=_l("Ask for the deposit now"),
        question=_l("Ask for the deposit now?"),
        text=_l(
            "The renter gets a mail, and the booking’s page shows the way to PayPal. It is held, not charged."
        ),
        deed=_l("Ask for it"),
        done=_l("The deposit has been asked for."),
        offered=_deposit_unasked,
        do=lambda booking_id, by, at, _reason: deposits.ask(booking_id, by=by, at=at),
    ),
    Action(
        name="waive_deposit",
        label=_l("Override with a reason"),
        question=_l("Hand over without a deposit?"),
        text=_l("Only a manager can. Your name and reason stay in the record."),
        deed=_l("Hand over without deposit"),
        done=_l("The keys may go out without a deposit."),
        offered=_deposit_missing,
        do=lambda booking_id, by, at, reason: handover.waive_deposit(booking_id, reason=reason, by=by, at=at),
        reason=_l("Reason"),
        look="btn-danger",
    ),
    Action(
        name="waive_addendum",
        label=_l("Keys before the change is signed"),
        question=_l("Hand over before the change is signed?"),
        text=_l("Only a manager can. Your name and reason stay in the record; the customer can still sign."),
        deed=_l("Hand over unsigned"),
        done=_l("The keys may go out before the change is signed."),
        offered=_change_unsigned,
        do=lambda booking_id, by, at, reason: addenda.waive(booking_id, reason=reason, by=by, at=at),
        reason=_l("Reason"),
        look="btn-danger",
    ),
    Action(
        name="send_link",
        label=_l("Send link again"),
        question=_l("Send the page link again?"),
        text=_l("The renter gets a mail with the secret link to the booking’s page."),
        deed=_l("Send it"),
        done=_l("The link is on its way."),
        offered=_reachable,
        do=lambda booking_id, by, at, _reason: links.send_again(booking_id, by=by, at=at),
    ),
    Action(
        name="replace_link",
        label=_l("Replace link"),
        question=_l("End the old link and send a new one?"),
        text=_l("For a link that came into wrong hands. Every mail sent so far loses its link at once."),
        deed=_l("End the old link"),
        done=_l("The old link is dead, and a new one is on its way."),
        offered=_reachable,
        do=_replace_link,
        reason=_l("Reason"),
        look="btn-danger",
    ),
    Action(
        name="clear_attention",
        label=_l("Seen, done"),
        question=_l("Is it dealt with?"),
        text=_l("The banner goes. What came of it stays in the record with your name."),
        deed=_l("It is done"),
        done=_l("Noted."),
        offered=lambda facts: facts.booking.attention is not None,
        do=lambda booking_id, by, at, reason: attention.clear(booking_id, reason=reason, by=by, at=at),
        reason=_l("What was done"),
        undo="staff.restore_attention",
    ),
    Action(
        name="solve_conflict",
        label=_l("The clash is solved"),
        question=_l("Is the clash solved?"),
        text=_l("Where the next renter got another car or other dates, it is noted by itself."),
        deed=_l("It is solved"),
        done=_l("Noted."),
        offered=lambda facts: facts.booking.attention == Attention.CAR_LATE,
        do=lambda booking_id, by, at, reason: conflicts.solve(booking_id, reason=reason, by=by, at=at),
        reason=_l("How it was solved"),
    ),
    Action(
        name="retry_payment",
        label=_l("Ask PayPal again"),
        question=_l("Ask PayPal again?"),
        text=_l(
            "The refused call is made once more, under a key of its own. Find out why it was refused first."
        ),
        deed=_l("Ask again"),
        done=_l("PayPal is being asked again."),
        offered=lambda facts: facts.refused is not None,
        do=lambda booking_id, by, at, reason: retrying.retry(booking_id, reason=reason, by=by, at=at),
        reason=_l("Reason"),
    ),
    Action(
        name="issue_invoice",
        label=_l("Issue invoice"),
        question=_l("Issue the invoice for the fee?"),
        text=_fee,
        deed=_l("Issue it"),
        done=_l("The invoice has its number. The PDF is being made and mailed."),
        offered=_fee_uninvoiced,
        do=lambda booking_id, by, at, _reason: fee_invoices.issue(booking_id, by=by, at=at),
    ),
)


def offered(facts: Facts, actions: Iterable[Action]) -> dict[str, Action]:
    """Those of the deeds that this booking allows now, by name."""
    return {action.name: action for action in actions if action.offered(facts)}
