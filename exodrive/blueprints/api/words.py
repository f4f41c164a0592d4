"""The words for what mostly programs are refused: the fact first, then what to do."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import lazy_gettext as _l

from exodrive.blueprints import error_texts
from exodrive.blueprints.error_texts import ErrorText
from exodrive.kernel.errors import DomainError

WORDS: dict[str, ErrorText] = {
    # the call itself
    "request_invalid": ErrorText(
        _l("This is not what the document says"), _l("Nothing was done. Mend what `errors` names.")
    ),
    "credentials_missing": ErrorText(
        _l("Say who you are"), _l("Send Authorization: Bearer with a token or the booking's key.")
    ),
    "credentials_refused": ErrorText(
        _l("These credentials open nothing"), _l("They are mistyped, expired or revoked. Ask for new ones.")
    ),
    "out_of_scope": ErrorText(
        _l("These credentials do not reach this far"), _l("Ask for a token with the scope that is named.")
    ),
    "idempotency_key_unreadable": ErrorText(
        _l("This Idempotency-Key cannot be kept"),
        _l("Use 1 to 255 visible ASCII characters, such as a UUID."),
    ),
    "idempotency_key_missing": ErrorText(
        _l("An Idempotency-Key is needed here"), _l("Without it a repetition would do this a second time.")
    ),
    "idempotency_key_reused": ErrorText(
        _l("This Idempotency-Key belongs to another call"),
        _l("Nothing was done. Use a key of its own for each deed."),
    ),
    "answer_lost": ErrorText(
        _l("It was done, but its answer cannot be read any more"), _l("Read how it stands; do not repeat it.")
    ),
    "changed_meanwhile": ErrorText(
        _l("It is not as you saw it"), _l("Nothing was done. Read it again, look, and decide anew.")
    ),
    # finding and pricing
    "car_not_found": ErrorText(_l("There is no such car"), _l("The list of cars has the names.")),
    "place_not_found": ErrorText(_l("There is no such place"), _l("The house has the names of its places.")),
    "dates_refused": ErrorText(
        _l("The house does not rent on these dates"), _l("Choose others: `errors` says why.")
    ),
    "rental_too_long": ErrorText(_l("That is too long for a rental"), _l("Choose an earlier return.")),
    "extra_unknown": ErrorText(_l("There is no such extra"), _l("The house has the codes of its extras.")),
    "extra_quantity": ErrorText(
        _l("A rental cannot have so many of this extra"), _l("Choose fewer: `facts` has the most.")
    ),
    "promotion_refused": ErrorText(
        _l("This promo code does not lower the price"), _l("Nothing was done. `errors` says why.")
    ),
    "too_many_drivers": ErrorText(
        _l("Too many additional drivers"), _l("The house's rules say how many there may be.")
    ),
    # promo codes and gifts
    "promotion_not_found": ErrorText(_l("There is no such promo code"), _l("The list of codes has the ids.")),
    "promotion_code_unfit": ErrorText(
        _l("This can be no promo code"), _l("Use 4 to 20 letters from A to Z and figures.")
    ),
    "promotion_code_taken": ErrorText(
        _l("There is a code that looks the same"), _l("O and 0 are one letter, and so are I, L and 1.")
    ),
    "promotion_fixed": ErrorText(
        _l("Bookings have this code"),
        _l("It keeps its letters and what it takes off. End it and make another."),
    ),
    "promotion_below_uses": ErrorText(
        _l("It was used more often than that"), _l("Nothing was changed. `facts` has the number.")
    ),
    "category_unknown": ErrorText(
        _l("There is no such kind of car"), _l("The list of cars has the categories.")
    ),
    "other_currency": ErrorText(
        _l("That is not the currency of the house"), _l("Name the amount in the house's own.")
    ),
    "days_backwards": ErrorText(_l("The last day is before the first"), _l("Name them in their order.")),
    "discount_unclear": ErrorText(
        _l("What comes off is not clear"), _l("Name either `rate_bp` or `amount`, and not both.")
    ),
    "gift_beyond_limit": ErrorText(
        _l("That is more than agents may give"), _l("A manager may. `facts` has the most.")
    ),
    "gift_too_small": ErrorText(
        _l("Nothing would come off"), _l("A tenth of the days and of the extras always stays.")
    ),
    # booking
    "car_busy": ErrorText(
        _l("Others are booking this car at this moment"), _l("Nothing was done. Try again in a second.")
    ),
    "car_withdrawn": ErrorText(
        _l("The house does not rent this car out at present"), _l("Nothing was done. Choose another car.")
    ),
    "quote_expired": ErrorText(
        _l("This price was promised too long ago"), _l("Nothing is held. Ask for a new quote.")
    ),
    "hold_ended": ErrorText(
        _l("The time for this is over"), _l("The car is free for others again. Ask for a new quote.")
    ),
    "price_changed": ErrorText(
        _l("The total is another than the one agreed to"), _l("Nothing was done. `facts` has the new one.")
    ),
    "policies_not_accepted": ErrorText(
        _l("The rental terms are not accepted"), _l("Nothing was done. The renter has to accept them.")
    ),
    "details_refused": ErrorText(
        _l("A driver's details cannot be right"), _l("Nothing was done. Mend what `errors` names.")
    ),
    "not_eligible": ErrorText(
        _l("Somebody may not drive this car"), _l("Nothing was done. `errors` says who and why.")
    ),
    "cannot_rent": ErrorText(
        _l("We cannot rent with these details"), _l("Nothing was done. Call the desk: we will look at it.")
    ),
    "delivery_address_missing": ErrorText(
        _l("The car is brought or fetched, and nobody said where"), _l("Add the address.")
    ),
    "document_missing": ErrorText(
        _l("This paper does not exist yet"), _l("The booking's `documents` say when it does.")
    ),
    # paying
    "payment_not_found": ErrorText(
        _l("There is no such payment for you"), _l("The booking's `payments` have the ids.")
    ),
    "already_paid": ErrorText(_l("There is nothing left to pay"), _l("Nothing was done. Read the payment.")),
    "deposit_not_open": ErrorText(
        _l("The deposit is not asked for now"), _l("The house asks for it some time before the pick-up.")
    ),
}


def register() -> None:
    """Add them to the others; what has words already keeps them."""
    for code, text in WORDS.items():
        error_texts.FACTS.setdefault(code, _always(text))


def _always(text: ErrorText) -> Callable[[DomainError], ErrorText]:
    return lambda _error: text
