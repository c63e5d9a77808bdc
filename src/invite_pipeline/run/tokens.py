"""Read-only tokens of the JSON interface: given once, kept as hashes."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from invite_pipeline.errors import InviteError
from invite_pipeline.run.accounts import COMMAND_LINE
from invite_pipeline.store import audit, token_queries
from invite_pipeline.store.database import Store

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_PREFIX = "invite_"
"""By it a token that lies around is known for what it is, also by programs that look for such."""


def add_token(store: Store, name: str, *, at: datetime) -> str:
    """Make a token for whoever is called `name`; it is shown this once. Raises InviteError."""
    if not _NAME.fullmatch(name):
        raise InviteError(f"“{name}” cannot be the name of a token.", "Take small letters, digits, dots and hyphens.")
    token = _PREFIX + secrets.token_urlsafe(32)
    try:
        with store.writing() as tx:
            token_queries.add_token(tx, name, token_hash(token), at)
            audit.note(tx, COMMAND_LINE, "token_added", name, at=at)
    except IntegrityError as error:
        raise InviteError(
            f"There is a token “{name}” already.", f"Take it away first: invite token revoke {name}"
        ) from error
    return token


def revoke_token(store: Store, name: str, *, at: datetime) -> None:
    """Take a token away at once. Raises InviteError where there is none."""
    with store.writing() as tx:
        if not token_queries.remove_token(tx, name):
            raise InviteError(f"There is no token “{name}”.", "See: invite token list")
        audit.note(tx, COMMAND_LINE, "token_revoked", name, at=at)


def token_hash(token: str) -> str:
    """What the store knows of a token; it is random enough that no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
