"""The rules of the house as values: what a version of each policy says.

Staff change them as data; a booking keeps the versions that its customer agreed to. Defaults are the demo
house's. All amounts are minor units of the house's currency, all shares basis points (100 = 1 %).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self


@dataclass(frozen=True, slots=True)
class Rules:
    """One policy's terms, read from JSON. Unknown names are refused: a mistyped rule must not be silent."""

    kind: ClassVar[str] = ""

    @classmethod
    def from_json(cls, terms: dict[str, Any]) -> Self:
        unknown = set(terms) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"{cls.kind} policy knows no {', '.join(sorted(unknown))}")
        return cls(**terms)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BookingRules(Rules):
    """How a place is held, and how far ahead it may be taken."""

    kind: ClassVar[str] = "booking"

    hold_minutes: int = 15
    payment_minutes: int = 60
    extension_minutes: int = 10  # what a customer may add once to a running clock; 0: nothing
    outage_minutes: int = 1440  # how long a place waits for its payment while PayPal is down
    signature_hours: int = 48
    horizon_days: int = 150  # refunds end 180 days after the capture
    notice_hours: int = 4
    minimum_hours: int = 4
    maximum_days: int = 60
    quote_days: int = 7  # how long the price of a quote stands, unless staff say otherwise
    quote_days_most: int = 30
    quote_hold_hours: int = 48  # how long a quote may keep the car at most; 0: it keeps none
    keys_before_payment: bool = False  # whether what is paid at the counter may be paid after the keys
    agent_gift_bp: int = 1000  # how much of the days and extras agents may give away; managers, more


@dataclass(frozen=True, slots=True)
class RentalDayRules(Rules):
    """How rental days are counted: `clock24`, `calendar` or `nights`."""

    kind: ClassVar[str] = "rental_days"

    method: str = "clock24"
    grace_minutes: int = 29


@dataclass(frozen=True, slots=True)
class DriverRules(Rules):
    """Who may drive. A category may ask for more years."""

    kind: ClassVar[str] = "driver"

    minimum_age: int = 25
    licence_held_years: int = 2
    additional_drivers: int = 2
    young_driver_until: int = 0  # below this age the young driver fee is due; 0: never
    papers_kept_days: int = 30  # how long photos of licences and insurance cards outlive the return


@dataclass(frozen=True, slots=True)
class CancellationRules(Rules):
    """What a cancelled rental costs, and what of a rental may be changed and given back."""

    kind: ClassVar[str] = "cancellation"

    free_until_hours: int = 72
    late_days_charged: int = 1
    change_until_hours: int = 24  # how long before pick-up customers may change a booking by themselves
    unused_days_refunded: bool = False  # whether who brings the car back early gets the days back


@dataclass(frozen=True, slots=True)
class DepositRules(Rules):
    """The security deposit: the car's own amount, else this share of the total."""

    kind: ClassVar[str] = "deposit"

    share_bp: int = 5000
    ask_hours_before: int = 48
    release_business_days: int = 14


@dataclass(frozen=True, slots=True)
class MileageRules(Rules):
    kind: ClassVar[str] = "mileage"

    miles_per_day: int = 100
    extra_mile: int = 500


@dataclass(frozen=True, slots=True)
class FuelRules(Rules):
    """The car comes back with the fuel it left with; a shortfall is filled for it."""

    kind: ClassVar[str] = "fuel"

    octane: int = 93
    per_gallon: int = 700
    service: int = 2500


@dataclass(frozen=True, slots=True)
class LateRules(Rules):
    """A late return: grace, then hours, then a day with a penalty."""

    kind: ClassVar[str] = "late"

    grace_minutes: int = 29
    hours_per_day: int = 4  # from this many hours on, a whole day is charged
    hour_share_bp: int = 2500  # of the day's price, for each hour begun
    penalty: int = 15000


@dataclass(frozen=True, slots=True)
class TurnaroundRules(Rules):
    """The time around a rental that the car needs for itself."""

    kind: ClassVar[str] = "turnaround"

    before_minutes: int = 60
    after_minutes: int = 180
    delivery_minutes: int = 60  # more on the side that is delivered or collected


@dataclass(frozen=True, slots=True)
class CaptureRules(Rules):
    """When the rental is charged: `on_signing`, `before_pickup`, `on_return` or `manual`."""

    kind: ClassVar[str] = "capture"

    when: str = "before_pickup"
    hours_before: int = 24


@dataclass(frozen=True, slots=True)
class BillRules(Rules):
    """When a bill is due, and how often its customer is reminded: those in force when the bill is opened."""

    kind: ClassVar[str] = "bills"

    due_days: int = 14
    remind_every_days: int = 7  # after the sending, and again; 0: staff remind by hand
    reminders: int = 3  # how many are sent by themselves


@dataclass(frozen=True, slots=True)
class AgreementRules(Rules):
    """The terms of the rental agreement, by number, in the language of the contract."""

    kind: ClassVar[str] = "agreement"

    terms: tuple[str, ...] | list[str] = ()
    governing_law: str = "Maryland"
    area: str = "District of Columbia, Maryland and Virginia"
    toll_fee: int = 0  # what handling a toll of the renter's costs beside it
    fine_fee: int = 0


KINDS: tuple[type[Rules], ...] = (
    BookingRules,
    RentalDayRules,
    DriverRules,
    CancellationRules,
    DepositRules,
    MileageRules,
    FuelRules,
    LateRules,
    TurnaroundRules,
    CaptureRules,
    BillRules,
    AgreementRules,
)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All policies in one version each; `versions` is what a booking keeps of it."""

    booking: BookingRules
    rental_days: RentalDayRules
    driver: DriverRules
    cancellation: CancellationRules
    deposit: DepositRules
    mileage: MileageRules
    fuel: FuelRules
    late: LateRules
    turnaround: TurnaroundRules
    capture: CaptureRules
    bills: BillRules
    agreement: AgreementRules
    versions: dict[str, int]
