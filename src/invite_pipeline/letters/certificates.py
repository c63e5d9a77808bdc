"""The hosts' certificates: PKCS#12 files with which letters are signed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cache
from typing import Any

from invite_pipeline.domain.campaign import Host, Language
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import CertificateUnusable, Problem
from invite_pipeline.formats.campaign_file import NAME

PASSWORD = "INVITE_CERTIFICATE_PASSWORD"  # noqa: S105 - the name of a setting
_SMALLEST_RSA_KEY = 2048  # bits


@dataclass(frozen=True, slots=True)
class Identity:
    """What one host signs with; certificates and key in DER."""

    host: str
    number: int
    """The host's place among all hosts, from 1."""
    certificate: bytes
    key: bytes = field(repr=False)
    others: tuple[bytes, ...] = ()
    """The certificates of those who vouch for it."""


@dataclass(frozen=True, slots=True)
class Signing:
    """How a campaign's letters are signed: by whom, in their order, and when."""

    identities: tuple[Identity, ...]
    at: datetime
    language: Language = "de"

    @property
    def digest(self) -> str:
        """What changes with the certificates, the hosts and the time."""
        parts = [f"{one.host}\0{one.number}\0{hashlib.sha256(one.certificate).hexdigest()}" for one in self.identities]
        return hashlib.sha256("\0".join([*parts, self.at.isoformat(), self.language]).encode()).hexdigest()


def signing(workspace: Workspace) -> Signing | None:
    """How the campaign's letters are signed; None where no host has a certificate. Raises CertificateUnusable."""
    hosts = [(number, host) for number, host in enumerate(workspace.campaign.hosts, start=1) if host.certificate]
    if not hosts:
        return None
    at = signing_time(workspace)
    identities = tuple(_identity(workspace, number, host, at) for number, host in hosts)
    return Signing(identities, at, workspace.campaign.language)


def signing_time(workspace: Workspace) -> datetime:
    """Noon of the letter's date, in UTC: a clock would make other bytes of the same letter."""
    noon = datetime.combine(workspace.campaign.letter.date, time(12), tzinfo=workspace.campaign.event.tz)
    return noon.astimezone(UTC)


def check_certificates(workspace: Workspace) -> list[Problem]:
    """What is wrong with each host's certificate."""
    problems = []
    for number, host in enumerate(workspace.campaign.hosts, start=1):
        if not host.certificate:
            continue
        try:
            _identity(workspace, number, host, signing_time(workspace))
        except CertificateUnusable as error:
            problems.append(Problem("error", NAME, error.message, error.fix, column=f"hosts[{number}].certificate"))
    return problems


def _identity(workspace: Workspace, number: int, host: Host, at: datetime) -> Identity:
    passwords = workspace.certificate_passwords
    password = passwords[number - 1] if number <= len(passwords) else ""
    path = workspace.folder / host.certificate
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise CertificateUnusable(
            f"The certificate {host.certificate} of {host.name} does not exist.", "Put it there, or remove the line."
        ) from None
    except OSError as error:
        raise CertificateUnusable(
            f"The certificate {host.certificate} of {host.name} cannot be read: {error.strerror}.",
            "Make it a file that you may read.",
        ) from error
    certificate, key, others = _opened(data, password, number, host)
    _must_be_fit(certificate, key, host, at)
    return Identity(host.name, number, *_in_der(certificate, key, others))


@cache
def _load(data: bytes, password: str) -> Any:
    """Opening one takes a tenth of a second on purpose, against those who guess pass phrases."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    return pkcs12.load_pkcs12(data, password.encode() or None)


def _opened(data: bytes, password: str, number: int, host: Host) -> tuple[Any, Any, list[Any]]:
    """Certificate, key and further certificates of a PKCS#12 file. Raises CertificateUnusable."""
    from asn1crypto.pkcs12 import Pfx

    try:
        Pfx.load(data, strict=True)["auth_safe"]["content_type"].native  # noqa: B018 - raises where it is none
    except (ValueError, TypeError):
        raise CertificateUnusable(
            f"{host.certificate} is no PKCS#12 file.", "Export certificate and key together as .p12 or .pfx."
        ) from None
    try:
        found = _load(data, password)
    except ValueError:
        what = "wrong" if password else "missing"
        raise CertificateUnusable(
            f"The pass phrase of {host.certificate} is {what}.", f"Set {PASSWORD} or {PASSWORD}_{number}."
        ) from None
    if found.cert is None or found.key is None:
        missing = "certificate" if found.cert is None else "private key"
        raise CertificateUnusable(
            f"{host.certificate} holds no {missing}.", "Export certificate and key together as .p12 or .pfx."
        )
    return found.cert.certificate, found.key, [one.certificate for one in found.additional_certs]


def _must_be_fit(certificate: Any, key: Any, host: Host, at: datetime) -> None:
    """Whether one can sign with it on the letter's date. Raises CertificateUnusable."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    new = "Ask who issued it for one with which documents can be signed."
    if at > certificate.not_valid_after_utc:
        raise CertificateUnusable(
            f"The certificate {host.certificate} of {host.name} expired on {certificate.not_valid_after_utc:%d.%m.%Y},"
            f" before the letter's date ({at:%d.%m.%Y}).",
            "Ask who issued it for a new one.",
        )
    if at < certificate.not_valid_before_utc:
        raise CertificateUnusable(
            f"The certificate {host.certificate} of {host.name} is valid only from"
            f" {certificate.not_valid_before_utc:%d.%m.%Y}, after the letter's date ({at:%d.%m.%Y}).",
            "Date the letter later, or name another certificate.",
        )
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CertificateUnusable(f"{host.certificate} has neither an RSA nor an elliptic-curve key.", new)
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < _SMALLEST_RSA_KEY:
        raise CertificateUnusable(f"The key of {host.certificate} is too short ({key.key_size} bits).", new)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise CertificateUnusable(f"{host.certificate} must not be used for signatures.", new)


def _in_der(certificate: Any, key: Any, others: list[Any]) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    chain = tuple(one.public_bytes(Encoding.DER) for one in others)
    return certificate.public_bytes(Encoding.DER), plain, chain
