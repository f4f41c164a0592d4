"""The form of a review: stars, a headline, words, a name to show, and the yes to showing it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from exodrive.blueprints import figures
from exodrive.bookings.models import Booking
from exodrive.kernel.errors import Stale
from exodrive.reviews import rules
from exodrive.reviews.models import Review
from exodrive.reviews.states import ReviewState
from exodrive.reviews.writing import UNWRITTEN, ReviewUnusable, Said

STAR_WORDS = {
    1: _l("1 star, not again"),
    2: _l("2 stars, with faults"),
    3: _l("3 stars, as expected"),
    4: _l("4 stars, good"),
    5: _l("5 stars, could not be better"),
}
WRONG = {
    "stars": _l("Choose one to five stars."),
    "headline": _l("That is too long: %(most)d signs at most.", most=rules.LONGEST_HEADLINE),
    "words": _l("Write a few words, %(most)d signs at most.", most=rules.LONGEST_WORDS),
    "public_name": _l("Say which name we may show, %(most)d signs at most.", most=rules.LONGEST_NAME),
}


class ReviewForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """What was typed stays in it, whatever was wrong with it."""

    version = HiddenField()
    stars = RadioField(
        _l("Stars"),
        [InputRequired(WRONG["stars"])],
        choices=[SelectChoice(str(count), words) for count, words in STAR_WORDS.items()],
        validate_choice=False,
    )
    headline = StringField(
        _l("Headline"),
        description=_l("If you like: the drive in a few words."),
    )
    words = TextAreaField(
        _l("Your words"),
        [InputRequired(WRONG["words"])],
        description=_l("The car, the hand-over, the return. Leave out names and numbers of people."),
    )
    public_name = StringField(
        _l("The name we show"),
        [InputRequired(WRONG["public_name"])],
        description=_l("Any name you choose. Nothing else about you is shown."),
    )
    consent = BooleanField(
        _l("You may publish my stars, words and this name with the car and the month of the rental."),
        [InputRequired(_l("We publish nothing without your yes."))],
    )

    @property
    def seen(self) -> int:
        """The version of the review that the page showed. Raises Stale for one that is no number."""
        version = figures.whole(self.version.data or "")
        if version is None:
            raise Stale
        return version

    def said(self) -> Said | None:
        """What the form says, tidied; None where it cannot be kept, with the reason beside its field."""
        if not self.validate():
            return None
        try:
            return Said.of(
                stars=figures.whole(self.stars.data) or 0,
                headline=self.headline.data or "",
                words=self.words.data,
                public_name=self.public_name.data,
            )
        except ReviewUnusable as error:
            found = self[error.field]
            found.errors = [*found.errors, str(WRONG[error.field])]
            return None


def blank(booking: Booking, review: Review | None) -> ReviewForm:
    """The form as somebody finds it: empty, or with what they wrote before."""
    form = ReviewForm(formdata=None)
    form.version.data = str(review.version if review else UNWRITTEN)
    if review is not None and review.state != ReviewState.WITHDRAWN:
        form.stars.data = str(review.stars)
        form.headline.data, form.words.data = review.headline, review.words
        form.public_name.data = review.public_name
        form.consent.data = True
    elif booking.renter is not None:
        form.public_name.data = rules.suggested_name(booking.renter.name)
    return form
