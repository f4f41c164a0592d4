"""What follows from what: each event and the actors it goes to, in the order of a booking's life.

This is the process on one screen. An actor's name is `area.verb`; its queue says who waits for whom. An event
without actors leaves no trace in the outbox; the audit trail has it all the same.
"""

from __future__ import annotations

from exodrive.kernel.outbox import Route

PAYMENTS, CONTRACTS, DOCUMENTS, MESSAGES = "payments", "contracts", "documents", "messages"
QUEUES = (PAYMENTS, CONTRACTS, DOCUMENTS, MESSAGES)

LETTER = Route("messages.write", MESSAGES)

ROUTES: dict[str, tuple[Route, ...]] = {
    # hold, order, pay
    "booking.held": (),
    "booking.ordered": (LETTER,),
    "payment.wanted": (Route("payments.perform", PAYMENTS),),
    "payment.returned": (Route("payments.check", PAYMENTS),),
    "payment.check": (Route("payments.check", PAYMENTS),),
    "booking.payment_link": (LETTER,),
    "booking.payment_declined": (LETTER,),
    "booking.money_released": (LETTER,),
    # sign
    "booking.authorized": (Route("contracts.issue", CONTRACTS), LETTER),
    "contract.wanted": (Route("contracts.send", CONTRACTS),),
    "contract.sent": (LETTER,),
    "contract.viewed": (),
    "contract.returned": (Route("contracts.check", CONTRACTS),),
    "contract.check": (Route("contracts.check", CONTRACTS),),
    "contract.completed": (Route("contracts.collect", CONTRACTS),),
    "contract.signed": (),
    "contract.declined": (LETTER,),
    "contract.expired": (LETTER,),
    "contract.voided": (Route("contracts.withdraw", CONTRACTS),),
    "contract.reminder_wanted": (LETTER,),
    "contract.renewal_wanted": (Route("contracts.issue", CONTRACTS),),
    "booking.confirmed": (LETTER,),
    # deposit, keys, return
    "booking.deposit_asked": (LETTER,),
    "booking.deposit_held": (LETTER,),
    "booking.deposit_declined": (LETTER,),
    "booking.handed_over": (LETTER,),
    "booking.taken_back": (LETTER,),
    # settle
    "invoice.issued": (Route("invoices.render", DOCUMENTS),),
    "invoice.ready": (LETTER,),
    "booking.closed": (),
    # ended otherwise
    "booking.expired": (Route("bookings.unwind", PAYMENTS), LETTER),
    "booking.cancelled": (Route("bookings.unwind", PAYMENTS), LETTER),
    "booking.missed": (Route("bookings.unwind", PAYMENTS),),
    # messages
    "booking.link_wanted": (LETTER,),
    "message.queued": (Route("messages.send", MESSAGES),),
    "message.bounced": (Route("messages.bounced", MESSAGES),),
    # what providers report, and the sandbox
    "webhook.received": (Route("webhooks.process", PAYMENTS),),
    "sandbox.clock_moved": (Route("sandbox.move_clock", DOCUMENTS),),
}
