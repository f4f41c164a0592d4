"""What people see of a booking while PayPal refuses: the customer's page, the desk's pages, the letters."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from uuid import UUID

from flask import Flask

from exodrive.accounts import staff
from exodrive.accounts.roles import Role
from exodrive.billing import queries as billing
from exodrive.billing.models import Bill
from exodrive.bookings import links, queries
from exodrive.kernel.db import db, session, transaction
from exodrive.kernel.money import Money
from exodrive.notifications import messages
from exodrive.payments import tree
from exodrive.payments.states import Purpose
from exodrive.providers import factory
from tests import faults
from tests.faults import Fault
from tests.web.staff.browser import Browser

PASSWORD = "nineteen blue herons wade"
MANAGER = "mona@exodrive.example"


def words(page: str) -> str:
    """A page as it reads."""
    text = re.sub(r"(?s)<(script|style|head|dialog).*?</\1>|<[^>]+>", " ", page)
    return re.sub(r" +([.,;:])", r"\1", " ".join(html.unescape(text).split()))


@dataclass
class Seen:
    """The house as its customer and a manager see it. Asking for a page reads what is committed."""

    app: Flask
    manager: Browser

    def customer(self, booking_id: UUID) -> str:
        with transaction():
            booking = queries.by_id(booking_id)
            secret = links.secret(self.app.config["SECRET_KEY"], booking.id, booking.link_version)
        db.session.remove()
        return words(Browser(self.app.test_client()).get(f"/b/{secret}"))

    def desk(self, booking_id: UUID) -> str:
        return self._manager(f"/desk/bookings/{reference(booking_id)}")

    def queue(self) -> str:
        return self._manager("/desk/queue?view=retrying")

    def at_risk(self) -> str:
        return self._manager("/desk/money")

    def today(self) -> str:
        return self._manager("/desk")

    def ask_again(self, booking_id: UUID) -> None:
        """The button beside a refused call, with a reason."""
        db.session.remove()
        self.manager.do(f"/desk/bookings/{reference(booking_id)}/retry-payment", reason="Looked into it")

    def _manager(self, address: str) -> str:
        db.session.remove()
        return words(self.manager.get(address))


def by_a_manager(app: Flask) -> Seen:
    """Signed in. Needs the app's context."""
    with transaction():
        staff.add_user(MANAGER, "Mona Manager", PASSWORD, Role.MANAGER)
    browser = Browser(app.test_client())
    answer = browser.sign_in(MANAGER, PASSWORD)
    assert answer.status_code in (302, 303), answer.text[:500]
    return Seen(app, browser)


def reference(booking_id: UUID) -> str:
    with transaction():
        return queries.by_id(booking_id).reference


def letters(booking_id: UUID) -> list[str]:
    """Their templates, in the order in which they were written."""
    with transaction():
        found = messages.of_booking(booking_id)
        return [row.template for row in sorted(found, key=lambda row: row.id)]


def last_letter(booking_id: UUID, template: str) -> str:
    """The newest of its kind, as it reads."""
    with transaction():
        found = [row for row in messages.of_booking(booking_id) if row.template == template]
        newest = max(found, key=lambda row: row.id)
        return f"{newest.subject} {' '.join(newest.text.split())}"


def attention(booking_id: UUID) -> str | None:
    with transaction():
        return queries.by_id(booking_id).attention


def bill(bill_id: UUID) -> Bill:
    """As it is now."""
    session().expire_all()
    with transaction():
        return billing.one(bill_id)


def order_amount(booking_id: UUID) -> Money:
    """What PayPal asks the payer for."""
    with transaction():
        paypal_id = tree.of_booking(booking_id)[Purpose.RENTAL].orders[-1].paypal_id
    return factory.payment_gateway().show_order(paypal_id).amount


def refusing(url: str, operation: str, issue: str, *, answer: int = 422, times: int = 1) -> Fault:
    """PayPal refuses the next such call, in its own words and over HTTP."""
    return faults.arm(
        url, provider="paypal", operation=operation, kind="says_no", issue=issue, answer=answer, times=times
    )
