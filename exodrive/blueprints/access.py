"""Who may use which route: one list, read by the guard before every request.

`public` is for anybody, `link` for whoever holds a secret in the address (the view checks it), `staff:ROLE`
for members of staff from that role upwards. A route that is not listed here is refused.
"""

from __future__ import annotations

PUBLIC = "public"
LINK = "link"
VIEWER = "staff:viewer"
AGENT = "staff:agent"
MANAGER = "staff:manager"
OWNER = "staff:owner"

ACCESS: dict[str, str] = {
    "static": PUBLIC,
    "appearance.choose": PUBLIC,
    "drawings.car": PUBLIC,
    "health.alive": PUBLIC,
    "health.ready": PUBLIC,
    "health.metrics": PUBLIC,
    # The providers' messages carry signatures, which the views check.
    "webhooks.paypal": PUBLIC,
    "webhooks.docuseal": PUBLIC,
    "webhooks.resend": PUBLIC,
    # A signed link says whose file it is; the view checks that.
    "files.show": LINK,
    # Finding and booking a car
    "catalog.home": PUBLIC,
    "catalog.fleet": PUBLIC,
    "catalog.car": PUBLIC,
    "catalog.terms": PUBLIC,
    "checkout.hold": PUBLIC,
    "checkout.hold_again": PUBLIC,
    "account.find": PUBLIC,
    "account.send_link": PUBLIC,
    # The page of one booking
    "booking_page.show": LINK,
    "booking_page.details": LINK,
    "booking_page.details_again": LINK,
    "booking_page.price": LINK,
    "booking_page.give_up": LINK,
    "booking_page.pay": LINK,
    "booking_page.deposit": LINK,
    "booking_page.paypal_return": LINK,
    "booking_page.paypal_cancel": LINK,
    "booking_page.signed": LINK,
    "booking_page.cancel": LINK,
    "booking_page.cancelled": LINK,
    "booking_page.calendar_file": LINK,
    "booking_page.agreement": LINK,
    "booking_page.invoice": LINK,
    # The desk
    "security.login": PUBLIC,
    "security.logout": PUBLIC,
    "staff.bookings": VIEWER,
    "staff.booking": VIEWER,
    "staff.message": VIEWER,
    "staff.message_html": VIEWER,
    "staff.queue": VIEWER,
    "staff.received": VIEWER,
    "staff.delivery": VIEWER,
    "staff.remind": AGENT,
    "staff.renew": AGENT,
    "staff.ask_deposit": AGENT,
    "staff.send_link": AGENT,
    "staff.clear_attention": AGENT,
    "staff.hand_over": AGENT,
    "staff.photo": AGENT,
    "staff.take_back": AGENT,
    "staff.settle": AGENT,
    "staff.cancel": AGENT,
    "staff.retry_delivery": AGENT,
    "staff.sandbox": AGENT,
    "staff.waive_deposit": MANAGER,
    "staff.miss": MANAGER,
    "staff.replace_link": MANAGER,
    "staff.retry_payment": MANAGER,
    "staff.resolve_delivery": MANAGER,
}
