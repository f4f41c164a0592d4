"""Money is taken in PayPal's own pages, its message is lost, and the desk finds and mends it by a click."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.journeys.look import Look
from tests.journeys.walk import Walk
from tests.live import LiveHouse
from tests.races.books import Books
from tests.races.patience import until

pytestmark = pytest.mark.journey


def test_what_was_taken_by_hand_is_found_and_taken_over(
    walk: Walk, application: Flask, live_house: LiveHouse
) -> None:
    page, look = walk.page, Look(application, walk.house)
    walk.search(days_ahead=20)
    walk.choose("Corsara V10")
    walk.hold()
    walk.fill_details()
    walk.send_details()
    walk.pay()
    walk.sign()
    expect(page.get_by_role("heading", name="The car is yours")).to_be_visible()
    walk.sign_in()
    books = Books.of(live_house)
    with closing(books.database):
        _wait_until_quiet(books)
        (order,) = books.paypal_orders(walk.reference)
    _capture_at_paypal(walk, order["id"])

    page.goto(f"{walk.house}/desk/reconciliation")
    page.get_by_label("One booking only").fill(walk.reference)
    page.get_by_role("button", name="Reconcile now").click()
    row = page.locator("[aria-labelledby=open-title] tr", has_text=walk.reference)
    expect(row).to_contain_text("Money was taken in PayPal’s own pages")
    look(page, "what differs")
    row.get_by_role("link", name="Money was taken").click()
    expect(page.get_by_role("heading", name="It is right as it is")).to_be_visible()
    look(page, "a difference")
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_role("heading", name="Reconciliation", level=1)).to_be_visible()
    expect(row).to_be_hidden()
    solved = page.locator("#rows tr", has_text=walk.reference).first
    expect(solved).to_contain_text("Taken over")
    look(page, "solved")
    walk.open_booking()
    expect(page.get_by_text("PayPal’s word taken over: Money was taken").first).to_be_visible()
    expect(page.get_by_text("Captured", exact=True).first).to_be_visible()
    assert look.faults == []


def _wait_until_quiet(books: Books) -> None:
    """What PayPal has reported so far is read: a late message would have the order read once more."""
    soon = (
        "SELECT count(*) FROM deliveries WHERE state IN ('dispatched', 'running')"
        " OR (state = 'pending' AND due_at < now() + interval '1 minute')"
    )
    # Asked again after the messages: one that has just been taken is a delivery since.
    until(
        lambda: books.value(soon) == 0 and not books.unheard() and books.value(soon) == 0,
        what=f"the house to have nothing to do ({books.troubles()})",
    )


def _capture_at_paypal(walk: Walk, order_id: str) -> None:
    """As the house's staff would there, past us; nobody is told."""
    page = walk.page
    page.goto(f"{walk.simulators}/paypal/payments")
    payment = page.locator("article", has_text=order_id)
    expect(payment.get_by_role("checkbox", name="Webhook lost").first).to_be_checked()
    payment.get_by_role("button", name="Capture by hand").click()
    expect(payment.get_by_text("Captured", exact=True)).to_be_visible()
    assert re.search("/paypal/payments$", page.url)
