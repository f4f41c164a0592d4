"""Who does something: the customer, a member of staff, a partner's program, the system itself, a provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"
    PARTNER = "partner"
    SYSTEM = "system"
    PROVIDER = "provider"


# Who decides by what a page or an answer showed them; the others report, or do what was decided.
DECIDERS = frozenset({ActorKind.CUSTOMER, ActorKind.STAFF, ActorKind.PARTNER})


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, as the audit trail keeps it. `name` is what a person reads there."""

    kind: ActorKind
    name: str
    id: UUID | None = None


SYSTEM = Actor(ActorKind.SYSTEM, "ExoDrive")
CUSTOMER = Actor(ActorKind.CUSTOMER, "Customer")
PAYPAL = Actor(ActorKind.PROVIDER, "PayPal")
DOCUSEAL = Actor(ActorKind.PROVIDER, "DocuSeal")
RESEND = Actor(ActorKind.PROVIDER, "Resend")
