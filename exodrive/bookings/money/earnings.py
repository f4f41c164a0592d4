"""What a booking's money becomes in the books once it is earned: revenue by kind, and tax by place.

Each function returns credits (negative) by account and detail, to be posted with the debits beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from exodrive.bookings.models import Charge
from exodrive.kernel.money import Money, total
from exodrive.ledger.models import Account, tax_detail
from exodrive.ledger.postings import Side
from exodrive.pricing import discounts, rounding
from exodrive.pricing.price import Line, LineKind, Price

ACCOUNTS: dict[LineKind, Account] = {
    LineKind.RENTAL: Account.RENTAL,
    LineKind.EXTRA: Account.EXTRAS,
    LineKind.DRIVER: Account.EXTRAS,
    LineKind.DELIVERY: Account.DELIVERY,
    LineKind.TAX: Account.TAX,
}


def of_price(price: Price) -> dict[Side, Money]:
    """The agreed price by what each of its lines is.

    Long stays lower the rental revenue that they are off; promo codes and gifts have an account of their own.
    """
    credits: dict[Side, Money] = defaultdict(lambda: Money.zero(price.currency))
    for line in price.lines:
        credits[_side(line)] -= line.amount
    return dict(credits)


def of_charges(charges: Iterable[Charge], *, currency: str) -> dict[Side, Money]:
    """The charges after the return, by their kind."""
    credits: dict[Side, Money] = defaultdict(lambda: Money.zero(currency))
    for charge in charges:
        credits[Account.CHARGES, charge.kind] -= Money(charge.amount, currency)
    return dict(credits)


def of_fee(price: Price, fee: Money) -> dict[Side, Money]:
    """A fee for not coming: the tax within it by place, the rest is revenue."""
    taxes = fee_taxes(price, fee)
    tax = total(taxes, currency=fee.currency)
    credits: dict[Side, Money] = defaultdict(lambda: Money.zero(fee.currency))
    credits[Account.CANCELLATION] = -(fee - tax)
    for line, amount in zip(tax_lines(price), taxes, strict=True):
        credits[_side(line)] -= amount
    return dict(credits)


def fee_taxes(price: Price, fee: Money) -> list[Money]:
    """How much of a fee is tax, by the tax lines of the agreed price: its own share, rounded down."""
    whole = Money(fee.amount * price.tax.amount // (price.total.amount or 1), fee.currency)
    return rounding.share_out(whole, [line.amount.amount for line in tax_lines(price)])


def tax_lines(price: Price) -> list[Line]:
    """The taxes of a price, each with its place and code."""
    return [line for line in price.lines if line.kind is LineKind.TAX]


def _side(line: Line) -> Side:
    if discounts.is_discount(line):
        return Account.DISCOUNTS, str(line.params["code"] or line.code)
    match line.kind:
        case LineKind.TAX:
            return Account.TAX, tax_detail(line.params["jurisdiction"], line.params["code"])
        case LineKind.EXTRA:
            return Account.EXTRAS, str(line.params["code"])
        case LineKind.DRIVER | LineKind.DELIVERY:
            return ACCOUNTS[line.kind], line.code
        case _:
            return ACCOUNTS[line.kind]
