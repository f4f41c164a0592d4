"""What a password of the staff must be: long, and nothing that whoever knows the house would try first.

No rule about signs and capitals: they make people write passwords down. There is no list of stolen passwords
here, since none comes with the libraries; length and the limit on guesses carry the weight.
"""

from __future__ import annotations

import re

from exodrive.kernel.errors import Refused

SHORTEST = 12
LONGEST = 128  # more is no safer, and costs hashing
FEWEST_SIGNS = 5  # different ones
# What is left of the usual answers once figures and signs are taken off.
WORN = frozenset(
    (
        "password", "passwort", "passw", "pass", "letmein", "welcome", "qwerty", "qwertyuiop", "qwertz",
        "qwertyuiopasdf", "asdfghjkl", "administrator", "admin", "changeme", "secret", "iloveyou", "monkey",
        "dragon", "football", "baseball", "sunshine", "princess", "exodrive", "exotics", "supercar",
        "ferrari", "lamborghini", "porsche", "rental",
    )
)  # fmt: skip


class PasswordTooShort(Refused):
    code = "password_too_short"


class PasswordTooLong(Refused):
    code = "password_too_long"


class PasswordGuessable(Refused):
    """Everybody's password, one made of too few signs, or one that says whose it is."""

    code = "password_guessable"


def check(password: str, *, about: tuple[str, ...]) -> None:
    """Judge a new password; `about` is the person's name and address.

    Raises PasswordTooShort, PasswordTooLong, PasswordGuessable.
    """
    if len(password) < SHORTEST:
        raise PasswordTooShort
    if len(password) > LONGEST:
        raise PasswordTooLong
    plain = password.casefold()
    bare = re.sub(r"[\W\d_]+", "", plain)
    own = {word for text in about for word in re.split(r"[\W\d_]+", text.casefold()) if len(word) > 3}
    if len(set(plain)) < FEWEST_SIGNS or bare in WORN or any(word in bare for word in own):
        raise PasswordGuessable
