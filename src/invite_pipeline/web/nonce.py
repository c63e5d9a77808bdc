"""The form's nonce: signed, short-lived, good for one invitation and one recording."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from invite_pipeline.domain.workspace import Clock

_SALT = "invite_pipeline.form"
LIFETIME = 12 * 60 * 60
"""Seconds: a form that was opened in the morning can still be sent in the evening."""


class NonceSigner:
    """Makes the nonces of forms and reads them again."""

    def __init__(self, keys: Sequence[str], clock: Clock) -> None:
        class ClockSigner(TimestampSigner):
            # The rehearsal's clock counts, so that a form of the demo's November is not one of last year.
            def get_timestamp(self) -> int:
                return int(clock().timestamp())

        options: dict[str, Any] = {"digest_method": hashlib.sha256}
        self._serializer = URLSafeTimedSerializer(
            list(reversed(keys)), salt=_SALT, signer=ClockSigner, signer_kwargs=options
        )

    def new(self, code: str, answer: int = 0) -> str:
        """A fresh nonce for one form of an invitation, which shows the answer with this number."""
        return str(self._serializer.dumps([code, secrets.token_urlsafe(12), answer]))

    def read(self, nonce: str, code: str) -> tuple[str, int] | None:
        """The unique part, and the answer that the form has shown; None for a foreign, altered or too old nonce."""
        try:
            content = self._serializer.loads(nonce, max_age=LIFETIME)
        except (BadData, ValueError):
            return None
        match content:
            case [str(found), str(unique), int(answer)] if found == code:
                return unique, answer
        return None
