"""One booking's life in rows instead of deeds: what stands of it, and its steps up to the capture."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from exodrive.availability.rules import OccupancyKind
from exodrive.bookings import links, search
from exodrive.bookings.reservation import offers
from exodrive.bookings.reservation.offers import Journey
from exodrive.bookings.states import EVENTS, OCCUPYING, Move, State
from exodrive.contracts.states import ContractKind, ContractState
from exodrive.customers.register import normal_licence, searchable
from exodrive.kernel.actors import CUSTOMER, DOCUSEAL, PAYPAL, Actor
from exodrive.kernel.ids import hash_secret
from exodrive.kernel.money import Money
from exodrive.local.bulk import fates
from exodrive.local.bulk.people import Person
from exodrive.local.bulk.purse import Purse
from exodrive.local.bulk.rows import Batch
from exodrive.local.bulk.scene import Scene
from exodrive.local.bulk.slots import Slot
from exodrive.local.bulk.trail import Trail
from exodrive.payments import plan
from exodrive.payments.plan import Hold, Planned, StepKind, Terms
from exodrive.payments.states import Purpose

LIFE = list(State)
EXTRA, SECOND_DRIVER, DELIVERED = 0.2, 0.12, 0.3


class Tale:
    """One booking. Its steps fill the batch; the trail is left for the end of the batch."""

    def __init__(self, scene: Scene, batch: Batch, slot: Slot, *, reference: str) -> None:
        self.scene, self.batch, self.ids, self.chance = scene, batch, scene.ids, scene.chance
        self.car = scene.cars[slot.car]
        self.pickup_at, self.return_at = scene.moment(slot.picked_up_on), scene.moment(slot.returned_on)
        if slot.kept:
            self.fate = scene.oracle.kept(self.pickup_at, self.return_at)
        else:
            self.fate = scene.oracle.given_up(self.pickup_at)
        self.when = fates.moments(
            self.fate,
            self.pickup_at,
            self.return_at,
            rules=scene.desk.policies.deposit,
            chance=scene.chance,
        )
        self.closed_at = scene.closing_time(slot.returned_on)
        self.id = self.ids.at(self.fate.held_at)
        self.trail = Trail(self.id)
        self.state = State.HELD
        self.row: dict[str, Any] = {"id": self.id, "reference": reference}
        self.drivers: list[Person] = []
        self.contract: dict[str, Any] = {}
        self.rental: Purse | None = None
        self.deposit: Purse | None = None
        self.planned: tuple[Planned, ...] = ()
        self.charges: list[dict[str, Any]] = []

    def move(self, move: Move, to: State, *, by: Actor, at: datetime, **how: Any) -> None:
        self.trail.note(EVENTS[move], by=by, at=at, before=None if move is Move.HOLD else self.state, **how)
        self.state = to

    def goes(self, to: State, at: datetime) -> bool:
        """Whether the life goes on to this state: nothing is skipped, and nothing comes before its time."""
        follows = LIFE.index(to) == LIFE.index(self.state) + 1
        return follows and at <= self.fate.until and LIFE.index(to) <= LIFE.index(self.fate.stands_at)

    def hold(self) -> None:
        scene, at = self.scene, self.when.held_at
        self.journey = Journey(*self._places(), self.pickup_at, self.return_at)
        ordered = self.goes(State.AWAITING_PAYMENT, self.when.ordered_at)
        if ordered:
            self._choose_drivers()
        extras = self._extras() if ordered else {}
        request = offers.request_for(
            self.car, self.journey, extras=extras, additional_drivers=max(0, len(self.drivers) - 1)
        )
        price = offers.price_of(request, scene.desk)
        self.offer = offers.assemble(self.car, self.journey, request, price, policies=scene.desk.policies)
        self.total, self.currency = price.total, price.currency
        places = self.journey.pickup_place, self.journey.return_place
        self.row |= {
            "source": "web",
            "visitor": f"demo-{self.id.hex}",
            "link_version": 1,
            "link_hash": hash_secret(links.secret(scene.key, self.id, 1)),
            "car_id": self.car.id,
            "pickup_place_id": places[0].id,
            "return_place_id": places[1].id,
            "delivery_address": self.drivers[0].address
            if self.drivers and any(place.delivered for place in places)
            else None,
            "pickup_at": self.pickup_at,
            "return_at": self.return_at,
            "held_at": at,
            "expires_at": at + timedelta(minutes=scene.desk.policies.booking.hold_minutes),
            "request": request.to_json(),
            "price": price.to_json(),
            "currency": price.currency,
            "total": price.total.amount,
            "deposit": self.offer.deposit.amount,
            "hand_back": 0,
            "fee_billed": 0,
            "policies": dict(scene.desk.policies.versions),
            "extras": extras,
            "payment_delayed": False,
        }
        self.move(Move.HOLD, State.HELD, by=CUSTOMER, at=at, **self._amount)

    @property
    def _amount(self) -> dict[str, Any]:
        return {"total": self.total.amount, "currency": self.currency}

    def _places(self) -> tuple[Any, Any]:
        scene = self.scene
        if scene.elsewhere and self.chance.random() < DELIVERED:
            there = self.chance.choice(scene.elsewhere)
            return there, self.chance.choice((there, scene.home))
        return scene.home, scene.home

    def _extras(self) -> dict[str, int]:
        return {extra.code: 1 for extra in self.scene.extras if self.chance.random() < EXTRA}

    def _choose_drivers(self) -> None:
        at = self.when.ordered_at
        renter, new = self.scene.guests.renter(self.ids.at(at))
        self.drivers.append(renter)
        if new:
            self.batch.add(
                "customers", id=renter.id, email=renter.email, name=renter.name, phone=renter.phone,
                created_at=at,
                search=searchable(email=renter.email, name=renter.name, phone=renter.phone),
            )  # fmt: skip
        if self.chance.random() < SECOND_DRIVER:
            self.drivers.append(self.scene.guests.stranger(self.ids.at(at)))

    def order(self) -> None:
        at = self.when.ordered_at
        self.row |= {
            "ordered_at": at,
            "customer_id": self.drivers[0].id,
            "expires_at": at + timedelta(minutes=self.scene.desk.policies.booking.payment_minutes),
        }
        for position, driver in enumerate(self.drivers):
            self._write_driver(position, driver)
        self.move(Move.ORDER, State.AWAITING_PAYMENT, by=CUSTOMER, at=at, **self._amount)
        self.rental = self.purse(Purpose.RENTAL, self.total, at=at)
        self.rental.order(at + timedelta(seconds=3))

    def _paid(self) -> Purse:
        if self.rental is None:
            raise LookupError("the payment is opened by the order")
        return self.rental

    def purse(self, purpose: Purpose, amount: Money, *, at: datetime) -> Purse:
        return Purse(
            self.batch, self.ids, self.trail, booking_id=self.id, purpose=purpose, amount=amount, at=at
        )

    def _write_driver(self, position: int, driver: Person) -> None:
        year = self.return_at.year
        self.batch.add(
            "booking_drivers",
            id=self.ids.at(self.when.ordered_at),
            booking_id=self.id,
            position=position,
            name=driver.name,
            email=driver.email,
            phone=driver.phone,
            address=driver.address,
            address_parts=driver.address_parts,
            born_on=driver.born_on,
            licence_number=normal_licence(driver.licence_number),
            licence_region=driver.region,
            licence_since=driver.licence_since,
            # Renewed every few years, always before it ends.
            licence_until=driver.born_on.replace(year=year + 1 + driver.born_on.year % 5),
            insurer=driver.insurer if position == 0 else None,
            insurance_policy=driver.insurance_policy if position == 0 else None,
            insured_until=driver.born_on.replace(year=year + 1) if position == 0 else None,
        )

    def authorize(self) -> None:
        at, rules = self.when.authorized_at, self.scene.desk.policies.booking
        self._paid().authorize(at)
        expires_at = min(at + timedelta(hours=rules.signature_hours), self.pickup_at)
        self.row |= {"authorized_at": at, "expires_at": expires_at}
        self.move(Move.AUTHORIZE, State.AWAITING_SIGNATURE, by=PAYPAL, at=at)
        self._send_contract(expires_at)

    def _send_contract(self, expires_at: datetime) -> None:
        """Not known to DocuSeal: without its number and `checked_at`, nobody asks there."""
        sent_at, viewed_at = self.when.sent_at, self.when.viewed_at
        renter = self.drivers[0]
        self.contract = self.batch.add(
            "contracts",
            id=self.ids.at(sent_at),
            booking_id=self.id,
            kind=ContractKind.AGREEMENT,
            number=0,
            state=ContractState.SENT,
            values={
                "Booking reference": self.row["reference"],
                "Renter name": renter.name,
                "Car": self.car.name,
                "Total": f"{self.total.to_text()} {self.currency}",
            },
            signer_name=renter.name,
            signer_email=renter.email,
            expires_at=expires_at,
            created_at=sent_at,
            sent_at=sent_at,
        )
        self._tell_contract("contract.sent", at=sent_at)
        if viewed_at <= self.fate.until:
            self.contract |= {"state": ContractState.VIEWED, "viewed_at": viewed_at}
            self._tell_contract("contract.viewed", at=viewed_at)

    def _tell_contract(self, action: str, *, at: datetime) -> None:
        self.trail.note(action, by=DOCUSEAL, at=at, contract=str(self.contract["id"]), why=None)

    def sign(self) -> None:
        at, document = self.when.signed_at, self.scene.papers.document
        self.contract |= {
            "state": ContractState.SIGNED,
            "signed_at": at,
            "agreement_file_id": document,
            "audit_file_id": document,
        }
        self._tell_contract("contract.signed", at=at)
        self.row |= {"confirmed_at": at, "expires_at": None}
        self.move(Move.SIGN, State.CONFIRMED, by=DOCUSEAL, at=at)

    def capture(self) -> None:
        """By the plan, or left to it."""
        rules = self.scene.desk.policies.capture
        rental = self._paid()
        terms = Terms(
            when=rules.when,
            hours_before=rules.hours_before,
            signed_at=self.when.signed_at,
            pickup_at=self.pickup_at,
            return_at=self.return_at,
        )
        planned = plan.steps(Hold(authorized_at=rental.authorized_at), terms, at=self.when.signed_at)
        due_at = next((step.due_at for step in planned if step.kind is StepKind.CAPTURE), None)
        if due_at is not None and due_at <= self.fate.until:
            rental.capture(self.total, at=due_at)
        else:
            self.planned = tuple(step for step in planned if step.due_at > self.fate.until)

    def write(self) -> None:
        if self.rental is not None:
            self.rental.close(planned=() if self.fate.ends_as else self.planned, at=self.when.signed_at)
        if self.deposit is not None:
            self.deposit.close()
        for charge in self.charges:
            self.batch.add("booking_charges", **charge)
        words = [self.row["reference"], self.car.name]
        words += [f"{driver.name} {driver.email} {driver.phone}" for driver in self.drivers]
        self.batch.add(
            "bookings",
            **self.row,
            state=self.state,
            version=len(self.trail),
            search=search.stored(words, plate=self.car.plate),
        )
        if self.state in OCCUPYING | {State.RETURNED, State.CLOSED}:
            self._occupy()

    def _occupy(self) -> None:
        """As long as promised; of a car that is back, until it is ready again."""
        starts_at, ends_at = self.offer.period.starts_at, self.offer.period.ends_at
        if "taken_back_at" in self.row:
            _, after = offers.margins(self.journey, policies=self.scene.desk.policies)
            ends_at = self.when.taken_back_at + timedelta(minutes=after)
        waits = self.state in (State.HELD, State.AWAITING_PAYMENT)
        self.batch.add(
            "occupancies",
            id=self.ids.at(self.when.held_at),
            car_id=self.car.id,
            period=f"[{starts_at.isoformat()},{ends_at.isoformat()})",
            kind=OccupancyKind.HOLD if waits else OccupancyKind.BOOKING,
            booking_id=self.id,
            note="",
            created_at=self.when.held_at,
        )
