"""A discount on one booking as a gift: how much and why, what it would do, then one yes."""

from __future__ import annotations

from flask import current_app, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField

from exodrive.accounts import staff as people
from exodrive.accounts.roles import Role
from exodrive.blueprints import change_refusals, change_words, htmx
from exodrive.blueprints.staff import facts as reading
from exodrive.blueprints.staff import guard
from exodrive.blueprints.staff.desk import staff
from exodrive.blueprints.staff.discount_fields import DiscountForm
from exodrive.blueprints.staff.facts import Facts
from exodrive.blueprints.staff.forms import LONGEST_REASON, because
from exodrive.blueprints.staff.rental import booking as pages
from exodrive.bookings import queries
from exodrive.bookings.change import change_tokens, gifts
from exodrive.bookings.change.change_rules import ChangeImpossible
from exodrive.bookings.change.gifts import GiftBeyondLimit, GiftTooSmall
from exodrive.bookings.change.impact import Impact
from exodrive.kernel import clock
from exodrive.kernel.db import transaction
from exodrive.kernel.errors import DomainError
from exodrive.pricing.discounts import DiscountSource
from exodrive.rendering import formats

# After each of these the page is shown once more, as things are by now.
REFUSALS: tuple[type[DomainError], ...] = (*change_refusals.LOOK_AGAIN, GiftBeyondLimit, GiftTooSmall)


class GiftForm(DiscountForm):
    """How much, and why. `token` is what was shown, once it was."""

    token = HiddenField()
    reason = because()


@staff.route("/bookings/<reference>/gift", methods=["GET", "POST"])
def gift(reference: str) -> ResponseReturnValue:
    """The form; sent, it shows what the gift would do. Raises ChangeImpossible."""
    return _page(reference, GiftForm())


@staff.post("/bookings/<reference>/gift/yes")
def give_gift(reference: str) -> ResponseReturnValue:
    """Give what was shown. Raises ChangeForged, HoldEnded and ChangeImpossible."""
    form = GiftForm()
    if not form.reason.data:
        return _page(reference, form)
    try:
        with transaction():
            booking = queries.by_reference(reference)
            gifts.give(
                booking.id,
                form.token.data or "",
                secret=_key(),
                by=people.current_actor(),
                by_manager=guard.is_at_least(Role.MANAGER),
                reason=form.reason.data[:LONGEST_REASON],
                at=clock.now(),
            )
            told = booking.renter is not None
    except REFUSALS as error:
        return _page(reference, form, refusal=error)
    flash(_("Given. The customer is told by mail.") if told else _("Given. The hold’s page shows it."))
    return pages.to_booking(reference)


def _page(reference: str, form: GiftForm, *, refusal: DomainError | None = None) -> ResponseReturnValue:
    with transaction():
        facts = reading.of(reference)
        if not facts.changeable:
            raise ChangeImpossible(facts.state, "gift")
        impact = _impact(facts, form) if request.method == "POST" else None
        most = gifts.most_of_agents(facts.booking.agreed, at=facts.at)
    status = 422 if request.method == "POST" and impact is None else 200
    if refusal is not None:
        status = refusal.status
    return htmx.page(
        "staff/gift.html",
        "main",
        status=status,
        booking=facts.booking,
        zone=facts.zone,
        form=form,
        impact=impact,
        token=_token(impact, facts),
        rows=change_words.rows(impact) if impact else [],
        consequences=list(change_words.consequences(impact)) if impact else [],
        refusal=_words(refusal) if refusal is not None else "",
        most=None if guard.is_at_least(Role.MANAGER) else most,
    )


def _impact(facts: Facts, form: GiftForm) -> Impact | None:
    """What the gift would do; None, and the words beside its fields, where it cannot be given."""
    discount = form.discount(DiscountSource.GIFT, currency=facts.booking.currency)
    if not form.validate() or discount is None:
        form.discount(DiscountSource.GIFT, currency=facts.booking.currency)  # validating empties the lists
        return None
    try:
        return gifts.preview(
            facts.booking.id, discount, by_manager=guard.is_at_least(Role.MANAGER), at=facts.at
        )
    except (GiftBeyondLimit, GiftTooSmall) as error:
        form.value.errors = [_words(error)]
    except change_refusals.LOOK_AGAIN as error:
        form.form_errors.append(_words(error))
    return None


def _words(error: DomainError) -> str:
    if isinstance(error, GiftBeyondLimit):
        return _(
            "All gifts on this booking together may be %(most)s. A manager may give more.",
            most=formats.money(error.most),
        )
    if isinstance(error, GiftTooSmall):
        return _("Nothing would come off: a tenth of the price always stays.")
    return change_refusals.in_words(error)


def _token(impact: Impact | None, facts: Facts) -> str:
    if impact is None:
        return ""
    return change_tokens.sign(impact, secret=_key(), by_staff=True, at=facts.at)


def _key() -> str:
    return str(current_app.config["SETTINGS"].secret_key)
