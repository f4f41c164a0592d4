"""What follows from what: each event and the actors it goes to, in the order of a booking's life.

This is the process on one screen. An actor's name is `area.verb`; its queue says who waits for whom, and a
third word which provider it calls. An event without actors leaves no trace in the outbox; the audit trail has
it all the same.
"""

from __future__ import annotations

from exodrive.kernel.outbox import Route

PAYMENTS, CONTRACTS, DOCUMENTS, MESSAGES = "payments", "contracts", "documents", "messages"
PAYPAL, DOCUSEAL, RESEND = "paypal", "docuseal", "resend"
QUEUES = (PAYMENTS, CONTRACTS, DOCUMENTS, MESSAGES)

LETTER = Route("messages.write", MESSAGES)

ROUTES: dict[str, tuple[Route, ...]] = {
    # a price that staff have sent
    "quote.sent": (Route("quotes.write", MESSAGES),),
    "quote.resent": (Route("quotes.write", MESSAGES),),
    "quote.extended": (Route("quotes.write", MESSAGES),),
    "quote.withdrawn": (Route("quotes.write", MESSAGES),),
    "quote.accepted": (),
    "quote.declined": (),
    "quote.expired": (),
    # hold, order, pay
    "booking.held": (),
    "booking.details_code_wanted": (LETTER,),
    "booking.ordered": (LETTER,),
    "payment.wanted": (Route("payments.perform", PAYMENTS, PAYPAL),),
    "payment.returned": (Route("payments.check", PAYMENTS, PAYPAL),),
    "payment.check": (Route("payments.check", PAYMENTS, PAYPAL),),
    "booking.payment_link": (LETTER,),
    "booking.payment_declined": (LETTER,),
    "booking.payment_stuck": (LETTER,),
    "booking.money_released": (LETTER,),
    # sign
    "booking.authorized": (Route("contracts.issue", CONTRACTS), LETTER),
    "booking.prepayment_waived": (Route("contracts.issue", CONTRACTS), LETTER),
    "booking.payment_asked": (LETTER,),
    "contract.wanted": (Route("contracts.send", CONTRACTS, DOCUSEAL),),
    "contract.sent": (LETTER,),
    "contract.viewed": (),
    "contract.returned": (Route("contracts.check", CONTRACTS, DOCUSEAL),),
    "contract.check": (Route("contracts.check", CONTRACTS, DOCUSEAL),),
    "contract.completed": (Route("contracts.collect", CONTRACTS, DOCUSEAL),),
    "contract.signed": (),
    "contract.declined": (LETTER,),
    "contract.expired": (LETTER,),
    "contract.voided": (Route("contracts.withdraw", CONTRACTS, DOCUSEAL),),
    "contract.reminder_wanted": (LETTER,),
    "contract.renewal_wanted": (Route("contracts.issue", CONTRACTS),),
    "booking.confirmed": (LETTER,),
    "booking.paper_rejected": (LETTER,),
    # what PayPal would not take or renew is approved once more
    "payment.asked_again": (LETTER,),
    "payment.not_taken": (LETTER,),
    # deposit, keys, return
    "booking.deposit_asked": (LETTER,),
    "booking.deposit_link": (LETTER,),
    "booking.deposit_held": (LETTER,),
    "booking.deposit_declined": (LETTER,),
    "deposit.released": (LETTER,),
    "receipt.taken": (LETTER,),
    "receipt.given_back": (LETTER,),
    "receipt.corrected": (LETTER,),
    "booking.handed_over": (LETTER,),
    "booking.taken_back": (LETTER,),
    "booking.charges_added": (LETTER,),
    "booking.objection_answered": (LETTER,),
    # change
    "booking.change_asked": (LETTER,),
    "booking.change_declined": (LETTER,),
    "booking.change_paid": (Route("bookings.apply_change", PAYMENTS),),
    "booking.change_ended": (LETTER,),
    "booking.changed": (Route("quotes.follow", MESSAGES), LETTER),
    "contract.addendum_wanted": (Route("contracts.issue_addendum", CONTRACTS),),
    # settle
    "invoice.issued": (Route("invoices.render", DOCUMENTS),),
    "invoice.ready": (LETTER,),
    "booking.closed": (Route("reviews.plan", MESSAGES), LETTER),
    # what the deposit did not hold, billed at PayPal
    "bill.wanted": (Route("bills.perform", PAYMENTS, PAYPAL),),
    "bill.check": (Route("bills.check", PAYMENTS, PAYPAL),),
    "bill.sent": (LETTER,),
    "bill.reminded": (LETTER,),
    "bill.payment_received": (LETTER,),
    "bill.cancelled": (LETTER,),
    # look back
    "review.wanted": (LETTER,),
    "review.written": (),
    "review.published": (),
    "review.declined": (LETTER,),
    "review.reconsidered": (),
    "review.withdrawn": (),
    # ended otherwise
    "booking.expired": (Route("bookings.unwind", PAYMENTS), LETTER),
    "booking.cancelled": (Route("bookings.unwind", PAYMENTS), LETTER),
    "booking.missed": (Route("bookings.unwind", PAYMENTS), LETTER),
    # files
    "file.discarded": (Route("files.erase", DOCUMENTS),),
    # the cars
    "photo.wanted": (Route("photos.resize", DOCUMENTS),),
    # reconciliation
    "reconciliation.wanted": (Route("payments.reconcile", PAYMENTS, PAYPAL),),
    "difference.mending_wanted": (Route("payments.mend", PAYMENTS, PAYPAL),),
    # messages
    "booking.link_wanted": (LETTER,),
    "booking.letter_wanted": (LETTER,),
    "enquiry.received": (Route("enquiries.tell", MESSAGES),),
    "enquiry.answered": (Route("enquiries.answer", MESSAGES),),
    "message.queued": (Route("messages.send", MESSAGES, RESEND),),
    "message.bounced": (Route("messages.bounced", MESSAGES),),
    # what providers report, and the sandbox
    "webhook.received": (Route("webhooks.process", PAYMENTS),),
    "sandbox.clock_moved": (Route("sandbox.move_clock", DOCUMENTS),),
}
