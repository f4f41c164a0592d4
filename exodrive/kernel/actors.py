"""Who does something: the customer, a member of staff, the system itself, or a provider."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"
    PROVIDER = "provider"


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
