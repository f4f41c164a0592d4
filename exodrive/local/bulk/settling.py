"""How a life that is made up ends: settled with an invoice, or given up and unwound."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from exodrive.bookings import policy
from exodrive.bookings.charge import charging
from exodrive.bookings.charge_states import ChargeState
from exodrive.bookings.models import ChargeKind
from exodrive.bookings.money import earnings, fee_invoices
from exodrive.bookings.states import Move, State
from exodrive.contracts.states import OPEN as OPEN_CONTRACT
from exodrive.contracts.states import ContractState
from exodrive.invoicing.models import InvoiceKind
from exodrive.kernel.actors import CUSTOMER, DOCUSEAL, SYSTEM
from exodrive.kernel.money import Money, total
from exodrive.ledger.models import Account
from exodrive.ledger.postings import Side, Sides
from exodrive.local.bulk import books
from exodrive.local.bulk.tale import Tale

CHARGED = 0.1  # of the rentals
SECONDS = timedelta(seconds=5)


def charge(tale: Tale) -> None:
    """Now and then something is due after the return, never more than the deposit holds."""
    held = tale.deposit is not None and tale.deposit.is_held
    if not held or tale.chance.random() > CHARGED:
        return
    rules, chance, currency = tale.scene.desk.policies, tale.chance, tale.currency
    miles = chance.randrange(4, 30)
    each = tale.car.extra_mile or rules.mileage.extra_mile
    found = (
        charging.ChargeLine(
            ChargeKind.MILEAGE, Money(miles * each, currency), params={"miles": miles, "each": each}
        ),
        charging.fuel(
            rules.fuel, missing_eighths=chance.randrange(1, 4), tank=tale.car.tank_gallons, currency=currency
        ),
    )
    line = chance.choice(found)
    if line is None or tale.offer.deposit < line.amount:
        return
    tale.charges.append(
        {
            "id": tale.ids.at(tale.when.taken_back_at),
            "booking_id": tale.id,
            "kind": line.kind,
            "amount": line.amount.amount,
            "note": "",
            "params": line.params,
            "state": ChargeState.PROPOSED,
            "late": False,
            "arose_at": tale.when.taken_back_at,
            "entered_at": tale.when.taken_back_at,
            "entered_by": tale.scene.agent.name,
            "source_key": None,
            "dropped_for": None,
            "settled_at": None,
            "from_deposit": 0,
            "given_back": 0,
            "credited": 0,
            "bill_id": None,
            "invoice_id": None,
        }
    )


def close(tale: Tale, *, at: datetime) -> None:
    """The desk settles: what is held is taken or released, the invoice written, the revenue booked."""
    take = total((Money(row["amount"], tale.currency) for row in tale.charges), currency=tale.currency)
    tale.row |= {"settling_at": at, "deposit_take": take.amount}
    tale.trail.note(
        "booking.settling", by=tale.scene.agent, at=at, take=take.amount, currency=take.currency, dropped=[]
    )
    paid = Money.zero(tale.currency)
    if tale.rental is not None:
        if tale.rental.is_held:
            tale.rental.capture(tale.total, at=at + SECONDS)
        paid += tale.rental.kept
    if tale.deposit is not None and tale.deposit.is_held:
        if take:
            tale.deposit.capture(take, at=at + SECONDS)
        else:
            tale.deposit.void(at + SECONDS)
        paid += tale.deposit.kept
    closed_at = at + 3 * SECONDS
    tale.row |= {"closed_at": closed_at, "deposit_release_at": None}
    for row in tale.charges:
        row |= {"state": ChargeState.SETTLED, "settled_at": closed_at, "from_deposit": row["amount"]}
    _invoice(tale, _rental_lines(tale), due=tale.total + take, paid=paid, at=closed_at)
    _recognise(tale, take=take, paid=paid, at=closed_at)
    tale.move(Move.SETTLE, State.CLOSED, by=SYSTEM, at=closed_at)


def _rental_lines(tale: Tale) -> list[list[Any]]:
    lines = [[line.code, dict(line.params), line.amount.amount] for line in tale.offer.price.lines]
    return lines + [
        [f"charge_{row['kind']}", {**row["params"], "note": row["note"]}, row["amount"]]
        for row in tale.charges
    ]


def _invoice(tale: Tale, lines: list[list[Any]], *, due: Money, paid: Money, at: datetime) -> None:
    """Without its number, which it gets when the batch is written."""
    renter = tale.drivers[0]
    tale.batch.add(
        "invoices",
        id=tale.ids.at(at),
        booking_id=tale.id,
        kind=InvoiceKind.INVOICE,
        year=at.astimezone(tale.scene.zone).year,
        recipient_name=renter.name,
        recipient_address=renter.address,
        recipient_email=renter.email,
        currency=due.currency,
        total=due.amount,
        paid=paid.amount,
        lines=lines,
        issued_at=at,
        supplied_on=tale.pickup_at.astimezone(tale.scene.zone).date(),
        file_id=tale.scene.papers.document,
    )


def _recognise(tale: Tale, *, take: Money, paid: Money, at: datetime) -> None:
    charges: dict[Side, Money] = {
        (Account.CHARGES, str(row["kind"])): Money(-row["amount"], tale.currency) for row in tale.charges
    }
    from_deposit = tale.deposit.kept if tale.deposit is not None else Money.zero(tale.currency)
    sides: dict[Side, Money] = {
        Account.PREPAID: paid - from_deposit,
        Account.DEPOSITS: from_deposit,
        Account.RECEIVABLE: tale.offer.price.total + take - paid,
        **earnings.of_price(tale.offer.price),
        **charges,
    }
    _post(tale, "settlement", sides, at=at)


def end(tale: Tale, state: State) -> None:
    """Expired, cancelled or never come: the agreement is voided, the money kept or given back by policy."""
    at = tale.fate.until
    tale.row |= {"expires_at": None, "deposit_ask_at": None}
    if state is State.EXPIRED:
        tale.move(Move.EXPIRE, state, by=SYSTEM, at=at)
        _unwind(tale, keep=Money.zero(tale.currency), at=at)
        return
    fee = tale.total if state is State.NO_SHOW else _late_fee(tale, at)
    tale.row["cancellation_fee"] = fee.amount
    how: dict[str, Any] = {"fee": fee.amount, "currency": fee.currency}
    if state is State.CANCELLED:
        tale.row["cancelled_at"] = at
        tale.move(Move.CANCEL, state, by=CUSTOMER, at=at, **how)
    else:
        tale.move(Move.MISS, state, by=tale.scene.agent, at=at, reason="Not here after three hours", **how)
    _unwind(tale, keep=fee, at=at)


def _late_fee(tale: Tale, at: datetime) -> Money:
    if tale.state is State.AWAITING_PAYMENT:
        return Money.zero(tale.currency)
    rules = tale.scene.desk.policies.cancellation
    return policy.cancellation(tale.offer.price, tale.pickup_at, at=at, rules=rules).fee


def _unwind(tale: Tale, *, keep: Money, at: datetime) -> None:
    if tale.contract and tale.contract["state"] in OPEN_CONTRACT:
        tale.contract["state"] = ContractState.VOIDED
        tale.trail.note(
            "contract.voided", by=DOCUSEAL, at=at + SECONDS, contract=str(tale.contract["id"]), why=None
        )
    if tale.deposit is not None and tale.deposit.is_held:
        tale.deposit.void(at + SECONDS)
    if tale.rental is None:
        return
    if tale.rental.is_held and keep:
        tale.rental.capture(keep, at=at + SECONDS)
    elif tale.rental.is_held:
        tale.rental.void(at + SECONDS)
    elif keep < tale.rental.captured:
        tale.rental.refund(tale.rental.captured - keep, at=at + SECONDS)
    elif not tale.rental.captured:
        tale.rental.abandon()
    if keep and tale.rental.kept == keep:
        _keep_fee(tale, keep, at=at + 3 * SECONDS)


def _keep_fee(tale: Tale, fee: Money, *, at: datetime) -> None:
    sides: dict[Side, Money] = {Account.PREPAID: fee, **earnings.of_fee(tale.offer.price, fee)}
    _post(tale, "cancellation", sides, at=at)
    lines = [
        [line.code, line.params, line.amount.amount] for line in fee_invoices.lines(tale.offer.price, fee)
    ]
    _invoice(tale, lines, due=fee, paid=fee, at=at)


def _post(tale: Tale, kind: str, sides: Sides, *, at: datetime) -> None:
    books.post(
        tale.batch,
        tale.ids,
        kind,
        source=f"{kind}:{tale.id}",
        booking_id=tale.id,
        sides=sides,
        at=at,
    )
