"""Finding and adding customers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from exodrive.customers.models import Customer, DoNotRent
from exodrive.kernel.db import session
from exodrive.kernel.ids import new_id


def ensure(*, email: str, name: str, phone: str, at: datetime) -> UUID:
    """The customer with this address, added on the first rental; what is known already stays as it is."""
    address = email.strip().lower()
    session().execute(
        insert(Customer)
        .values(id=new_id(), email=address, name=name, phone=phone, created_at=at)
        .on_conflict_do_nothing(index_elements=["email"])
    )
    return session().scalars(select(Customer.id).where(Customer.email == address)).one()


def barred(*, email: str, licence_number: str) -> bool:
    """Whether the house does not rent to this person."""
    found = session().scalars(
        select(DoNotRent.id)
        .where(
            or_(
                DoNotRent.email == email.strip().lower(),
                DoNotRent.licence_number == normal_licence(licence_number),
            )
        )
        .limit(1)
    )
    return found.first() is not None


def normal_licence(number: str) -> str:
    """A licence number as it is compared: capitals and figures only."""
    return "".join(c for c in number.upper() if c.isalnum())


def mark_bounced(email: str, *, at: datetime) -> None:
    """Remember that mail to this address came back, so that staff call instead."""
    customer = session().scalars(select(Customer).where(Customer.email == email.strip().lower())).first()
    if customer is not None:
        customer.email_bounced_at = at
