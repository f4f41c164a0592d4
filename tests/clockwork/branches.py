"""Every way that a rental's money may go in the proof; each must have been gone at least once."""

from __future__ import annotations

from enum import StrEnum


class Branch(StrEnum):
    """Counted when it has happened, not when somebody wished for it."""

    # how a rental comes about
    WITH_CODE = "a promo code"
    BY_QUOTE = "a quote accepted"
    QUOTE_LEFT = "a quote not answered"
    PAID_AT_COUNTER = "paid at the counter"
    PAID_BY_LINK = "let stand unpaid, paid by the link"
    # second thoughts
    DEARER_UNPAID = "made dearer before the payment"
    CHEAPER_UNPAID = "made cheaper before the payment"
    DEARER = "made dearer after the payment"
    DEARER_LEFT = "made dearer and not paid for"
    CHEAPER = "made cheaper after the payment"
    # ways to end before the keys
    LEFT = "ordered and never paid"
    NEVER_SIGNED = "paid and never signed"
    CANCELLED_FREE = "cancelled in time"
    CANCELLED_FOR_FEE = "cancelled for a fee"
    MISSED = "a no-show"
    # the deposit
    DEPOSIT_WAIVED = "keys without a deposit, by a manager's word"
    DEPOSIT_AT_DESK = "a deposit taken at the desk"
    HANDED_BACK = "a deposit handed back at the desk"
    DEPOSIT_CAPTURED = "a deposit captured with the keys"
    DEPOSIT_BY_DATE = "a deposit let go by its date"
    # the bank's temper
    DECLINED = "an authorization declined"
    CAPTURE_REFUSED = "a capture refused"
    RENEWED = "a hold renewed"
    RENEWAL_REFUSED = "a renewal refused"
    ENDED_EARLY = "a hold ended early by the bank"
    APPROVED_AGAIN = "approved once more"
    REFUNDED = "a refund"
    # after the return
    BILLED = "billed beyond the deposit"
    BILL_PAID = "a bill paid"
