"""Rows of one rental with everything in it: two drivers, delivery, an extra, taxes and a deposit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from exodrive.bookings.models import Booking, Charge, ChargeKind, Driver
from exodrive.bookings.states import State
from exodrive.contracts.models import Contract
from exodrive.contracts.states import ContractState
from exodrive.customers.models import Customer
from exodrive.fleet.models import Car, Category
from exodrive.house.models import House, Place, Policy
from exodrive.house.rules import KINDS, AgreementRules
from exodrive.invoicing.models import Invoice
from exodrive.kernel.db import session
from exodrive.kernel.ids import hash_secret, new_id
from exodrive.kernel.money import Money
from exodrive.local.demo_terms import AGREEMENT_TERMS
from exodrive.payments.models import Authorization, Capture, Order, Payment
from exodrive.payments.states import PaymentState, Purpose
from exodrive.pricing.price import Line, LineKind, Price

PICKUP = datetime(2026, 12, 11, 15, tzinfo=UTC)  # Friday 10:00 in Rockville
RETURN = PICKUP + timedelta(days=3)
ORDERED = datetime(2026, 11, 24, 14, tzinfo=UTC)
# What somebody may type for a name.
EVIL = 'Zoë <script>alert("1")</script> & Sons {{ 7*7 }} ]]> <!-- %s %(x)s'


@dataclass
class Rental:
    """The rows, for tests to change before something is written from them."""

    house: House
    booking: Booking

    def state(self, state: State, **values: Any) -> Booking:
        self.booking.state = state
        for name, value in values.items():
            setattr(self.booking, name, value)
        session().flush()
        return self.booking


def price(currency: str = "USD") -> Price:
    """Three days with a weekend rate, delivery, an extra, a second driver and two taxes."""

    def money(amount: int) -> Money:
        return Money(amount, currency)

    taxed = ["rental", "extra", "driver", "delivery"]
    lines = (
        Line(
            "rental_days", LineKind.RENTAL, {"days": 3, "unit_amount": 89500, "method": "clock24"},
            money(268500),
        ),
        Line(
            "season", LineKind.RENTAL,
            {"name": "Weekend", "kind": "weekday", "rate_bp": 1500, "days": 2, "weekdays": [5, 6],
             "base_amount": 179000},
            money(26850),
        ),
        Line("delivery", LineKind.DELIVERY, {"place": "Washington, DC"}, money(15000)),
        Line(
            "extra", LineKind.EXTRA,
            {"code": "seat", "name": "Child seat", "unit": "day", "quantity": 1, "days": 3,
             "unit_amount": 1500},
            money(4500),
        ),
        Line(
            "additional_driver", LineKind.DRIVER,
            {"drivers": 1, "unit": "day", "days": 3, "unit_amount": 2500}, money(7500),
        ),
        Line(
            "tax", LineKind.TAX,
            {"code": "dc", "name": "District sales tax", "jurisdiction": "DC", "rate_ppm": 102500,
             "base_amount": 322350, "kinds": taxed},
            money(33041),
        ),
        Line(
            "tax", LineKind.TAX,
            {"code": "dc-rental", "name": "District rental fee", "jurisdiction": "DC", "rate_ppm": 10000,
             "base_amount": 295350, "kinds": ["rental"]},
            money(2954),
        ),
    )  # fmt: skip
    return Price(currency=currency, days=3, lines=lines, book="2026-11")


def rental(currency: str = "USD") -> Rental:
    """Add the house, its policies, a car and a confirmed booking of it to the session."""
    house = _house(currency)
    home = _place(
        "rockville", "ExoDrive Exotics, Rockville", "house", "1200 Research Boulevard, Rockville, MD 20850"
    )
    downtown = _place("dc", "Washington, DC", "delivery", "Anywhere inside the District")
    category = Category(id=new_id(), slug="supercar", name="Supercar", plural="Supercars")
    session().add_all([house, home, downtown, category])
    session().add_all(_policies())
    session().flush()
    car = _car(category, home, currency)
    customer = Customer(
        id=new_id(), email="mara@renter.example", name="Mara Lindqvist", phone="+1 202 555 0117",
        created_at=ORDERED,
    )  # fmt: skip
    session().add_all([car, customer])
    session().flush()
    booking = _booking(car, customer, downtown, home)
    session().add(booking)
    session().flush()
    return Rental(house, booking)


def _house(currency: str) -> House:
    return House(
        id=new_id(), name="ExoDrive Exotics", legal_name="ExoDrive Exotics LLC", reference_prefix="EXD",
        address="1200 Research Boulevard, Rockville, MD 20850", town="Rockville, Maryland",
        phone="(301) 555-0144", email="desk@exodrive.example", time_zone="America/New_York",
        currency=currency, hours={}, hours_note="Sundays by appointment",
    )  # fmt: skip


def _place(slug: str, name: str, kind: str, address: str) -> Place:
    return Place(
        id=new_id(), slug=slug, name=name, kind=kind, address=address, time_zone="America/New_York",
        jurisdiction="DC" if kind == "delivery" else "MD", delivery_fee=15000, collection_fee=15000,
    )  # fmt: skip


def _policies() -> list[Policy]:
    values = {kind: kind() for kind in KINDS}
    values[AgreementRules] = AgreementRules(terms=list(AGREEMENT_TERMS))
    return [
        Policy(
            id=new_id(), kind=kind.kind, version=2, terms=rules.to_json(), in_force_at=ORDERED,
            changed_by="Owner",
        )
        for kind, rules in values.items()
    ]  # fmt: skip


def _car(category: Category, home: Place, currency: str) -> Car:
    return Car(
        id=new_id(), slug="aurelia-gt", make="Aurelia", model="GT", year=2025, category=category,
        home_place_id=home.id, tagline="", description="", body="gt-coupe", paint="6a1522", colour="Oxblood",
        stage_name="V12", engine="6.5 l V12", power_hp=789, zero_to_sixty="2.9", top_speed_mph=211,
        transmission="7-speed dual-clutch", drivetrain="RWD", seats=2, tank_gallons=24,
        vin="ZAREGT00000012345", plate="7EX 144", odometer=4120, features=[], specifications={},
        currency=currency, daily_price=89500, deposit=500000, miles_per_day=None, extra_mile=None,
        created_at=ORDERED,
    )  # fmt: skip


def _booking(car: Car, customer: Customer, pickup: Place, back: Place) -> Booking:
    agreed = price(car.currency)
    return Booking(
        id=new_id(), reference="EXD-7K4M2Q", state=State.CONFIRMED, link_hash=hash_secret(str(new_id())),
        car=car, customer=customer, pickup_place=pickup, return_place=back,
        delivery_address="1600 K Street NW, Washington, DC 20006", pickup_at=PICKUP, return_at=RETURN,
        held_at=ORDERED, expires_at=ORDERED + timedelta(hours=1), request={}, price=agreed.to_json(),
        currency=car.currency, total=agreed.total.amount, deposit=500000,
        policies={kind.kind: 2 for kind in KINDS}, extras={"seat": 1},
        ordered_at=ORDERED, authorized_at=ORDERED, charges=[],
        drivers=[driver(0, "Mara Lindqvist"), driver(1, "Jon Lindqvist")],
    )  # fmt: skip


def driver(position: int, name: str) -> Driver:
    insured = {
        "insurer": "Harbour Mutual",
        "insurance_policy": "HM-338291",
        "insured_until": date(2027, 6, 30),
    }
    return Driver(
        position=position, name=name, email="mara@renter.example", phone="+1 202 555 0117",
        address="48 Elm Street, Bethesda, MD 20814", born_on=date(1988, 4, 2), licence_number="L482193004871",
        licence_region="Maryland", licence_since=date(2008, 5, 1), licence_until=date(2029, 4, 2),
        **({} if position else insured),
    )  # fmt: skip


def contract(booking: Booking, state: ContractState) -> Contract:
    """An agreement of the booking, as it stands at DocuSeal."""
    row = Contract(
        id=new_id(), booking_id=booking.id, state=state, values={}, signer_name="Mara Lindqvist",
        signer_email="mara@renter.example", submission_id=7, submitter_id=9,
        sign_url="https://sign.example/s/k3jd82", expires_at=ORDERED + timedelta(hours=48),
        created_at=ORDERED,
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row


def paid(
    booking: Booking, purpose: Purpose, amount: int, *, captured: int = 0, status: str = "CREATED"
) -> Payment:
    """A payment that PayPal authorized, and of which some was captured."""
    authorization = Authorization(
        id=new_id(), paypal_id=f"AUTH-{purpose}", status=status, amount=amount, currency="USD",
        created_at=ORDERED, expires_at=ORDERED + timedelta(days=29), captures=[],
    )  # fmt: skip
    if captured:
        authorization.captures.append(
            Capture(
                id=new_id(),
                paypal_id=f"CAP-{purpose}",
                status="COMPLETED",
                amount=captured,
                fee=0,
                final=True,
                created_at=ORDERED,
                refunds=[],
            )
        )
    payment = Payment(
        id=new_id(), booking_id=booking.id, purpose=purpose, amount=amount, currency="USD",
        state=PaymentState.AUTHORIZED, created_at=ORDERED, updated_at=ORDERED, operations=[],
        orders=[
            Order(
                id=new_id(), paypal_id=f"ORDER-{purpose}", status="COMPLETED", created_at=ORDERED,
                authorizations=[authorization],
            )
        ],
    )  # fmt: skip
    session().add(payment)
    session().flush()
    return payment


CHARGES: tuple[tuple[ChargeKind, int, str, dict[str, Any]], ...] = (
    (ChargeKind.MILEAGE, 21000, "", {"miles": 42, "each": 500}),
    (ChargeKind.FUEL, 6700, "", {"gallons": 6, "each": 700, "service": 2500}),
    (ChargeKind.LATE, 44750, "", {"hours": 2}),
    (ChargeKind.DAMAGE, 38000, "Kerb mark, front left wheel: refinished", {}),
)


def charge(booking: Booking) -> None:
    """Charge for miles, fuel, time and a wheel."""
    for kind, amount, note, params in CHARGES:
        booking.charges.append(
            Charge(
                id=new_id(),
                booking_id=booking.id,
                kind=kind,
                amount=amount,
                note=note,
                params=params,
                arose_at=RETURN,
                entered_at=RETURN,
                entered_by="Ada Agent",
            )
        )
    session().flush()


def invoice(booking: Booking) -> Invoice:
    """The invoice of the price and the charges, all paid."""
    lines = [[line.code, dict(line.params), line.amount.amount] for line in booking.agreed.lines]
    lines += [[f"charge_{row.kind}", {**row.params, "note": row.note}, row.amount] for row in booking.charges]
    total = sum(line[2] for line in lines)
    row = Invoice(
        id=new_id(), booking_id=booking.id, year=2026, sequence=42, recipient_name="Mara Lindqvist",
        recipient_address="48 Elm Street, Bethesda, MD 20814", recipient_email="mara@renter.example",
        currency=booking.currency, total=total, paid=total, lines=lines, issued_at=RETURN + timedelta(days=1),
    )  # fmt: skip
    session().add(row)
    session().flush()
    return row
