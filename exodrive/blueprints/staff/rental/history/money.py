"""A rental's money: payments, deposit, receipts, charges, bills, documents, and what PayPal's books say."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from exodrive.blueprints.staff.billing import bill_words
from exodrive.blueprints.staff.rental import operation_words
from exodrive.blueprints.staff.rental.history.look import Data, Look, figure, plain
from exodrive.reconciliation.states import Cause
from exodrive.rendering import charge_words, difference_words, formats, plan_words, receipt_words


def _money(rental: Callable[[str], str], deposit: Callable[[str], str]) -> Callable[[Data], str]:
    """A sentence about the rental's money or the deposit's, by the payment's purpose."""
    return lambda data: (deposit if data["purpose"] == "deposit" else rental)(figure(data))


def _capture_wanted(data: Data) -> str:
    """What is taken, and what is let go of with it."""
    taken = _money(
        lambda amount: _("Capture of %(amount)s asked for", amount=amount),
        lambda amount: _("Capture of %(amount)s of the deposit asked for", amount=amount),
    )(data)
    if not data["released"]:
        return taken
    return _("%(taken)s, %(rest)s let go of", taken=taken, rest=figure(data, "released"))


def _retried(data: Data) -> str:
    return _("Asked PayPal again: %(what)s", what=operation_words.of(data["kind"]))


def _step(sentence: Callable[[str], str]) -> Callable[[Data], str]:
    return lambda data: sentence(plan_words.kind(data["step"]))


def _deposit_released(data: Data) -> str:
    if data["kept"]:
        return _(
            "Deposit let go: %(amount)s back, %(kept)s kept for charges",
            amount=figure(data),
            kept=figure(data, "kept"),
        )
    return _("Deposit let go: %(amount)s back", amount=figure(data))


def _settling(data: Data) -> str:
    if data.get("bill"):
        return _(
            "Settlement: %(amount)s from the deposit, %(bill)s on a bill",
            amount=figure(data, "take"),
            bill=figure(data, "bill"),
        )
    if data["take"]:
        return _("Settlement: %(amount)s from the deposit, the rest released", amount=figure(data, "take"))
    return _("Settlement: the whole deposit released")


def _receipt(sentence: Callable[[str], str]) -> Callable[[Data], str]:
    """What it was for, how it came, how much, and what finds it again."""

    def words(data: Data) -> str:
        what = _(
            "%(amount)s, %(purpose)s, %(method)s, %(slip)s",
            amount=figure(data),
            purpose=receipt_words.purpose(data["purpose"]),
            method=receipt_words.method(data["method"]),
            slip=data["slip"],
        )
        return sentence(what)

    return words


def _charge_name(data: Data) -> str:
    return charge_words.in_words(data["charge"], {}, currency="USD").name


def _charge(sentence: Callable[[str], str]) -> Callable[[Data], str]:
    """A sentence about a charge by its name and amount."""
    return lambda data: sentence(f"{_charge_name(data)}, {figure(data)}")


def _bill(sentence: Callable[[str], str]) -> Callable[[Data], str]:
    """What happened to a bill, with its amount where one came or went."""

    def words(data: Data) -> str:
        amount = data.get("amount")
        said = sentence(data["number"])
        return said if amount is None else f"{said}, {formats.amount(amount, data['currency'])}"

    return words


def _difference(data: Data) -> str:
    """Why two sides differ, as part of a sentence."""
    return difference_words.CAUSES[Cause(data["cause"])]()


def _differs(data: Data) -> str:
    """What was found, with both figures."""
    ours, theirs = (_("nothing") if data[side] is None else figure(data, side) for side in ("ours", "theirs"))
    return _("%(what)s: here %(ours)s, there %(theirs)s", what=_difference(data), ours=ours, theirs=theirs)


LOOKS: dict[str, Look] = {
    "booking.payment_delayed": Look("clock", plain(lambda: _("PayPal is slow: payment link by mail"))),
    "booking.payment_asked": Look("send", plain(lambda: _("Asked to pay at PayPal"))),
    "booking.prepayment_waived": Look(
        "credit-card-off", plain(lambda: _("Stands without payment in advance"))
    ),
    "booking.gift_given": Look("tag", lambda data: _("Discount given: %(amount)s", amount=figure(data))),
    "booking.deposit_asked": Look(
        "shield-lock", lambda data: _("Deposit of %(amount)s asked for", amount=figure(data))
    ),
    "booking.settling": Look("calculator", _settling),
    "payment.ordered": Look(
        "external-link",
        _money(
            lambda amount: _("PayPal order made for %(amount)s", amount=amount),
            lambda amount: _("PayPal order made for the deposit, %(amount)s", amount=amount),
        ),
    ),
    "payment.approved": Look(
        "check",
        _money(
            lambda amount: _("Approved at PayPal: %(amount)s", amount=amount),
            lambda amount: _("Deposit approved at PayPal: %(amount)s", amount=amount),
        ),
    ),
    "payment.authorized": Look(
        "shield-check",
        _money(
            lambda amount: _("PayPal authorized %(amount)s", amount=amount),
            lambda amount: _("PayPal holds the deposit, %(amount)s", amount=amount),
        ),
    ),
    "payment.in_review": Look("shield-question", plain(lambda: _("PayPal reviews the authorization"))),
    "payment.declined": Look("credit-card-off", plain(lambda: _("PayPal declined the payment")), "stop"),
    "payment.mismatch": Look(
        "alert-triangle", plain(lambda: _("PayPal’s amount is not the one we asked for")), "stop"
    ),
    "payment.reauthorized": Look("refresh", plain(lambda: _("PayPal renewed the authorization"))),
    "payment.captured": Look(
        "cash", _money(lambda _amount: _("Rental captured"), lambda _amount: _("Taken from the deposit"))
    ),
    "payment.voided": Look(
        "shield-off",
        _money(lambda _amount: _("Authorization released"), lambda _amount: _("Deposit released")),
    ),
    "payment.refunded": Look("receipt-refund", plain(lambda: _("Refunded by PayPal"))),
    "payment.rejected": Look("alert-triangle", plain(lambda: _("PayPal refused")), "stop"),
    "payment.asked_again": Look(
        "credit-card-refund",
        _money(
            lambda amount: _("Customer asked to approve %(amount)s again", amount=amount),
            lambda amount: _("Customer asked to approve the deposit again, %(amount)s", amount=amount),
        ),
        "stop",
    ),
    "payment.not_taken": Look(
        "arrow-back-up",
        _money(
            lambda amount: _("Approved at PayPal after it was paid, not taken: %(amount)s", amount=amount),
            lambda amount: _(
                "Deposit approved at PayPal after it was given: %(amount)s let go", amount=amount
            ),
        ),
    ),
    "payment.approved_again": Look(
        "shield-check",
        _money(
            lambda amount: _("Approved again: %(amount)s is held anew", amount=amount),
            lambda amount: _("Deposit approved again: %(amount)s is held anew", amount=amount),
        ),
    ),
    "payment.renewal_wanted": Look("refresh", plain(lambda: _("Renewal of the hold asked for"))),
    "payment.step_done_by_hand": Look(
        "hand-click", _step(lambda what: _("Of the plan, done by hand: %(what)s", what=what))
    ),
    "payment.step_moved": Look("calendar", _step(lambda what: _("Of the plan, moved: %(what)s", what=what))),
    "payment.step_skipped": Look("ban", _step(lambda what: _("Of the plan, left out: %(what)s", what=what))),
    "payment.retried": Look("refresh", _retried),
    "payment.capture_wanted": Look("hand-grab", _capture_wanted),
    "payment.void_wanted": Look(
        "hand-off",
        _money(
            lambda amount: _("Rental’s money let go of: %(amount)s", amount=amount),
            lambda amount: _("Deposit let go of: %(amount)s", amount=amount),
        ),
    ),
    "payment.refund_wanted": Look(
        "receipt-refund",
        _money(
            lambda amount: _("Refund of %(amount)s asked for", amount=amount),
            lambda amount: _("Refund of %(amount)s of the deposit asked for", amount=amount),
        ),
    ),
    "deposit.captured_for_rental": Look(
        "shield-lock",
        lambda data: _("Deposit of %(amount)s captured: a hold would not last", amount=figure(data)),
    ),
    "deposit.released": Look("shield-off", _deposit_released),
    "deposit.release_blocked": Look(
        "shield-question", plain(lambda: _("A claim keeps the deposit, and its last day is near")), "stop"
    ),
    "deposit.waived": Look("shield-x", plain(lambda: _("Keys allowed without a deposit"))),
    "receipt.taken": Look(
        "cash-register", _receipt(lambda what: _("Taken at the desk: %(what)s", what=what))
    ),
    "receipt.given_back": Look("hand-stop", _receipt(lambda what: _("Handed back: %(what)s", what=what))),
    "receipt.corrected": Look("eraser", _receipt(lambda what: _("Never taken: %(what)s", what=what))),
    "charge.claimed": Look("search", _charge(lambda what: _("Being assessed: %(what)s", what=what))),
    "charge.added": Look("cash", _charge(lambda what: _("Charged: %(what)s", what=what))),
    "charge.assessed": Look("calculator", _charge(lambda what: _("Assessed: %(what)s", what=what))),
    "charge.dropped": Look("x", _charge(lambda what: _("Let go: %(what)s", what=what))),
    "charge.lowered": Look("receipt-refund", _charge(lambda what: _("Lowered: %(what)s", what=what))),
    "charge.evidence_added": Look(
        "camera", lambda data: _("Photos or papers added: %(what)s", what=_charge_name(data))
    ),
    "charge.objected": Look("message-2", _charge(lambda what: _("Objection to %(what)s", what=what)), "stop"),
    "charge.objection_kept": Look(
        "message-2", _charge(lambda what: _("Objection answered, kept: %(what)s", what=what))
    ),
    "charge.objection_reduced": Look(
        "message-2", _charge(lambda what: _("Objection answered, reduced: %(what)s", what=what))
    ),
    "charge.objection_dropped": Look(
        "message-2", lambda data: _("Objection answered, dropped: %(what)s", what=_charge_name(data))
    ),
    **{action: Look(icon, _bill(said), tone) for action, (icon, said, tone) in bill_words.DEEDS.items()},
    "invoice.credited": Look(
        "receipt-refund",
        lambda data: _(
            "Invoice %(corrects)s corrected by credit note %(number)s",
            corrects=data["corrects"],
            number=data["number"],
        ),
    ),
    "invoice.issued": Look("file-text", lambda data: _("Invoice %(number)s issued", number=data["number"])),
    "reconciliation.differs": Look("alert-triangle", _differs, "stop"),
    "reconciliation.mending_wanted": Look(
        "refresh", lambda data: _("PayPal is asked about: %(what)s", what=_difference(data))
    ),
    "reconciliation.taken_over": Look(
        "check", lambda data: _("PayPal’s word taken over: %(what)s", what=_difference(data))
    ),
    "reconciliation.gone": Look(
        "circle-check", lambda data: _("Both sides agree again: %(what)s", what=_difference(data))
    ),
    "reconciliation.explained": Look(
        "message-2", lambda data: _("Difference explained: %(what)s", what=_difference(data))
    ),
}
