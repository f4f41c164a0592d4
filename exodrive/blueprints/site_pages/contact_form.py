"""The form of the contact page, and what tells a person from a program.

A field that people do not see, and a signed note of when the form was opened. What speaks against a message
never shows in the answer: whoever sends it reads the same words as everybody.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from itsdangerous import BadData, URLSafeSerializer
from wtforms import EmailField, HiddenField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Email, Length

from exodrive.blueprints.plain_text import ends_tidied, tidy
from exodrive.enquiries import rules
from exodrive.enquiries.receiving import Said
from exodrive.enquiries.rules import Signs, Suspicion
from exodrive.kernel.ids import new_id

LONGEST_MESSAGE = 4000


class ContactForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    class Meta:
        csrf = False  # every post is checked before it reaches a view

    name = StringField(_l("Your name"), [DataRequired(_l("Add your name.")), Length(max=120)], filters=[tidy])
    email = EmailField(
        _l("E-mail"),
        [
            DataRequired(_l("Add the address that we answer to.")),
            Email(_l("This is no e-mail address.")),
            Length(max=254),
        ],
        filters=[tidy],
    )
    phone = TelField(_l("Phone, if you like to be called"), [Length(max=40)], filters=[tidy])
    reference = StringField(
        _l("Booking reference, if you have one"),
        [Length(max=20)],
        filters=[tidy],
        description=_l("Such as EXD-7K4M2Q."),
    )
    message = TextAreaField(
        _l("Your message"),
        [DataRequired(_l("Write what you would like to know.")), Length(max=LONGEST_MESSAGE)],
        filters=[ends_tidied],
    )
    homepage = StringField(_l("Leave this empty"))  # the trap
    opened = HiddenField()

    def said(self, *, secret: str) -> Said:
        """What was written; a form that is none of ours has no name."""
        note = read_note(self.opened.data or "", secret=secret)
        return Said(
            self.name.data,
            self.email.data,
            self.phone.data or "",
            self.reference.data or "",
            self.message.data,
            note[0] if note else "",
        )

    def suspicion(self, *, secret: str, at: datetime) -> Suspicion | None:
        """What speaks against it, if anything."""
        note = read_note(self.opened.data or "", secret=secret)
        age = at - note[1] if note else None
        words = f"{self.name.data} {self.message.data}"
        return rules.suspicion(Signs(self.homepage.data or "", age, words))


def opened_note(*, secret: str, at: datetime) -> str:
    """A signed note that a form was opened at this moment, with a name of its own."""
    return str(_serializer(secret).dumps([str(new_id()), int(at.timestamp())]))


def read_note(note: str, *, secret: str) -> tuple[str, datetime] | None:
    """The form's name and when it was opened; None for a note that is not ours."""
    try:
        name, opened_at = _serializer(secret).loads(note)
    except (BadData, ValueError):
        return None
    return name, datetime.fromtimestamp(opened_at, UTC)


def _serializer(secret: str) -> URLSafeSerializer:
    """The salt keeps other signed things from passing as a note."""
    return URLSafeSerializer(
        secret,
        salt="site.contact",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
