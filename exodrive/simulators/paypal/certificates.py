"""The certificates behind PayPal's webhook signatures: root, intermediate and leaf, made at first start.

The leaf bears the name that PayPal's own sandbox leaf bears. A receiver trusts the root by a setting that
only a sandbox has; real ones trust DigiCert's.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from exodrive.simulators.store import Record, Store

LEAF_NAME = "messageverificationcerts.sandbox.paypal.com"
KIND = "paypal.certificates"
GENUINE, FOREIGN = "chain", "foreign"  # the second one is for forgeries: nobody trusts its root
# Long before any message that a test replays, and long after any clock that a person moves.
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
LIFETIME = timedelta(days=365 * 40)


def chain(store: Store, which: str = GENUINE) -> Record:
    """`id`, `key` (the leaf's private key), `leaf`, `intermediate` and `root`, each in PEM.

    Made when it is first wanted.
    """
    kept = store.get(KIND, which)
    if kept is None:
        kept = _make()
        with store.transaction():
            store.put(KIND, which, kept)
    return kept


def with_id(store: Store, certificate_id: str) -> Record | None:
    """The chain whose leaf has that id, of those that are made."""
    return next((one for one in store.find(KIND) if one["id"] == certificate_id), None)


def _make() -> Record:
    root_key, middle_key, leaf_key = (_new_key() for _ in range(3))
    root = _certificate("Simulated PayPal Root", root_key, None, root_key, authority=True)
    middle = _certificate("Simulated PayPal Intermediate", middle_key, root, root_key, authority=True)
    leaf = _certificate(LEAF_NAME, leaf_key, middle, middle_key, authority=False)
    key = leaf_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "id": f"CERT-{secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}",
        "key": key.decode(),
        "leaf": _pem(leaf),
        "intermediate": _pem(middle),
        "root": _pem(root),
    }


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(
    name: str,
    key: rsa.RSAPrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: rsa.RSAPrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Simulator, not PayPal"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_BEFORE + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .add_extension(_usage(authority=authority), critical=True)
    )
    if not authority:
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        builder = builder.add_extension(names, critical=False).add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
