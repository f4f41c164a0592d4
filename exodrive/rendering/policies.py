"""The house's policies in plain words, as the car page, the booking page, the agreement and mails show them.

A policy is a value (`exodrive/house/rules.py`); here each of its figures becomes part of a sentence. Where a
car has figures of its own, they take the place of the policy's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from exodrive.bookings.reservation.eligibility import Requirements
from exodrive.fleet.models import Car
from exodrive.house.rules import Rulebook
from exodrive.kernel.money import Money
from exodrive.rendering import formats


@dataclass(frozen=True, slots=True)
class PolicyText:
    """One policy as it is read. `version` is the one that these words are of."""

    kind: str
    title: str
    paragraphs: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures that a car may have of its own. `deposit` is None where it is a share of the total.

    `of_a_car` is False where they are told for all cars together.
    """

    currency: str
    minimum_age: int
    licence_held_years: int
    miles_per_day: int
    extra_mile: Money
    deposit: Money | None
    of_a_car: bool

    @classmethod
    def of(cls, rules: Rulebook, *, currency: str, car: Car | None = None) -> Figures:
        """The policy's figures, or those of a car, which needs its category loaded."""
        needs = Requirements.of(
            rules.driver,
            category_age=car.category.minimum_age if car else 0,
            category_years=car.category.licence_held_years if car else 0,
            car_age=car.minimum_age if car else 0,
        )
        own_miles, own_mile = (car.miles_per_day, car.extra_mile) if car else (None, None)
        return cls(
            currency=currency,
            minimum_age=needs.minimum_age,
            licence_held_years=needs.licence_held_years,
            miles_per_day=own_miles or rules.mileage.miles_per_day,
            extra_mile=Money(own_mile or rules.mileage.extra_mile, currency),
            deposit=Money(car.deposit, currency) if car and car.deposit is not None else None,
            of_a_car=car is not None,
        )


def texts(rules: Rulebook, *, currency: str, car: Car | None = None) -> list[PolicyText]:
    """All policies that concern a renter, in the order of a rental; a `car` needs its category loaded."""
    figures = Figures.of(rules, currency=currency, car=car)
    return [_text(kind, rules, figures) for kind in SENTENCES]


def text(kind: str, rules: Rulebook, *, currency: str, car: Car | None = None) -> PolicyText:
    """One policy by its kind, such as `cancellation`. Raises KeyError for one that is not told."""
    return _text(kind, rules, Figures.of(rules, currency=currency, car=car))


def _text(kind: str, rules: Rulebook, figures: Figures) -> PolicyText:
    title, sentences = SENTENCES[kind]
    return PolicyText(kind, title(), tuple(sentences(rules, figures)), rules.versions[kind])


def _drivers(rules: Rulebook, figures: Figures) -> list[str]:
    years = figures.licence_held_years
    named = rules.driver.additional_drivers
    return [
        _("Every driver is %(age)d or older on the day of pick-up.", age=figures.minimum_age)
        + " "
        + ngettext(
            "The licence has been held for a year or more and is valid until after the return.",
            "The licence has been held for %(num)d years or more and is valid until after the return.",
            years,
        ),
        _("The renter brings proof of full-coverage insurance that lasts until the return.")
        + " "
        + (
            ngettext("One more driver may be named.", "Up to %(num)d more drivers may be named.", named)
            if named
            else _("Nobody else may drive.")
        ),
    ]


def _booking(rules: Rulebook, _figures: Figures) -> list[str]:
    terms = rules.booking
    return [
        _(
            "A car is held for %(hold)s without payment. Once ordered, it waits %(pay)s for the payment and "
            "then %(sign)s for the signature.",
            hold=_minutes(terms.hold_minutes),
            pay=_minutes(terms.payment_minutes),
            sign=_hours(terms.signature_hours),
        )
    ]


def _capture(rules: Rulebook, _figures: Figures) -> list[str]:
    when = {
        "on_signing": _("It is charged as soon as the agreement is signed."),
        "before_pickup": _(
            "It is charged %(hours)s before pick-up, or earlier where PayPal cannot hold it for that long.",
            hours=_hours(rules.capture.hours_before),
        ),
        "on_return": _("It is charged at the return, or earlier where PayPal cannot hold it for that long."),
        "manual": _("It is charged after the agreement is signed, at the latest at the return."),
    }
    return [_("PayPal holds the price when you pay.") + " " + when[rules.capture.when]]


def _days(rules: Rulebook, _figures: Figures) -> list[str]:
    grace = rules.rental_days.grace_minutes
    clock = _("A rental day is 24 hours from pick-up, by the clock at the place of pick-up.")
    if grace:
        clock += " " + _("The first %(minutes)s of another day are free.", minutes=_minutes(grace))
    counted = {
        "clock24": clock,
        "calendar": _("Each date that the rental touches is a rental day."),
        "nights": _("Each night between pick-up and return is a rental day."),
    }
    return [counted[rules.rental_days.method]]


def _mileage(_rules: Rulebook, figures: Figures) -> list[str]:
    return [
        _(
            "%(miles)s miles for each rental day are included, counted over the whole rental. "
            "Each mile beyond costs %(each)s.",
            miles=formats.number(figures.miles_per_day),
            each=formats.money(figures.extra_mile),
        )
    ]


def _fuel(rules: Rulebook, figures: Figures) -> list[str]:
    return [
        _(
            "The car comes back with as much fuel as it left with, of %(octane)d octane or better. "
            "Missing fuel costs %(gallon)s a gallon, and %(service)s for filling it.",
            octane=rules.fuel.octane,
            gallon=formats.amount(rules.fuel.per_gallon, figures.currency),
            service=formats.amount(rules.fuel.service, figures.currency),
        )
    ]


def _deposit(rules: Rulebook, figures: Figures) -> list[str]:
    if figures.deposit is None:
        share = formats.percent(rules.deposit.share_bp, of=10_000)
        held = _("%(share)s of the total is held, not charged, before you get the keys.", share=share)
        if not figures.of_a_car:
            held = _(
                "The deposit that the car's page names is held, not charged, before you get the keys; "
                "where it names none, %(share)s of the total.",
                share=share,
            )
    elif figures.deposit:
        amount = formats.money(figures.deposit)
        held = _("%(amount)s is held, not charged, before you get the keys.", amount=amount)
    else:
        return [_("This car needs no deposit.")]
    asked = _("We ask for it %(hours)s before pick-up.", hours=_hours(rules.deposit.ask_hours_before))
    released = ngettext(
        "It is released at the latest one business day after return, less charges that you have been shown.",
        "It is released at the latest %(num)d business days after return, less charges that you have been "
        "shown.",
        rules.deposit.release_business_days,
    )
    return [f"{held} {asked}", released]


def _cancellation(rules: Rulebook, _figures: Figures) -> list[str]:
    terms = rules.cancellation
    free = _(
        "Cancelling is free until %(hours)s before pick-up, counted from the dates first agreed.",
        hours=_hours(terms.free_until_hours),
    )
    later = ngettext(
        "After that the first rental day is charged, and all else is returned.",
        "After that the first %(num)d rental days are charged, and all else is returned.",
        terms.late_days_charged,
    )
    return [
        f"{free} {later}",
        _("Who does not come pays the whole price. Where the fault is ours, all is returned."),
        _changing(rules),
    ]


def _changing(rules: Rulebook) -> str:
    terms = rules.cancellation
    until = _(
        "You change dates, car, places, drivers and extras yourself until %(hours)s before pick-up. What "
        "costs more you approve at PayPal first, and the change is signed before the keys are yours.",
        hours=_hours(terms.change_until_hours),
    )
    if terms.unused_days_refunded:
        return until + " " + _("Who brings the car back early gets the unused days back.")
    return until + " " + _("Who brings the car back early has paid for the unused days.")


def _late(rules: Rulebook, figures: Figures) -> list[str]:
    terms = rules.late
    hourly = _(
        "A return up to %(grace)s late costs nothing. "
        "After that each hour begun costs %(share)s of a day's price.",
        grace=_minutes(terms.grace_minutes),
        share=formats.percent(terms.hour_share_bp, of=10_000),
    )
    daily = _(
        "From %(hours)s on, each day begun is charged, and %(penalty)s once.",
        hours=_hours(terms.hours_per_day),
        penalty=formats.amount(terms.penalty, figures.currency),
    )
    return [f"{hourly} {daily}"]


def _agreement(rules: Rulebook, figures: Figures) -> list[str]:
    terms = rules.agreement
    area = _("The car stays within this area: %(area)s.", area=terms.area)
    law = _("%(state)s law applies.", state=terms.governing_law)
    return [f"{area} {law}", _tolls(terms.toll_fee, terms.fine_fee, figures.currency), _damage()]


def _tolls(toll_fee: int, fine_fee: int, currency: str) -> str:
    """Who pays tolls and fines, and what handling one costs beside it."""
    paid = _("The renter pays the tolls and fines of the rental, also those that reach us weeks later.")
    fees = [
        _("Handling a toll costs %(fee)s beside it.", fee=formats.amount(toll_fee, currency))
        if toll_fee
        else "",
        _("Handling a fine costs %(fee)s beside it.", fee=formats.amount(fine_fee, currency))
        if fine_fee
        else "",
    ]
    return " ".join(
        [paid, *(fee for fee in fees if fee)] if any(fees) else [paid, _("We add nothing to them.")]
    )


def _damage() -> str:
    return _(
        "Damage, cleaning and smoking are charged at what they cost, and each day on which the car cannot be "
        "rented for it at your price of a day. You see what shows it, and can object on your booking page."
    )


def _bills(rules: Rulebook, _figures: Figures) -> list[str]:
    due = ngettext(
        "What the deposit does not hold is billed by PayPal and due within a day.",
        "What the deposit does not hold is billed by PayPal and due within %(num)d days.",
        rules.bills.due_days,
    )
    return [due + " " + _("With each bill you get a link to what shows that it is due.")]


def _minutes(count: int) -> str:
    """`45 minutes`, and whole hours from two on as hours."""
    if count >= 120 and count % 60 == 0:
        return _hours(count // 60)
    return ngettext("%(num)d minute", "%(num)d minutes", count)


def _hours(count: int) -> str:
    return ngettext("%(num)d hour", "%(num)d hours", count)


# What a renter is told, in this order. The turnaround is the house's own affair.
SENTENCES: dict[str, tuple[Callable[[], str], Callable[[Rulebook, Figures], list[str]]]] = {
    "driver": (lambda: _("Who drives"), _drivers),
    "booking": (lambda: _("Holding the car"), _booking),
    "capture": (lambda: _("Payment"), _capture),
    "rental_days": (lambda: _("Rental days"), _days),
    "mileage": (lambda: _("Mileage"), _mileage),
    "fuel": (lambda: _("Fuel"), _fuel),
    "deposit": (lambda: _("Security deposit"), _deposit),
    "bills": (lambda: _("Bills after the rental"), _bills),
    "cancellation": (lambda: _("Cancellation"), _cancellation),
    "late": (lambda: _("Late return"), _late),
    "agreement": (lambda: _("Area and law"), _agreement),
}
