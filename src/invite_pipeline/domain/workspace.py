"""The campaign folder with everything that a run is set to: what every stage is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from invite_pipeline.domain.campaign import Campaign

Clock = Callable[[], datetime]
"""Gives the aware time that counts as now: the wall clock, or the rehearsal's."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One campaign folder, opened: the campaign, and the settings of this run."""

    folder: Path
    campaign: Campaign
    out: Path
    """Where everything goes that can be made again: letters, previews, reports."""
    base_url: str
    """Where the RSVP pages are reached, without a trailing slash."""
    smtp_url: str
    """`smtp://user:password@host:port` or `smtps://…`; empty where none is set."""
    store_url: str
    letters_url: str = ""
    """Where machines share the letters: `file:///folder` or `s3://bucket/folder`; empty: they lie under `out`."""
    imap_url: str = ""
    """`imaps://user:password@host/INBOX`; empty where none is set."""
    keys: tuple[str, ...]
    """The signing keys, newest first: the first signs, all verify."""
    certificate_passwords: tuple[str, ...] = field(default=(), repr=False)
    """The pass phrases of the hosts' certificates, in the order of the hosts."""
    dkim_key: str = ""
    """The file of the private key that mails are signed with; empty where none is set."""
    now: Clock

    @property
    def templates(self) -> Path:
        """The folder of the templates."""
        return self.folder / "templates"

    def letter_path(self, recipient: str) -> Path:
        """Where a recipient's letter lies once it is rendered, where no place is shared (see store/letter_files.py)."""
        return self.out / "letters" / f"{recipient}.pdf"
