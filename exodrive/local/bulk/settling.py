"""How a life that is made up ends: settled with an invoice, or given up and unwound."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from exodrive.bookings import charging, policy
from exodrive.bookings.models import ChargeKind
from exodrive.bookings.states import Move, State
from exodrive.contracts.states import OPEN as OPEN_CONTRACT
from exodrive.contracts.states import ContractState
from exodrive.kernel.actors import CUSTOMER, DOCUSEAL, SYSTEM
from exodrive.kernel.money import Money, total
from exodrive.ledger.models import Account
from exodrive.local.bulk import books

if TYPE_CHECKING:
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
    tale.row["closed_at"] = closed_at
    _invoice(tale, due=tale.total + take, paid=paid, at=closed_at)
    _recognise(tale, take=take, paid=paid, at=closed_at)
    tale.move(Move.SETTLE, State.CLOSED, by=SYSTEM, at=closed_at)


def _invoice(tale: Tale, *, due: Money, paid: Money, at: datetime) -> None:
    """Without its number, which it gets when the batch is written."""
    renter = tale.drivers[0]
    lines = [[line.code, dict(line.params), line.amount.amount] for line in tale.offer.price.lines]
    lines += [
        [f"charge_{row['kind']}", {**row["params"], "note": row["note"]}, row["amount"]]
        for row in tale.charges
    ]
    tale.batch.add(
        "invoices",
        id=tale.ids.at(at),
        booking_id=tale.id,
        year=at.astimezone(tale.scene.zone).year,
        recipient_name=renter.name,
        recipient_address=renter.address,
        recipient_email=renter.email,
        currency=due.currency,
        total=due.amount,
        paid=paid.amount,
        lines=lines,
        issued_at=at,
        file_id=tale.scene.papers.document,
    )


def _recognise(tale: Tale, *, take: Money, paid: Money, at: datetime) -> None:
    price = tale.offer.price
    _post(
        tale,
        "settlement",
        {
            Account.PREPAID: paid,
            Account.RECEIVABLE: price.total + take - paid,
            Account.RENTAL: -price.net,
            Account.CHARGES: -take,
            Account.TAX: -price.tax,
        },
        at=at,
    )


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
    """The tax on a fee is its share of the agreed price's."""
    price = tale.offer.price
    tax = Money(fee.amount * price.tax.amount // price.total.amount, fee.currency)
    sides = {Account.PREPAID: fee, Account.CANCELLATION: -(fee - tax), Account.TAX: -tax}
    _post(tale, "cancellation", sides, at=at)


def _post(tale: Tale, kind: str, sides: dict[Account, Money], *, at: datetime) -> None:
    books.post(
        tale.batch,
        tale.ids,
        kind,
        source=f"{kind}:{tale.id}",
        booking_id=tale.id,
        sides=sides,
        at=at,
    )
