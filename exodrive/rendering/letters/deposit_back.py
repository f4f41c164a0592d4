"""Letters about a deposit's end, and about money at the desk."""

from __future__ import annotations

from flask_babel import gettext as _

from exodrive.bookings.after_return import deposit_statement as statements
from exodrive.bookings.after_return.deposit_statement import Item, Statement
from exodrive.kernel.money import Money
from exodrive.payments import receipts
from exodrive.payments.receipt_models import ReceiptKind
from exodrive.rendering import charge_words, formats, receipt_words
from exodrive.rendering.letter_facts import Fact
from exodrive.rendering.letters.case import Case, Context, shown


def deposit_released(case: Case) -> Context | None:
    return _statement(case)


def deposit_statement(case: Case) -> Context | None:
    """Where something was taken, or lay at the desk: the rest is told with the invoice."""
    found = statements.of(case.booking)
    return _statement(case) if found is not None and _says_more(case, found) else None


def _says_more(case: Case, found: Statement) -> bool:
    """The same whether the letter is written before the desk hands the money back, or after."""
    told = case.booking.deposit_released_at is not None
    return bool(found.taken or found.to_hand_back or (found.handed_back and not told))


def receipt(case: Case) -> Context | None:
    row = next((row for row in receipts.of_booking(case.booking.id) if row.id == case.about.receipt), None)
    if row is None:
        return None
    return {
        "href": case.page_url,
        "kind": row.kind,
        "number": row.number,
        "amount": formats.money(row.money),
        "purpose": receipt_words.purpose(row.purpose),
        "facts": [
            Fact(_("Receipt"), f"{case.booking.reference}-{row.number}"),
            Fact(receipt_words.kind(row.kind), formats.money(row.money), receipt_words.purpose(row.purpose)),
            Fact(_("How"), receipt_words.method(row.method), row.reference),
            Fact(_("When"), case.moment(row.at), _("by %(name)s", name=row.by)),
            *([Fact(_("Reason"), row.reason)] if row.reason and row.kind != ReceiptKind.TAKEN else []),
        ],
    }


def _statement(case: Case) -> Context | None:
    found = statements.of(case.booking)
    if found is None:
        return None
    return {
        "href": case.page_url,
        "taken": shown(found.taken),
        "returned": shown(found.returned),
        "waits_at_desk": shown(found.to_hand_back),
        "by_paypal": shown(found.by_paypal),
        "facts": _facts(case, found),
    }


def _facts(case: Case, found: Statement) -> list[Fact]:
    ends = [
        (_("Released by PayPal"), found.by_paypal),
        (_("Handed back at the desk"), found.handed_back),
        (_("Waits for you at the desk"), found.to_hand_back),
    ]
    return [
        Fact(_("Deposit"), formats.money(found.held)),
        *(_item(case, item) for item in found.items if item.taken),  # the others are on a bill of their own
        *(Fact(name, formats.money(amount)) for name, amount in ends if amount),
    ]


def _item(case: Case, item: Item) -> Fact:
    """A charge with what it took, how it came about, and how many photos show it on the booking's page."""
    charge = item.charge
    words = charge_words.in_words(
        charge.kind, charge.params, currency=case.booking.currency, note=charge.note
    )
    why = [words.reason.rstrip(".")] if words.reason else []
    if item.taken < item.amount:
        why.append(_("%(amount)s in all", amount=formats.money(item.amount)))
    if item.evidence:
        why.append(_("Photos on your booking page: %(count)d", count=len(item.evidence)))
    return Fact(words.name, formats.money(_less(item.taken)), ". ".join(why))


def _less(amount: Money) -> Money:
    """What was taken lowers what comes back."""
    return -amount
