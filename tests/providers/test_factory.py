"""The gateways of a process, built from its settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exodrive import config
from exodrive.providers import factory
from exodrive.providers.docuseal import DocuSeal
from exodrive.providers.paypal import PayPal, PayPalBills
from exodrive.providers.resend import Resend
from tests.providers.conftest import Simulators


@pytest.fixture
def configured(simulators: Simulators) -> Iterator[None]:
    before = factory._gateways
    factory.configure(
        config.load(
            {
                "EXODRIVE_SANDBOX": "1",
                "DATABASE_URL": "postgresql://localhost/none",
                "REDIS_URL": "redis://127.0.0.1:1/0",
                "SIMULATORS_URL": simulators.url,
            }
        )
    )
    yield
    factory._gateways = before


@pytest.mark.usefixtures("configured")
def test_each_gateway_reaches_its_simulator() -> None:
    paypal, docuseal, resend = factory.payment_gateway(), factory.signing_gateway(), factory.mail_gateway()
    assert isinstance(paypal, PayPal)
    assert isinstance(docuseal, DocuSeal)
    assert isinstance(factory.bill_gateway(), PayPalBills)
    assert factory.bill_gateway().find("EXO-NONE") is None
    assert isinstance(resend, Resend)
    assert docuseal.find("bk_nobody") is None


@pytest.mark.usefixtures("configured")
def test_a_process_has_one_of_each() -> None:
    assert factory.payment_gateway() is factory.payment_gateway()
    assert factory.signing_gateway() is factory.signing_gateway()
    assert factory.mail_gateway() is factory.mail_gateway()
    assert factory.bill_gateway() is factory.bill_gateway()
    assert factory.paypal_messages() is factory.paypal_messages()


@pytest.mark.usefixtures("configured")
def test_bills_share_token_and_circuit_with_payments() -> None:
    payments, bills = factory.payment_gateway(), factory.bill_gateway()
    assert isinstance(payments, PayPal)
    assert isinstance(bills, PayPalBills)
    assert payments._token_name == bills._token_name
    assert payments._tokens is bills._tokens
    assert payments._http.breaker is bills._http.breaker


def test_a_process_that_was_told_nothing_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "_gateways", None)
    with pytest.raises(factory.NotConfigured):
        factory.payment_gateway()
