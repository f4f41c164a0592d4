"""Customers and the desk as people are: an answer that does not come has them look, and press again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin

from tests.chaos.hope import Hope
from tests.live import LiveHouse
from tests.photographs import SMALL
from tests.picture_files import picture
from tests.races.books import Books, Row
from tests.races.customer import PATIENCE, Customer, details
from tests.races.desk import Desk
from tests.races.pages import Page

PAYS = {"decision": "approve", "funding": "good"}


@dataclass
class Guest(Customer):
    """`name` stands before the number in the address, for a mailbox with a fate of its own."""

    books: Books = field(kw_only=True)
    hope: Hope = field(kw_only=True)
    name: str = field(default="maya", kw_only=True)

    @property
    def email(self) -> str:
        return f"{self.name}+{self.number}@okafor.example"

    @property
    def state(self) -> str:
        return str(self.books.booking(self.link)["state"])

    def get(self, address: str) -> Page:
        """The page, loaded again where the line broke."""
        return self.hope.until(lambda: self._load(address), what=address)

    def _load(self, address: str) -> Page | None:
        page = Page.of(self.session.get(urljoin(self.url, address), timeout=PATIENCE))
        return page if page.status < 500 else None

    def link_on_page(self, part: str) -> str:
        return self.hope.until(lambda: self.get(self.link).link(part), what=f"a link to {part}")

    def take(self, car: str, dates: tuple[str, str]) -> None:
        """Hold the car."""
        page = self.look(car, dates)
        self.hope.until(lambda: self.hold(page).status_code == 303, what=f"the hold of {car}")

    def give_back(self) -> None:
        self._press_until("/give-up", {}, state="expired")

    def order_it(self) -> None:
        self._press_until("/details", details(self.email), state="awaiting_payment")
        self.read("booking_received")

    def pay(self, *, come_back: bool = True) -> None:
        """Agree at PayPal; who does not come back is known of by PayPal's message alone."""
        back = self.hope.until(self.approve, what="PayPal's page")
        if come_back:
            self.come_back(back)
        self.wait_for("awaiting_signature")
        self.read("payment_received")
        self.read("sign_agreement")

    def sign_it(self) -> None:
        self.come_back(self.hope.until(self.sign, what="DocuSeal's page"))
        self.wait_for("confirmed")
        self.read("confirmed")

    def send_paper(self, kind: str) -> None:
        """Photograph a paper, such as `licence_front`; the second takes the place of the first."""
        sent = "SELECT count(*) FROM driver_papers WHERE booking_id = %(id)s AND kind = %(kind)s"
        facts = {"id": self.books.booking(self.link)["id"], "kind": kind}
        photo = {"paper": ("paper.jpg", picture(size=SMALL), "image/jpeg")}

        def press() -> int:
            self.send(self.get(self.link), f"/papers/0/{kind}", files=photo)
            return int(self.books.value(sent, **facts))

        self.hope.until(press, what=f"{kind} to be sent")

    def cancel(self) -> None:
        self.hope.until(self._cancel, what="the cancellation")

    def _cancel(self) -> bool:
        page = self.get(f"{self.link}/cancel")
        if "/cancel" in page.url:
            self.send(page, "/cancel")
        return self.state == "cancelled"

    def pay_bill(self, bill: Row) -> None:
        """Pay on PayPal's page what a bill still asks for."""
        self.session.post(bill["view_url"], data={"funding": "good"}, timeout=PATIENCE, allow_redirects=False)

    def pay_deposit(self) -> None:
        self.read("deposit_request")
        self.hope.until(self._go_to_paypal, what="the way to PayPal")
        self.come_back(self.hope.until(self.approve, what="PayPal's page"))
        self.wait_for_payment("deposit", "authorized")
        self.read("deposit_held")

    def _go_to_paypal(self) -> bool:
        page = self.get(self.link)
        if page.offers("/deposit"):
            self.send(page, "/deposit")
        return bool(self.get(self.link).link("/checkoutnow"))

    def read(self, template: str) -> None:
        """Wait for a mail before going on: one that comes too late to be of use is not written any more."""
        self.hope.until(lambda: self.books.mails(self.email)[template], what=f"the mail {template}")

    def wait_for(self, state: str) -> None:
        self.hope.until(lambda: self.state == state, what=f"{self.email} to be {state}")

    def wait_for_payment(self, purpose: str, state: str) -> None:
        """Until the rental's or the deposit's payment is in this state."""
        query = (
            "SELECT count(*) FROM payments WHERE booking_id = %(id)s AND purpose = %(of)s AND state = %(is)s"
        )
        facts = {"id": self.books.booking(self.link)["id"], "of": purpose, "is": state}
        self.hope.until(
            lambda: self.books.value(query, **facts), what=f"the {purpose} of {self.email} to be {state}"
        )

    def come_back(self, address: str) -> None:
        self.hope.until(lambda: self.session.get(address, timeout=PATIENCE).ok, what=address)

    def _press_until(self, action: str, changes: dict[str, str], *, state: str) -> None:
        """Fill in and press until it is so: a second press of what was done already changes nothing."""

        def press() -> bool:
            page = self.get(self.link)
            if page.offers(action):
                self.send(page, action, changes)
            return self.state == state

        self.hope.until(press, what=f"{action} to lead to {state}")


@dataclass
class Counter:
    """The one desk of the house: what a deed has come to is seen from the booking."""

    house: LiveHouse
    books: Books
    hope: Hope
    desk: Desk = field(init=False)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.desk = Desk(self.house)

    def open(self) -> None:
        self._until(self.desk.sign_in, lambda: self.desk.signed_in, what="the sign-in")

    def remind(self, guest: Guest) -> None:
        """Mail the agreement again, once: two wishes would be two mails."""
        reminded = (
            "SELECT count(*) FROM audit_entries WHERE subject_id = %(id)s AND action = 'contract.sent_again'"
        )
        booking = self.books.booking(guest.link)
        self._until(
            lambda: self.desk.do(booking["reference"], "remind"),
            lambda: self.books.value(reminded, id=booking["id"]),
            what="the reminder",
        )
        self.hope.until(lambda: self.books.mails(guest.email)["sign_agreement"] == 2, what="the second mail")

    def hand_over(self, guest: Guest) -> None:
        seen = self._odometer(guest)
        self._do(guest, lambda reference: self.desk.hand_over(reference, odometer=seen), "on_rent")
        guest.read("handed_over")

    def take_back(self, guest: Guest, *, miles: int, fuel: int) -> None:
        shown = self._odometer(guest) + miles
        self._do(
            guest, lambda reference: self.desk.take_back(reference, odometer=shown, fuel=fuel), "returned"
        )
        guest.read("taken_back")

    def settle(self, guest: Guest) -> None:
        settling = "SELECT settling_at IS NOT NULL FROM bookings WHERE id = %(id)s"
        booking = self.books.booking(guest.link)
        self._until(
            lambda: self.desk.settle(booking["reference"]),
            lambda: self.books.value(settling, id=booking["id"]),
            what="the settlement",
        )

    def photograph(self, guest: Guest) -> None:
        """Add a photo to the guest's car, once, and see it ready."""
        booking = self.books.booking(guest.link)
        content = picture(size=SMALL, comment=booking["reference"].encode())
        car = {"id": booking["car_id"], "sha256": hashlib.sha256(content).digest()}
        of_it = "FROM car_photos WHERE car_id = %(id)s AND sha256 = %(sha256)s"
        slug = self.books.value("SELECT slug FROM cars WHERE id = %(id)s", id=car["id"])
        self._until(
            lambda: self.desk.photograph(slug, content),
            lambda: self.books.value(f"SELECT count(*) {of_it}", **car),
            what="the photo",
        )
        self.hope.until(
            lambda: self.books.value(f"SELECT state {of_it}", **car) == "ready", what="the photo's crops"
        )

    def answer(self, guest: Guest, question: str) -> None:
        """Write back to what somebody asked by the contact page, once."""
        asked = "FROM enquiries AS e WHERE email = %(email)s AND message = %(question)s"
        answers = "SELECT count(*) FROM enquiry_answers WHERE enquiry_id = e.id"
        facts = {"email": guest.email, "question": question}
        enquiry_id = self.books.value(f"SELECT id {asked}", **facts)
        address = f"/desk/enquiries/{enquiry_id}"
        typed = {"subject": "Your question", "text": "It does, lying down."}
        self._until(
            lambda: self.desk.fill(address, f"{address}/answer", typed),
            lambda: self.books.value(f"SELECT ({answers}) {asked}", **facts),
            what="the answer to a question",
        )

    def quote(self, guest: Guest, car: str, dates: tuple[str, str], *, number: int) -> None:
        """Send somebody a price that stands for a day: their first, or one more."""
        address = f"/desk/new?{urlencode({'car': car, 'from': dates[0], 'to': dates[1]})}"
        typed = {
            "deed": "quote",
            "days": "1",
            "renter-name": "Maya Okafor",
            "renter-email": guest.email,
            "renter-phone": "(301) 555-0123",
            "note": f"Price {number}",
        }
        sent = "SELECT count(*) FROM quotes WHERE email = %(email)s"
        self._until(
            lambda: self.desk.fill(address, "/desk/new", typed),
            lambda: self.books.value(sent, email=guest.email) >= number,
            what=f"quote {number}",
        )

    def reconcile(self, guest: Guest) -> None:
        """Have PayPal's side of the guest's money read, and ask for what a row alone says."""
        booking = self.books.booking(guest.link)
        ended = (
            "SELECT count(*) FROM reconciliation_runs WHERE booking_id = %(id)s AND finished_at IS NOT NULL"
        )
        self.hope.until(
            lambda: self._until_begun(booking["reference"]) and self.books.value(ended, id=booking["id"]),
            what="the reconciliation",
        )
        self.books.database.execute(
            """INSERT INTO reconciliation_differences
                   (id, payment_id, booking_id, cause, subject, currency, ours, state, found_at)
               SELECT p.id, p.id, p.booking_id, 'capture_missing', 'NOWHERE', p.currency, p.amount, 'open',
                      p.created_at
               FROM payments AS p WHERE p.booking_id = %(id)s AND p.purpose = 'rental'
               ON CONFLICT DO NOTHING""",
            {"id": booking["id"]},
        )
        which = "FROM reconciliation_differences WHERE booking_id = %(id)s AND subject = 'NOWHERE'"
        difference_id = self.books.value(f"SELECT id {which}", id=booking["id"])
        self._until(
            lambda: self.desk.mend(str(difference_id)),
            lambda: self.books.value(f"SELECT asked_by IS NOT NULL {which}", id=booking["id"]),
            what="the button of a difference",
        )
        self.hope.until(
            lambda: self.books.value(f"SELECT state {which}", id=booking["id"]) == "gone",
            what="the difference to be gone",
        )

    def _until_begun(self, reference: str) -> bool:
        begun = "SELECT count(*) FROM reconciliation_runs AS r JOIN bookings AS b ON b.id = r.booking_id"
        query = f"{begun} WHERE b.reference = %(reference)s"
        self._until(
            lambda: self.desk.reconcile(reference),
            lambda: self.books.value(query, reference=reference),
            what="a reconciliation to begin",
        )
        return True

    def cancel(self, guest: Guest) -> None:
        """By the house's own fault: everything goes back."""
        self._do(
            guest,
            lambda reference: self.desk.cancel(reference, reason="The car is in the shop."),
            "cancelled",
        )

    def go_to(self, day: str) -> None:
        """Move the clock to ten in the morning of a day."""
        moved = "SELECT count(*) FROM sandbox_clock WHERE offset_seconds > %(before)s"
        before = self.books.offset.total_seconds()
        self._until(
            lambda: self.desk.move_clock(day),
            lambda: self.books.value(moved, before=before),
            what="the clock",
        )

    def _odometer(self, guest: Guest) -> int:
        """What the car has shown last."""
        query = "SELECT odometer FROM cars WHERE id = %(id)s"
        return int(self.books.value(query, id=self.books.booking(guest.link)["car_id"]))

    def _do(self, guest: Guest, deed: Callable[[str], None], state: str) -> None:
        reference = self.books.booking(guest.link)["reference"]
        self._until(
            lambda: deed(reference),
            lambda: guest.state == state,
            what=f"{reference} to be {state}",
        )

    def _until(self, deed: Callable[[], None], done: Callable[[], Any], *, what: str) -> None:
        """Do it until it is done; whoever finds it done does nothing."""

        def once() -> bool:
            with self.turn:
                if not done():
                    deed()
                return bool(done())

        self.hope.until(once, what=what)
