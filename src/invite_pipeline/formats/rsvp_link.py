"""What identifies an invitation from outside, made and read in one file: links, bounce addresses, Message-IDs, UIDs.

All carry the invitation's opaque code, never a name or an address. Whoever knows a code only can read it on a letter;
whoever wants to act needs the signature. itsdangerous (HMAC-SHA-256) signs links; see docs/decisions.md.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from invite_pipeline.domain.invitation import CROCKFORD
from invite_pipeline.errors import InvalidToken

_RSVP_SALT = "invite_pipeline.rsvp"
_BOUNCE_SALT = "invite_pipeline.bounce"
_BLOCK_SALT = "invite_pipeline.block"
# 80 bits: a bounce address opens nothing, and the local part of an address has 64 octets at most.
_BOUNCE_SIGNATURE_CHARS = 16
_MESSAGE_ID = re.compile(r"<invite\.([0-9A-Z]{10})\.([a-z0-9-]+)@")
_UID = re.compile(r"^([0-9A-Z]{10})\.invite@", re.IGNORECASE)


def new_code() -> str:
    """A fresh 10-character Crockford code: 50 bits from the system's random source."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(10))


class _Links(URLSafeSerializer):
    def dump_payload(self, obj: Any) -> bytes:
        """The payload as it is: to find out that so short a text does not shrink took half of the time."""
        return base64_encode(json.dumps(obj, separators=(",", ":")))


class LinkSigner:
    """Signs with the newest of `keys` and reads what any of them signed, for one campaign."""

    def __init__(self, keys: Sequence[str], campaign: str) -> None:
        if not keys:
            raise ValueError("signing needs at least one key")
        self._keys = tuple(keys)
        self._campaign = campaign
        # itsdangerous takes the newest key last.
        self._links = _Links(
            list(reversed(self._keys)), salt=_RSVP_SALT, signer_kwargs={"digest_method": hashlib.sha256}
        )

    def token(self, code: str, revision: int) -> str:
        """The token of an invitation's link: the same for the same invitation, so that letters can be made again."""
        return str(self._links.dumps([self._campaign, code, revision]))

    def read(self, token: str) -> tuple[str, int]:
        """The code and revision that a token was signed for. Raises InvalidToken for every other string."""
        try:
            content = self._links.loads(token)
            spelled = base64_encode(base64_decode(token.rpartition(".")[2])).decode()
        except (BadData, ValueError):
            raise InvalidToken("This link was not made by this campaign.") from None
        # Base64 has several spellings of the same signature; only ours counts, so that an altered token is invalid.
        if not token.endswith(f".{spelled}"):
            raise InvalidToken("This link was altered.")
        match content:
            case [self._campaign, str(code), int(revision)]:
                return code, revision
        raise InvalidToken("This link belongs to another campaign.")

    def verp(self, code: str, wave: str) -> str:
        """What stands between `bounce+` and `@` in the envelope of one message."""
        return f"{code.lower()}.{wave}.{self._bounce_signature(self._keys[0], code, wave)}"

    def read_verp(self, suffix: str) -> tuple[str, str]:
        """The code and wave of a bounce address, whatever capitals a mail server gave it. Raises InvalidToken."""
        parts = suffix.strip().lower().split(".")
        if len(parts) == 3:
            code, wave, signature = parts[0].upper(), parts[1], parts[2]
            for key in self._keys:
                if hmac.compare_digest(self._bounce_signature(key, code, wave).encode(), signature.encode()):
                    return code, wave
        raise InvalidToken("This bounce address was not made by this campaign.")

    def block_hash(self, address: str) -> str:
        """A keyed hash of a mail address, under the oldest key so that rotation keeps the block list."""
        return hmac.new((_BLOCK_SALT + self._keys[-1]).encode(), address.strip().lower().encode(), "sha256").hexdigest()

    def _bounce_signature(self, key: str, code: str, wave: str) -> str:
        text = "\0".join((self._campaign, code, wave))
        digest = hmac.new((_BOUNCE_SALT + key).encode(), text.encode(), "sha256").digest()
        return base64.b32encode(digest).decode().lower()[:_BOUNCE_SIGNATURE_CHARS]


def rsvp_url(base_url: str, token: str) -> str:
    """The page where one answers; the token is never last, since mail programs cut a trailing hyphen."""
    return f"{base_url.rstrip('/')}/r/{token}/antwort"


def offer_url(base_url: str, token: str, offer: int) -> str:
    """The page where one accepts or declines a place that fell free; every offer has a link of its own."""
    return f"{base_url.rstrip('/')}/r/{token}/platz/{offer}"


def unsubscribe_url(base_url: str, token: str) -> str:
    """The page where one objects to further invitations (RFC 8058)."""
    return f"{base_url.rstrip('/')}/r/{token}/abmelden"


def message_id(code: str, wave: str, domain: str) -> str:
    """The Message-ID of one recipient's message in one wave: a duplicate would be seen by it."""
    return f"<invite.{code}.{wave}@{domain}>"


def read_message_ids(header: str) -> list[tuple[str, str]]:
    """The (code, wave) of every Message-ID of ours in an In-Reply-To or References header."""
    return [(code, wave) for code, wave in _MESSAGE_ID.findall(header)]


def calendar_uid(code: str, domain: str) -> str:
    """The calendar UID of one recipient: a reply carries it back, whatever alias answered."""
    return f"{code}.invite@{domain}"


def read_calendar_uid(uid: str) -> str | None:
    """The code in a calendar UID of ours, or None."""
    found = _UID.match(uid.strip())
    return found[1].upper() if found else None
