"""What goes out by mail, on one machine: plans joined, tests to oneself, rehearsals to files, previews."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from invite_pipeline.domain.stage import Failure, Progress, StageReport, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.formats.sheets import to_csv
from invite_pipeline.letters.files import write_atomically
from invite_pipeline.letters.preview import preview_letter
from invite_pipeline.letters.render import letter_pdf
from invite_pipeline.mail.announce import What, plan_announcement
from invite_pipeline.mail.entry import Entry, entry_now
from invite_pipeline.mail.kinds import INVITATION, Due
from invite_pipeline.mail.letter_mail import Composer, Outgoing
from invite_pipeline.mail.message import parts
from invite_pipeline.mail.send import deliver_one, send_batch
from invite_pipeline.mail.server import read_server
from invite_pipeline.mail.tally import Watch
from invite_pipeline.mail.waves import Plan, plan_confirmations, plan_invitations, plan_offers, plan_reminders
from invite_pipeline.run.local import listed_key
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.letter_files import PROGRAMME, read_file

WHO = "who.csv"
"""Beside the mails of a dry run: who would get which, and who none and why."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """What is to be mailed, and how many are left out for which reason."""

    due: tuple[Due, ...]
    left_out: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    """The keys of those whose mail went perhaps: they wait for a decision."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each of those who are left out gets none, by key."""
    entry: Entry | None = None
    """The calendar entry that was planned with them; None: the one that holds when they go."""

    def counts(self) -> dict[str, int]:
        """How many mails of each kind are due."""
        return dict(Counter(one.kind for one in self.due))


def due_mails(store: Store, workspace: Workspace, *, only: str | None = None, limit: int | None = None) -> Mailing:
    """Invitations, confirmations and offers that are due. Raises UnknownRecipient where `only` is nobody's key."""
    invitations = plan_invitations(store, workspace)
    plans = (invitations, plan_confirmations(store, workspace), plan_offers(store, workspace))
    return _mailing(store, plans, invitations, only=only, limit=limit)


def due_reminders(store: Store, workspace: Workspace, *, only: str | None = None, limit: int | None = None) -> Mailing:
    """Reminders that are due. Raises UnknownRecipient where `only` is nobody's key."""
    plan = plan_reminders(store, workspace)
    return _mailing(store, (plan,), plan, only=only, limit=limit)


def due_announcement(
    store: Store, workspace: Workspace, what: What, *, only: str | None = None, limit: int | None = None
) -> Mailing:
    """A new date or venue, that the event is called off, news for those who come, or a correction.

    Raises InviteError where there is nothing to tell, UnknownRecipient where `only` is nobody's key.
    """
    plan, entry = plan_announcement(store, workspace, what)
    return replace(_mailing(store, (plan,), plan, only=only, limit=limit), entry=entry)


def _mailing(store: Store, plans: Sequence[Plan], wave: Plan, *, only: str | None, limit: int | None) -> Mailing:
    """What the plans come to; `wave` is the one of which it is said who is left out."""
    due = [one for plan in plans for one in plan.due]
    if only is not None:
        key = listed_key(store, only)
        due = [one for one in due if one.key == key]
    unknown = tuple(dict.fromkeys(key for plan in plans for key in plan.unknown if only in (None, key)))
    reasons = {key: why for key, why in wave.reasons.items() if only in (None, key)}
    return Mailing(tuple(due[:limit]), {} if only else wave.left_out, unknown, reasons)


def mail(
    store: Store,
    workspace: Workspace,
    mailing: Mailing,
    *,
    rate: str = "",
    progress: Progress = silent,
    watch: Watch | None = None,
) -> StageReport:
    """Stage 3: mail what is due. Raises MailServerUnusable, OutsideHours."""
    return send_batch(store, workspace, mailing.due, rate=rate, progress=progress, watch=watch, entry=mailing.entry)


def dry_run(store: Store, workspace: Workspace, mailing: Mailing) -> tuple[StageReport, dict[str, int]]:
    """Write the mails to out/dry-run/ instead of sending them; gives the report and the counts by domain.

    Beside them stands who gets which mail, and who gets none and why: who.csv.
    """
    composer, failures, domains = _composer(store, workspace, mailing.entry), [], Counter[str]()
    for one in mailing.due:
        try:
            outgoing = _compose(store, composer, one)
        except InviteError as error:
            failures.append(Failure(one.key, f"{error.message} {error.fix}".strip()))
            continue
        write_atomically(workspace.out / "dry-run" / f"{one.key}.{one.wave}.eml", outgoing.content)
        domains[outgoing.to.rpartition("@")[2]] += 1
    write_atomically(workspace.out / "dry-run" / WHO, _who(store, mailing, failures))
    return StageReport(len(mailing.due) - len(failures), 0, tuple(failures)), dict(domains.most_common())


def _who(store: Store, mailing: Mailing, failures: Sequence[Failure]) -> bytes:
    """Everybody on the list, in its order: which mail they would get, or why none."""
    mails: dict[str, list[str]] = {}
    for one in mailing.due:
        mails.setdefault(one.key, []).append(one.wave)
    failed = {failure.key: failure.message for failure in failures}
    with store.reading() as tx:
        listed = queries.recipients(tx)
    rows = (
        (one.key, one.organisation, one.addressee, one.email, wave, failed.get(one.key) or why)
        for one in listed
        for wave, why in _mail_or_reason(mails.get(one.key, []), mailing.reasons.get(one.key, ""))
    )
    return to_csv(("key", "organisation", "addressee", "e-mail", "mail", "why not"), rows)


def _mail_or_reason(waves: Sequence[str], reason: str) -> list[tuple[str, str]]:
    return [(wave, "") for wave in waves] or ([("", reason)] if reason else [])


def send_test(store: Store, workspace: Workspace, one: Due, address: str, entry: Entry | None = None) -> str:
    """Mail one recipient's real mail to `address`, with a banner and without anything that opens; nothing is noted.

    Gives the server's answer. Raises MailServerUnusable, InviteError.
    """
    # Keys that nobody has: whatever link letter and mail carry opens nothing.
    harmless = replace(workspace, keys=(secrets.token_urlsafe(32),), out=workspace.out / "test", letters_url="")
    write_atomically(harmless.letter_path(one.key), letter_pdf(store, harmless, one.key, test=True))
    write_atomically(harmless.out / PROGRAMME, read_file(workspace, PROGRAMME))
    composer = _composer(store, harmless, entry)
    return deliver_one(read_server(workspace.smtp_url), _compose(store, composer, one, test_to=address))


def preview(store: Store, workspace: Workspace, key: str) -> list[Path]:
    """One recipient's letter and invitation mail, to look at: out/preview/KEY/."""
    letter = preview_letter(store, workspace, key)
    folder = workspace.out / "preview" / key
    shown = replace(workspace, out=folder, letters_url="")
    write_atomically(shown.letter_path(key), (folder / "letter.pdf").read_bytes())
    write_atomically(folder / PROGRAMME, read_file(workspace, PROGRAMME))
    composer = _composer(store, shown)
    with store.reading() as tx:
        recipient = queries.recipient(tx, key)
    # Whoever gets the letter by post has no address: the mail is shown all the same.
    to = "" if recipient.email else workspace.campaign.rsvp.email
    outgoing = _compose(store, composer, Due(key, INVITATION), shown_to=to)
    plain, html = parts(outgoing.content)[:2]
    files = {
        "mail.eml": outgoing.content,
        "mail.html": str(html.get_content()).encode(),
        "mail.txt": str(plain.get_content()).encode(),
    }
    for name, content in files.items():
        write_atomically(folder / name, content)
    shown.letter_path(key).unlink()
    shown.letter_path(key).parent.rmdir()
    return [*letter, *(folder / name for name in files)]


def _composer(store: Store, workspace: Workspace, entry: Entry | None = None) -> Composer:
    with store.reading() as tx:
        return Composer(workspace, entry or entry_now(tx, workspace.campaign))


def _compose(store: Store, composer: Composer, one: Due, *, test_to: str = "", shown_to: str = "") -> Outgoing:
    with store.reading() as tx:
        recipient, state = queries.recipient(tx, one.key), queries.tracking(tx, one.key)
        invitation = queries.invitation(tx, one.key)
    if shown_to:
        recipient = replace(recipient, email=shown_to)
    return composer.compose(recipient, invitation, state, one.wave, test_to=test_to)
