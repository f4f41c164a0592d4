"""What guests and the desk do of their own accord, each at a time of their own: the plan copes."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

from exodrive.bookings import cancelling, handover, transitions
from exodrive.bookings.charge import charging
from exodrive.bookings.condition_models import ReportKind
from exodrive.bookings.deposit import deposits
from exodrive.bookings.handover import RETURN_CHECKS, Condition
from exodrive.bookings.models import ChargeKind
from exodrive.bookings.money import asking_again, prepayment, settlement
from exodrive.bookings.reservation import ordering
from exodrive.bookings.states import State
from exodrive.contracts import issuing
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import DomainError
from exodrive.kernel.money import Money
from exodrive.payments import tree
from exodrive.payments.receipt_models import For
from exodrive.payments.states import Purpose
from tests import rental
from tests.clockwork import ways
from tests.clockwork.branches import Branch
from tests.clockwork.counter import AtTheCounter
from tests.clockwork.persons import DAY, HOUR, MANAGER, Next, Surroundings
from tests.clockwork.second_thoughts import CHEAPER, DEARER, SecondThoughts

PAGE, CODE, QUOTE, COUNTER, LINK = "page", "code", "quote", "counter", "link"


class Guest(SecondThoughts, AtTheCounter):
    """One rental from the wish to the settlement; chance decides the way and the times."""

    def __init__(self, around: Surroundings, chance: random.Random) -> None:
        super().__init__(around, chance)
        self.days_ahead = chance.choice([1, 2, 3, 4, 6, 8, 12, 20, 26, 30, 33, 45, 80, 120, 148])
        self.days = chance.choice([1, 2, 3, 3, 4, 5, 7, 7, 9, 12, 16, 21])
        self.way = chance.choices([PAGE, CODE, QUOTE, COUNTER, LINK], weights=[62, 10, 12, 10, 6])[0]
        self.fate = chance.choices(
            ["drives", "cancels", "misses", "leaves", "never_signs"], weights=[76, 11, 5, 4, 4]
        )[0]
        self.wish = chance.choices(["", DEARER, CHEAPER], weights=[64, 20, 16])[0]
        self.changes_unpaid = chance.random() < 0.35
        self.pays_for_it = chance.random() < 0.8
        self.leaves_deposit = chance.choices(["paypal", "desk"], weights=[92, 8])[0]
        self.answers = chance.random() < 0.85  # what PayPal wants approved once more
        self.looks = 4
        self._quote_id: UUID | None = None

    # the way to the keys

    def come(self) -> Next | None:
        """Wish for a car, hold and order it; another car where the first is taken."""
        for slug in self._chance.sample(self._around.cars, k=min(6, len(self._around.cars))):
            try:
                if self.way == QUOTE:
                    return self._ask_for_quote(slug)
                with transaction():
                    wanted = ways.journey(days_ahead=self.days_ahead, days=self.days)
                    booking = ways.held(slug, wanted, code=ways.CODE if self.way == CODE else "")
                    self._booking_id = booking
                return self._order()
            except DomainError as refusal:
                self._around.refused[refusal.code] += 1
        return None

    def _ask_for_quote(self, slug: str) -> Next:
        with transaction():
            wanted = ways.journey(days_ahead=max(self.days_ahead, 3), days=self.days)
            self._quote_id = ways.quoted(slug, wanted, hold_hours=self._chance.choice([0, 24]))
        return self._soon(HOUR * self._chance.uniform(0.2, 20), self.accept)

    def accept(self) -> Next | None:
        """Take the quote at its price; one in five is not heard of again."""
        quote_id = self._quote_id
        if quote_id is None or self._chance.random() < 0.2:
            self._around.took[Branch.QUOTE_LEFT] += 1
            return None
        with self._in_words():
            with transaction():
                self._booking_id = ways.accepted(quote_id)
            self._around.took[Branch.BY_QUOTE] += 1
            return self._order()
        return None

    def _order(self) -> Next:
        rental.order(self._id)
        if self.way == CODE:
            self._around.took[Branch.WITH_CODE] += 1
        return self._soon(HOUR * self._chance.uniform(0.05, 0.5), self.pay)

    def pay(self) -> Next | None:
        """Approve at PayPal, unless this one leaves. Where the bank declined, once more."""
        if self._state() != State.AWAITING_PAYMENT:
            return None
        if self.fate == "leaves":
            self._around.took[Branch.LEFT] += 1
            return None
        if self.way in (COUNTER, LINK):
            self._try(lambda: prepayment.waive(self._id, reason="an old guest", by=MANAGER, at=clock.now()))
            return self._soon(HOUR, self.sign_or_pay)
        if self.wish and self.changes_unpaid:
            self._change()
            return self._soon(HOUR / 10, self.pay)
        with transaction():
            approved = self._approve(tree.of_booking(self._id).get(Purpose.RENTAL))
        if not approved:
            self._try(lambda: ordering.pay_again(self._id, at=clock.now()))
        return self._soon(HOUR * self._chance.uniform(0.1, 0.5), self.sign_or_pay)

    def sign_or_pay(self) -> Next | None:
        if self._state() == State.AWAITING_PAYMENT:
            return self.pay()
        if self.fate == "never_signs":
            self._around.took[Branch.NEVER_SIGNED] += 1
            return None
        return self._soon(HOUR * self._chance.uniform(0.1, 40), self.sign)

    def sign(self) -> Next | None:
        with transaction():
            contract = issuing.current(self._id)
        if contract is None or contract.submission_id is None:
            return None
        self._around.notary.sign(contract.submission_id, at=clock.now())
        with transaction():
            issuing.signer_returned(self._id)
        pickup_at = self._booking().pickup_at
        if self.fate == "cancels":
            return Next(self._between(clock.now(), pickup_at), self.cancel)
        if self.fate == "misses":
            return Next(pickup_at + 5 * HOUR, self.miss)
        if self.wish:
            return Next(self._between(clock.now(), max(pickup_at - 4 * DAY, clock.now())), self.change)
        return self._before_pickup()

    def change(self) -> Next | None:
        if self._booking().state != State.CONFIRMED:
            return None
        self._change()
        return self._soon(HOUR / 4, self.pay_for_change)

    def pay_for_change(self) -> Next | None:
        self._pay_for_change()
        return self._soon(HOUR, self.sign_addenda)

    def sign_addenda(self) -> Next | None:
        self._sign_addenda()
        return self._before_pickup()

    def _before_pickup(self) -> Next:
        return Next(max(self._booking().pickup_at - 40 * HOUR, clock.now() + HOUR), self.pay_deposit)

    def cancel(self) -> Next | None:
        def at_its_price() -> None:
            booking = transitions.lock(self._id)
            fee = cancelling.terms(booking, at=clock.now()).fee
            cancelling.cancel(self._id, agreed_fee=fee, at=clock.now())

        if self._try(at_its_price):
            free = not self._booking().cancellation_fee
            self._around.took[Branch.CANCELLED_FREE if free else Branch.CANCELLED_FOR_FEE] += 1
        return None

    def miss(self) -> Next | None:
        self._try(lambda: cancelling.miss(self._id, by=MANAGER, at=clock.now()), Branch.MISSED)
        self._hand_back()
        return None

    def pay_deposit(self) -> Next | None:
        """Go to PayPal for the deposit as the mail asks; some forget it until the counter reminds them."""
        booking = self._booking()
        if booking.state != State.CONFIRMED:
            return None
        self._answer()
        if booking.pickup_at - clock.now() > 12 * HOUR and self._chance.random() < 0.3:
            return self._soon(9 * HOUR, self.pay_deposit)
        if self.leaves_deposit == "desk":
            return Next(max(booking.pickup_at, clock.now() + HOUR / 2), self.take_keys)
        self._try(lambda: deposits.pay(self._id, at=clock.now()))
        return self._soon(HOUR / 2, self.approve_deposit)

    def approve_deposit(self) -> Next | None:
        booking = self._booking()
        self._answer()
        with transaction():
            approved = self._approve(tree.of_booking(self._id).get(Purpose.DEPOSIT))
        if not approved and clock.now() < booking.pickup_at:
            return self._soon(6 * HOUR, self.pay_deposit)
        return Next(max(booking.pickup_at, clock.now() + HOUR / 2), self.take_keys)

    # the desk

    def take_keys(self) -> Next | None:
        """Hand over; without a deposit a manager decides, mostly against it."""
        booking = self._booking()
        if booking.state != State.CONFIRMED:
            return None
        if self.leaves_deposit == "desk":
            self._take(For.DEPOSIT, Branch.DEPOSIT_AT_DESK)
        if self.way == COUNTER:
            self._take(For.RENTAL, Branch.PAID_AT_COUNTER)
        if not self._hand_over(booking) and self._chance.random() < 0.3:
            self._try(
                lambda: handover.waive_deposit(
                    self._id, reason="a guest of the house", by=MANAGER, at=clock.now()
                )
            )
            if self._hand_over(self._booking()):
                self._around.took[Branch.DEPOSIT_WAIVED] += 1
        if self._state() != State.ON_RENT:
            return self._soon(5 * HOUR, self.miss)
        late = timedelta(hours=self._chance.choice([-20, -3, -1, 0, 0, 0, 1, 3, 8]))
        return Next(max(booking.return_at + late, clock.now() + HOUR), self.bring_back)

    def bring_back(self) -> Next | None:
        with transaction():
            out = handover.report(self._id, ReportKind.PICKUP).odometer or 0
        odometer = out + self._chance.randrange(20, 200 * self.days + 40)
        fuel = self._chance.choice([8, 8, 8, 7, 4])

        def taken_back() -> None:
            self._photograph(ReportKind.RETURN)
            booking = transitions.lock(self._id)
            charges = handover.proposed_charges(booking, odometer=odometer, fuel_eighths=fuel, at=clock.now())
            if self._chance.random() < 0.08:
                damage = Money(self._chance.randrange(10_000, 900_000), booking.currency)
                charges.append(charging.ChargeLine(ChargeKind.DAMAGE, damage, note="rim scraped"))
            handover.take_back(
                self._id,
                Condition(odometer, fuel, RETURN_CHECKS),
                charges=charges,
                by=MANAGER,
                at=clock.now(),
            )

        self._try(taken_back)
        if self._state() != State.RETURNED:
            return None
        forgotten = self._chance.random() < 0.06
        return self._soon(DAY * (30 if forgotten else self._chance.uniform(0.04, 12)), self.settle)

    def settle(self) -> Next | None:
        """Staff take the charges; what the deposit does not hold is billed, once they have seen how much."""
        try:
            self._settled(bill=None)
        except settlement.BeyondDeposit as beyond:
            self._around.refused[beyond.code] += 1
            self._settled(bill=beyond.bill)
        return self._soon(HOUR, self.look_back)

    def look_back(self) -> Next | None:
        """The desk hands back what lies there; the guest answers what PayPal wants approved once more."""
        self._hand_back()
        self.looks -= 1
        if self._state() != State.RETURNED or not self.looks:
            return None
        self._answer()
        return self._soon(HOUR * 2, self.look_back)

    def _answer(self) -> None:
        """Approve what is asked for once more: the first time the page is asked for, then it is there."""
        if not self.answers or self.way == COUNTER:
            return
        with transaction():
            asked = [payment for payment, _ in asking_again.open_of(self._id)]
            approved = [payment.id for payment in asked if self._approve(payment)]
        branch = Branch.PAID_BY_LINK if self.way == LINK else Branch.APPROVED_AGAIN
        self._around.took[branch] += len(approved)
        for payment_id in {payment.id for payment in asked} - set(approved):
            self._try(
                lambda payment_id=payment_id: asking_again.pay(  # type: ignore[misc]
                    self._id, payment_id=payment_id, at=clock.now()
                )
            )
