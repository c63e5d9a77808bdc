"""Opening a campaign folder: the campaign file, the environment's settings, the signing keys, the clock."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.workspace import Clock, Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.formats.campaign_file import NAME, read_campaign

PRIVATE = ".invite"
"""The campaign folder's own state: signing keys and the SQLite store. Never in git."""


def open_workspace(folder: Path, *, now: str | None = None, environ: Mapping[str, str] = os.environ) -> Workspace:
    """Open the campaign in `folder`; settings come, weakest first, from campaign.toml, `environ` and `now`.

    Raises CampaignInvalid, and InviteError for a setting of the environment that cannot be used.
    """
    folder = folder.resolve()
    campaign = read_campaign(folder / NAME)
    return Workspace(
        folder=folder,
        campaign=campaign,
        out=folder / "out",
        base_url=(environ.get("INVITE_BASE_URL") or campaign.rsvp.base_url).rstrip("/"),
        smtp_url=environ.get("INVITE_SMTP_URL", ""),
        imap_url=environ.get("INVITE_IMAP_URL", ""),
        store_url=environ.get("INVITE_STORE_URL") or campaign.store.url or f"sqlite:///{folder / PRIVATE / 'store.db'}",
        letters_url=environ.get("INVITE_LETTERS_URL") or campaign.store.letters,
        keys=signing_keys(folder, environ),
        dkim_key=environ.get("INVITE_DKIM_KEY", ""),
        certificate_passwords=_certificate_passwords(environ, len(campaign.hosts)),
        now=clock(now or environ.get("INVITE_NOW"), campaign),
    )


def _certificate_passwords(environ: Mapping[str, str], hosts: int) -> tuple[str, ...]:
    """Each host's own pass phrase, else the one that is set for all."""
    name = "INVITE_CERTIFICATE_PASSWORD"
    return tuple(environ.get(f"{name}_{number}") or environ.get(name, "") for number in range(1, hosts + 1))


def signing_keys(folder: Path, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The signing keys, newest first: from INVITE_SECRET_KEYS (separated by blanks or commas), else the key file.

    The file is made on first use, readable by its owner only. Raises InviteError where it cannot be.
    """
    given = environ.get("INVITE_SECRET_KEYS", "").replace(",", " ").split()
    if given:
        return tuple(given)
    path = folder / PRIVATE / "keys"
    with suppress(FileNotFoundError):
        kept = tuple(line.strip() for line in path.read_text(encoding="ascii").splitlines() if line.strip())
        if kept:
            return kept
        raise InviteError(
            f"The key file {path} is empty.", "Restore it from your backup: without it, links already sent are lost."
        )
    return (_make_key(path),)


def _make_key(path: Path) -> str:
    key = secrets.token_urlsafe(32)
    draft = path.with_name(f"keys.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The key must be whole or absent, and two commands started at once must agree on one.
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            key = path.read_text(encoding="ascii").split()[0]
        finally:
            draft.unlink()
    except OSError as error:
        raise InviteError(
            f"The signing key cannot be written to {path}: {error.strerror}.",
            "Make the folder writable, or set INVITE_SECRET_KEYS.",
        ) from error
    return key


def wall_clock() -> datetime:
    """The time that it is, in UTC."""
    return datetime.now(UTC)


def clock(given: str | None, campaign: Campaign) -> Clock:
    """The wall clock, or a clock that stands still at `given` (ISO 8601; without an offset in the event's zone).

    Raises InviteError where `given` is no time.
    """
    if not given:
        return wall_clock
    fixed = parse_time(given, campaign.event.tz)
    return lambda: fixed


def parse_time(given: str, zone: ZoneInfo) -> datetime:
    """A time that a user wrote, aware. Raises InviteError."""
    try:
        parsed = datetime.fromisoformat(given)
    except ValueError:
        raise InviteError(f"“{given}” is not a time.", "Write for example 2023-11-20T10:00 or 2023-11-20.") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)
