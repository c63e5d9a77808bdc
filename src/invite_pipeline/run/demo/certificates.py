"""Throw-away certificates for the rehearsal: whoever looks at one reads that it is a test's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from invite_pipeline.domain.campaign import Host
from invite_pipeline.domain.workspace import Workspace

if TYPE_CHECKING:
    from cryptography import x509

MARK = "TESTZERTIFIKAT"
"""What each test certificate is called, before the host's name."""

_VALID = timedelta(days=30)
_LONGEST_NAME = 64  # characters, ITU-T X.520
_BITS = 2048


def with_test_certificates(workspace: Workspace, folder: Path, password: str) -> Workspace:
    """The workspace, in which each host has a test certificate of its own in `folder`."""
    day = workspace.campaign.letter.date
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=workspace.campaign.event.tz)
    hosts = []
    for number, host in enumerate(workspace.campaign.hosts, start=1):
        path = folder / f"host-{number}.p12"
        write_test_certificate(path, host, password, noon - _VALID, noon + _VALID)
        hosts.append(replace(host, certificate=str(path)))
    passwords = (password,) * len(hosts)
    campaign = replace(workspace.campaign, hosts=tuple(hosts))
    return replace(workspace, campaign=campaign, certificate_passwords=passwords)


def write_test_certificate(path: Path, host: Host, password: str, start: datetime, end: datetime) -> None:
    """Write a PKCS#12 file with a new key and a certificate that vouches for itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    name = _subject((MARK, host.name), host.organisation)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(), critical=True)
        .sign(key, hashes.SHA256())
    )
    packed = pkcs12.serialize_key_and_certificates(
        MARK.encode(), key, certificate, None, BestAvailableEncryption(password.encode())
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(packed)
    path.chmod(0o600)


def _subject(words: Sequence[str], organisation: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, " ".join(words)[:_LONGEST_NAME]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, f"{MARK} {organisation}"[:_LONGEST_NAME]),
        ]
    )


def _usage() -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
