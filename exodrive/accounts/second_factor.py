"""The second factor: one-time codes (TOTP, RFC 6238) that count once, and recovery codes kept as hashes.

Flask-Security leaves both to its user: its own codes can be used again while they last, and its recovery
codes can be read in the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Any, cast

from flask_security import MfRecoveryCodesUtil, Totp, UserMixin
from passlib.exc import TokenError
from sqlalchemy import CursorResult, or_, update

from exodrive.accounts.models import StaffUser
from exodrive.kernel.db import session

METHOD = "authenticator"  # Flask-Security's name of an app that shows codes
WINDOW = 30  # seconds before and after: one step, for a telephone whose clock is a little off
RECOVERY_CODES = 8
RECOVERY_BYTES = 15  # 120 bits each: a plain hash of them cannot be tried through


def keys(secret_key: str) -> dict[int, str]:
    """What encrypts the secrets of the codes in the database, derived from the house's key."""
    derived = hmac.new(secret_key.encode(), b"staff-second-factor", hashlib.sha256)
    return {1: derived.hexdigest()}


class OneTimeCodes(Totp):
    """Codes of which each counts once, however many requests bring it at the same moment."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Whether the code is right and was not taken before. To answer yes is to take it."""
        try:
            match = self._totp.verify(token, totp_secret, window=window, last_counter=user.totp_counter)
        except TokenError:
            return False
        fresh = or_(StaffUser.totp_counter.is_(None), StaffUser.totp_counter < match.counter)
        taken = cast(
            CursorResult[Any],
            session().execute(
                update(StaffUser).where(StaffUser.id == user.id, fresh).values(totp_counter=match.counter)
            ),
        )
        return taken.rowcount == 1

    def generate_recovery_codes(self, number: int) -> list[str]:
        """Codes of 24 letters and figures in fours."""
        return [_readable(secrets.token_bytes(RECOVERY_BYTES)) for _ in range(number)]


class RecoveryCodes(MfRecoveryCodesUtil):
    """Codes for the day when the telephone is gone: shown when they are made, each good for one sign-in."""

    def get_recovery_codes(self, user: UserMixin) -> list[str]:  # noqa: ARG002
        """None: nobody can read them a second time."""
        return []

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Whether it is one of theirs. Of two requests with one code the second waits, and finds it gone."""
        row = session().get(StaffUser, user.id, with_for_update=True, populate_existing=True)
        return row is not None and self._hashed(code) in (row.mf_recovery_codes or [])

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Use a code up."""
        used = self._hashed(code)
        user.mf_recovery_codes = [each for each in user.mf_recovery_codes or [] if each != used]
        return True

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [self._hashed(code) for code in codes]

    @staticmethod
    def _hashed(code: str) -> str:
        """As it was typed: with or without dashes and spaces, in capitals or not."""
        bare = re.sub(r"[\s-]", "", code).lower()
        return hashlib.sha256(bare.encode()).hexdigest()


def _readable(code: bytes) -> str:
    text = base64.b32encode(code).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
