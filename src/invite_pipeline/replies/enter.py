"""One mail that was read, entered into the ledger: a reply through the one door, a bounce or a note as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from invite_pipeline.domain.events import AutomaticReply, Bounced, Replied
from invite_pipeline.domain.reply import Attendee, Intent, Reply, Role, Source
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.itip import CalendarReply
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.replies.bounce import Bounce
from invite_pipeline.replies.match import Match, find_by_calendar_uid, find_failed, find_recipient
from invite_pipeline.replies.read import MailReading
from invite_pipeline.replies.record import record_in
from invite_pipeline.store import queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.ledger import append

Effect = Literal[
    "applied", "review", "ignored", "repeated", "superseded", "own",
    "bounce", "delayed", "automatic", "receipt", "unmatched",
]  # fmt: skip
"""What became of a mail; "unmatched" is a bounce or note that belongs to nobody, "own" one that we sent ourselves."""

_INTENTS = {
    "yes": Intent.YES,
    "no": Intent.NO,
    "maybe": Intent.MAYBE,
    "objection": Intent.OBJECTION,
    "unclear": Intent.UNCLEAR,
}
_MAX_TEXT = 5000


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of one mail, whose it is, and why."""

    effect: Effect
    recipient: str
    reason: str


def enter(tx: Transaction, workspace: Workspace, signer: LinkSigner, reading: MailReading) -> Entered:
    """Enter one mail; the second time the same mail changes nothing and is "repeated"."""
    if reading.evidence.sender in _own_addresses(workspace) and not reading.bounces:
        return Entered("own", "", "sent by this campaign")
    match = find_recipient(tx, signer, reading)
    if reading.bounces:
        return _enter_bounces(tx, workspace, reading, match)
    if reading.automatic and reading.automatic.sort in ("left", "moved") and match:
        return _enter_new_contact(tx, workspace, reading, match)
    if reading.kind in ("automatic", "receipt"):
        return _enter_note(tx, workspace, reading, match, "automatic" if reading.kind == "automatic" else "receipt")
    if match and reading.calendar and _superseded(tx, match.recipient, reading.calendar.dtstamp):
        return Entered("superseded", match.recipient, "the same calendar has answered later")
    outcome = record_in(tx, workspace, _reply(tx, workspace, reading, match))
    if outcome.repeated:
        return Entered("repeated", match.recipient, "read before")
    effects: dict[str, Effect] = {"applied": "applied", "review": "review", "ignored": "ignored", "refused": "review"}
    return Entered(effects[outcome.disposition], match.recipient, outcome.reason or reading.reason)


def _own_addresses(workspace: Workspace) -> set[str]:
    mail = workspace.campaign.mail
    return {one.lower() for one in (mail.sender, mail.reply_to, mail.bounce) if one}


def _superseded(tx: Transaction, key: str, stamp: datetime | None) -> bool:
    """Whether a calendar's answer is older than one that is known (RFC 5546, 2.1.5)."""
    if stamp is None:
        return False
    return any(one.declared_at > stamp for one in _calendar_answers(tx, key))


def _calendar_answers(tx: Transaction, key: str) -> list[Replied]:
    events = (recorded.event for recorded in queries.history(tx, key))
    return [one for one in events if isinstance(one, Replied) and one.source is Source.CALENDAR]


# --- bounces and notes ------------------------------------------------------------------------------------------


def _enter_bounces(tx: Transaction, workspace: Workspace, reading: MailReading, match: Match) -> Entered:
    """A mail of ours has one recipient: where the report is about one, its other addresses are not ours."""
    if match.wave or len(reading.bounces) == 1:
        worst = next(one for one in reading.bounces if one.recipient == reading.recipient)
        pairs = [(match, worst)]
    else:
        pairs = [(find_failed(tx, one.recipient), one) for one in reading.bounces]
    entered = [
        _enter_bounce(tx, workspace, reading, whose, bounce=one, dedupe=f"{reading.dedupe}:{number}")
        for number, (whose, one) in enumerate(pairs)
    ]
    return next((one for one in entered if one.recipient), entered[0])


def _enter_bounce(
    tx: Transaction, workspace: Workspace, reading: MailReading, match: Match, *, bounce: Bounce, dedupe: str
) -> Entered:
    wave = match.wave or (queries.tracking(tx, match.recipient).message_wave if match else "")
    if match and not wave:
        # The address is a recipient's, but nothing was ever mailed to it: the report is about somebody else's mail.
        match = Match("", "is about a mail that is not ours")
    if bounce.action != "failed":
        return _enter_note(
            tx, workspace, reading, match, "delayed" if bounce.action == "delayed" else "receipt", dedupe=dedupe
        )
    event = Bounced(
        classification=bounce.classification or "soft",
        status=bounce.status,
        wave=wave or "invitation",
        answer=bounce.words[:1000],
        evidence=_evidence(reading, match),
    )
    if append(tx, match.recipient, event, at=workspace.now(), dedupe=dedupe) is None:
        return Entered("repeated", match.recipient, "read before")
    reason = f"{bounce.classification}: {bounce.status} {bounce.words[:200]}".strip()
    return Entered("bounce" if match else "unmatched", match.recipient, reason)


def _enter_note(
    tx: Transaction,
    workspace: Workspace,
    reading: MailReading,
    match: Match,
    kind: Literal["automatic", "delayed", "receipt"],
    *,
    dedupe: str = "",
) -> Entered:
    note = reading.automatic
    event = AutomaticReply(
        kind=kind,
        subject=reading.subject,
        evidence=_evidence(reading, match),
        sort=note.sort if note and kind == "automatic" else "",
        back=note.back.isoformat() if note and note.back else "",
    )
    if append(tx, match.recipient, event, at=workspace.now(), dedupe=dedupe or reading.dedupe) is None:
        return Entered("repeated", match.recipient, "read before")
    return Entered(kind if match else "unmatched", match.recipient, reading.reason)


def _enter_new_contact(tx: Transaction, workspace: Workspace, reading: MailReading, match: Match) -> Entered:
    """Somebody left, or has another address: no answer, but a task for staff, with the successor's address."""
    outcome = record_in(tx, workspace, replace(_reply(tx, workspace, reading, match), intent=Intent.CONTACT))
    if outcome.repeated:
        return Entered("repeated", match.recipient, "read before")
    return Entered("review", match.recipient, reading.reason)


def _evidence(reading: MailReading, match: Match) -> str:
    return f"{reading.message_id or reading.file}: {match.how}; {reading.reason}"[:1000]


# --- replies ----------------------------------------------------------------------------------------------------


def _reply(tx: Transaction, workspace: Workspace, reading: MailReading, match: Match) -> Reply:
    now = workspace.now()
    said = reading.calendar.dtstamp if reading.calendar and reading.calendar.dtstamp else reading.sent
    intent, attendees = _intent(reading)
    doubt = _doubt(tx, workspace, reading, match)
    return Reply(
        recipient=match.recipient,
        # A COUNTER answers nothing: it must not make an answer that the calendar gave before it look outdated.
        source=Source.CALENDAR if reading.calendar else Source.MAIL,
        intent=intent,
        # A clock that goes wrong, or one turned forward, must not outlive what is said later.
        declared_at=min(said or now, now),
        received_at=now,
        dedupe=reading.dedupe,
        actor="sender",
        persons=reading.persons if intent is Intent.YES else None,
        attendees=attendees,
        remark=reading.reading.remark if reading.reading else "",
        reason=f"{reading.reason} – {doubt}" if doubt else reading.reason,
        evidence=_evidence(reading, match),
        sender=reading.evidence.sender,
        text=reading.text[:_MAX_TEXT],
        sequence=reading.calendar.sequence if reading.calendar else 0,
        certain=not doubt,
    )


def _intent(reading: MailReading) -> tuple[Intent, tuple[Attendee, ...]]:
    """What a reading means for the organisation: who sends a deputy takes the seat, even who says no for themselves."""
    text = reading.reading
    if reading.kind == "complaint":
        return Intent.OBJECTION, ()
    if reading.calendar and reading.calendar.delegated_to:
        return Intent.YES, tuple(Attendee(role=Role.DEPUTY, email=one) for one in reading.calendar.delegated_to)
    if text and text.deputies and reading.answer in ("yes", "no"):
        names = text.deputy_names + ("",) * (text.deputies - len(text.deputy_names))
        return Intent.YES, tuple(Attendee(role=Role.DEPUTY, name=name) for name in names)
    if text and text.contact:
        return Intent.CONTACT, ()
    intent = _INTENTS.get(reading.answer or "", Intent.UNCLEAR)
    if intent is not Intent.YES or not text:
        return intent, ()
    roles = (Role.INVITEE, *(Role.COMPANION for _ in text.names[1:]))
    return intent, tuple(Attendee(role=role, name=name) for role, name in zip(roles, text.names, strict=False))


def _doubt(tx: Transaction, workspace: Workspace, reading: MailReading, match: Match) -> str:
    """Why a human should look although the mail itself is clear; empty where nobody needs to."""
    if not match:
        return match.how
    if reading.kind == "complaint":
        return "a complaint may be a slip of the hand"
    if reading.calendar:
        return _calendar_doubt(tx, reading.calendar, match)
    if not _same_house(reading.evidence.sender, queries.recipient(tx, match.recipient).email):
        return f"sent by {reading.evidence.sender or 'nobody'}, who is not the one invited"
    most = workspace.campaign.rsvp.max_persons
    if (reading.persons or 0) > most:
        return f"{reading.persons} persons, where at most {most} can come"
    return ""


def _calendar_doubt(tx: Transaction, answer: CalendarReply, match: Match) -> str:
    if find_by_calendar_uid(tx, answer.uid).recipient != match.recipient:
        return "the calendar entry is not ours"
    if any(one.sequence > answer.sequence for one in _calendar_answers(tx, match.recipient)):
        return "answers an older version of the calendar entry"
    return ""


def _same_house(sender: str, invited: str) -> bool:
    """Whether two addresses are of one organisation: the same domain, or one under the other."""
    ours, theirs = (address.lower().rpartition("@")[2] for address in (invited, sender))
    return bool(ours and theirs) and (ours == theirs or theirs.endswith(f".{ours}") or ours.endswith(f".{theirs}"))
