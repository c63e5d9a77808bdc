"""Logging in: password, optional second factor, lock-out with back-off, sessions of which the store keeps a hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyotp

from invite_pipeline.domain.workspace import Clock
from invite_pipeline.run.accounts import hash_password, password_fits
from invite_pipeline.store import account_queries, audit
from invite_pipeline.store.account_queries import Account, Failures, Session
from invite_pipeline.store.database import Store, Transaction

IDLE = timedelta(hours=2)
"""A session that nobody uses for so long has ended."""
LONGEST = timedelta(hours=12)
"""A working day: then one logs in again."""
_SEEN_EVERY = timedelta(minutes=5)

_FREE_TRIES = 5
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(minutes=15)
_FORGET_FAILURES = timedelta(days=1)
_STEP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A new session's cookie."""

    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nobody was logged in: "wrong", "code" (the second factor is asked for), "wrong-code", or "locked"."""

    why: str
    seconds: int = 0
    """Until one may try again."""


class Logins:
    """The accounts of one campaign, as a browser meets them."""

    def __init__(self, store: Store, keys: Sequence[str], clock: Clock) -> None:
        self._store, self._keys, self._clock = store, keys, clock
        self._nobody = hash_password(secrets.token_urlsafe())

    def log_in(self, name: str, password: str, code: str) -> LoggedIn | Refused:
        """Try to log in. A wrong name, a wrong password and a closed account cannot be told from each other."""
        name_hash = self._keyed("name", name.strip().lower())
        with self._store.reading() as tx:
            account = account_queries.account(tx, name.strip())
            failures = account_queries.failures(tx, name_hash)
        if failures and (wait := self._wait(failures)):
            return Refused("locked", wait)
        # Nobody's hash is tried too, so that the time tells nothing.
        fits = password_fits(account.password_hash if account else self._nobody, password)
        if not (account and fits) or account.disabled:
            return self._fail(name_hash, "wrong")
        if account.totp_secret and not code.strip():
            return Refused("code")
        with self._store.writing() as tx:
            return self._enter(tx, account, name_hash, code)

    def _enter(self, tx: Transaction, account: Account, name_hash: str, code: str) -> LoggedIn | Refused:
        if account.totp_secret:
            # Read again under the write lock: two browsers must not use one code.
            current = account_queries.account(tx, account.name) or account
            step = right_step(current.totp_secret, code, self._clock())
            if step is None or step <= current.totp_step:
                return self._failed(tx, name_hash, "wrong-code")
            account_queries.change_account(tx, account.name, totp_step=step)
        now = self._clock()
        account_queries.forget_failures(tx, name_hash)
        account_queries.forget_old_failures(tx, now - _FORGET_FAILURES)
        account_queries.forget_sessions(tx, opened_before=now - LONGEST, seen_before=now - IDLE)
        token = secrets.token_urlsafe(32)
        account_queries.open_session(tx, _hashed(token), account.name, now)
        audit.note(tx, account.name, "login", at=now)
        return LoggedIn(token)

    def _wait(self, failures: Failures) -> int:
        """Seconds until the lock opens; 0 where it is open."""
        return max(0, round((failures.locked_until - self._clock()).total_seconds()))

    def _fail(self, name_hash: str, why: str) -> Refused:
        with self._store.writing() as tx:
            return self._failed(tx, name_hash, why)

    def _failed(self, tx: Transaction, name_hash: str, why: str) -> Refused:
        """Count one failure more; from the fifth on each doubles the pause."""
        now = self._clock()
        before = account_queries.failures(tx, name_hash) or Failures(0, now)
        if now - before.locked_until > _FORGET_FAILURES:
            before = Failures(0, now)
        count = before.count + 1
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(count - _FREE_TRIES, 20)) if count >= _FREE_TRIES else None
        found = Failures(count, now + pause if pause else now)
        account_queries.note_failure(tx, name_hash, found)
        return Refused("locked", self._wait(found)) if pause else Refused(why)

    # --- sessions -----------------------------------------------------------------------------------------------

    def session(self, token: str) -> Session | None:
        """The session of a cookie, if it has not run out and its account is open."""
        if not token:
            return None
        now, token_hash = self._clock(), _hashed(token)
        with self._store.reading() as tx:
            found = account_queries.session(tx, token_hash)
        if found is None or found.account.disabled:
            return None
        if now - found.opened_at > LONGEST or now - found.seen_at > IDLE:
            return None
        if now - found.seen_at > _SEEN_EVERY:
            with self._store.writing() as tx:
                account_queries.see_session(tx, token_hash, now)
            found = replace(found, seen_at=now)
        return found

    def log_out(self, token: str) -> None:
        """End one session."""
        with self._store.writing() as tx:
            account_queries.close_session(tx, _hashed(token))

    def log_out_everywhere(self, name: str, *, but: str = "") -> int:
        """End every session of an account, but the one of this cookie; how many there were."""
        with self._store.writing() as tx:
            audit.note(tx, name, "logout.everywhere", at=self._clock())
            return account_queries.close_sessions(tx, name, but=[_hashed(but)] if but else ())

    def form_token(self, cookie: str) -> str:
        """What a form must bring with it to be believed: bound to the cookie of the browser that was shown it."""
        return self._keyed("form", cookie)

    def form_token_fits(self, cookie: str, token: str) -> bool:
        """Whether a form was made for this browser."""
        return bool(cookie) and hmac.compare_digest(self.form_token(cookie).encode(), token.encode())

    def _keyed(self, what: str, text: str) -> str:
        return hmac.new(self._keys[0].encode(), f"staff.{what}:{text}".encode(), hashlib.sha256).hexdigest()


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def right_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step (RFC 6238) to which a code belongs: this one or one of its neighbours; None for a wrong code."""
    typed = "".join(code.split())
    step = int(now.timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret, interval=_STEP_SECONDS)
    for candidate in (step, step - 1, step + 1):
        if hmac.compare_digest(totp.generate_otp(candidate).encode(), typed.encode()):
            return candidate
    return None
