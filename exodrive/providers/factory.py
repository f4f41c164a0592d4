"""The gateways of this process, one of each, built from its settings at first use.

Simulated or real is only a matter of the addresses in the settings: the classes are the same.
"""

from __future__ import annotations

import threading
from functools import cached_property

from exodrive.billing.ports import BillGateway
from exodrive.config import Settings
from exodrive.contracts.ports import SigningGateway
from exodrive.notifications.ports import MailGateway
from exodrive.payments.ports import PaymentGateway
from exodrive.providers import circuit_store
from exodrive.providers.breaker import Breaker
from exodrive.providers.certificates import PayPalMessages
from exodrive.providers.docuseal import DocuSeal
from exodrive.providers.paypal import PayPal, PayPalBills, RedisTokens
from exodrive.providers.resend import Resend
from exodrive.providers.signatures import PayPalTrust, paypal_trust


class NotConfigured(RuntimeError):
    """`configure` was not called at the start of this process."""


class Gateways:
    """Every gateway of one set of settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._circuits = circuit_store.connect(settings.redis_url)

    @cached_property
    def paypal(self) -> PayPal:
        own = self._settings.paypal
        return PayPal(
            own.base_url,
            client_id=own.client_id,
            client_secret=own.client_secret,
            tokens=self._paypal_tokens,
            breaker=self._paypal_breaker,
        )

    @cached_property
    def paypal_bills(self) -> PayPalBills:
        own = self._settings.paypal
        return PayPalBills(
            own.base_url,
            client_id=own.client_id,
            client_secret=own.client_secret,
            tokens=self._paypal_tokens,
            breaker=self._paypal_breaker,
        )

    @cached_property
    def _paypal_tokens(self) -> RedisTokens:
        return RedisTokens.at(self._settings.redis_url)

    @cached_property
    def _paypal_breaker(self) -> Breaker:
        return Breaker("paypal", self._circuits)

    @cached_property
    def docuseal(self) -> DocuSeal:
        own = self._settings.docuseal
        return DocuSeal(
            own.base_url,
            api_key=own.api_key,
            template_id=own.template_id,
            breaker=Breaker("docuseal", self._circuits),
        )

    @cached_property
    def resend(self) -> Resend:
        own = self._settings.resend
        return Resend(own.base_url, api_key=own.api_key, breaker=Breaker("resend", self._circuits))

    @cached_property
    def paypal_messages(self) -> PayPalMessages:
        return PayPalMessages(
            self.paypal, webhook_id=self._settings.paypal.webhook_id, trust=self.paypal_trust
        )

    @cached_property
    def paypal_trust(self) -> PayPalTrust:
        return paypal_trust(self._settings.paypal.base_url, sandbox=self._settings.sandbox)


_lock = threading.Lock()
_gateways: Gateways | None = None


def configure(settings: Settings) -> None:
    """Say what this process talks to: once, at its start."""
    global _gateways  # noqa: PLW0603  one set of gateways per process is the point
    with _lock:
        _gateways = Gateways(settings)


def payment_gateway() -> PaymentGateway:
    return _configured().paypal


def bill_gateway() -> BillGateway:
    return _configured().paypal_bills


def signing_gateway() -> SigningGateway:
    return _configured().docuseal


def mail_gateway() -> MailGateway:
    return _configured().resend


def paypal_messages() -> PayPalMessages:
    """What decides on stored PayPal messages whose signature the web could not check."""
    return _configured().paypal_messages


def _configured() -> Gateways:
    if _gateways is None:
        raise NotConfigured("call providers.factory.configure at the start of the process")
    return _gateways
