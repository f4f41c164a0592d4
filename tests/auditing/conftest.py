"""A house in which everything has happened once, and a transaction in which a test breaks one promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text

from exodrive.billing.opening import BillLine
from exodrive.bookings import changes, queries
from exodrive.bookings.after_return import late_charges
from exodrive.bookings.by_hand import bills, correcting, refunding
from exodrive.bookings.by_hand.bills import Taken
from exodrive.bookings.change import change_tokens, changing
from exodrive.bookings.change.wanted import Wanted
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import Booking, ChargeKind
from exodrive.bookings.money import fee_invoices, takings
from exodrive.bookings.quote import quote_accepting, quoting
from exodrive.bookings.quote.quoting import Draft
from exodrive.bookings.reservation import holding, promoting
from exodrive.bookings.reservation.drivers import DriverDetails
from exodrive.bookings.states import State
from exodrive.config import Settings
from exodrive.fleet import photos
from exodrive.fleet import queries as fleet
from exodrive.fleet.photo_models import PhotoState
from exodrive.invoicing import issuing
from exodrive.kernel import audit, clock, inbox
from exodrive.kernel.actors import CUSTOMER, SYSTEM
from exodrive.kernel.db import session, transaction
from exodrive.kernel.ids import new_id
from exodrive.kernel.money import Money
from exodrive.local import demo_reviews
from exodrive.notifications import messages
from exodrive.payments import tree
from exodrive.payments.models import Payment
from exodrive.payments.receipt_models import For, Method
from exodrive.payments.states import PaymentState, Purpose
from exodrive.pricing import promotions
from exodrive.pricing.discounts import Discount, DiscountSource
from exodrive.pricing.promotion_rules import Conditions, Terms
from exodrive.reconciliation import keeping
from exodrive.reconciliation.differences import Differs
from exodrive.reconciliation.models import Difference
from exodrive.reconciliation.states import Cause
from tests import filled, paper, photographs, rental
from tests.bill_paper import Sheet
from tests.filled import FilledHouse
from tests.servers import Servers

BOOKINGS = 400
FAR_AHEAD = 140  # days: the cars are free there

Database = psycopg.Connection[Any]


@pytest.fixture(scope="package")
def house(servers: Servers, worker_number: int, settings: Settings) -> Iterator[FilledHouse]:
    """Bookings that are made up, and beside them what only real ones have: work, reports and letters."""
    with filled.house(servers, database="audited", worker=worker_number, bookings=BOOKINGS) as house:
        rental.hold("aurelia-gt", days_ahead=FAR_AHEAD)
        rental.order(rental.hold("calder-brake", days_ahead=FAR_AHEAD), driver=_insured())
        _send_quotes()
        _invoice_a_fee()
        _bill_something()
        _use_a_code()
        _correct_something()
        _take_a_deposit()
        _correct_an_invoice()
        _change_some()
        _explain_a_difference()
        _write_a_letter()
        _hear_of_something()
        _photograph_cars()
        demo_reviews.add()
        _seal_strange_words()
        _leave_time()
        yield house


@pytest.fixture
def address(house: FilledHouse) -> str:
    """Where the house's database is, for psycopg."""
    url: str = house.app.config["SETTINGS"].database_url
    return url.replace("postgresql+psycopg:", "postgresql:", 1)


@pytest.fixture
def tampered(address: str) -> Iterator[Database]:
    """A transaction without triggers and foreign keys, which is never committed."""
    with psycopg.connect(address, options="-c timezone=UTC") as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        yield connection
        connection.rollback()


def _insured() -> DriverDetails:
    """Who is still insured when the far-away rentals end."""
    return rental.renter(insured_until=clock.now().date() + timedelta(days=400))


def _send_quotes() -> None:
    """One that is open and keeps a car, and one that was accepted and ordered."""
    for slug, hours in (("harrowgate-six", 24), ("corsara-v10", 0)):
        offered = rental.offer(slug, days_ahead=FAR_AHEAD)
        draft = Draft(
            offered.car, offered.journey, name="Ada", email="ada@house.example", phone="+13015550177",
            hold_hours=hours,
        )  # fmt: skip
        with transaction():
            quote, _ = quoting.send(
                draft, desk=rental.desk(), prefix="EXD", key=rental.KEY, by=SYSTEM, at=clock.now()
            )
    with transaction():
        booking, _ = quote_accepting.accept(
            quote.id, desk=rental.desk(), prefix="EXD", key=rental.KEY, at=clock.now()
        )
    rental.order(booking.id, driver=_insured())


def _invoice_a_fee() -> None:
    with transaction():
        missed = select(Booking.id).where(Booking.state == State.NO_SHOW).order_by(Booking.id).limit(1)
        fee_invoices.issue(session().scalars(missed).one(), by=rental.AGENT, at=clock.now())


def _use_a_code() -> None:
    """Its only use was given back once, and is somebody else's now."""
    with transaction():
        off = Discount(DiscountSource.PROMOTION, rate_bp=1000)
        terms = Terms("AUDITED", off, Conditions(), most_uses=1)
        promotions.create(new_id(), terms, by=SYSTEM, at=clock.now())
    for slug in ("strada-tt", "noctua-r"):
        with transaction():
            at, desk = clock.now(), rental.desk()
            offer = promoting.with_code(rental.offer(slug, days_ahead=FAR_AHEAD), "AUDITED", desk=desk, at=at)
            held, _secret = holding.hold(
                offer, policies=desk.policies, prefix="EXD", visitor="audited", key=rental.KEY, at=at
            )
            if slug == "strada-tt":
                holding.give_up(held.id, at=at)


def _bill_something() -> None:
    """Bills of rentals that are over: one with the customer, one paid there and at the desk, one opened."""
    found = select(Booking.id).where(Booking.state == State.CLOSED).order_by(Booking.id).limit(3)
    made = [_billed(booking_id) for booking_id in session().scalars(found).all()]
    for sheet in made[:2]:
        sheet.perform()
    made[1].pay(15_000, fee=600)
    made[1].read()
    with transaction():
        bills.record_payment(
            made[1].bill_id, amount=Money(10_000, "USD"), method=Taken.CASH, reference="", by=SYSTEM,
            at=clock.now(),
        )  # fmt: skip
    made[1].perform()


def _billed(booking_id: UUID) -> Sheet:
    with transaction():
        line = BillLine("charge_other", {"note": "A scratched rim"}, Money(40_000, "USD"))
        return Sheet(bills.open_by_hand(booking_id, lines=[line], note="", by=SYSTEM, at=clock.now()).id)


def _correct_something() -> None:
    """A charge that came late, and was none: its bill is withdrawn, its invoice credited."""
    found = select(Booking.id).where(Booking.state == State.CLOSED).order_by(Booking.id).offset(3).limit(1)
    with transaction():
        booking_id = session().scalars(found).one()
        line = ChargeLine(ChargeKind.DAMAGE, Money(35_000, "USD"), note="A dent")
        charge = late_charges.add(booking_id, line, by=rental.AGENT, at=clock.now())
        bill_id, invoice_id = charge.bill_id, charge.invoice_id
    assert bill_id is not None
    assert invoice_id is not None
    sheet = Sheet(bill_id)
    sheet.perform()
    with transaction():
        bills.cancel(bill_id, reason="an old one", by=rental.AGENT, at=clock.now())
    sheet.perform()
    with transaction():
        number = issuing.invoice(invoice_id).number
        correcting.credit(
            booking_id, number=number, amount=None, reason="an old one", by=rental.AGENT, at=clock.now()
        )


def _take_a_deposit() -> None:
    """In cash, of somebody whose deposit is still to be paid."""
    waiting = select(Booking).where(Booking.state == State.CONFIRMED, Booking.deposit_asked_at.is_(None))
    with transaction():
        booking = session().scalars(waiting.order_by(Booking.id).limit(1)).one()
        takings.take(
            booking.id, purpose=For.DEPOSIT, method=Method.CASH, amount=booking.deposit_money, reference="",
            by=rental.AGENT, at=clock.now(),
        )  # fmt: skip


def _correct_an_invoice() -> None:
    """Money goes back to a renter whose rental is over: with a credit note, and by PayPal."""
    found = select(Booking.id).where(Booking.state == State.CLOSED).order_by(Booking.id).offset(5).limit(1)
    with transaction():
        booking_id = session().scalars(found).one()
        refunding.refund(
            booking_id, purpose=Purpose.RENTAL, amount=Money(1_000, "USD"), by=rental.AGENT, at=clock.now(),
            reason="The sound system was broken",
        )  # fmt: skip
    paper.answer(booking_id)


def _change_some() -> None:
    """One change that is paid and applied, and one that waits for its money with a place of its own."""
    for slug, paid in (("strada-tt", True), ("bramante-s", False)):
        booking_id = rental.hold(slug, days_ahead=FAR_AHEAD)
        rental.order(booking_id, driver=_insured())
        paper.answer(booking_id)
        paper.approve(booking_id)
        paper.answer(booking_id)
        paper.sign(booking_id)
        paper.answer(booking_id)
        _extend(booking_id)
        if paid:
            paper.answer(booking_id)
            paper.approve_change(booking_id)
            paper.answer(booking_id)
            with transaction():
                changing.finish(changes.of_booking(booking_id)[-1].id, at=clock.now())
                _finish("bookings.apply_change")
            paper.answer(booking_id)


def _extend(booking_id: UUID) -> None:
    at = clock.now()
    with transaction():
        back = queries.by_id(booking_id).return_at + timedelta(days=1)
        while back.astimezone(rental.ZONE).weekday() > 4:
            back += timedelta(days=1)
        impact = changing.preview(booking_id, Wanted(return_at=back), at=at)
        token = change_tokens.sign(impact, secret=rental.KEY, by_staff=False, at=at)
    with transaction():
        changing.agree(booking_id, token, secret=rental.KEY, by=CUSTOMER, at=at)


def _explain_a_difference() -> None:
    """PayPal once named another amount of a capture, and somebody knows why."""
    found = select(Payment.id).where(Payment.state == PaymentState.CAPTURED).order_by(Payment.id).limit(1)
    with transaction():
        payment = tree.lock(session().scalars(found).one())
        (taken, *_) = tree.captures(payment)
        differs = Differs(Cause.AMOUNT_DIFFERS, taken.paypal_id, ours=taken.amount, theirs=taken.amount - 1)
        keeping.conclude(payment, (), [differs], at=clock.now())
        row = session().scalars(select(Difference)).one()
        keeping.explain(row.id, reason="PayPal rounds this card's money", by=rental.AGENT, at=clock.now())


def _write_a_letter() -> None:
    with transaction():
        message_id = messages.queue(
            "confirmed/1",
            template="confirmed",
            to_email="maya@okafor.example",
            subject="Confirmed",
            html="<p>Confirmed</p>",
            text="Confirmed",
            at=clock.now(),
        )
        assert message_id is not None
        messages.sent(message_id, provider_id="mail-1", at=clock.now())
        _finish("messages.send")


def _hear_of_something() -> None:
    with transaction():
        message_id = inbox.store(
            provider="paypal",
            event_key="WH-1",
            event_type="INVOICING.INVOICE.PAID",
            headers={},
            body=json.dumps({"id": "WH-1"}).encode(),
            verified=True,
            at=clock.real_now(),
        )
        assert message_id is not None
        inbox.processed(inbox.lock(message_id), at=clock.now(), note="unknown", ignored=True)
        _finish("webhooks.process")


def _photograph_cars() -> None:
    """One photo that is ready, one that has been removed before anybody resized it."""
    with transaction():
        cars = fleet.all_cars(limit=2)
    ready, removed = (photographs.add(each) for each in cars)
    with transaction():
        photos.remove(cars[1], removed, by=photographs.AGENT, at=clock.now())
    photographs.resize_all()
    assert photographs.read(cars[0], ready).state == PhotoState.READY


def _finish(actor: str) -> None:
    session().flush()
    session().execute(
        text("UPDATE deliveries SET state = 'done', finished_at = :at WHERE actor = :actor"),
        {"actor": actor, "at": clock.real_now()},
    )


def _leave_time() -> None:
    """However slow the tests are, nothing becomes late while they run."""
    with transaction():
        session().execute(text("UPDATE deliveries SET due_at = due_at + interval '1 day'"))
        session().execute(text("UPDATE bookings SET expires_at = expires_at + interval '1 day'"))


def _seal_strange_words() -> None:
    """Entries that JSON can write in more than one way."""
    with transaction():
        for number, reason in enumerate(("Größe \u2013 “so” \U0001f697", 'a "b" \\ / \t\n\x7f', None)):
            audit.record(
                "house.noted",
                subject=("house", new_id()),
                by=SYSTEM,
                at=clock.now().replace(microsecond=number),
                reason=reason,
                zebra=[[1, "é"], {"b": 2, "a": None}],
                a=1.5,
                bb=True,
                C="\u2028",
            )
    with transaction():
        while audit.seal(limit=10_000):
            pass
