"""DKIM: the RFC's own example, mails of ours verified by another reading, keys that cannot be used."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.errors import InviteError
from invite_pipeline.mail.dkim import DkimSigner, read_signer, relaxed_body, relaxed_header, signed_data, signer_of
from invite_pipeline.mail.letter_mail import Composer
from tests.builders import a_campaign, a_recipient, a_workspace

# RFC 8463, appendix A.
RFC_BODY = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
RFC_HEADERS = [
    b"From: Joe SixPack <joe@football.example.com>",
    b"To: Suzie Q <suzie@shopping.example.net>",
    b"Subject: Is dinner ready?",
    b"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)",
    b"Message-ID: <20030712040037.46341.5F8J@football.example.com>",
]
RFC_PUBLIC_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
RFC_SIGNATURE = (
    b"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    b" d=football.example.com; i=@football.example.com;\r\n"
    b" q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    b" subject : date : message-id : from : subject : date;\r\n"
    b" bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    b" b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    b" Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="
)
MAIL = (
    b"From: =?utf-8?q?B=C3=BCro?= <a@stadt.example>\r\nTo: b@verein.example\r\n"
    b"Subject: Einladung\r\n  in zwei Zeilen\r\n"
    b"Date: Mon, 20 Nov 2023 10:00:00 +0100\r\nMessage-ID: <1@stadt.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain\r\nX-Other: not signed\r\n\r\nText  mit \t Leerzeichen \r\n\r\nEnde\r\n\r\n\r\n"
)


def tags(signature: bytes) -> dict[str, str]:
    """The tags of a signature, read in another way than the signer writes them."""
    value = re.sub(rb"\s+", b"", signature.split(b":", 1)[1]).decode()
    return dict(part.split("=", 1) for part in value.split(";") if part)


def verify(mail: bytes, key: Ed25519PrivateKey | rsa.RSAPrivateKey) -> None:
    """Raises InvalidSignature where a signed mail is not what was signed."""
    head, body = mail.split(b"\r\n\r\n", 1)
    signature, *headers = re.sub(rb"\r\n(?=[ \t])", b"\x00", head).split(b"\r\n")
    plain = [line.replace(b"\x00", b"") for line in headers]
    said = tags(signature.replace(b"\x00", b""))
    if said["bh"] != base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode():
        raise InvalidSignature
    data = signed_data(plain, said["h"].split(":"), signature.replace(b"\x00", b"\r\n"))
    given = base64.b64decode(said["b"])
    if isinstance(key, Ed25519PrivateKey):
        key.public_key().verify(given, hashlib.sha256(data).digest())
    else:
        key.public_key().verify(given, data, PKCS1v15(), SHA256())


def test_example_of_the_rfc_is_read_as_it_was_signed() -> None:
    said = tags(RFC_SIGNATURE)
    assert base64.b64encode(hashlib.sha256(relaxed_body(RFC_BODY)).digest()).decode() == said["bh"]
    data = signed_data(RFC_HEADERS, said["h"].split(":"), RFC_SIGNATURE)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(RFC_PUBLIC_KEY))
    key.verify(base64.b64decode(said["b"]), hashlib.sha256(data).digest())


@pytest.mark.parametrize(
    "key", [Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)], ids=["ed25519", "rsa"]
)
def test_signed_mail_verifies_and_a_changed_one_does_not(key: Ed25519PrivateKey | rsa.RSAPrivateKey) -> None:
    signed = DkimSigner("stadt.example", "s1", key).signed(MAIL, 1700470800)
    assert signed.endswith(MAIL)
    verify(signed, key)
    verify(signed.replace(b"Text  mit \t Leer", b"Text mit Leer").replace(b"X-Other: not", b"X-Other: is"), key)
    for old, new in ((b"Ende", b"Anfang"), (b"Subject: Einladung", b"Subject: Ausladung"), (b"a@stadt", b"x@stadt")):
        with pytest.raises(InvalidSignature):
            verify(signed.replace(old, new), key)


def test_second_sender_cannot_be_added() -> None:
    key = Ed25519PrivateKey.generate()
    signed = DkimSigner("stadt.example", "s1", key).signed(MAIL, 0)
    with pytest.raises(InvalidSignature):
        verify(signed.replace(b"\r\nTo: ", b"\r\nFrom: x@other.example\r\nTo: ", 1), key)


def test_lines_of_the_signature_are_short() -> None:
    signed = DkimSigner("staedtepartnerschaften.example", "einladung", rsa.generate_private_key(65537, 2048)).signed(
        MAIL, 0
    )
    signature = signed[: signed.index(b"\r\nFrom")]
    assert max(map(len, signature.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("given", "hashed"),
    [(b"", b""), (b"\r\n\r\n", b""), (b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n")],
)
def test_body_is_hashed_as_the_rfc_has_it(given: bytes, hashed: bytes) -> None:
    assert relaxed_body(given) == hashed


def test_header_is_hashed_as_the_rfc_has_it() -> None:
    assert relaxed_header(b"A : X ") == b"a:X"
    assert relaxed_header(b"B : Y\t Z  ") == b"b:Y Z"


def pem(path: Path, key: Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_key_is_read_from_its_file(tmp_path: Path) -> None:
    signer = read_signer("stadt.example", "s1", pem(tmp_path / "key.pem", Ed25519PrivateKey.generate()))
    assert b"a=ed25519-sha256" in signer.signed(MAIL, 0)


def test_key_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.pem").write_text("no key")
    short = pem(tmp_path / "short.pem", rsa.generate_private_key(65537, 1024))
    curve = pem(tmp_path / "curve.pem", ec.generate_private_key(ec.SECP256R1()))
    for path, said in (
        (tmp_path / "gone.pem", "cannot be read"),
        (tmp_path / "text.pem", "no private key"),
        (short, "1024 bits"),
        (curve, "neither RSA nor Ed25519"),
    ):
        with pytest.raises(InviteError, match=said):
            read_signer("stadt.example", "s1", path)


def test_composed_mail_is_signed_with_the_campaigns_key(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    there = tmp_path / "keys"
    there.mkdir()
    mail = replace(a_campaign().mail, dkim_selector="einladung")
    workspace = replace(a_workspace(tmp_path, campaign=a_campaign(mail=mail)), dkim_key=str(pem(there / "k.pem", key)))
    state = Tracking(reply="yes", persons=1)
    invitation = Invitation("k-bonn", "C0DE000000", 1, InvitationState.ISSUED)
    content = Composer(workspace).compose(a_recipient(), invitation, state, "confirmation-1").content
    verify(content, key)
    assert tags(content[: content.index(b"\r\nFrom")])["d"] == mail.sender.rpartition("@")[2]


def test_check_names_a_selector_without_a_key_and_a_key_within_the_campaign(tmp_path: Path) -> None:
    campaign = a_campaign(mail=replace(a_campaign().mail, dkim_selector="einladung"))
    bare = a_workspace(tmp_path, campaign=campaign)
    inside = replace(bare, folder=tmp_path, dkim_key=str(pem(tmp_path / "k.pem", Ed25519PrivateKey.generate())))
    for workspace, said in ((bare, "no key to sign with"), (inside, "lies in the campaign folder")):
        with pytest.raises(InviteError, match=said):
            signer_of(workspace)
