"""Certificate chains and PayPal-like messages signed under them, made on the spot."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "messageverificationcerts.sandbox.paypal.com"
YEARS = timedelta(days=3650)


@cache
def key(owner: str) -> rsa.RSAPrivateKey:
    """One key per owner, made once: they take a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True, slots=True)
class Chain:
    root: x509.Certificate
    intermediate: x509.Certificate
    leaf: x509.Certificate
    owner: str

    def pem(self, *parts: str) -> bytes:
        return b"".join(getattr(self, part).public_bytes(serialization.Encoding.PEM) for part in parts)


def chain(
    at: datetime,
    *,
    house: str = "honest",
    common_name: str = NAME,
    dns_name: str | None = None,
    leaf_days: tuple[int, int] = (-30, 335),
    leaf_issued_by: str = "intermediate",
    intermediate_is_ca: bool = True,
) -> Chain:
    """Root, intermediate and leaf valid around `at`; `leaf_days` are the leaf's first and last from there."""
    always = (at - YEARS, at + YEARS)
    root_name, between = _name(f"{house} root"), _name(f"{house} intermediate")
    root = _certificate(root_name, root_name, f"{house} root", f"{house} root", always, ca=True)
    intermediate = _certificate(
        between, root_name, f"{house} intermediate", f"{house} root", always, ca=intermediate_is_ca
    )
    leaf = _certificate(
        _name(common_name),
        between,
        f"{house} leaf",
        f"{house} {leaf_issued_by}",
        (at + timedelta(days=leaf_days[0]), at + timedelta(days=leaf_days[1])),
        dns_name=dns_name or common_name,
    )
    return Chain(root, intermediate, leaf, f"{house} leaf")


def sign(
    body: bytes,
    *,
    owner: str,
    webhook_id: str,
    url: str,
    at: datetime,
    algorithm: hashes.HashAlgorithm | None = None,
    **changed: str,
) -> dict[str, str]:
    """The headers of a message as PayPal would send it; `changed` are header names with underscores."""
    transmission_id, stamp = "0f5b8d60-1c2d-11f0-9c65-1234567890ab", at.strftime("%Y-%m-%dT%H:%M:%SZ")
    message = f"{transmission_id}|{stamp}|{webhook_id}|{zlib.crc32(body)}".encode()
    signature = key(owner).sign(message, padding.PKCS1v15(), algorithm or hashes.SHA256())
    headers = {
        "Paypal-Transmission-Id": transmission_id,
        "Paypal-Transmission-Time": stamp,
        "Paypal-Transmission-Sig": base64.b64encode(signature).decode(),
        "Paypal-Cert-Url": url,
        "Paypal-Auth-Algo": "SHA256withRSA",
        "Paypal-Auth-Version": "v2",
    }
    return headers | {name.replace("_", "-"): value for name, value in changed.items()}


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    owner: str,
    signer: str,
    valid: tuple[datetime, datetime],
    *,
    ca: bool = False,
    dns_name: str | None = None,
) -> x509.Certificate:
    public, issuing = key(owner).public_key(), key(signer).public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing), critical=False)
        .add_extension(_usage(ca), critical=True)
    )
    if dns_name is not None:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(dns_name)]), critical=False
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(key(signer), hashes.SHA256())


def _usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not ca,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
