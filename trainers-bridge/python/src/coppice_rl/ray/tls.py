"""Certificates of one fleet: an authority made with it, and one certificate per engine.

Engines listen at addresses others can reach, so each fleet has its own authority and token; both
live as long as its driver.
"""

from __future__ import annotations

import datetime
import ipaddress
import secrets
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_LIFE = datetime.timedelta(days=365)
_EARLIER = datetime.timedelta(hours=1)  # clocks of machines differ


@dataclass(frozen=True)
class Identity:
    """The certificate an engine shows and its private key, as PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Signs the certificates of one fleet's engines."""

    def __init__(self) -> None:
        """Makes a key, a certificate of its own, and the fleet's token."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "coppice fleet")])
        builder = self._builder(self._name, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self._certificate = builder.sign(self._key, hashes.SHA256())
        self.token = secrets.token_urlsafe(32)

    @property
    def root(self) -> bytes:
        """The authority's certificate, as PEM: what a client trusts."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def identity(self, address: str) -> Identity:
        """Makes key and certificate of an engine at an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
        where = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = self._builder(name, key.public_key())
        certificate = builder.add_extension(where, False).sign(self._key, hashes.SHA256())
        return Identity(
            certificate.public_bytes(serialization.Encoding.PEM),
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _EARLIER)
            .not_valid_after(now + _LIFE)
        )
