"""The words for what went wrong: the fact first, then what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exodrive.blueprints import condition_words
from exodrive.kernel.errors import DomainError


class ErrorText(NamedTuple):
    title: str | LazyString
    advice: str | LazyString


STATUS = {
    400: ErrorText(
        _l("We could not read that"), _l("Something in the address or the form is not what we expect.")
    ),
    401: ErrorText(_l("Sign in first"), _l("This page is for people we know.")),
    403: ErrorText(_l("This is not yours to open"), _l("Use the link from your e-mail, or ask the desk.")),
    404: ErrorText(
        _l("There is nothing here"), _l("The address may be mistyped, or the page has ended with its rental.")
    ),
    405: ErrorText(_l("That cannot be done here"), _l("Go back to the page and use its buttons.")),
    409: ErrorText(
        _l("Something changed in the meantime"),
        _l("Nothing was done. Load the page again to see how it is now."),
    ),
    410: ErrorText(_l("This link has ended"), _l("Ask the desk for a fresh one.")),
    412: ErrorText(_l("It is not as you saw it"), _l("Nothing was done. Look again, and decide anew.")),
    413: ErrorText(
        _l("That file is too large"), _l("Send a smaller one. Everything else you typed is kept.")
    ),
    415: ErrorText(_l("We cannot read this kind of content"), _l("Nothing was done. Send JSON.")),
    422: ErrorText(_l("That cannot be done"), _l("Nothing was changed.")),
    429: ErrorText(_l("Too many attempts"), _l("Wait a minute, then try again.")),
    500: ErrorText(
        _l("The fault is ours"),
        _l("It has been recorded. Nothing was charged by it. Try again, or call the desk."),
    ),
    503: ErrorText(
        _l("We are back in a moment"), _l("Nothing was lost. Load the page again in a few seconds.")
    ),
}

# One entry for each fact that a person may meet as a page of its own. The words may use the error's data.
FACTS: dict[str, Callable[[DomainError], ErrorText]] = {
    "period_unclear": lambda _error: ErrorText(
        _l("That is no period of the books"),
        _l("Name two days in their order, not too far apart, or a month such as 2026-10."),
    ),
    "reason_wanted": lambda _error: ErrorText(
        _l("A credit note says why"), _l("Nothing was done. Write the reason: it stands on the paper.")
    ),
    "difference_not_found": lambda _error: ErrorText(
        _l("There is no such difference"), _l("Open the reconciliation and choose one of its list.")
    ),
    "difference_solved": lambda _error: ErrorText(
        _l("It is solved already"),
        _l("Somebody, or a later reading of PayPal, was faster. Nothing was done."),
    ),
    "reconciliation_not_found": lambda _error: ErrorText(
        _l("There is no such reconciliation"), _l("Open the reconciliation to see the last ones.")
    ),
    "sheet_unknown": lambda _error: ErrorText(
        _l("The books have no such file"), _l("Choose one of those that their page offers.")
    ),
    "stale": lambda _error: ErrorText(
        _l("Somebody else changed this just now"),
        _l("Nothing was done. Load the page again, look, and decide anew."),
    ),
    "bill_move_impossible": lambda _error: ErrorText(
        _l("The bill is past that"), _l("Nothing was done. Its page shows how it stands now.")
    ),
    "bill_busy": lambda _error: ErrorText(
        _l("PayPal is still at it"),
        _l("Nothing was done. Wait until PayPal has answered to what was asked before, then look again."),
    ),
    "bill_too_early": lambda _error: ErrorText(
        _l("The rental is not over"), _l("Nothing was billed. What it costs is taken by its own payments.")
    ),
    "bill_not_found": lambda _error: ErrorText(
        _l("There is no such bill"), _l("The booking’s page lists those that there are.")
    ),
    "car_taken": lambda _error: ErrorText(
        _l("The car was taken a moment ago"), _l("Nothing was charged. Choose other dates or another car.")
    ),
    "quote_not_found": lambda _error: ErrorText(
        _l("There is no such quote"), _l("The link may be mistyped. Ask the desk to send the quote again.")
    ),
    "quote_settled": lambda _error: ErrorText(
        _l("The quote is settled"), _l("Nothing was done. Look at how it stands now, and decide anew.")
    ),
    "quote_too_long": lambda error: ErrorText(
        _l("That is longer than the house’s rules allow"),
        _l(
            "A price stands for up to %(days)s days, and a car is kept for up to %(hours)s hours.",
            days=getattr(error, "days", ""),
            hours=getattr(error, "hours", ""),
        ),
    ),
    "gift_unexplained": lambda _error: ErrorText(
        _l("A gift says why"), _l("Nothing was sent. Write the reason: it stays in the record.")
    ),
    "nothing_owed": lambda _error: ErrorText(
        _l("There is nothing to ask for"),
        _l("It is paid, or the counter has begun to take it and takes the rest as well."),
    ),
    "waiver_unexplained": lambda _error: ErrorText(
        _l("A rental without pre-payment says why"), _l("Nothing was done. Write the reason.")
    ),
    "quote_forged": lambda _error: ErrorText(
        _l("We cannot read this price any more"),
        _l("Nothing is held. Go back to the car, choose the dates again, and hold it at the price shown."),
    ),
    "return_before_pickup": lambda _error: ErrorText(
        _l("The return is before the pick-up"), _l("Choose a return after the pick-up.")
    ),
    "not_your_role": lambda _error: ErrorText(
        _l("Your role does not reach this far"), _l("Ask a manager or the owner to do it.")
    ),
    "not_signed_in": lambda _error: ErrorText(_l("Sign in first"), _l("The desk is for the staff.")),
    "move_impossible": lambda _error: ErrorText(
        _l("The booking has moved on"), _l("Nothing was done. Look at it as it is now, and decide anew.")
    ),
    "cancellation_terms_changed": lambda _error: ErrorText(
        _l("Cancelling has come to cost another amount"),
        _l("Nothing was done. Look at the amounts once more before you agree."),
    ),
    "ending_changed": lambda _error: ErrorText(
        _l("Ending the booking does something else by now"),
        _l("Nothing was done. Look at what it would do once more before you agree."),
    ),
    "already_settling": lambda _error: ErrorText(
        _l("It is being settled"), _l("PayPal has been asked. The page follows by itself.")
    ),
    "webhook_under_way": lambda _error: ErrorText(
        _l("It is on its way already"), _l("What comes of it stands on this page within a minute.")
    ),
    "nothing_to_restore": lambda _error: ErrorText(
        _l("That cannot be taken back any more"),
        _l("It is too long ago, or something else has come up since. See how the booking is now."),
    ),
    "delivery_not_settled": lambda _error: ErrorText(
        _l("It is not settled by hand"),
        _l("Somebody has taken it up again, or it got through. See the queue."),
    ),
    "delivery_under_way": lambda _error: ErrorText(
        _l("A worker has it, or it is done"), _l("There is nothing to do by hand. Look again in a moment.")
    ),
    "money_under_way": lambda _error: ErrorText(
        _l("PayPal has been asked already"), _l("Nothing was done. Wait for its answer, and look again.")
    ),
    "hold_closed": lambda _error: ErrorText(
        _l("This booking’s money is not in your hands now"), _l("Nothing was done. Look at how it stands.")
    ),
    "nothing_held": lambda _error: ErrorText(
        _l("PayPal holds nothing"), _l("Nothing was done: there is nothing to take or to let go of.")
    ),
    "step_not_found": lambda _error: ErrorText(
        _l("That step is not in this plan"), _l("Nothing was done. Look at the booking’s plan as it is now.")
    ),
    "step_settled": lambda _error: ErrorText(
        _l("That step is done, left out or under way"), _l("Nothing was done. Look at the plan as it is now.")
    ),
    "step_date_impossible": lambda _error: ErrorText(
        _l("PayPal does not answer for the money then"),
        _l("Nothing was moved. Choose a moment within its guarantee."),
    ),
    "renewal_too_soon": lambda _error: ErrorText(
        _l("PayPal renews a hold from its fourth day on"), _l("Nothing was done. Wait until then.")
    ),
    "renewal_impossible": lambda _error: ErrorText(
        _l("This hold cannot be renewed"),
        _l("PayPal renews one once, and none that was taken from. Capture it, or have it approved again."),
    ),
    "nothing_to_approve": lambda _error: ErrorText(
        _l("There is nothing to approve again"), _l("Nothing was done. Look at the booking as it is now.")
    ),
    "hold_over": lambda _error: ErrorText(
        _l("PayPal’s hold has ended"), _l("Nothing was done. Ask the customer to pay anew.")
    ),
    "amount_too_large": lambda _error: ErrorText(
        _l("That is more than there is"), _l("Nothing was done. Look at the figures once more.")
    ),
    "not_taken_now": lambda _error: ErrorText(
        _l("The desk takes no money for this now"),
        _l("Nothing was written down. Look at how the booking stands."),
    ),
    "already_secured": lambda _error: ErrorText(
        _l("The deposit is held by PayPal"), _l("Nothing was written down: it would be there twice.")
    ),
    "beyond_owed": lambda _error: ErrorText(
        _l("That is more than the desk may take"),
        _l(
            "Nothing was written down. All else is paid, held by PayPal or asked for by a bill, which has to "
            "end first."
        ),
    ),
    "credit_first": lambda _error: ErrorText(
        _l("The rental is settled, and the house owes less"),
        _l("Nothing was written down. Write a credit note first, then hand the money back."),
    ),
    "nothing_counted": lambda _error: ErrorText(
        _l("That is no amount"),
        _l("Nothing was written down. Name more than nothing, in the booking’s currency."),
    ),
    "beyond_receipt": lambda _error: ErrorText(
        _l("That is more than is left of the receipt"), _l("Nothing was written down. Look at it again.")
    ),
    "receipt_not_found": lambda _error: ErrorText(
        _l("This booking has no such receipt"), _l("Nothing was written down. Choose one from its list.")
    ),
    "nothing_to_release": lambda _error: ErrorText(
        _l("There is no deposit to release"),
        _l("Nothing was done: it is gone already, or the car is not back."),
    ),
    "nothing_taken": lambda _error: ErrorText(
        _l("There is nothing to give back"),
        _l("Nothing was done: no money was taken, or all of it went back."),
    ),
    "refund_too_late": lambda _error: ErrorText(
        _l("PayPal gives nothing back any more"), _l("It does so for 180 days. Pay the customer another way.")
    ),
    "invoice_not_yet": lambda _error: ErrorText(
        _l("It is too early for the invoice"),
        _l("A rental gets its own with the settlement; a fee once its money has come to rest."),
    ),
    "nothing_to_invoice": lambda _error: ErrorText(
        _l("There is nothing to invoice"), _l("The booking ended and cost nothing.")
    ),
    "nothing_refused": lambda _error: ErrorText(
        _l("No call stands refused"), _l("Nothing was done: PayPal has taken it, or was asked again already.")
    ),
    "nothing_to_sign": lambda _error: ErrorText(
        _l("No agreement waits for a signature"), _l("Nothing was sent.")
    ),
    "site_text_not_found": lambda _error: ErrorText(
        _l("There is no text of this name"), _l("Choose one from the list of texts.")
    ),
    "nothing_to_publish": lambda _error: ErrorText(
        _l("There is no draft to publish"), _l("Nothing was done. Look at the text as it is now.")
    ),
    "too_many_questions": lambda _error: ErrorText(
        _l("The list of questions is full"), _l("Nothing was added. Take one off the list first.")
    ),
    "car_not_on_show": lambda _error: ErrorText(
        _l("Visitors do not see this car"), _l("Nothing was done. Choose one that is on show.")
    ),
    "booking_not_found": lambda _error: ErrorText(
        _l("There is no such booking for you"), _l("Look once more at its reference or id.")
    ),
    "nobody_to_write": lambda _error: ErrorText(
        _l("There is nobody to write to"), _l("The booking has no renter yet.")
    ),
    "not_ready": lambda error: ErrorText(
        _l("The check list is not complete"),
        _l("Nothing was done. %(missing)s.", missing=condition_words.missing(getattr(error, "missing", ()))),
    ),
    "photos_closed": lambda _error: ErrorText(
        _l("The report is closed"), _l("Photos are taken while the check list is open.")
    ),
    "change_impossible": lambda _error: ErrorText(
        _l("The booking cannot be changed so now"), _l("Nothing was done. Look at it as it is by now.")
    ),
    "change_beyond_policy": lambda _error: ErrorText(
        _l("Only the desk can still change that"), _l("Nothing was done. Call us: we may find a way.")
    ),
    "change_open": lambda _error: ErrorText(
        _l("A change waits for its payment"),
        _l("Nothing was done. Approve it at PayPal or withdraw it first."),
    ),
    "change_settled": lambda _error: ErrorText(
        _l("This change does not wait any more"), _l("Look at the booking as it is now.")
    ),
    "change_not_found": lambda _error: ErrorText(
        _l("There is no such change"), _l("Look at the booking as it is now.")
    ),
    "nothing_to_change": lambda _error: ErrorText(
        _l("The booking is like that already"), _l("Nothing was done. Change something first.")
    ),
    "stale_change": lambda _error: ErrorText(
        _l("The booking is not as you saw it"), _l("Nothing was done. Look at the change once more.")
    ),
    "change_forged": lambda _error: ErrorText(
        _l("That is no change that we have shown"), _l("Nothing was done. Look at the change, then say yes.")
    ),
    "change_unexplained": lambda _error: ErrorText(
        _l("A change by the desk has a reason"), _l("Nothing was done. Say why: it stays in the record.")
    ),
    "car_unfit": lambda _error: ErrorText(
        _l("This booking cannot get that car"),
        _l("It is not rented out at present, or priced in another currency."),
    ),
    "beyond_deposit": lambda _error: ErrorText(
        _l("More is charged than the deposit holds"), _l("Look at what would be billed, and confirm it.")
    ),
    "charges_contested": lambda _error: ErrorText(
        _l("A charge is not final yet"),
        _l("It is being assessed, or an objection is not answered. Do that first."),
    ),
    "charges_closed": lambda _error: ErrorText(
        _l("There is nothing to charge for"), _l("The car never left with this booking. Nothing was done.")
    ),
    "charge_unusable": lambda _error: ErrorText(
        _l("This cannot be charged"),
        _l("Write an amount such as 250.00, in the booking’s currency, and no time to come."),
    ),
    "charge_closed": lambda _error: ErrorText(
        _l("The charge has moved on"), _l("Nothing was done. Look at it as it is now.")
    ),
    "charge_not_found": lambda _error: ErrorText(
        _l("There is no such charge"), _l("Look at the booking’s charges once more.")
    ),
    "nothing_marked": lambda _error: ErrorText(
        _l("There is no damage described"), _l("Nothing was done. Say where and what: the renter reads it.")
    ),
    "claim_too_late": lambda _error: ErrorText(
        _l("The deposit is settled"), _l("What is charged now needs its amount, not an estimate.")
    ),
    "charge_billed": lambda _error: ErrorText(
        _l("Its bill is paid, or being paid"),
        _l("Nothing was done. Give the money back at PayPal, on the bill’s page there."),
    ),
    "charge_not_less": lambda _error: ErrorText(
        _l("Reduced is less than before"), _l("Write an amount below the present one, and above nothing.")
    ),
    "objection_made": lambda _error: ErrorText(
        _l("You have written about this charge already"), _l("The desk has it and answers by e-mail.")
    ),
    "objection_unusable": lambda _error: ErrorText(
        _l("Some words are needed"), _l("Say what is meant, in no more than two thousand letters.")
    ),
    "objection_not_found": lambda _error: ErrorText(
        _l("Nobody waits for an answer"), _l("The objection is answered. Nothing was done.")
    ),
    "reason_missing": lambda _error: ErrorText(
        _l("Say why"), _l("It stays in the record. Nothing was done.")
    ),
    "too_much_evidence": lambda _error: ErrorText(
        _l("That is too many files"), _l("Twelve for one charge are the most. Nothing was kept.")
    ),
    "photo_unknown": lambda _error: ErrorText(
        _l("There is no such photo of the return"), _l("Choose one of those that were taken.")
    ),
    "toll_file_unreadable": lambda _error: ErrorText(
        _l("This file cannot be read"), _l("Send a CSV with plate, time and amount. Nothing was done.")
    ),
    "toll_file_not_found": lambda _error: ErrorText(
        _l("This file is not there"), _l("Look at the list of files once more.")
    ),
    "toll_file_imported": lambda _error: ErrorText(
        _l("This file is imported already"), _l("Nothing was charged again. See what came of each row.")
    ),
    "not_a_picture": lambda _error: ErrorText(
        _l("This file is no photo"), _l("JPEG, PNG and WebP are taken. Nothing was kept.")
    ),
    "picture_too_large": lambda _error: ErrorText(
        _l("This photo is too large"),
        _l("15 megabytes are taken at most, and of a PNG or WebP 25 million pixels. Nothing was kept."),
    ),
    "papers_closed": lambda _error: ErrorText(
        _l("We need no photos any more"), _l("Nothing was kept. Look at the booking as it is now.")
    ),
    "paper_not_found": lambda _error: ErrorText(
        _l("This photo is not there any more"), _l("It was replaced, or deleted when its time was over.")
    ),
    "seal_unreadable": lambda _error: ErrorText(
        _l("This photo cannot be opened any more"), _l("It was sealed under an older key. Ask for another.")
    ),
    "not_a_document": lambda _error: ErrorText(
        _l("We cannot keep this PDF"), _l("Send a photo instead. Nothing was kept.")
    ),
    "document_too_large": lambda _error: ErrorText(
        _l("This PDF is too large"), _l("Ten megabytes are taken at most. Nothing was kept.")
    ),
    "picture_is_heic": lambda _error: ErrorText(
        _l("This photo is in Apple’s own format"),
        _l("Share it as JPEG, or set the camera to “Most compatible”. Nothing was kept."),
    ),
    "photo_too_large": lambda _error: ErrorText(
        _l("This photo is too large"),
        _l(
            "30 megabytes and 80 million pixels are taken at most, and 40 million of what is no JPEG. "
            "Nothing was kept."
        ),
    ),
    "picture_too_small": lambda _error: ErrorText(
        _l("This photo has too few pixels"), _l("400 on its shorter side are the least. Nothing was kept.")
    ),
    "photo_twice": lambda _error: ErrorText(
        _l("The car has this photo already"), _l("It was not kept a second time.")
    ),
    "too_many_photos": lambda _error: ErrorText(
        _l("The car has forty photos"), _l("Remove one first. Nothing was kept.")
    ),
    "photo_not_found": lambda _error: ErrorText(
        _l("This photo is not there"), _l("It may have been removed. The car’s page has those that are.")
    ),
    "cursor_unreadable": lambda _error: ErrorText(
        _l("This page of the list is not there"), _l("Start from the top of the list.")
    ),
    "file_link_ended": lambda _error: ErrorText(
        _l("This link to the file has ended"), _l("Load the page that it stood on, and use the fresh one.")
    ),
    "foreign_post": lambda _error: ErrorText(
        _l("This form was sent by another site"), _l("Nothing was done. Use the page on this site.")
    ),
    "last_owner": lambda _error: ErrorText(
        _l("This is the last owner"), _l("Nothing was done. Make another owner first.")
    ),
    "no_second_factor": lambda _error: ErrorText(
        _l("There is no second factor to take away"), _l("Nothing was done.")
    ),
    "nothing_to_review": lambda _error: ErrorText(
        _l("There is nothing to review yet"),
        _l("A review opens once the rental is closed. We mail you then, with this same link."),
    ),
    "review_moved": lambda _error: ErrorText(
        _l("The review has moved on"), _l("Nothing was done. Load the page again to see how it stands now.")
    ),
    "review_not_found": lambda _error: ErrorText(
        _l("There is no such review"), _l("Go back to the list, and choose one from there.")
    ),
    "no_house": lambda _error: ErrorText(
        _l("There is no house yet"), _l("The database is empty: set up the house first.")
    ),
}


def of_domain_error(error: DomainError) -> ErrorText:
    """The words for a fact, else those for its kind."""
    words = FACTS.get(error.code)
    return words(error) if words else of_status(error.status)


def of_code(code: str, status: int) -> ErrorText:
    """The words for a code without its data: for telling what may go wrong before it does."""
    words = FACTS.get(code)
    return words(DomainError()) if words else of_status(status)


def of_status(status: int) -> ErrorText:
    fallback = STATUS[500] if status >= 500 else STATUS[400]
    return STATUS.get(status, fallback)
