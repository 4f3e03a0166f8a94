"""A deployment's own certificate authority, and TLS between its Regions.

Rules:
  1. The CA's key stays in HOME/operator; no Region's host needs it.
  2. Each Region has a key of its own and a certificate whose subject alternative name holds the URI
     `watchword://DEPLOYMENT/REGION`: that URI, not a host name, is who a peer is.
  3. Between Regions: TLS 1.3 alone, both sides present a certificate, and only this deployment's CA is
     trusted.

Handled: making the authority, issuing, the two contexts, reading the URI. Not handled: revocation. A Region
whose key was stolen is shut out by a new authority and new certificates for the others.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_DAYS = 3_653
"""Ten years.

A short life that nobody renews gains nothing: a certificate that runs out stops replication in all Regions at
once, and what a stolen key calls for is a new authority, not waiting.
"""
SKEW_MINUTES_MAX = 60
"""Certificates are valid from an hour ago: another Region's clock may be behind ours."""
SERIAL_BYTES = 16
URI_SCHEME = "watchword"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate and its key, PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


class PeerRefused(Exception):
    """The other side of a TLS connection is not the Region that it should be."""


def region_uri(*, deployment_id: str, region: str) -> str:
    """Return the name under which a Region is known to its peers."""
    return f"{URI_SCHEME}://{deployment_id}/{region}"


def new_authority(*, deployment_id: str, now: int, entropy: Callable[[int], bytes]) -> Issued:
    """Make a deployment's certificate authority; it signs Regions' certificates and nothing else."""
    # The key comes from OpenSSL's generator, which takes no source of randomness as an argument.
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Watchword deployment {deployment_id}")])
    certificate = (
        _unsigned(subject=name, issuer=name, public_key=key.public_key(), now=now, entropy=entropy)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Issued(certificate=certificate.public_bytes(serialization.Encoding.PEM), key=_key_pem(key))


def issue(
    authority: Issued, *, deployment_id: str, region: str, now: int, entropy: Callable[[int], bytes]
) -> Issued:
    """Make a Region's key and certificate, for both ends of a connection between Regions."""
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    issuer_key = serialization.load_pem_private_key(authority.key, password=None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName(
        [
            x509.UniformResourceIdentifier(region_uri(deployment_id=deployment_id, region=region)),
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
    )
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, region)])
    certificate = (
        _unsigned(
            subject=subject, issuer=issuer.subject, public_key=key.public_key(), now=now, entropy=entropy
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .add_extension(purposes, critical=False)
        .add_extension(names, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return Issued(certificate=certificate.public_bytes(serialization.Encoding.PEM), key=_key_pem(key))


def server_context(region_folder: Path) -> ssl.SSLContext:
    """Return the peer port's context: a client certificate of this deployment's CA is required."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # A resumed session would carry an earlier handshake's certificate past a new authority.
    context.num_tickets = 0
    return _between_regions(context, region_folder)


def client_context(region_folder: Path) -> ssl.SSLContext:
    """Return the courier's context: the server's certificate must be of this deployment's CA.

    No host name is compared: addresses change, and a Region is its URI. After the handshake the caller asks
    `require_region(connection.getpeercert(), …)`; without that any Region of the deployment could answer for
    another.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    return _between_regions(context, region_folder)


def endpoint_context(*, certificate: Path, certificate_key: Path) -> ssl.SSLContext:
    """Return the context of a Region's https endpoint: TLS 1.2 or newer, for SDKs of any age.

    Clients show no certificate: they sign.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, certificate_key)
    return context


def uri_of(certificate: Mapping[str, object] | None) -> str | None:
    """Return the one URI among the alternative names of what `getpeercert()` gave; None without one.

    Two URIs are none: a certificate must not speak for two Regions.
    """
    names = (certificate or {}).get("subjectAltName", ())
    assert isinstance(names, tuple)
    uris = [value for kind, value in names if kind == "URI"]
    return str(uris[0]) if len(uris) == 1 else None


def region_of(uri: str | None, *, deployment_id: str) -> str:
    """Return which Region of this deployment a peer is.

    Raises:
        PeerRefused: the URI names no Region of this deployment.
    """
    prefix = region_uri(deployment_id=deployment_id, region="")
    region = uri.removeprefix(prefix) if uri is not None and uri.startswith(prefix) else ""
    if not region or "/" in region:
        raise PeerRefused("the peer's certificate names no Region of this deployment")
    return region


def require_region(certificate: Mapping[str, object] | None, *, deployment_id: str, region: str) -> None:
    """Refuse a peer that is not this Region of this deployment; PeerRefused."""
    found = region_of(uri_of(certificate), deployment_id=deployment_id)
    if found != region:
        raise PeerRefused(f"the peer is Region `{found}`, not `{region}`")


def _between_regions(context: ssl.SSLContext, region_folder: Path) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    # Python 3.13's default, on 3.11 too: extensions that RFC 5280 asks for must be there.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cafile=region_folder / "ca.crt")
    context.load_cert_chain(region_folder / "peer.crt", region_folder / "peer.key")
    return context


def _unsigned(
    *,
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    now: int,
    entropy: Callable[[int], bytes],
) -> x509.CertificateBuilder:
    moment = dt.datetime.fromtimestamp(now // 1_000, tz=dt.UTC)
    # RFC 5280 4.1.2.2: positive and at most 20 bytes; the leading 1 keeps it from being short, or zero.
    serial = int.from_bytes(b"\x01" + entropy(SERIAL_BYTES), "big")
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(serial)
        .not_valid_before(moment - dt.timedelta(minutes=SKEW_MINUTES_MAX))
        .not_valid_after(moment + dt.timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


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


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    # Unencrypted: a passphrase beside the file would protect nothing. The file is 0600.
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
