"""What is told to many after the invitations: a new date or venue, that the event is called off, news, a correction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Literal

from invite_pipeline.domain.campaign import LANGUAGES
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.formats.templates import FOLDER, Templates
from invite_pipeline.mail.entry import Entry, entry_now
from invite_pipeline.mail.kinds import CANCEL, CORRECTION, KINDS, UPDATE, kind_of
from invite_pipeline.mail.waves import Plan, invited_by_mail, plan_wave
from invite_pipeline.store import queries
from invite_pipeline.store.calendar import known_versions, newest_versions
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.mail_queries import messages_of_kind

What = Literal["update", "cancel", "message", "correction"]
"""What can be announced: the names of the kinds."""


def plan_announcement(store: Store, workspace: Workspace, what: What) -> tuple[Plan, Entry]:
    """Who is told, who is not and why; and the calendar entry that goes along.

    Raises InviteError where there is nothing to tell: date and venue are as they were, or no text was written.
    """
    with store.reading() as tx:
        if what in (UPDATE, CANCEL):
            return _plan_entry(tx, workspace, what)
        entry = entry_now(tx, workspace.campaign)
        wave = f"{what}-{_digest(workspace, what)}"
        reached = invited_by_mail(tx) if what == CORRECTION else lambda _: ""
        return plan_wave(tx, workspace, KINDS[what], lambda _: wave, reached), entry


def _plan_entry(tx: Transaction, workspace: Workspace, what: What) -> tuple[Plan, Entry]:
    """Everybody whose calendar entry is older, and everybody who comes."""
    before = newest_versions(tx)
    entry = entry_now(tx, workspace.campaign, cancelled=what == CANCEL)
    if not before or (what == UPDATE and entry.sequence == 0):
        words = "Nobody was told of a date yet." if not before else "Date and venue are as they were told."
        raise InviteError(words, "Change [event] in campaign.toml first." if before else "Run: invite send")
    wave = f"{what}-{entry.sequence}"
    return plan_wave(tx, workspace, KINDS[what], lambda _: wave, _who_knows_less(tx, wave, entry.sequence)), entry


def _who_knows_less(tx: Transaction, wave: str, sequence: int) -> Callable[[str], str]:
    known, told = known_versions(tx), messages_of_kind(tx, kind_of(wave))
    coming = {key for key, state in queries.trackings(tx).items() if state.reply == "yes"}

    def not_yet(key: str) -> str:
        if key not in known:
            return "" if key in coming else "has no invitation by mail"
        # What became of this very wave's mails is asked of the ledger.
        return "knows it already" if known[key] >= sequence and (key, wave) not in told else ""

    return not_yet


def _digest(workspace: Workspace, what: What) -> str:
    """A mark of the text: the same text is one wave, and goes to nobody twice; another text is another wave."""
    templates, name = Templates(workspace.folder), KINDS[what].text
    names = dict.fromkeys((name, *(templates.in_language(name, language) for language in LANGUAGES)))
    if not templates.exists(name):
        raise InviteError(
            f"There is no text to send: {FOLDER}/{name}.",
            "Write it as HTML paragraphs; {{ salutation }} and all names of the other mails can stand in it.",
        )
    whole = "\0".join(templates.source(one) for one in names) + KINDS[what].subject(workspace.campaign)
    return hashlib.sha256(whole.encode()).hexdigest()[:8]
