"""What staff can do to a booking with a click and, at most, a reason.

Each deed is one row: when it is offered, what is asked before it is done, and which use case does it. The
same form stands in a dialog on the booking's page and on a page of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.blueprints.staff.facts import Facts
from exodrive.bookings import attention, cancelling, deposits, handover, links, retrying, signing
from exodrive.bookings.states import State
from exodrive.contracts.states import WAITING
from exodrive.kernel.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One deed. `reason` is the label of its reason, None where none is asked for."""

    name: str
    label: LazyString
    question: LazyString
    text: LazyString
    deed: LazyString
    done: LazyString
    offered: Callable[[Facts], bool]
    do: Callable[[UUID, Actor, datetime, str], object]
    reason: LazyString | None = None
    look: str = ""

    @property
    def endpoint(self) -> str:
        return f"staff.{self.name}"

    @property
    def address(self) -> str:
        return self.name.replace("_", "-")


def _unsigned(facts: Facts) -> bool:
    waits = facts.state is State.AWAITING_SIGNATURE
    return waits and facts.contract is not None and facts.contract.state in WAITING


def _unissued(facts: Facts) -> bool:
    ended = facts.contract is not None and not facts.agreement_waits and not facts.agreement_signed
    return facts.state is State.AWAITING_SIGNATURE and ended


def _deposit_unasked(facts: Facts) -> bool:
    booking = facts.booking
    return facts.state is State.CONFIRMED and booking.deposit > 0 and booking.deposit_asked_at is None


def _deposit_missing(facts: Facts) -> bool:
    waived = facts.booking.deposit_waiver is not None
    return facts.state is State.CONFIRMED and not facts.deposit_held and not waived


def _not_come(facts: Facts) -> bool:
    return facts.state is State.CONFIRMED and facts.at >= facts.booking.pickup_at


def _reachable(facts: Facts) -> bool:
    return facts.booking.renter is not None and facts.at < facts.booking.return_at + links.LIFE_AFTER_RETURN


def _replace_link(booking_id: UUID, by: Actor, at: datetime, reason: str) -> None:
    key = current_app.config["SETTINGS"].secret_key
    links.replace(booking_id, key=key, reason=reason, by=by, at=at)


ACTIONS: tuple[Action, ...] = (
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
        name="miss",
        label=_l("No-show"),
        question=_l("Did the customer not come?"),
        text=_l("The rental is charged in full and the car is free again. This cannot be undone."),
        deed=_l("Charge it in full"),
        done=_l("Recorded. PayPal is told now."),
        offered=_not_come,
        do=lambda booking_id, by, at, reason: cancelling.miss(booking_id, reason=reason, by=by, at=at),
        reason=_l("What was tried to reach the customer"),
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
)
BY_NAME = {action.name: action for action in ACTIONS}


def offered(facts: Facts) -> dict[str, Action]:
    """The deeds that this booking allows now, by name."""
    return {action.name: action for action in ACTIONS if action.offered(facts)}
