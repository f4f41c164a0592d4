"""What can be wrong, by kind. Each fact is a class of its own below one of the four kinds.

A class names its fact; `code` is stable and public; the attributes are its data. Delivery chooses the words.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar


class DomainError(Exception):
    """A fact that stops a use case. `status` is the HTTP status of its kind."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "refused"


class NotFound(DomainError):
    """There is no such thing, or it is not this viewer's: both look the same from outside."""

    status = 404
    code = "not_found"


class Forbidden(DomainError):
    """The viewer may know of it, but not do this."""

    status = 403
    code = "forbidden"


class Conflict(DomainError):
    """Somebody or something else was first; the request may be fine later or with fresh data."""

    status = 409
    code = "conflict"


class Refused(DomainError):
    """The request breaks a rule of the house."""

    status = 422
    code = "refused"


class Stale(Conflict):
    """The page or message was made from an older version of the row."""

    code = "stale"


class GatewayError(Exception):
    """All that leaves a provider's client: one of the two classes below."""


class GatewayUnavailable(GatewayError):
    """The provider cannot answer now; the same call with the same key may succeed later.

    `outcome_unknown` says that the call may have taken effect: it is settled by reading the provider.
    `trouble` names the kind of it for people.
    """

    trouble: ClassVar[str] = "not_now"

    def __init__(
        self, message: str, *, retry_after: timedelta | None = None, outcome_unknown: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown


class GatewayRejected(GatewayError):
    """The provider refused for good. `code` is its own word, `reference` its log number for support."""

    def __init__(
        self, code: str, message: str = "", *, reference: str | None = None, status: int = 422
    ) -> None:
        super().__init__(message or code)
        self.code = code
        self.reference = reference
        self.status = status
