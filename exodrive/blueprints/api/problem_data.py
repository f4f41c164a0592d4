"""The data of refusals, beside their words: what a program needs to go on."""

from __future__ import annotations

from typing import Any

from exodrive.blueprints import date_words, problems, promo_codes
from exodrive.blueprints.api.refusals import DetailsRefused, Fault, OutOfScope, RequestInvalid
from exodrive.blueprints.api.shapes import Money
from exodrive.blueprints.booking_page import eligibility_words
from exodrive.bookings.by_hand.purse import AmountBeyond, HoldClosed
from exodrive.bookings.cancelling import TermsChanged
from exodrive.bookings.change.change_rules import ChangeImpossible, PolicyForbids
from exodrive.bookings.change.gifts import GiftBeyondLimit
from exodrive.bookings.ending import EndingChanged
from exodrive.bookings.handover import NotReady, OdometerBackwards
from exodrive.bookings.money.settlement import BeyondDeposit
from exodrive.bookings.policy import DatesRefused
from exodrive.bookings.quote.quotes import QuoteSettled
from exodrive.bookings.quote.quoting import QuoteTooLong
from exodrive.bookings.reservation.drivers import NotEligible
from exodrive.bookings.reservation.ordering import PriceChanged
from exodrive.bookings.transitions import MoveImpossible
from exodrive.kernel import money
from exodrive.pricing.promotion_rules import PromotionRefused
from exodrive.pricing.promotions import BelowUses
from exodrive.pricing.rules import ExtraQuantity, ExtraUnknown

# The fields of a search page, as the API calls them.
DATE_FIELDS = {date_words.PICKUP: "pickup_at", date_words.RETURN: "return_at"}


def register() -> None:
    """Say of each class what its problems carry."""
    problems.tell(RequestInvalid, lambda error: {"errors": [in_json(fault) for fault in error.faults]})
    problems.tell(DetailsRefused, lambda error: {"errors": [in_json(fault) for fault in error.faults]})
    problems.tell(OutOfScope, lambda error: {"facts": {"scope": error.needed}} if error.needed else {})
    problems.tell(PriceChanged, lambda error: {"facts": {"total": _money(error.total)}})
    problems.tell(TermsChanged, lambda error: {"facts": {"fee": _money(error.fee)}})
    problems.tell(EndingChanged, lambda error: {"facts": {"fee": _money(error.fee)}})
    problems.tell(AmountBeyond, lambda error: {"facts": {"most": _money(error.most)}})
    problems.tell(
        BeyondDeposit, lambda error: {"facts": {"held": _money(error.held), "bill": _money(error.bill)}}
    )
    problems.tell(QuoteSettled, lambda error: {"facts": {"state": error.state}})
    problems.tell(QuoteTooLong, lambda error: {"facts": {"days": error.days, "hours": error.hours}})
    problems.tell(HoldClosed, lambda error: {"facts": {"state": error.state}})
    problems.tell(NotReady, lambda error: {"facts": {"missing": error.missing}})
    problems.tell(OdometerBackwards, lambda error: {"facts": {"least": error.least}})
    problems.tell(ChangeImpossible, lambda error: {"facts": {"state": error.state, "what": error.what}})
    problems.tell(PolicyForbids, lambda error: {"facts": {"reasons": error.reasons}})
    problems.tell(MoveImpossible, lambda error: {"facts": {"state": error.state}})
    problems.tell(ExtraUnknown, lambda error: {"facts": {"extra": error.extra}})
    problems.tell(ExtraQuantity, lambda error: {"facts": {"extra": error.extra, "most": error.most}})
    problems.tell(PromotionRefused, _promotion)
    problems.tell(BelowUses, lambda error: {"facts": {"uses": error.uses}})
    problems.tell(GiftBeyondLimit, lambda error: {"facts": {"most": _money(error.most)}})
    problems.tell(DatesRefused, _dates)
    problems.tell(NotEligible, _eligibility)


def in_json(fault: Fault) -> dict[str, str]:
    """A fault as a problem lists it."""
    place = {"parameter": fault.where} if fault.parameter else {"pointer": f"#/{fault.where}".rstrip("/")}
    return {**place, "code": fault.code, "detail": fault.detail}


def _money(amount: money.Money) -> dict[str, Any]:
    return Money.of(amount).model_dump()


def _dates(error: DatesRefused) -> dict[str, Any]:
    field, words = date_words.in_words(error)
    return {"errors": [in_json(Fault(DATE_FIELDS[field], error.reason, words))], "facts": error.figures}


def _promotion(error: PromotionRefused) -> dict[str, Any]:
    return {"errors": [in_json(Fault("promo_code", error.why, promo_codes.in_words(error)))]}


def _eligibility(error: NotEligible) -> dict[str, Any]:
    return {
        "errors": [
            in_json(Fault(f"{_driver(position)}/{field}", code, eligibility_words.in_words(code, figures)))
            for position, reasons in error.reasons.items()
            for field, code, figures in reasons
        ]
    }


def _driver(position: int) -> str:
    return "renter" if position == 0 else f"additional_drivers/{position - 1}"
