"""The desk's money after a rental: what came up, bills, and files of tolls; each deed done once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tests.chaos.people import Counter, Guest
from tests.photographs import SMALL
from tests.picture_files import picture
from tests.races.books import Row

TOLLS = "plate,time,amount,place,reference\nNOT OURS,2026-01-05 10:00,4.50,I-95,{mark}\n"
APPLIED = "SELECT count(*) FROM booking_changes WHERE booking_id = %(id)s AND state = 'applied'"


@dataclass
class Cashier(Counter):
    """Whoever is at the counter, with the money drawer open."""

    def charge_late(self, guest: Guest, *, amount: str) -> Row:
        """Enter what came up after the rental was closed, with a photo of it; returns its bill."""
        booking = self.books.booking(guest.link)
        address = f"/desk/bookings/{booking['reference']}/charges"
        typed = {"kind": "cleaning", "amount": amount, "note": "Sand in the carpets"}
        shows = {"files": ("sand.jpg", picture(size=SMALL, comment=booking["id"].bytes), "image/jpeg")}
        of_it = "FROM booking_charges WHERE booking_id = %(id)s AND late"
        self._until(
            lambda: self.desk.fill(address, address, typed, shows),
            lambda: self.books.value(f"SELECT count(*) {of_it}", id=booking["id"]),
            what="the late charge",
        )
        return self._sent(guest, number=1)

    def bill(self, guest: Guest, *, number: int, amount: str) -> Row:
        """Open another bill by hand; returns it when the customer has it."""
        booking = self.books.booking(guest.link)
        address = f"/desk/bookings/{booking['reference']}/bills/new"
        bills = "SELECT count(*) FROM bills WHERE booking_id = %(id)s"
        self._until(
            lambda: self.desk.fill(address, address, {"name_0": f"Scratch {number}", "amount_0": amount}),
            lambda: self.books.value(bills, id=booking["id"]) >= number,
            what=f"bill {number}",
        )
        return self._sent(guest, number=number)

    def remind_of(self, guest: Guest, bill: Row) -> None:
        """Remind the customer once: two wishes would be two mails."""
        self._at_bill(guest, bill, "remind", {}, "reminders > 0")

    def note_payment(self, guest: Guest, bill: Row) -> None:
        typed = {"amount": f"{bill['amount'] / 100:.2f}", "method": "cash", "reference": "slip 4"}
        self._at_bill(guest, bill, "payment", typed, "state = 'paid'")

    def withdraw(self, guest: Guest, bill: Row) -> None:
        """Take a bill back; it is withdrawn once PayPal has done it."""
        reason = {"reason": "It was the wind."}
        wanted = "EXISTS (SELECT FROM bill_operations WHERE bill_id = bills.id AND kind = 'cancel')"
        self._at_bill(guest, bill, "cancel", reason, f"(state = 'cancelled' OR {wanted})")

    def credit(self, guest: Guest, bill: Row, *, amount: str) -> None:
        """Correct the invoice: an open bill asks for so much less, of which PayPal is told."""
        booking = self.books.booking(guest.link)
        noted = "FROM bill_payments WHERE bill_id = %(id)s AND credit"
        self._once(
            guest,
            "credit-invoice",
            {"amount": amount, "reason": "It was our sand."},
            done="SELECT count(*) FROM invoices WHERE booking_id = %(id)s AND kind = 'credit_note'",
        )
        self.hope.until(
            lambda: self.books.value(f"SELECT count(paypal_id) {noted}", id=bill["id"]),
            what=f"PayPal to note a credit of {booking['reference']}",
        )

    def take_deposit(self, guest: Guest) -> None:
        """Take the whole deposit by terminal: the form proposes it."""
        guest.read("deposit_request")
        self._once(
            guest,
            "take-deposit",
            {"method": "terminal", "reference": "slip 7"},
            done="SELECT count(*) FROM desk_receipts WHERE booking_id = %(id)s AND kind = 'taken'",
        )

    def hand_back(self, guest: Guest) -> None:
        """Hand back what is owed of it: the form proposes that too."""
        self._once(
            guest,
            "give-back-receipt",
            {"method": "terminal", "reference": "slip 8", "reason": "The car is fine."},
            done="SELECT count(*) FROM desk_receipts WHERE booking_id = %(id)s AND kind <> 'taken'",
        )

    def capture_deposit(self, guest: Guest, *, amount: str) -> None:
        """Take a part of the deposit, and keep holding the rest."""
        typed = {"amount": amount, "reason": "A scratched rim", "keep": "y"}
        self._at_paypal(guest, "capture-deposit", typed, kind="capture")

    def give_back_deposit(self, guest: Guest, *, amount: str) -> None:
        """Give back some of what was taken."""
        typed = {"amount": amount, "reason": "The rim was cheaper."}
        self._at_paypal(guest, "refund-deposit", typed, kind="refund")

    def take_out_seat(self, guest: Guest) -> None:
        """A change that costs less, which customers may not make any more so late."""
        booking = self.books.booking(guest.link)
        before = self.books.value(APPLIED, id=booking["id"])
        self._until(
            lambda: self.desk.change(
                booking["reference"], {"extras-extra_child-seat": "0"}, reason="The child stays at home."
            ),
            lambda: self.books.value(APPLIED, id=booking["id"]) > before,
            what="the seat to be taken out",
        )

    def read_tolls(self, guest: Guest) -> None:
        """A file of tolls comes in; none of them is of a car of ours."""
        content = TOLLS.format(mark=self.books.booking(guest.link)["reference"]).encode()
        known = "SELECT count(*) FROM toll_files AS t JOIN stored_files AS f ON f.id = t.file_id"
        self._until(
            lambda: self.desk.fill(
                "/desk/tolls", "/desk/tolls", {}, {"file": ("tolls.csv", content, "text/csv")}
            ),
            lambda: self.books.value(
                f"{known} WHERE f.sha256 = %(sha256)s", sha256=hashlib.sha256(content).digest()
            ),
            what="the file of tolls",
        )

    def wait_for_bill(self, bill: Row, state: str) -> None:
        """Until a bill is in this state and PayPal has been told of all that happened to it."""
        query = (
            "SELECT state = %(state)s AND NOT EXISTS (SELECT FROM bill_operations AS o"
            " WHERE o.bill_id = bills.id AND o.state IN ('wanted', 'called')) FROM bills WHERE id = %(id)s"
        )
        self.hope.until(
            lambda: self.books.value(query, id=bill["id"], state=state), what=f"a bill to be {state}"
        )

    def _at_paypal(self, guest: Guest, deed: str, typed: dict[str, str], *, kind: str) -> None:
        """Something about the deposit by hand, once, and PayPal's answer to it."""
        calls = (
            "FROM payment_operations AS o JOIN payments AS p ON p.id = o.payment_id"
            f" WHERE p.booking_id = %(id)s AND p.purpose = 'deposit' AND o.kind = '{kind}'"
        )
        self._once(guest, deed, typed, done=f"SELECT count(*) {calls}")
        booking = self.books.booking(guest.link)
        self.hope.until(
            lambda: self.books.value(f"SELECT bool_and(o.state = 'done') {calls}", id=booking["id"]),
            what=f"{deed} of {booking['reference']}",
        )

    def _once(self, guest: Guest, deed: str, typed: dict[str, str], *, done: str) -> None:
        """One of the booking's actions with its form; `done` asks of the booking's id whether it was done."""
        booking = self.books.booking(guest.link)
        address = f"/desk/bookings/{booking['reference']}/{deed}"
        self._until(
            lambda: self.desk.fill(address, address, typed),
            lambda: self.books.value(done, id=booking["id"]),
            what=f"{deed} of {booking['reference']}",
        )

    def _at_bill(self, guest: Guest, bill: Row, deed: str, typed: dict[str, str], done: str) -> None:
        reference = self.books.booking(guest.link)["reference"]
        page = f"/desk/bookings/{reference}/bills/{bill['number']}"
        self._until(
            lambda: self.desk.fill(page, f"{page}/{deed}", typed),
            lambda: self.books.value(f"SELECT {done} FROM bills WHERE id = %(id)s", id=bill["id"]),
            what=f"{deed} of {bill['number']}",
        )

    def _sent(self, guest: Guest, *, number: int) -> Row:
        """The booking's bill of this number, once PayPal has sent it."""
        query = "SELECT * FROM bills WHERE booking_id = %(id)s AND state <> 'draft' ORDER BY id"
        booking_id = self.books.booking(guest.link)["id"]

        def look() -> Row | None:
            rows = self.books.rows(query, id=booking_id)
            return rows[number - 1] if len(rows) >= number else None

        found = self.hope.until(look, what=f"bill {number} to be sent")
        self.hope.until(lambda: self.books.mails(guest.email)["bill"] == number, what="the bill's letter")
        return found
