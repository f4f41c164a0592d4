"""Rentals at the brink: all that the house did by itself is done, and the providers' word comes next.

Each rental has a first half, which the house and its people do, and a second half, which happens at PayPal,
DocuSeal or Resend while nobody tells the house: it will hear of it by messages alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import requests

from exodrive.billing import queries as billing
from exodrive.billing.opening import BillLine
from exodrive.bookings import cancelling, queries, signing, transitions
from exodrive.bookings.by_hand import bills
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.reservation import expiry, ordering
from exodrive.contracts import issuing
from exodrive.kernel import clock, sandbox_clock
from exodrive.kernel.actors import CUSTOMER
from exodrive.kernel.db import transaction
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from exodrive.tasks import sweeps
from tests import rental
from tests.drain import drain
from tests.tasks import steps

FAR = 60  # days ahead: such a rental is captured as soon as it is signed
NOTHING = Money(0, "USD")
Happening = Callable[[], None]


def nothing() -> None:
    """All that there is to hear of this rental has happened before."""


@dataclass(frozen=True, slots=True)
class Rental:
    """One rental at the brink. `happens` is its second half, and `state` where it has to end.

    `told` is the message that ends the second half: whose it is, its type, and an id that it speaks of.
    """

    story: str
    booking_id: UUID
    state: str
    happens: Happening = nothing
    told: tuple[str, str, str] | None = None


def approve(url: str) -> None:
    """The payer approves at PayPal and closes the window."""
    requests.get(url, timeout=60)
    answer = requests.post(
        url, data={"decision": "approve", "funding": "good"}, allow_redirects=False, timeout=60
    )
    assert answer.status_code in (302, 303), answer.text[:300]


def pay_bill(url: str) -> None:
    """The renter pays the whole of a bill on PayPal's page."""
    answer = requests.post(url, data={"amount": "", "funding": "good"}, allow_redirects=False, timeout=60)
    assert answer.status_code in (302, 303), answer.text[:300]


def decline(sign_url: str) -> None:
    answer = requests.post(
        f"{sign_url}/decline", data={"reason": "The dates are wrong"}, allow_redirects=False, timeout=60
    )
    assert answer.status_code in (302, 303), answer.text[:300]


def decide(simulators: str, kind: str, key: str, decision: str) -> None:
    """PayPal's or the bank's decision about something that was pending."""
    url = f"{simulators}/paypal/payments/{kind}/{key}/{decision}"
    assert requests.post(url, allow_redirects=False, timeout=60).status_code in (302, 303)


def taken(booking_id: UUID) -> str:
    """PayPal's id of the rental's capture, once it was asked for."""
    sweeps.run_payment_plans()
    drain()
    with transaction():
        (capture,) = tree.captures(tree.of_booking(booking_id)[Purpose.RENTAL])
        return capture.paypal_id


def closed(slug: str, *, miles: int) -> UUID:
    """A whole rental: with miles over the allowance the deposit is captured in part, else voided."""
    booking_id = steps.confirmed(slug, days_ahead=3)
    steps.deposit_held(booking_id)
    with transaction():
        odometer = queries.by_id(booking_id).car.odometer
    rental.hand_over(booking_id, odometer=odometer)
    rental.take_back(booking_id, odometer=odometer + miles)
    rental.settle(booking_id)
    drain()
    assert rental.state(booking_id) == "closed"
    return booking_id


def renewed(slug: str) -> UUID:
    """A later rental, when its day has come: PayPal's hold is old by then, is renewed, and captured."""
    booking_id = steps.confirmed(slug, days_ahead=12)
    with transaction():
        payment = tree.of_booking(booking_id)[Purpose.RENTAL]
        assert payment.capture_at is not None
        wait = payment.capture_at - clock.now()
    with transaction():
        sandbox_clock.move(wait + timedelta(minutes=1))
    drain()
    for _ in range(2):  # one renews it, the other captures what was renewed
        sweeps.run_payment_plans()
        drain()
    assert ("reauthorize", "done") in steps.operations(booking_id)
    taken(booking_id)
    return booking_id


def declined(slug: str) -> UUID:
    """A card was declined, which our own call was told, and the payer has another order to approve."""
    booking_id = steps.paid(slug, funding="declined")
    assert rental.money(booking_id, Purpose.RENTAL)[0] == "failed"
    with transaction():
        ordering.pay_again(booking_id, at=clock.now())
    drain()
    return booking_id


def missed(slug: str) -> UUID:
    """Nobody came: the rental is kept, as captured before."""
    booking_id = steps.confirmed(slug, days_ahead=FAR)
    taken(booking_id)
    with transaction():
        booking = transitions.lock(booking_id)
        booking.pickup_at, length = clock.now() - timedelta(hours=3), booking.return_at - booking.pickup_at
        booking.return_at = booking.pickup_at + length
    with transaction():
        cancelling.miss(booking_id, by=rental.AGENT, at=clock.now())
    drain()
    return booking_id


def bounced(slug: str) -> UUID:
    booking_id = rental.hold(slug)
    rental.order(booking_id, driver=rental.renter(email=f"bounced+{slug}@okafor.example"))
    drain()
    return booking_id


def all_of_them(simulators: str) -> list[Rental]:
    """One rental of each kind, each with a car of its own where their dates would meet."""
    # First of all, since time passes for it.
    waited = Rental("captured from a renewed hold", renewed("solenne-spider"), "confirmed")
    return [
        waited,
        _ordered("the payer approves", steps.ordered("aurelia-gt")),
        _ordered("a better card after a declined one", declined("aurelia-gt-green")),
        _paid(
            "the renter signs", "calder-brake", rental.sign, told="submission.completed", state="confirmed"
        ),
        _paid("the renter declines", "corsara-v10", decline, "form.declined", state="awaiting_signature"),
        _reissued("the second agreement is signed", "solenne-spider-white"),
        _pending("the bank pays", "corsara-v10-spyder", "complete", simulators),
        _pending("the bank does not pay", "strada-tt", "deny", simulators),
        _deposit("the deposit is approved", "linnet-38"),
        _let_go("PayPal lets the hold go", "calder-brake"),
        _refunded("refunded in part at PayPal", "aurelia-gt"),
        _cancelled("cancelled, and the refund arrives", "bramante-s", simulators),
        _late("the payer is too late", "solenne-spider"),
        _changed("what a change costs more is approved", "linnet-38", days_ahead=FAR),
        _billed("a bill is paid", closed("bramante-s", miles=100)),
        Rental("the mail comes back", bounced("harrowgate-six"), "awaiting_payment"),
        Rental("nobody came", missed("harrowgate-eight"), "no_show"),
        Rental("closed, the deposit captured in part", closed("noctua-r", miles=900), "closed"),
        Rental("closed, the deposit voided", closed("noctua-s", miles=100), "closed"),
    ]


def _ordered(story: str, booking_id: UUID) -> Rental:
    url, order = rental.approve_url(booking_id), _order(booking_id)
    told = ("/paypal", "CHECKOUT.ORDER.APPROVED", order)
    return Rental(story, booking_id, "awaiting_signature", lambda: approve(url), told)


def _late(story: str, slug: str) -> Rental:
    """The payer approves an order whose place is gone."""
    booking_id = steps.ordered(slug)
    url, order = rental.approve_url(booking_id), _order(booking_id)
    with transaction():
        transitions.lock(booking_id).expires_at = clock.now()
    with transaction():
        expiry.expire_if_due(booking_id, at=clock.now())
    drain()
    told = ("/paypal", "CHECKOUT.ORDER.APPROVED", order)
    return Rental(story, booking_id, "expired", lambda: approve(url), told)


def _paid(story: str, slug: str, deed: Callable[[str], None], told: str, *, state: str) -> Rental:
    booking_id = steps.paid(slug)
    url = steps.sign_url(booking_id)
    return Rental(story, booking_id, state, lambda: deed(url), ("/docuseal", told, _agreement(booking_id)))


def _reissued(story: str, slug: str) -> Rental:
    """The first agreement was declined, which the house knows, and a second one is out."""
    booking_id = steps.paid(slug)
    decline(steps.sign_url(booking_id))
    with transaction():
        issuing.signer_returned(booking_id)
    drain()
    with transaction():
        signing.renew(booking_id, by=rental.AGENT, at=clock.now())
    drain()
    url = steps.sign_url(booking_id)
    told = ("/docuseal", "submission.completed", _agreement(booking_id))
    return Rental(story, booking_id, "confirmed", lambda: rental.sign(url), told)


def _pending(story: str, slug: str, decision: str, simulators: str) -> Rental:
    booking_id = steps.confirmed(slug, days_ahead=FAR, funding="echeck")
    capture = taken(booking_id)
    told = ("/paypal", f"PAYMENT.CAPTURE.{'COMPLETED' if decision == 'complete' else 'DENIED'}", capture)
    return Rental(
        story, booking_id, "confirmed", lambda: decide(simulators, "captures", capture, decision), told
    )


def _deposit(story: str, slug: str) -> Rental:
    booking_id = steps.confirmed(slug, days_ahead=3)
    rental.ask_for_deposit(booking_id)
    rental.go_to_deposit(booking_id)
    drain()
    url, order = rental.approve_url(booking_id, Purpose.DEPOSIT), _order(booking_id, Purpose.DEPOSIT)
    return Rental(
        story, booking_id, "confirmed", lambda: approve(url), ("/paypal", "CHECKOUT.ORDER.APPROVED", order)
    )


def _let_go(story: str, slug: str) -> Rental:
    """As PayPal does after a month, or a person on PayPal's own page."""
    booking_id = steps.confirmed(slug, days_ahead=25)
    with transaction():
        (held,) = tree.authorizations(tree.of_booking(booking_id)[Purpose.RENTAL])
        hold = held.paypal_id

    def void() -> None:
        factory.payment_gateway().void(hold, request_id=f"elsewhere:{hold}")

    return Rental(story, booking_id, "confirmed", void, ("/paypal", "PAYMENT.AUTHORIZATION.VOIDED", hold))


def _refunded(story: str, slug: str) -> Rental:
    """Somebody of the house gives money back at PayPal itself, past us."""
    booking_id = steps.confirmed(slug, days_ahead=FAR)
    capture = taken(booking_id)

    def refund() -> None:
        factory.payment_gateway().refund(
            capture,
            amount=Money(50_00, "USD"),
            invoice_id=f"BY-HAND-{capture}",
            request_id=f"hand:{capture}",
        )

    return Rental(story, booking_id, "confirmed", refund, ("/paypal", "PAYMENT.CAPTURE.REFUNDED", capture))


def _cancelled(story: str, slug: str, simulators: str) -> Rental:
    booking_id = steps.confirmed(slug, days_ahead=FAR, funding="slow_refunds")
    taken(booking_id)
    with transaction():
        cancelling.cancel(booking_id, agreed_fee=NOTHING, at=clock.now())
    drain()
    with transaction():
        (capture,) = tree.captures(tree.of_booking(booking_id)[Purpose.RENTAL])
        (on_its_way,) = capture.refunds
        refund = on_its_way.paypal_id
    told = ("/paypal", "PAYMENT.CAPTURE.REFUNDED", refund)
    return Rental(
        story, booking_id, "cancelled", lambda: decide(simulators, "refunds", refund, "complete"), told
    )


def _changed(story: str, slug: str, *, days_ahead: int) -> Rental:
    """A day more, which the customer said yes to, and the order of what it costs more waits for them."""
    booking_id, at = steps.confirmed(slug, days_ahead=days_ahead), clock.now()
    taken(booking_id)
    with transaction():
        back = queries.by_id(booking_id).return_at + timedelta(days=1)
        while back.astimezone(rental.ZONE).weekday() > 4:
            back += timedelta(days=1)
        shown = changing.preview(booking_id, Wanted(return_at=back), at=at)
    yes = change_tokens.sign(shown, secret=rental.KEY, by_staff=False, at=at)
    with transaction():
        changing.agree(booking_id, yes, secret=rental.KEY, by=CUSTOMER, at=at)
    drain()
    with transaction():
        order = tree.changes_of(booking_id)[-1].orders[-1]
        url, paypal_id = str(order.approve_url), order.paypal_id
    told = ("/paypal", "CHECKOUT.ORDER.APPROVED", paypal_id)
    return Rental(story, booking_id, "confirmed", lambda: approve(url), told)


def _billed(story: str, booking_id: UUID) -> Rental:
    """What came up after the end is on a bill that the renter has."""
    with transaction():
        line = BillLine("charge_other", {"note": "A scratched rim"}, Money(400_00, "USD"))
        bill_id = bills.open_by_hand(booking_id, lines=[line], note="", by=rental.AGENT, at=clock.now()).id
    drain()
    with transaction():
        bill = billing.one(bill_id)
        url, paypal_id = str(bill.view_url), str(bill.paypal_id)
    told = ("/paypal", "INVOICING.INVOICE.PAID", paypal_id)
    return Rental(story, booking_id, "closed", lambda: pay_bill(url), told)


def _order(booking_id: UUID, purpose: Purpose = Purpose.RENTAL) -> str:
    with transaction():
        return tree.of_booking(booking_id)[purpose].orders[-1].paypal_id


def _agreement(booking_id: UUID) -> str:
    with transaction():
        contract = issuing.current(booking_id)
        assert contract is not None
        return contract.external_id
