"""What an API token may do: its kind, its scopes, and the role its maker needs for each of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from exodrive.accounts.roles import Role, reaches


class Kind(StrEnum):
    """Whose program holds a token."""

    STAFF = "staff"  # acts for the house, as its maker would at the desk
    PARTNER = "partner"  # books for its own customers, and sees only what it booked


class Scope(StrEnum):
    """One stretch of the API, in the order of the desk's page."""

    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    BOOKINGS_MANAGE = "bookings:manage"
    PAYMENTS_WRITE = "payments:write"
    INVOICES_WRITE = "invoices:write"
    BOOKS_READ = "books:read"
    CONTRACTS_WRITE = "contracts:write"
    MESSAGES_WRITE = "messages:write"
    CUSTOMERS_READ = "customers:read"
    CARS_READ = "cars:read"
    CARS_WRITE = "cars:write"
    PARTNER_BOOK = "partner:book"
    PARTNER_READ = "partner:read"


# The role that may do the same at the desk.
NEEDS: dict[Scope, Role] = {
    Scope.BOOKINGS_READ: Role.VIEWER,
    Scope.BOOKINGS_WRITE: Role.AGENT,
    Scope.BOOKINGS_MANAGE: Role.MANAGER,
    Scope.PAYMENTS_WRITE: Role.MANAGER,
    Scope.INVOICES_WRITE: Role.AGENT,
    Scope.BOOKS_READ: Role.MANAGER,
    Scope.CONTRACTS_WRITE: Role.AGENT,
    Scope.MESSAGES_WRITE: Role.AGENT,
    Scope.CUSTOMERS_READ: Role.VIEWER,
    Scope.CARS_READ: Role.VIEWER,
    Scope.CARS_WRITE: Role.MANAGER,
    Scope.PARTNER_BOOK: Role.MANAGER,
    Scope.PARTNER_READ: Role.MANAGER,
}


def of_kind(kind: Kind) -> tuple[Scope, ...]:
    """The scopes that a token of this kind can have."""
    partner = kind is Kind.PARTNER
    return tuple(scope for scope in Scope if scope.startswith("partner:") is partner)


def beyond(scopes: Iterable[Scope], role: Role | str) -> list[Scope]:
    """Those that a person of this role cannot give away, since they do not have them."""
    return [scope for scope in scopes if not reaches(role, NEEDS[scope])]
