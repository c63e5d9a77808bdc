"""Staff accounts: who may log in to the staff pages, and their passwords."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError

from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.errors import InviteError
from invite_pipeline.store import account_queries, audit
from invite_pipeline.store.account_queries import Account
from invite_pipeline.store.database import Store, Transaction

SHORTEST, LONGEST = 12, 1024
"""Characters of a password: NIST SP 800-63B asks for length and for nothing else."""
COMMAND_LINE = "invite"
"""Whom the audit log names for what was done on the command line."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,78}[a-z0-9]|[a-z0-9]")
_hasher = PasswordHasher()
# Each hash takes 64 MiB: whoever sends many passwords at once waits, and the machine's memory lasts.
_at_once = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its salt and parameters."""
    with _at_once:
        return _hasher.hash(password)


def password_fits(password_hash: str, password: str) -> bool:
    """Whether a password is the one of this hash; takes as long for every password."""
    with _at_once:
        try:
            return _hasher.verify(password_hash, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False


def password_problem(name: str, password: str) -> str:
    """Why a password will not do, as a code for which pages have words: "short", "long", "name"; empty if it will."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    return "name" if len(set(password)) < 5 or (name.lower() in password.lower() and len(name) > 7) else ""


_PROBLEMS = {
    "short": f"The password is too short: take at least {SHORTEST} characters, for example four words.",
    "long": f"The password is too long: at most {LONGEST} characters.",
    "name": "The password is too easy to guess: it holds the name, or hardly any different characters.",
}


def check_password(name: str, password: str) -> None:
    """Raises InviteError where a password will not do."""
    if problem := password_problem(name, password):
        raise InviteError(_PROBLEMS[problem], "Choose another one.")


def add_account(store: Store, name: str, roles: Sequence[StaffRole], password: str, *, at: datetime) -> Account:
    """Add an account. Raises InviteError where the name is taken or is none, or the password will not do."""
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise InviteError(
            f"“{name}” cannot be the name of an account.",
            "Take small letters, digits, dots, hyphens or an e-mail address, at most 80 characters.",
        )
    check_password(name, password)
    account = Account(
        name=name, roles=tuple(roles), password_hash=hash_password(password), created_at=at, password_changed_at=at
    )
    try:
        with store.writing() as tx:
            account_queries.add_account(tx, account)
            audit.note(tx, COMMAND_LINE, "account.added", name, at=at)
    except IntegrityError:
        raise InviteError(f"There is an account “{name}” already.", "See: invite user list") from None
    return account


def accounts(store: Store) -> list[Account]:
    """Every account, by name."""
    with store.reading() as tx:
        return account_queries.accounts(tx)


def known_account(tx: Transaction, name: str) -> Account:
    """The account of this name. Raises InviteError where there is none."""
    found = account_queries.account(tx, name)
    if found is None:
        raise InviteError(f"There is no account “{name}”.", "See: invite user list")
    return found


def set_password(store: Store, name: str, password: str, *, at: datetime) -> None:
    """Give an account another password, end its sessions and its lock-out. Raises InviteError."""
    check_password(name, password)
    hashed = hash_password(password)
    with store.writing() as tx:
        account = known_account(tx, name)
        account_queries.change_account(tx, account.name, password_hash=hashed, password_changed_at=at)
        account_queries.close_sessions(tx, account.name)
        audit.note(tx, COMMAND_LINE, "account.password", account.name, at=at)


def change_account(
    store: Store,
    name: str,
    *,
    at: datetime,
    roles: Sequence[StaffRole] | None = None,
    disabled: bool | None = None,
    without_totp: bool = False,
) -> Account:
    """Change roles, close or open an account, take a lost second factor away; ends its sessions. Raises InviteError."""
    with store.writing() as tx:
        account = known_account(tx, name)
        changed = replace(
            account,
            roles=account.roles if roles is None else tuple(roles),
            disabled=account.disabled if disabled is None else disabled,
            totp_secret="" if without_totp else account.totp_secret,
        )
        account_queries.change_account(
            tx,
            account.name,
            roles=[str(role) for role in changed.roles],
            disabled=changed.disabled,
            totp_secret=changed.totp_secret,
        )
        account_queries.close_sessions(tx, account.name)
        audit.note(tx, COMMAND_LINE, "account.changed", account.name, at=at)
    return changed
