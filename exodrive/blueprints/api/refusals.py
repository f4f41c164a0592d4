"""The API's own refusals: what is wrong with a request before any use case has seen it."""

from __future__ import annotations

from typing import NamedTuple

from exodrive.kernel.errors import Conflict, DomainError, Forbidden, NotFound, Refused


class Fault(NamedTuple):
    """One thing that is wrong. `where` is a JSON pointer into the body, or the name of a parameter."""

    where: str
    code: str
    detail: str
    parameter: bool = False


class RequestInvalid(DomainError):
    """The request is not what the document says. `faults` has all that is wrong with it."""

    status = 400
    code = "request_invalid"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(f"{fault.where}: {fault.code}" for fault in faults))
        self.faults = faults


class CredentialsMissing(DomainError):
    """Nobody said who is asking."""

    status = 401
    code = "credentials_missing"


class CredentialsRefused(DomainError):
    """No token and no booking's key: mistyped, expired or revoked. Which of them is not said."""

    status = 401
    code = "credentials_refused"


class OutOfScope(Forbidden):
    """The credentials are good, but not for this. `needed` names the scope, where one would do."""

    code = "out_of_scope"

    def __init__(self, needed: str | None) -> None:
        super().__init__(needed or "")
        self.needed = needed


class KeyUnreadable(DomainError):
    """An Idempotency-Key is 1 to 255 visible ASCII characters."""

    status = 400
    code = "idempotency_key_unreadable"


class KeyMissing(DomainError):
    """This write takes no chances: it needs an Idempotency-Key."""

    status = 400
    code = "idempotency_key_missing"


class KeyReused(Refused):
    """The key belongs to another request."""

    code = "idempotency_key_reused"


class AnswerLost(Conflict):
    """The write was done, but its answer cannot be read any more: the house has changed its secret key."""

    code = "answer_lost"


class Changed(DomainError):
    """It is not as it was when the caller read it: If-Match names another version."""

    status = 412
    code = "changed_meanwhile"


class DetailsRefused(Refused):
    """Details of a driver that cannot be right, each at its field."""

    code = "details_refused"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(f"{fault.where}: {fault.code}" for fault in faults))
        self.faults = faults


class AddressMissing(Refused):
    """The car is to be brought or fetched, and nobody said where."""

    code = "delivery_address_missing"


class DocumentMissing(NotFound):
    """The paper is not made yet, or there will be none."""

    code = "document_missing"
