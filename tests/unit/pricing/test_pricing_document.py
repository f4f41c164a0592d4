"""The worked tables of docs/pricing.md, worked out again."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from exodrive.kernel.money import Money
from exodrive.pricing import days, rules
from exodrive.pricing.days import DayCount, resolve_local
from exodrive.pricing.price import Line, LineKind
from exodrive.pricing.request import PriceRequest, Trip
from exodrive.pricing.rulebook import (
    ExtraRole,
    ExtraRule,
    ExtraUnit,
    LongStayRule,
    RuleBook,
    SeasonKind,
    SeasonRule,
    TaxRule,
    Terms,
)

DOCUMENT = (Path(__file__).parents[3] / "docs" / "pricing.md").read_text()
ZONE = "America/New_York"
SYMBOLS = {"$": "USD", "¥": "JPY"}
Row = dict[str, str]


def tables(name: str) -> list[list[Row]]:
    """The tables of the document below the marks `<!-- name -->`."""
    return [rows(part) for part in re.split(rf"<!-- {name}.*? -->\n", DOCUMENT)[1:]]


def rows(text: str) -> list[Row]:
    lines = [line for line in text.split("\n\n")[0].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def amount(text: str) -> Money:
    sign, symbol, figure = re.fullmatch(r"(−?)([$¥])([\d,.]+)", text).groups()  # type: ignore[union-attr]
    money = Money.from_text(figure.replace(",", ""), SYMBOLS[symbol])
    return -money if sign else money


def shown(money: Money) -> str:
    symbol = {currency: symbol for symbol, currency in SYMBOLS.items()}[money.currency]
    sign = "−" if money.amount < 0 else ""
    return f"{sign}{symbol}{abs(money.to_decimal()):,}"


def percent(text: str, *, per_percent: int) -> int:
    return int(Decimal(text.removesuffix(" %").replace("−", "-")) * per_percent)


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def moment(text: str) -> datetime:
    return resolve_local(datetime.fromisoformat(text), ZONE).at


def book(currency: str, *, long_stays: bool) -> RuleBook:
    discounts = tables("long stays")[0] if long_stays else []
    return RuleBook(
        currency=currency,
        terms=Terms(ZONE),
        seasons=[season(row) for row in tables("seasons")[0]],
        long_stays=[
            LongStayRule(int(row["days"]), percent(row["off"], per_percent=100)) for row in discounts
        ],
        extras=[
            ExtraRule(
                code=row["code"],
                name=row["code"],
                unit=ExtraUnit(row["unit"]),
                amount=amount(row["amount"]),
                role=ExtraRole(row["role"]),
                max_quantity=int(row["most"]),
            )
            for row in tables("extras")[0]
            if amount(row["amount"]).currency == currency
        ],
        taxes=[tax(row) for row in tables("taxes")[0]],
    )


def season(row: Row) -> SeasonRule:
    return SeasonRule(
        kind=SeasonKind(row["kind"]),
        name=row["name"],
        rate_bp=percent(row["rate"], per_percent=100),
        first_day=day(row["first day"]),
        last_day=day(row["last day"]),
        weekdays=tuple(int(number) for number in row["weekdays"].split()),
        category=row["category"] or None,
        priority=int(row["priority"]),
    )


def tax(row: Row) -> TaxRule:
    return TaxRule(
        jurisdiction=row["jurisdiction"],
        code="rental_tax",
        name=row["name"],
        kinds=tuple(LineKind(kind) for kind in row["on"].split()),
        rate_ppm=percent(row["rate"], per_percent=10_000),
        valid_from=date.fromisoformat(row["from"]),
        valid_until=day(row["until"]),
    )


def request(row: Row) -> PriceRequest:
    wanted = [extra.rsplit(" ", 1) for extra in row["extras"].split(", ") if extra]
    return PriceRequest(
        car_id=UUID(int=1),
        category="exotic",
        day_rate=amount(row["a day"]),
        pickup_at=moment(row["pick-up"]),
        return_at=moment(row["return"]),
        zone=ZONE,
        jurisdiction=row["place"],
        delivery=Trip(row["place"], amount(row["delivery"])) if row["delivery"] else None,
        collection=Trip(row["place"], amount(row["collection"])) if row["collection"] else None,
        extras={code: int(quantity) for code, quantity in wanted},
        additional_drivers=int(row["drivers"]),
        young_driver=row["young"] == "yes",
    )


def reason(line: Line) -> str:
    """The figures that a line was worked out from, as the document writes them."""
    facts = {
        name: shown(Money(value, line.amount.currency)) if name.endswith("amount") else value
        for name, value in line.params.items()
    }
    if line.code == "tax":
        return f"{Decimal(facts['rate_ppm']) / 10_000:f} % of {facts['base_amount']}"
    if "rate_bp" in facts:
        return f"{Decimal(facts['rate_bp']) / 100:f} % of {facts['base_amount']}".replace("-", "−")
    if line.code == "rental_days":
        return f"{facts['days']} × {facts['unit_amount']}"
    if "unit" in facts:
        times = [facts.get("quantity", facts.get("drivers"))] + [facts["days"]] * (facts["unit"] == "day")
        return " × ".join([*map(str, times), facts["unit_amount"]])
    return ""


def worked(row: Row, *, long_stays: bool) -> list[Row]:
    wanted = request(row)
    price = rules.price(wanted, book(wanted.day_rate.currency, long_stays=long_stays))
    lines = [(line.code, line.params.get("name", ""), reason(line), line.amount) for line in price.lines]
    lines.append(("total", "", "", price.total))
    return [
        {"line": code, "name": name, "why": why, "amount": shown(money)} for code, name, why, money in lines
    ]


EXAMPLES = list(
    zip(
        re.findall(r"<!-- example(.*?) -->", DOCUMENT),
        [table[0] for table in tables("example")],
        tables("lines"),
        strict=True,
    )
)


@pytest.mark.parametrize(("note", "row", "lines"), EXAMPLES)
def test_the_worked_price_is_what_the_rules_give(note: str, row: Row, lines: list[Row]) -> None:
    assert worked(row, long_stays="without long stays" not in note) == lines


@pytest.mark.parametrize("row", tables("days")[0], ids=lambda row: row["why"])
def test_the_days_are_counted_as_written(row: Row) -> None:
    counted = {
        method: days.rental_days(
            moment(row["pick-up"]), moment(row["return"]), zone=ZONE, method=method, grace_minutes=29
        )
        for method in DayCount
    }

    assert counted == {method: int(row[method]) for method in DayCount}


def test_the_document_has_its_examples() -> None:
    assert len(EXAMPLES) >= 8
