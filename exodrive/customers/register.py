"""Finding and adding customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects.postgresql import insert

from exodrive.customers.models import Customer, DoNotRent
from exodrive.kernel.db import session
from exodrive.kernel.errors import NotFound
from exodrive.kernel.folding import fold
from exodrive.kernel.ids import new_id

MOST_WORDS = 8  # of a search: each is a condition of its own
FEW = 500  # found customers that are put in order by themselves; more stand densely in the order of all


class CustomerNotFound(NotFound):
    code = "customer_not_found"


def ensure(*, email: str, name: str, phone: str, at: datetime) -> UUID:
    """The customer with this address, added on the first rental; what is known already stays as it is."""
    address = email.strip().lower()
    session().execute(
        insert(Customer)
        .values(
            id=new_id(),
            email=address,
            name=name,
            phone=phone,
            created_at=at,
            search=searchable(email=address, name=name, phone=phone),
        )
        .on_conflict_do_nothing(index_elements=["email"])
    )
    return session().scalars(select(Customer.id).where(Customer.email == address)).one()


def searchable(*, email: str, name: str, phone: str) -> str:
    """What staff find a customer by."""
    return fold(f"{name} {email} {phone} {''.join(sign for sign in phone if sign.isdecimal())}")


def listing(*, text: str = "", before: UUID | None = None, limit: int = 25) -> list[Customer]:
    """Customers, newest first, before this one. Each word of `text` is a part of what they are known by."""
    query = select(Customer)
    if words := fold(text).split()[:MOST_WORDS]:
        query = query.where(_known_by(words))
    if before is not None:
        query = query.where(Customer.id < before)
    return list(session().scalars(query.order_by(Customer.id.desc()).limit(limit)))


def _known_by(words: Sequence[str]) -> ColumnElement[bool]:
    """That a customer is known by all these words.

    Where few are, they are found first: PostgreSQL guesses how many a word finds, and by a guess that is too
    high it would walk through all customers in their order for the one that is meant.
    """
    known = and_(*(Customer.search.contains(word, autoescape=True) for word in words))
    found = session().scalars(select(Customer.id).where(known).limit(FEW + 1)).all()
    return known if len(found) > FEW else Customer.id.in_(found)


def one(customer_id: UUID) -> Customer:
    """A customer. Raises CustomerNotFound."""
    found = session().get(Customer, customer_id)
    if found is None:
        raise CustomerNotFound(str(customer_id))
    return found


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
