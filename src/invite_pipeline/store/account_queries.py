"""Staff accounts, their sessions, and failed attempts to log in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from invite_pipeline.domain.staff import StaffRole, allowed
from invite_pipeline.store import tables
from invite_pipeline.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who may log in; `totp_secret` is empty without a second factor, `totp_step` the last step whose code was used."""

    name: str
    roles: tuple[StaffRole, ...]
    password_hash: str = field(repr=False)
    created_at: datetime
    password_changed_at: datetime
    totp_secret: str = field(default="", repr=False)
    totp_step: int = 0
    disabled: bool = False

    def may(self, role: StaffRole) -> bool:
        """Whether this account may do what `role` does."""
        return not self.disabled and role in allowed(self.roles)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is logged in."""

    account: Account
    opened_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Failures:
    """How often in a row somebody failed to log in under one name, and until when nobody may try again."""

    count: int
    locked_until: datetime


# --- accounts ---------------------------------------------------------------------------------------------------


def account(tx: Transaction, name: str) -> Account | None:
    """The account of this name, whatever its capitals."""
    a = tables.accounts
    query = sa.select(a).where(a.c.campaign == tx.campaign, a.c.name == name.lower())
    row = tx.connection.execute(query).mappings().one_or_none()
    return _account(row) if row else None


def accounts(tx: Transaction) -> list[Account]:
    """Every account, by name."""
    a = tables.accounts
    query = sa.select(a).where(a.c.campaign == tx.campaign).order_by(a.c.name)
    return [_account(row) for row in tx.connection.execute(query).mappings()]


def add_account(tx: Transaction, one: Account) -> None:
    """Insert an account; raises sqlalchemy.exc.IntegrityError where the name is taken."""
    values = {name: getattr(one, name) for name in _ACCOUNT if name != "roles"}
    tx.connection.execute(
        sa.insert(tables.accounts).values(campaign=tx.campaign, roles=[str(role) for role in one.roles], **values)
    )


def change_account(tx: Transaction, name: str, **values: object) -> None:
    """Change columns of an account."""
    a = tables.accounts
    tx.connection.execute(sa.update(a).where(a.c.campaign == tx.campaign, a.c.name == name).values(**values))


_ACCOUNT = tuple(Account.__dataclass_fields__)


def _account(row: sa.RowMapping) -> Account:
    values = {name: row[name] for name in _ACCOUNT if name != "roles"}
    return Account(roles=tuple(StaffRole(role) for role in row["roles"]), **values)


# --- sessions ---------------------------------------------------------------------------------------------------


def open_session(tx: Transaction, token_hash: str, name: str, at: datetime) -> None:
    """Note that a browser is logged in."""
    values = {"token_hash": token_hash, "account": name, "opened_at": at, "seen_at": at}
    tx.connection.execute(sa.insert(tables.staff_sessions).values(campaign=tx.campaign, **values))


def session(tx: Transaction, token_hash: str) -> Session | None:
    """The session whose cookie has this hash."""
    s, a = tables.staff_sessions, tables.accounts
    joined = s.join(a, (a.c.campaign == s.c.campaign) & (a.c.name == s.c.account))
    query = sa.select(a, s.c.opened_at, s.c.seen_at).select_from(joined)
    row = tx.connection.execute(_of_token(query, tx, token_hash)).mappings().one_or_none()
    return Session(_account(row), row["opened_at"], row["seen_at"]) if row else None


def see_session(tx: Transaction, token_hash: str, at: datetime) -> None:
    """Note that a session was used."""
    s = tables.staff_sessions
    which = (s.c.campaign == tx.campaign, s.c.token_hash == token_hash)
    tx.connection.execute(sa.update(s).where(*which).values(seen_at=at))


def close_session(tx: Transaction, token_hash: str) -> None:
    """End one session."""
    s = tables.staff_sessions
    tx.connection.execute(sa.delete(s).where(s.c.campaign == tx.campaign, s.c.token_hash == token_hash))


def close_sessions(tx: Transaction, name: str, *, but: Iterable[str] = ()) -> int:
    """End every session of an account, but those of these hashes; how many there were."""
    s = tables.staff_sessions
    of_account = (s.c.campaign == tx.campaign, s.c.account == name, s.c.token_hash.not_in(list(but)))
    return tx.connection.execute(sa.delete(s).where(*of_account)).rowcount


def forget_sessions(tx: Transaction, *, opened_before: datetime, seen_before: datetime) -> None:
    """Delete the sessions that have run out."""
    s = tables.staff_sessions
    over = (s.c.opened_at < opened_before) | (s.c.seen_at < seen_before)
    tx.connection.execute(sa.delete(s).where(s.c.campaign == tx.campaign, over))


def _of_token(query: sa.Select[tuple[object, ...]], tx: Transaction, token_hash: str) -> sa.Select[tuple[object, ...]]:
    s = tables.staff_sessions
    return query.where(s.c.campaign == tx.campaign, s.c.token_hash == token_hash)


# --- failed attempts --------------------------------------------------------------------------------------------


def failures(tx: Transaction, name_hash: str) -> Failures | None:
    """How often in a row this name failed."""
    f = tables.login_failures
    query = sa.select(f.c.failures, f.c.locked_until).where(f.c.campaign == tx.campaign, f.c.name_hash == name_hash)
    row = tx.connection.execute(query).one_or_none()
    return Failures(row[0], row[1]) if row else None


def note_failure(tx: Transaction, name_hash: str, found: Failures) -> None:
    """Keep the count of failures of one name."""
    forget_failures(tx, name_hash)
    values = {"name_hash": name_hash, "failures": found.count, "locked_until": found.locked_until}
    tx.connection.execute(sa.insert(tables.login_failures).values(campaign=tx.campaign, **values))


def forget_failures(tx: Transaction, name_hash: str) -> None:
    """Forget the failures of one name: somebody has logged in under it."""
    f = tables.login_failures
    tx.connection.execute(sa.delete(f).where(f.c.campaign == tx.campaign, f.c.name_hash == name_hash))


def forget_old_failures(tx: Transaction, before: datetime) -> None:
    """Forget failures that lie long back, of whatever was typed."""
    f = tables.login_failures
    tx.connection.execute(sa.delete(f).where(f.c.campaign == tx.campaign, f.c.locked_until < before))
