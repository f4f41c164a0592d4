"""A rental on its way from the hold to the archive: booking, agreement, papers, letters, quote and review."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from exodrive.blueprints.staff.rental import attention_words
from exodrive.blueprints.staff.rental.history.look import Data, Look, figure, plain
from exodrive.rendering import formats, paper_words


def _handed_over(data: Data) -> str:
    return _("Keys given at %(miles)s miles", miles=formats.number(data["odometer"]))


def _taken_back(data: Data) -> str:
    return _("Car taken back at %(miles)s miles", miles=formats.number(data["odometer"]))


def _changed(data: Data) -> str:
    before, after = data["before"]["total"], data["after"]["total"]
    if before == after:
        return _("Changed, at the same price")
    return _(
        "Changed: %(before)s became %(after)s",
        before=formats.amount(before, data["currency"]),
        after=formats.amount(after, data["currency"]),
    )


def _change_asked(data: Data) -> str:
    before, after = data["total"]
    more = formats.amount(after - before, data["currency"])
    return _("A change for %(more)s more waits for its approval", more=more)


def _cancelled(data: Data) -> str:
    fee = data.get("fee")
    if fee:
        return _("Cancelled for a fee of %(fee)s", fee=figure(data, "fee"))
    return _("Cancelled free of charge")


def _looked_at(data: Data) -> str:
    return _("Seen and done: %(what)s", what=attention_words.of(data["attention"]))


def _not_done(data: Data) -> str:
    return _("Not done after all: %(what)s", what=attention_words.of(data["attention"]))


def _letter(data: Data) -> str:
    return _("Mail came back: %(letter)s", letter=str(data["template"]).replace("_", " "))


def _paper(sentence: Callable[[str], str]) -> Callable[[Data], str]:
    return lambda data: sentence(paper_words.paper(data["paper"]))


def _delivery(sentence: Callable[[str], str]) -> Callable[[Data], str]:
    return lambda data: sentence(f"{data['event']} → {data['actor']}")


LOOKS: dict[str, Look] = {
    "booking.held": Look("clock", plain(lambda: _("Held online"))),
    "booking.ordered": Look("file-text", plain(lambda: _("Ordered, with driver and licence"))),
    "booking.more_time": Look(
        "clock-plus", lambda data: _("%(minutes)d minutes more asked for, and given", minutes=data["minutes"])
    ),
    "booking.details_filled": Look(
        "id", plain(lambda: _("Details of an earlier rental filled in, by a mailed code"))
    ),
    "booking.authorized": Look("shield-check", plain(lambda: _("Paid for: the car is reserved"))),
    "booking.confirmed": Look("circle-check", plain(lambda: _("Signed: the rental stands"))),
    "booking.handed_over": Look("key", _handed_over),
    "booking.taken_back": Look("car-garage", _taken_back),
    "booking.closed": Look("archive", plain(lambda: _("Settled and closed"))),
    "booking.expired": Look("clock-off", plain(lambda: _("Expired: the car is free again"))),
    "booking.cancelled": Look("ban", _cancelled),
    "booking.changed": Look("pencil", _changed),
    "booking.change_asked": Look("pencil", _change_asked),
    "booking.change_withdrawn": Look("arrow-back-up", plain(lambda: _("The change was withdrawn"))),
    "booking.change_expired": Look(
        "clock-off", plain(lambda: _("The change was not paid for: all stays as it was"))
    ),
    "booking.change_refused": Look(
        "alert-triangle", plain(lambda: _("A paid change could not be made: its money goes back")), "stop"
    ),
    "booking.conflict_found": Look(
        "alert-triangle",
        lambda data: _("%(late)s is late and runs into %(next)s", late=data["late"], next=data["next"]),
        "stop",
    ),
    "booking.conflict_solved": Look("check", plain(lambda: _("The clash with the late car is solved"))),
    "booking.missed": Look("user-off", plain(lambda: _("Nobody came")), "stop"),
    "booking.attention_cleared": Look("check", _looked_at),
    "booking.attention_restored": Look("arrow-back-up", _not_done),
    "booking.link_sent_again": Look("send", plain(lambda: _("Page link sent again"))),
    "booking.link_replaced": Look("refresh", plain(lambda: _("Old page link ended, new one sent"))),
    "booking.from_quote": Look("tag", plain(lambda: _("Accepted from a quote"))),
    "contract.sent": Look("send", plain(lambda: _("Agreement sent for signature"))),
    "contract.viewed": Look("eye", plain(lambda: _("Agreement opened"))),
    "contract.signed": Look("signature", plain(lambda: _("Agreement signed and kept"))),
    "contract.declined": Look("file-x", plain(lambda: _("Agreement declined")), "stop"),
    "contract.expired": Look("clock-off", plain(lambda: _("Agreement expired"))),
    "contract.voided": Look("ban", plain(lambda: _("Agreement withdrawn"))),
    "contract.reissued": Look("refresh", plain(lambda: _("New agreement issued"))),
    "contract.addendum_waived": Look(
        "file-x", plain(lambda: _("Keys allowed before the change is signed")), "stop"
    ),
    "contract.sent_again": Look("send", plain(lambda: _("Agreement sent again"))),
    "paper.sent": Look("camera", _paper(lambda what: _("Sent: %(what)s", what=what))),
    "paper.looked_at": Look("eye", _paper(lambda what: _("Looked at: %(what)s", what=what))),
    "paper.accepted": Look("check", _paper(lambda what: _("Accepted: %(what)s", what=what))),
    "paper.rejected": Look("camera-off", _paper(lambda what: _("Another photo wanted: %(what)s", what=what))),
    "paper.forgotten": Look("trash", plain(lambda: _("Photos of the papers deleted"))),
    "message.bounced": Look("mail-x", _letter, "stop"),
    "message.written": Look("pencil", lambda data: _("Wrote: %(title)s", title=data["title"])),
    "delivery.retried": Look(
        "refresh", _delivery(lambda what: _("Tried again by hand: %(what)s", what=what))
    ),
    "delivery.reopened": Look(
        "arrow-back-up", _delivery(lambda what: _("Not settled after all: %(what)s", what=what))
    ),
    "delivery.resolved": Look("check", _delivery(lambda what: _("Settled by hand: %(what)s", what=what))),
    "quote.sent": Look("send", plain(lambda: _("Quote sent"))),
    "quote.followed": Look("pencil", plain(lambda: _("Its booking was changed: it offers the same"))),
    "quote.sent_again": Look("send", plain(lambda: _("Quote sent again"))),
    "quote.extended": Look("clock", plain(lambda: _("Price stands longer"))),
    "quote.accepted": Look("circle-check", plain(lambda: _("Quote accepted")), "go"),
    "quote.declined": Look("ban", plain(lambda: _("Quote declined")), "stop"),
    "quote.withdrawn": Look("ban", plain(lambda: _("Quote withdrawn"))),
    "quote.expired": Look("clock-off", plain(lambda: _("Quote expired"))),
    "review.written": Look("star", plain(lambda: _("Review written"))),
    "review.published": Look("star", plain(lambda: _("Review published"))),
    "review.declined": Look("eye-off", plain(lambda: _("Review declined"))),
    "review.reconsidered": Look("arrow-back-up", plain(lambda: _("Review put back to be read again"))),
    "review.withdrawn": Look("ban", plain(lambda: _("Review withdrawn"))),
    "review.answered": Look("message-2", plain(lambda: _("Review answered"))),
    "review.answer_taken_back": Look("message-2", plain(lambda: _("Answer to the review taken back"))),
}
