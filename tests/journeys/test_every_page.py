"""Every page at three widths, in both themes: nothing is wider than the screen, and axe objects to nothing.

A walk comes to the moments of a rental, and at each of them looks at every kind of page that is linked there.
In the end no page of the route list may be left that nobody has looked at.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from exodrive.blueprints.access import ACCESS, API
from tests.journeys.look import Look
from tests.journeys.walk import Walk, dates, picture

pytestmark = pytest.mark.journey

LONG_NAME = "Maximiliane-Theodora von und zu Hohenlohe-Waldenburg-Schillingsfürst"
LONG_ADDRESS = "a-very-long-address-without-any-place-to-break@subdomain.okafor-and-daughters.example"
# Where something is typed or open that a walk around would lose.
IN_PLACE = ("desk-dialog", "hand-over", "take-back", "settle", "paypal", "agreement")
FILES = {  # what browsers ask for that is no page
    "booking_page.addendum", "booking_page.paper_small", "booking_page.paypal_order", "drawings.car",
    "drawings.light_rule",
    "health.alive", "health.metrics", "health.ready", "pictures.show", "staff.message_html", "static",
    "window.icon", "window.manifest", "window.robots", "window.shared", "window.sheet", "window.site_map",
}  # fmt: skip
LEADING_ON = {  # which send a browser elsewhere
    "booking_page.details_again", "booking_page.more_time_again", "booking_page.object_again",
    "booking_page.paypal_cancel",
    "booking_page.paypal_return", "booking_page.remembered_again", "booking_page.send_paper_again",
    "booking_page.signed", "checkout.hold_again", "quote_page.again",
}  # fmt: skip
SECOND_FACTOR = {  # looked at by the journey of the second factor; some of them answer 404
    "security.mf_recovery", "security.mf_recovery_codes", "security.tf_select",
    "security.two_factor_rescue", "security.two_factor_token_validation", "security.verify",
}  # fmt: skip
# Deeds of moments that may pass between two looks, on the same page as `staff.ask_deposit`; `staff.miss` is
# on that of `staff.cancel`.
LIKE_OTHERS = {
    "staff.capture_change", "staff.capture_deposit", "staff.capture_rental", "staff.clear_attention",
    "staff.correct_receipt",
    "staff.credit_invoice", "staff.give_back_receipt", "staff.issue_invoice", "staff.miss",
    "staff.reauthorize_change", "staff.reauthorize_deposit", "staff.reauthorize_rental",
    "staff.refund_change", "staff.refund_deposit", "staff.refund_rental",
    "staff.release_deposit", "staff.remind", "staff.renew", "staff.solve_conflict",
    "staff.ask_payment", "staff.waive_prepayment",
    "staff.retry_all", "staff.retry_payment", "staff.take_charge", "staff.take_rental",
    "staff.void_change", "staff.void_deposit", "staff.void_rental", "staff.waive_addendum",
}  # fmt: skip
# Only where something fails, which a rental that goes well does not; the last two have journeys of their own.
TROUBLE = {"staff.delivery", "staff.difference", "staff.receipt"}
ELSEWHERE = FILES | LEADING_ON | SECOND_FACTOR | LIKE_OTHERS | TROUBLE


def test_every_page(walk: Walk, application: Flask, tmp_path: Path) -> None:
    look = Look(application, walk.house)
    walk.look = lambda page, name: look(page, name) if name in IN_PLACE else look.around(page)
    page = walk.page
    _for_everybody(walk, look)
    walk.search(days_ahead=26)
    walk.choose("Strada Turbo T")
    walk.hold()
    walk.fill_details(name=LONG_NAME, email=LONG_ADDRESS)
    look(page, "details, filled")
    walk.send_details()
    walk.pay()
    walk.sign()
    expect(page.get_by_role("heading", name="The car is yours")).to_be_visible()
    _send_licence(walk, tmp_path)
    look.around(page)
    _think_of_a_change(walk, look)

    page.goto(f"{walk.house}/desk/login")
    look(page, "sign in")
    walk.sign_in()
    walk.open_booking()
    look.around(page)
    walk.ask_for_deposit()
    walk.pay_deposit()
    walk.open_booking()
    look.around(page)
    walk.hand_over(tmp_path, odometer=40_000)
    look.around(page)
    walk.take_back(tmp_path, odometer=40_340)
    look.around(page)
    _dispute(walk, look, tmp_path)
    walk.settle()
    walk.wait_until("Closed")
    look.around(page)
    _bill(walk, look)
    for path in ("/desk/bookings?q=nobody", "/desk/bookings?view=all"):
        page.goto(f"{walk.house}{path}")
        look(page, path)
    page.goto(walk.link)
    look.around(page)
    _review(walk, look)
    _tolls(walk, look, tmp_path)
    _quote(walk, look)
    _letting_in(walk, look, tmp_path)

    assert (look.faults, _pages(application) - look.seen - set(ELSEWHERE)) == ([], set())


def _for_everybody(walk: Walk, look: Look) -> None:
    """What links do not lead to: searches that find much, little or nothing."""
    pickup, back = dates(days_ahead=44, days=3)
    for path in (
        "/",
        f"/fleet?from={pickup}&to={back}",
        f"/fleet?from={back}&to={pickup}",
        f"/cars/aurelia-gt?from={pickup}&to={back}",
    ):
        walk.page.goto(f"{walk.house}{path}")
        look.around(walk.page)


def _send_licence(walk: Walk, folder: Path) -> None:
    file = folder / "licence.jpg"
    file.write_bytes(picture(3))
    with walk.page.expect_response(re.compile("/papers/")):
        walk.page.locator("input[name=paper]").first.set_input_files(file)


def _think_of_a_change(walk: Walk, look: Look) -> None:
    """The renter asks what two days more cost, agrees, and leaves everything as it was before paying."""
    page = walk.page
    page.goto(f"{walk.link}/change")
    for part in page.locator(".more-driver > summary").all():
        part.click()
    look(page, "change, open")
    back = page.get_by_label("Return", exact=True)
    back.fill((datetime.fromisoformat(back.input_value()) + timedelta(days=2)).isoformat(timespec="minutes"))
    page.get_by_role("button", name="See what it costs").click()
    yes = page.get_by_role("button", name=re.compile("^Yes, change it"))
    expect(yes).to_be_visible()
    look(page, "change, looked at")
    yes.click()
    expect(page.get_by_role("link", name="Approve at PayPal")).to_be_visible()
    look(page, "change, to approve")
    page.get_by_role("button", name="Leave the booking as it is").click()
    expect(page.get_by_role("link", name="Approve at PayPal")).to_be_hidden()


def _dispute(walk: Walk, look: Look, folder: Path) -> None:
    """The desk charges a scratch and shows it; the renter objects; the desk reads that and answers."""
    page = walk.page
    charges = f"{walk.house}/desk/bookings/{walk.reference}/charges"
    page.goto(charges)
    page.get_by_label("Amount, USD").fill("350")
    page.get_by_label("What for: the renter reads it").fill("A scratch along the left door")
    file = folder / "scratch.jpg"
    file.write_bytes(picture(6))
    page.locator("aside input[type=file]").set_input_files(file)
    page.get_by_role("checkbox", name="Left side").last.check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Damage")).to_be_visible()
    look(page, "charges, shown")
    page.goto(f"{walk.link}/charges")
    page.get_by_text("Something is wrong with it").last.click()
    page.get_by_label("What is wrong").last.fill("It was there before.")
    look(page, "charges, objecting")
    page.get_by_role("button", name="Send it to the desk").last.click()
    expect(page.get_by_text("You wrote:")).to_be_visible()
    look(page, "charges, objected to")
    page.goto(charges)
    look(page, "objection")
    page.get_by_label("What the renter reads").fill("The photos of the pick-up show none.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Kept:")).to_be_visible()
    walk.open_booking()


def _bill(walk: Walk, look: Look) -> None:
    """A fine comes after closing: it goes on a bill: at the desk, on the booking's page, by its link."""
    page = walk.page
    walk.bill_later(amount="80", note="Speeding on the way to the bay")
    look(page, "billed")
    look.around(page)
    page.goto(walk.link)
    look(page, "a bill to pay")
    look.around(page)


def _tolls(walk: Walk, look: Look, folder: Path) -> None:
    """A file of tolls, looked at before anybody is charged."""
    page = walk.page
    file = folder / "tolls.csv"
    file.write_text("plate,time,amount,place\nEXO 001,2020-02-03 10:00,4.35,Bay Bridge\nEXO 001,never,4,\n")
    page.goto(f"{walk.house}/desk/tolls")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_url(re.compile("/desk/tolls/."))
    look(page, "tolls, read")
    page.goto(f"{walk.house}/desk/tolls")
    look(page, "tolls, files")


def _quote(walk: Walk, look: Look) -> None:
    """A new booking at the desk, ended in a quote; its customer looks at it."""
    page = walk.page
    pickup, back = dates(days_ahead=65, days=3)
    page.goto(f"{walk.house}/desk/new?car=calder-brake&from={pickup}&to={back}")
    for part in page.locator(".more-driver > summary").all():
        part.click()
    look(page, "new booking, open")
    link = walk.send_quote(name=LONG_NAME, email=LONG_ADDRESS)
    look(page, "quote")
    page.goto(f"{walk.house}/desk/quotes")
    look(page, "quotes")
    page.goto(link)
    look(page, "quote of a customer")


def _review(walk: Walk, look: Look) -> None:
    """The renter writes, and the desk reads."""
    page = walk.page
    page.goto(f"{walk.link}/review")
    page.locator("label[for=stars-4]").click()
    page.locator("textarea[name=words]").fill("Quiet, quick, and handed over to the minute.")
    page.locator("input[name=consent]").check()
    page.get_by_role("button", name="Send the review").click()
    expect(page.get_by_text("Sent. The desk reads every review")).to_be_visible()
    look.around(page)
    page.goto(f"{walk.house}/desk/reviews")
    look.around(page)


def _letting_in(walk: Walk, look: Look, folder: Path) -> None:
    """What is there only when somebody has sent something: a message, a photo of a car, a token."""
    page = walk.page
    page.goto(f"{walk.house}/contact")
    page.get_by_label("Your name").fill("Ingrid Vale")
    page.get_by_label("E-mail").fill("ingrid@vale.example")
    page.get_by_label("Your message").fill("Does the Calder Brake take skis?")
    page.locator("main form").get_by_role("button").first.click()
    page.wait_for_url(re.compile("/contact/sent"))
    look(page, "sent")
    page.goto(f"{walk.house}/desk/enquiries")
    look.around(page)
    page.goto(f"{walk.house}/desk/cars/calder-brake")
    file = folder / "car.jpg"
    file.write_bytes(picture(5))
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_role("link", name="Photo 1: words and focus")).to_be_visible()
    look.around(page)
    page.goto(f"{walk.house}/desk/tokens")
    page.get_by_label("Name").fill("Price board")
    page.locator("#scopes input").first.check()
    page.locator("form", has=page.locator("#scopes")).get_by_role("button").click()
    expect(page.get_by_role("heading", name="Copy the token now")).to_be_visible()
    look(page, "token made")
    for path in ("/desk/tokens", "/desk/find?q=aurelia", "/desk/queue"):
        page.goto(f"{walk.house}{path}")
        look.around(page)


def _pages(app: Flask) -> set[str]:
    """The routes that a browser may ask for, the API's aside."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or set()) and not ACCESS.get(rule.endpoint, API).startswith(API)
    }
