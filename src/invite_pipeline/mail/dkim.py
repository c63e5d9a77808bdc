"""DKIM signatures of outgoing mails (RFC 6376, with Ed25519 of RFC 8463), for relays that do not sign themselves.

Written here because the one library for it comes as source only, takes several milliseconds a mail, and parses anew
what was just composed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.mail.headers import ascii_address

_SHORTEST_RSA = 2048
"""Bits; verifiers may refuse shorter keys (RFC 8301, 3.2)."""

# From twice, so that no second one can be added behind the signature's back (RFC 6376, 8.15).
_SIGNED = (
    *("from", "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type"),
    *("list-unsubscribe", "list-unsubscribe-post", "auto-submitted"),
)
_BLANKS = re.compile(rb"[ \t]+")
_FOLDS = re.compile(rb"\r\n(?=[ \t])")
_SIGNATURE = re.compile(rb"(\bb=)[^;]*")


@dataclass(frozen=True, slots=True)
class DkimSigner:
    """Signs mails of one domain with one key, which stands in the DNS under the selector."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    def signed(self, mail: bytes, at: int) -> bytes:
        """The mail with its signature as the first header; `at` is when it is signed, in seconds since 1970."""
        head, _, body = mail.partition(b"\r\n\r\n")
        headers = _FOLDS.sub(b"", head).split(b"\r\n")
        present = [line.partition(b":")[0].strip().lower().decode("ascii", "replace") for line in headers]
        names = [name for name in dict.fromkeys(_SIGNED) if name in present]
        names.insert(names.index("from") + 1, "from")
        digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
        method = "ed25519-sha256" if isinstance(self.key, Ed25519PrivateKey) else "rsa-sha256"
        # Every line short enough that nothing on the way folds it anew.
        unsigned = (
            f"DKIM-Signature: v=1; a={method}; c=relaxed/relaxed;\r\n"
            f" d={self.domain};\r\n"
            f" s={self.selector}; t={at};\r\n"
            f" h={_in_lines(names)};\r\n"
            f" bh={digest};\r\n b="
        ).encode("ascii")
        value = base64.b64encode(self._sign(signed_data(headers, names, unsigned))).decode()
        cut = "\r\n ".join(value[start : start + 72] for start in range(0, len(value), 72))
        return unsigned + cut.encode() + b"\r\n" + mail

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            # Ed25519 signs the hash, as RFC 8463 wants it.
            return self.key.sign(hashlib.sha256(data).digest())
        return self.key.sign(data, PKCS1v15(), SHA256())


def signer_of(workspace: Workspace) -> DkimSigner | None:
    """The signer of a workspace's mails, or None where the campaign names no selector. Raises InviteError."""
    mail = workspace.campaign.mail
    if not mail.dkim_selector:
        return None
    if not workspace.dkim_key:
        raise InviteError(
            f"[mail] dkim_selector is “{mail.dkim_selector}”, but there is no key to sign with.",
            "Name the file of the private key in INVITE_DKIM_KEY, or take dkim_selector out.",
        )
    path = Path(workspace.dkim_key).expanduser()
    if path.resolve().is_relative_to(workspace.folder):
        raise InviteError(
            f"The DKIM key {path} lies in the campaign folder, which others can copy.", "Keep it outside, mode 0600."
        )
    return read_signer(ascii_address(mail.sender).rpartition("@")[2], mail.dkim_selector, path)


def read_signer(domain: str, selector: str, path: Path) -> DkimSigner:
    """The signer whose private key (PEM, RSA or Ed25519) lies in a file. Raises InviteError."""
    make = "Make one: openssl genpkey -algorithm ed25519 -out dkim.pem (or rsa -pkeyopt rsa_keygen_bits:2048)."
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise InviteError(
            f"The DKIM key {path} cannot be read: {error.strerror}.", "Check INVITE_DKIM_KEY and the file's owner."
        ) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InviteError(f"{path} is no private key in PEM without a password.", make) from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise InviteError(f"The DKIM key {path} is neither RSA nor Ed25519.", make)
    if isinstance(key, RSAPrivateKey) and key.key_size < _SHORTEST_RSA:
        raise InviteError(f"The DKIM key {path} has {key.key_size} bits; receivers want {_SHORTEST_RSA}.", make)
    return DkimSigner(domain, selector, key)


def relaxed_body(body: bytes) -> bytes:
    """A body as it is hashed (RFC 6376, 3.4.4): runs of blanks as one, none at line ends, no empty lines at the end."""
    if b" " in body or b"\t" in body:
        body = _BLANKS.sub(b" ", body).replace(b" \r\n", b"\r\n")
    body = body.rstrip(b"\r\n ")
    return body + b"\r\n" if body else b""


def relaxed_header(line: bytes) -> bytes:
    """A header as it is hashed (RFC 6376, 3.4.2); `line` is not folded any more."""
    name, _, value = line.partition(b":")
    return name.strip().lower() + b":" + _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip()


def signed_data(headers: Sequence[bytes], names: Sequence[str], signature: bytes) -> bytes:
    """What is signed (RFC 6376, 3.7): the headers named, equal names from the bottom up, the signature without b=."""
    left = list(headers)
    lines = []
    for name in names:
        found = next(
            (line for line in reversed(left) if line.partition(b":")[0].strip().lower() == name.encode()), None
        )
        if found is not None:
            left.remove(found)
            lines.append(relaxed_header(found))
    empty = _SIGNATURE.sub(rb"\1", _FOLDS.sub(b"", signature))
    return b"\r\n".join([*lines, relaxed_header(empty)])


def _in_lines(names: Sequence[str]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > 68:
            lines.append("")
        lines[-1] += f"{name}:"
    return "\r\n  ".join(lines)[:-1]
