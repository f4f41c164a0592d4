"""The charges of a return as a form: those that the rules propose, and some that staff add.

Read by hand and not as WTForms' lists of forms: the proposals change with the odometer, and an amount that
was not touched keeps how it was worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from exodrive.blueprints import typed_money
from exodrive.bookings.charge.charging import ChargeLine
from exodrive.bookings.models import ChargeKind
from exodrive.kernel.money import Money
from exodrive.rendering import charge_words

EXTRA_ROWS = 3
LONGEST_NOTE = 300
MOST = 10_000_000  # minor units; a slip of the finger, not a charge

KIND_WORDS: dict[ChargeKind, Callable[[], str]] = {
    ChargeKind.DAMAGE: lambda: _("Damage"),
    ChargeKind.CLEANING: lambda: _("Cleaning"),
    ChargeKind.SMOKING: lambda: _("Smoking"),
    ChargeKind.OTHER: lambda: _("Other"),
}
# What staff may enter later by hand as well.
ENTERED: dict[ChargeKind, Callable[[], str]] = {
    **KIND_WORDS,
    ChargeKind.LOSS_OF_USE: lambda: _("Loss of use"),
    ChargeKind.TOLL: lambda: _("Toll"),
    ChargeKind.FINE: lambda: _("Fine"),
    ChargeKind.MILEAGE: lambda: _("Extra miles"),
    ChargeKind.FUEL: lambda: _("Fuel"),
    ChargeKind.LATE: lambda: _("Late return"),
}


@dataclass(slots=True)
class Row:
    """One line of the form. `proposal` is what the rules say, None for a line that staff add."""

    key: str
    kind: str
    amount: str
    note: str = ""
    kept: bool = True
    fault: str = ""
    name: str = ""
    reason: str = ""
    proposal: ChargeLine | None = None


@dataclass(slots=True)
class ChargeForm:
    """`worked_out` says which proposals were shown: it is sent back with the form."""

    rows: list[Row]
    extras: list[Row]
    worked_out: str
    currency: str
    seen: bool  # whether the person who sent the form had these proposals before them
    faults: list[str] = field(default_factory=list)

    def lines(self) -> list[ChargeLine]:
        """What is to be charged; fills `fault` of each row that cannot be read."""
        found = [_proposed(row, self.currency) for row in self.rows if row.kept]
        found += [_added(row, self.currency) for row in self.extras if row.amount or row.note or row.kind]
        self.faults = [row.fault for row in (*self.rows, *self.extras) if row.fault]
        return [line for line in found if line is not None]


def of(proposals: Collection[ChargeLine], sent: Mapping[str, str], *, currency: str) -> ChargeForm:
    """The form for these proposals. What was typed for others is dropped, but for lines of staff's own."""
    worked_out = " ".join(f"{line.kind}={line.amount.amount}" for line in proposals)
    same = sent.get("worked_out") == worked_out
    return ChargeForm(
        rows=[_row(line, sent if same else {}, currency) for line in proposals],
        extras=list(_extras(sent)),
        worked_out=worked_out,
        currency=currency,
        seen=same or not (proposals or sent.get("worked_out")),
    )


def _row(line: ChargeLine, sent: Mapping[str, str], currency: str) -> Row:
    words = charge_words.in_words(line.kind, line.params, currency=currency)
    return Row(
        key=line.kind,
        kind=line.kind,
        amount=sent.get(f"{line.kind}-amount", line.amount.to_text()),
        note=sent.get(f"{line.kind}-note", ""),
        kept=f"{line.kind}-kept" in sent or not sent,
        name=words.name,
        reason=words.reason,
        proposal=line,
    )


def _extras(sent: Mapping[str, str]) -> Iterator[Row]:
    for number in range(1, EXTRA_ROWS + 1):
        key = f"extra-{number}"
        yield Row(
            key=key,
            kind=sent.get(f"{key}-kind", ""),
            amount=sent.get(f"{key}-amount", "").strip(),
            note=sent.get(f"{key}-note", "").strip(),
        )


def _proposed(row: Row, currency: str) -> ChargeLine | None:
    """A proposal as it stands, or with another amount, which then is not worked out but decided."""
    amount = _amount(row, currency)
    if amount is None or row.proposal is None:
        return None
    params: dict[str, Any] = row.proposal.params if amount == row.proposal.amount else {}
    return ChargeLine(ChargeKind(row.kind), amount, note=row.note[:LONGEST_NOTE], params=params)


def _added(row: Row, currency: str) -> ChargeLine | None:
    if row.kind not in {kind.value for kind in KIND_WORDS}:
        row.fault = _("Say what is charged: damage, cleaning, smoking or other.")
        return None
    if not row.note:
        row.fault = _("Say what it is for: the customer reads it on the invoice.")
        return None
    amount = _amount(row, currency)
    if amount is None:
        return None
    return ChargeLine(ChargeKind(row.kind), amount, note=row.note[:LONGEST_NOTE])


def _amount(row: Row, currency: str) -> Money | None:
    """The amount as people write it: `1,250.00`, `$40`."""
    amount = typed_money.read(row.amount, currency)
    if amount is None or not 0 < amount.amount <= MOST:
        row.fault = _("Write an amount such as %(example)s.", example=typed_money.example(currency))
        return None
    return amount
