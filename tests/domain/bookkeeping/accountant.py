"""Somebody who has nothing but the files of each month, and closes it: every figure is held against another.

Raises AssertionError at the first thing that does not agree.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from exodrive.bookkeeping import sheets
from exodrive.bookkeeping.periods import Period
from exodrive.kernel.money import DECIMALS

Row = dict[str, str]
Sums = dict[tuple[str, ...], int]

REVENUE = (
    "rental_revenue", "extras_revenue", "delivery_revenue", "charge_revenue", "cancellation_revenue",
    "refunds_allowed", "discounts_allowed",
)  # fmt: skip
OWN = {"invoice", "supplement", "credit_note"}
BY_BOOKING = {
    "receivables": "receivable",
    "prepayments": "customer_prepayments",
    "deposits": "deposits_held",
}


def export(period: Period, folder: Path) -> Path:
    """The files of a period, as the command and the desk write them."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets.SHEETS.values():
        with (folder / sheet.file_name(period)).open("w", encoding="utf-8", newline="") as into:
            into.writelines(sheet.written(period))
    return folder


class Month:
    """One month as its folder has it."""

    def __init__(self, folder: Path) -> None:
        self.files = {name: _read(next(iter(folder.glob(f"{name}-[0-9]*.csv")))) for name in sheets.SHEETS}

    def closed(self, before: Month | None) -> None:
        """Close it: raises AssertionError where something is left unexplained."""
        self._figures_agree()
        self._trial_balance(before)
        self._journal()
        self._documents()
        self._taxes()
        self._revenue()
        self._by_booking(before)
        self._clearing()
        self._desk()

    def trial(self, side: str) -> Sums:
        return _sums(self.files["trial-balance"], ("account", "currency"), f"{side}_minor")

    def movement(self, account: str) -> Sums:
        """What the trial balance says that an account has moved by, in each currency."""
        debits, credits = self.trial("debits"), self.trial("credits")
        return {
            (currency,): debits[name, currency] - credits[name, currency]
            for name, currency in debits
            if name == account
        }

    def _figures_agree(self) -> None:
        """Major and minor units are the same amount, with the decimals of its currency."""
        for rows in self.files.values():
            for row in rows:
                for column in row:
                    if f"{column}_minor" in row and row[column]:
                        places = DECIMALS[row["currency"]]
                        assert Decimal(row[column]).scaleb(places) == int(row[f"{column}_minor"])
                        assert ("." in row[column]) == bool(places)

    def _trial_balance(self, before: Month | None) -> None:
        for row in self.files["trial-balance"]:
            moved = int(row["debits_minor"]) - int(row["credits_minor"])
            assert int(row["closing_minor"]) == int(row["opening_minor"]) + moved, row
        assert _by_currency(self.trial("opening")) == {}
        assert _by_currency(self.trial("closing")) == {}
        assert _by_currency(self.movements()) == {}
        if before is not None:
            assert _some(before.trial("closing")) == _some(self.trial("opening"))

    def movements(self) -> Sums:
        debits, credits = self.trial("debits"), self.trial("credits")
        return {key: debits[key] - credits[key] for key in debits}

    def _journal(self) -> None:
        """Each line has its day, its document, its booking and who is on the other side."""
        journal = self.files["journal"]
        for row in journal:
            wanted = ("date", "time", "posting", "kind", "document", "booking", "party")
            assert all(row[name] for name in wanted), row
            assert row["document_kind"] != "cause", row
        assert _some(_sums(journal, ("account", "currency"))) == _some(self.movements())
        assert _some(_sums(journal, ("posting", "currency"))) == {}

    def _documents(self) -> None:
        """A document is the sum of its lines, kept with its hash; a credit note says what it corrects."""
        lines = _sums(self.files["invoice-lines"], ("number",))
        taxes = _sums((row for row in self.files["invoice-lines"] if row["place"]), ("number",))
        for row in self.files["invoices"]:
            assert lines[row["number"],] == int(row["total_minor"]), row
            assert taxes.get((row["number"],), 0) == int(row["tax_minor"]), row
            assert int(row["net_minor"]) + int(row["tax_minor"]) == int(row["total_minor"])
            assert (row["kind"] == "credit_note") == bool(row["corrects"] and row["reason"])
        named = {row["document"] for row in self.files["journal"] if row["document_kind"] in OWN}
        assert named == {row["number"] for row in self.files["invoices"]}, "each is booked, once issued"

    def _taxes(self) -> None:
        """What is due by place and code is what the invoices charge less what the credit notes correct."""
        lines = [row for row in self.files["invoice-lines"] if row["place"]]
        charged = _sums(lines, ("place", "tax", "currency"))
        due = _sums(self.files["taxes"], ("place", "tax", "currency"), "due_minor")
        assert _some(charged) == _some(due)
        whole = _by_currency({key: -amount for key, amount in due.items()})
        assert whole == _by_currency(self.movement("tax_payable"))
        for row in lines:
            share = abs(int(row["base_minor"])) * int(row["rate_ppm"]) / 1_000_000
            # A credit note's base is its share, which is rounded for itself.
            assert abs(abs(int(row["amount_minor"])) - share) <= 2, row

    def _revenue(self) -> None:
        """What was earned stands on the documents, net of tax; else a bill or PayPal's paper is named."""
        earned = [row for row in self.files["journal"] if row["account"] in REVENUE]
        by_document = [row for row in earned if row["document_kind"] in OWN]
        net = _sums(self.files["invoices"], ("number", "currency"), "net_minor")
        booked = _sums(by_document, ("document", "currency"))
        assert _some({key: -amount for key, amount in booked.items()}) == _some(net)
        assert {row["document_kind"] for row in earned} - OWN <= {"bill", "paypal"}

    def _by_booking(self, before: Month | None) -> None:
        for name, account in BY_BOOKING.items():
            rows = self.files[name]
            assert all(row["booking"] and row["party"] for row in rows)
            for side in ("opening", "debits", "credits", "closing"):
                whole = {
                    (currency,): amount
                    for (which, currency), amount in self.trial(side).items()
                    if which == account
                }
                assert _some(_sums(rows, ("currency",), f"{side}_minor")) == _some(whole), (name, side)
            if before is not None:
                opening = _sums(rows, ("booking", "currency"), "opening_minor")
                closed = _sums(before.files[name], ("booking", "currency"), "closing_minor")
                assert _some(opening) == _some(closed)

    def _clearing(self) -> None:
        """Captures less refunds less fees are what PayPal's account has moved by."""
        rows = self.files["paypal"]
        assert all(row["paypal_id"] for row in rows)
        for row in rows:
            assert int(row["gross_minor"]) + int(row["fee_minor"]) == int(row["net_minor"])
        assert _some(_sums(rows, ("currency",), "net_minor")) == _some(self.movement("paypal_clearing"))
        fees = {key: -amount for key, amount in _sums(rows, ("currency",), "fee_minor").items()}
        assert _some(fees) == _some(self.movement("paypal_fees"))

    def _desk(self) -> None:
        """The drawer and the terminal: a receipt for each, and who took it."""
        rows = self.files["desk"]
        assert all(row["document"] and row["method"] and row["purpose"] and row["taken_by"] for row in rows)
        assert _some(_sums(rows, ("currency",))) == _some(self.movement("desk_takings"))


def at_paypal(months: Iterable[Month]) -> Sums:
    """What the house says of each of PayPal's ids: gross and fee over all months, to be ticked off there."""
    found: Counter[tuple[str, ...]] = Counter()
    for month in months:
        for row in month.files["paypal"]:
            found[row["paypal_id"], "gross"] += int(row["gross_minor"])
            found[row["paypal_id"], "fee"] -= int(row["fee_minor"])
    return _some(found)


def numbers(months: Iterable[Month]) -> dict[str, list[int]]:
    """The documents' numbers of each year, in the order of the files."""
    found: dict[str, list[int]] = defaultdict(list)
    for month in months:
        for row in month.files["invoices"]:
            year, _dash, number = row["number"].partition("-")
            found[year].append(int(number))
    return dict(found)


def _read(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as content:
        return list(csv.DictReader(content))


def _sums(rows: Iterable[Row], by: tuple[str, ...], column: str = "amount_minor") -> Sums:
    sums: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        sums[tuple(row[name] for name in by)] += int(row[column])
    return sums


def _some(sums: Sums) -> Sums:
    return {key: amount for key, amount in sums.items() if amount}


def _by_currency(sums: Sums) -> Sums:
    found: Counter[tuple[str, ...]] = Counter()
    for key, amount in sums.items():
        found[key[-1:]] += amount
    return _some(found)
