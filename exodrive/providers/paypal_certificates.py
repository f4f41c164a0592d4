"""Which certificates speak for PayPal, and where their files may come from. Nothing here touches the network.

PayPal's certificate file often holds the leaf alone, so the issuers come with us in `paypal_issuers.pem`:
public facts, self-checking (every chain is verified up to a root). The system's own root store is of no use
here: it has dropped the root above the certificates that PayPal has been seen to use, and it never holds an
intermediate. A leaf of an issuer that is not in the file is no forgery yet: PayPal is asked instead.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import verification
from cryptography.x509.oid import NameOID

CERTIFICATE_PATH: Final = "/v1/notifications/certs/"
# Letters, digits and dashes only: no second path segment, query, escape or port can hide in it.
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,200}(\.pem)?")
_SIMULATOR_ROOT: Final = "/simulator/root.pem"


class Distrust(StrEnum):
    """Why a certificate does not speak for PayPal."""

    UNREADABLE = "certificate_unreadable"
    NAME = "certificate_name"
    EXPIRED = "certificate_expired"
    CHAIN = "certificate_chain"
    UNKNOWN_ISSUER = "certificate_issuer_unknown"


class Distrusted(Exception):
    """`why` the certificate is not to be believed."""

    def __init__(self, why: Distrust) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class PayPalTrust:
    """Whom to believe: addresses that certificates come from, the name they bear, and who may issue them.

    `simulator` is the address of our simulators, and None wherever real money moves: they make a root of
    their own at their first start, which is fetched like a certificate.
    """

    addresses: tuple[str, ...]
    common_name: str
    roots: tuple[x509.Certificate, ...] = ()
    intermediates: tuple[x509.Certificate, ...] = ()
    simulator: str | None = None

    def address_allowed(self, url: str) -> bool:
        """True for one of our addresses followed by a plain file name, letter for letter."""
        return any(
            url.startswith(address) and _FILE_NAME.fullmatch(url[len(address) :]) is not None
            for address in self.addresses
        )

    def files(self, url: str) -> tuple[str, ...]:
        """The addresses of all files that judging by the certificate at `url` takes.

        The simulators' root is asked for by the leaf's name, since a fresh start makes a new pair of them.
        """
        if self.simulator is None:
            return (url,)
        return (url, f"{self.simulator}{_SIMULATOR_ROOT}?{url.rpartition('/')[2]}")

    def anchors(self, url: str, certificates: Mapping[str, bytes]) -> tuple[x509.Certificate, ...]:
        """The roots to believe in. Raises Distrusted where the simulators' is no certificate."""
        if self.simulator is None:
            return self.roots
        try:
            return tuple(x509.load_pem_x509_certificates(certificates[self.files(url)[1]]))
        except ValueError as error:
            raise Distrusted(Distrust.UNREADABLE) from error


def paypal_trust(base_url: str, *, sandbox: bool = False) -> PayPalTrust:
    """The trust that belongs to PayPal's API at `base_url`: live, PayPal's sandbox, or our simulators.

    In our own `sandbox`, and only there, an address that is not PayPal's is believed, for certificates under
    its own root and no other. Raises ValueError for such an address otherwise.
    """
    host = urlsplit(base_url).hostname or ""
    if host in ("api-m.paypal.com", "api.paypal.com"):
        return _paypals_own(("api.paypal.com", "api-m.paypal.com"), "messageverificationcerts.paypal.com")
    if host in ("api-m.sandbox.paypal.com", "api.sandbox.paypal.com"):
        return _paypals_own(
            ("api.sandbox.paypal.com", "api-m.sandbox.paypal.com"),
            "messageverificationcerts.sandbox.paypal.com",
        )
    if not sandbox:
        raise ValueError(f"{host!r} is not PayPal")
    base = base_url.rstrip("/")
    return PayPalTrust(
        addresses=(base + CERTIFICATE_PATH,),
        common_name="messageverificationcerts.sandbox.paypal.com",
        simulator=base,
    )


def public_key(
    url: str, *, certificates: Mapping[str, bytes], trust: PayPalTrust, at: datetime
) -> RSAPublicKey:
    """The key of the certificate at `url`, once believed as of `at`.

    `certificates` has all of `trust.files(url)`; a file begins with the leaf, and intermediates may follow.
    Raises Distrusted.
    """
    roots = trust.anchors(url, certificates)
    try:
        leaf, *sent_along = x509.load_pem_x509_certificates(certificates[url])
        names = [a.value for a in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        key = leaf.public_key()
    except ValueError as error:
        raise Distrusted(Distrust.UNREADABLE) from error
    if names != [trust.common_name]:
        raise Distrusted(Distrust.NAME)
    if not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
        raise Distrusted(Distrust.EXPIRED)
    issuers = (*sent_along, *trust.intermediates)
    if leaf.issuer not in {each.subject for each in (*issuers, *roots)}:
        raise Distrusted(Distrust.UNKNOWN_ISSUER)
    _verify_chain(leaf, issuers, roots, name=trust.common_name, at=at)
    if not isinstance(key, RSAPublicKey):
        raise Distrusted(Distrust.UNREADABLE)
    return key


def _verify_chain(
    leaf: x509.Certificate,
    issuers: Collection[x509.Certificate],
    roots: Collection[x509.Certificate],
    *,
    name: str,
    at: datetime,
) -> None:
    """Build a path from `leaf` to a root by the rules for web servers, whose names the leaf bears too."""
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(roots)))
        .time(at)
        .build_server_verifier(x509.DNSName(name))
    )
    try:
        verifier.verify(leaf, list(issuers))
    except verification.VerificationError as error:
        raise Distrusted(Distrust.CHAIN) from error


def _paypals_own(hosts: tuple[str, ...], common_name: str) -> PayPalTrust:
    roots, intermediates = _shipped()
    return PayPalTrust(
        addresses=tuple(f"https://{host}{CERTIFICATE_PATH}" for host in hosts),
        common_name=common_name,
        roots=roots,
        intermediates=intermediates,
    )


@cache
def _shipped() -> tuple[tuple[x509.Certificate, ...], tuple[x509.Certificate, ...]]:
    """The roots (issued by themselves) and the intermediates of the file that comes with this package."""
    pem = resources.files("exodrive.providers").joinpath("paypal_issuers.pem").read_bytes()
    issuers = x509.load_pem_x509_certificates(pem)
    roots = tuple(each for each in issuers if each.issuer == each.subject)
    return roots, tuple(each for each in issuers if each.issuer != each.subject)
