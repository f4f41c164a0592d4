"""A customer at a screen of their own: a browser without script, with its own cookies and address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from tests.races.pages import Page
from tests.races.patience import until

PATIENCE = 60  # seconds; a browser's own would be longer


class _FromAddress(HTTPAdapter):
    """Every visitor comes from an address of their own, as the limits of requests expect it."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **kwargs)


@dataclass
class Customer:
    """`link` is the booking's page, once there is one."""

    url: str
    number: int
    link: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        # A server may close a connection that lies idle at the very moment it is used again. Browsers then
        # send once more by themselves; this one opens a new connection each time instead.
        self.session.headers["Connection"] = "close"
        self.session.mount("http://", _FromAddress(f"127.0.{1 + self.number // 250}.{1 + self.number % 250}"))

    @property
    def email(self) -> str:
        return f"maya-{self.number}@okafor.example"

    # The house's pages.

    def get(self, address: str) -> Page:
        return Page.of(self.session.get(urljoin(self.url, address), timeout=PATIENCE))

    def look(self, car: str, dates: tuple[str, str]) -> Page:
        """The car's page with the price for these dates."""
        query = urlencode({"place": "rockville", "from": dates[0], "to": dates[1]})
        page = self.get(f"/cars/{car}?{query}")
        assert page.status == 200, page.words
        return page

    def hold(self, page: Page) -> requests.Response:
        """Press the button of a car's page; `link` is set where the car was won."""
        answer = self.send(page, "/hold")
        if answer.status_code == 303:
            self.link = answer.headers["Location"]
        return answer

    def order(self, page: Page | None = None) -> requests.Response:
        """Fill in the held booking's form and send it."""
        return self.send(page or self.get(self.link), "/details", details(self.email))

    def send(
        self, page: Page, action: str, changes: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        """Send a form of the page, and stop at its answer."""
        form = page.form(action)
        return self.session.post(
            urljoin(page.url, form.action),
            data=form.filled(changes or {}),
            timeout=PATIENCE,
            allow_redirects=False,
            **more,
        )

    def link_on_page(self, part: str) -> str:
        """Look again and again until the booking's page has a link with `part`."""
        return until(lambda: self.get(self.link).link(part), what=f"a link to {part}")

    # PayPal and DocuSeal.

    def approve(self) -> str:
        """Go to PayPal and agree; returns the address that the payer is sent back to."""
        page = self.get(self.link_on_page("/checkoutnow"))
        return self.sent_back(self.send(page, "/checkoutnow", {"decision": "approve", "funding": "good"}))

    def sign(self) -> str:
        """Go to DocuSeal and sign; returns the address that the signer is sent back to."""
        page = self.get(self.link_on_page("/docuseal/s/"))
        return self.sent_back(self.send(page, "/docuseal/s/", {"signature": "Maya Okafor", "agreed": "yes"}))

    def come_back(self, address: str) -> None:
        answer = self.session.get(address, timeout=PATIENCE)
        assert answer.ok, (answer.status_code, address)

    def sent_back(self, answer: requests.Response) -> str:
        assert answer.status_code in (302, 303), Page.of(answer).words
        address = answer.headers["Location"]
        assert urlsplit(address).netloc == urlsplit(self.url).netloc
        return address


def details(email: str) -> dict[str, str]:
    """What a customer who may drive types into the form."""
    year = date.today().year  # noqa: DTZ011  the licence's day, not a moment
    return {
        "renter-name": "Maya Okafor",
        "renter-email": email,
        "renter-phone": "(301) 555-0123",
        "renter-address-street": "4 Elm Street",
        "renter-address-city": "Bethesda",
        "renter-address-area": "MD",
        "renter-address-postcode": "20814",
        "renter-address-country": "US",
        "renter-born_on": f"{year - 35}-04-02",
        "renter-licence_number": "O-215-660-118-204",
        "renter-licence_since": f"{year - 12}-04-02",
        "renter-licence_until": f"{year + 3}-04-02",
        "renter-insurer": "Old Line Mutual",
        "renter-insurance_policy": "OLM-22817",
        "renter-insured_until": f"{year + 1}-12-30",
        "accepted": "y",
    }
