"""Whether a rental has come to its end: by our books, and by those of PayPal, DocuSeal and Resend."""

from __future__ import annotations

from decimal import Decimal

from tests.chaos.people import Guest
from tests.chaos.rentals import End, Money
from tests.races.books import Books, Row
from tests.races.patience import until


def of(guest: Guest) -> End:
    """How a guest's rental stands."""
    books = guest.books
    booking = books.booking(guest.link)
    return End(
        state=booking["state"],
        money=tuple(_money(books, booking, order) for order in books.paypal_orders(booking["reference"])),
        operations=_operations(books, booking),
        agreements=_agreements(books, booking),
        mails=_mails(books, booking, guest.email),
        invoices=books.value("SELECT count(*) FROM invoices WHERE booking_id = %(id)s", id=booking["id"]),
    )


def _money(books: Books, booking: Row, order: Row) -> Money:
    voided = [row for row in order["authorizations"] if row["status"] == "VOIDED"]
    refunds = [
        refund
        for capture in order["captures"]
        for refund in books.simulated("paypal.refund", capture_id=capture["id"])
    ]
    return Money(
        authorizations=len(order["authorizations"]),
        captured=tuple(_of_the_booking(books, booking, row) for row in order["captures"]),
        refunded=tuple(_of_the_booking(books, booking, row) for row in refunds),
        voided=len(voided) == len(order["authorizations"]) > 0,
    )


def _of_the_booking(books: Books, booking: Row, row: Row) -> str:
    """What an amount is of a booking, in words: the same whatever the car costs that day."""
    charges = books.value(
        "SELECT coalesce(sum(amount), 0) FROM booking_charges WHERE booking_id = %(id)s", id=booking["id"]
    )
    amount = int(Decimal(row["amount"]["value"]) * 100)
    payments = books.rows("SELECT amount, purpose FROM payments WHERE booking_id = %(id)s", id=booking["id"])
    known = _of_changes(books, booking) | {each["amount"]: each["purpose"] for each in payments}
    known |= {booking["total"]: "total", charges: "charges", booking["deposit"]: "deposit"}
    assert row["status"] in ("COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED"), row
    return known.get(amount, str(amount))


def _of_changes(books: Books, booking: Row) -> dict[int, str]:
    """What the booking came to before each of its changes, and how much that was more or less."""
    made = books.rows(
        "SELECT (impact->'before'->>'total')::int AS before, (impact->'after'->>'total')::int AS after"
        " FROM booking_changes WHERE booking_id = %(id)s",
        id=booking["id"],
    )
    return {
        **{row["before"]: "total before" for row in made},
        **{abs(row["after"] - row["before"]): "difference" for row in made},
    }


def _operations(books: Books, booking: Row) -> tuple[str, ...]:
    rows = books.rows(
        "SELECT kind, o.state FROM payment_operations o JOIN payments p ON p.id = payment_id"
        " WHERE booking_id = %(id)s ORDER BY kind",
        id=booking["id"],
    )
    return tuple(row["kind"] if row["state"] == "done" else f"{row['kind']} {row['state']}" for row in rows)


def _agreements(books: Books, booking: Row) -> tuple[str, ...]:
    """States of our agreements; what DocuSeal has beyond them is told."""
    ours = books.rows("SELECT id, state FROM contracts WHERE booking_id = %(id)s", id=booking["id"])
    ids = tuple(str(row["id"]) for row in ours)
    theirs = (
        [row for row in books.simulated("docuseal.submitter") if row["external_id"].endswith(ids)]
        if ids
        else []
    )
    return (*(row["state"] for row in ours), *["one too many at DocuSeal"] * (len(theirs) - len(ours)))


def _mails(books: Books, booking: Row, email: str) -> dict[str, int]:
    """What Resend has taken for somebody; a message of ours that it does not have stands there as none."""
    written = books.rows("SELECT template FROM messages WHERE booking_id = %(id)s", id=booking["id"])
    return {**dict.fromkeys((row["template"] for row in written), 0), **books.mails(email)}


def check_house(books: Books) -> None:
    """What must hold of the house as a whole when all is quiet."""
    assert books.troubles() == []
    unbalanced = "SELECT posting_id FROM ledger_entries GROUP BY posting_id, currency HAVING sum(amount) <> 0"
    assert books.rows(unbalanced) == []
    left = "SELECT count(*) FROM inbox_messages WHERE state IN ('unverified', 'received')"
    # A provider may have something to tell at any moment: PayPal, that a hold has died of age.
    until(lambda: books.value(left) == 0, what="every message of a provider to be read")
