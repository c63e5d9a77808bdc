"""One mail, explained: what kind it is and what it says. Nothing is looked up, matched or stored here.

The order matters: delivery reports, calendar answers, automatic mail, letters of mail servers, a human's text.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from invite_pipeline.domain.events import BounceClass
from invite_pipeline.formats import outlook_msg
from invite_pipeline.formats.itip import CalendarReply, read_method, read_reply
from invite_pipeline.replies import automatic, bounce, nondelivery, parse
from invite_pipeline.replies.automatic import Automatic
from invite_pipeline.replies.bounce import Bounce
from invite_pipeline.replies.parse import Mail
from invite_pipeline.replies.quote import cut
from invite_pipeline.replies.text import Answer, TextReading, read_text

Kind = Literal["reply", "calendar", "bounce", "delayed", "automatic", "receipt", "complaint", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What may say to which invitation a mail belongs; addresses in small letters."""

    bounce_tokens: tuple[str, ...] = ()
    """What stood between `+` and `@` in an address the mail was sent to."""
    message_ids: tuple[str, ...] = ()
    """The mails that it answers, or that came back."""
    tokens: tuple[str, ...] = ()
    """Tokens of RSVP links in the text, quoted or not."""
    sender: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReading:
    """How one mail is read, and why."""

    file: str
    kind: Kind
    reason: str
    recipient: str = ""
    """The address that failed, for a bounce; for all others whose mail it is."""
    status: str = ""
    classification: BounceClass | None = None
    uid: str = ""
    partstat: str = ""
    answer: Answer | None = None
    persons: int | None = None
    deputy: str = ""
    text: str = ""
    """The sender's own text, or a server's own words."""
    signature: str = ""
    subject: str = ""
    message_id: str = ""
    sent: datetime | None = None
    dedupe: str = ""
    """Equal for the same mail, by whatever way it comes."""
    evidence: Evidence = Evidence()
    reading: TextReading | None = None
    calendar: CalendarReply | None = None
    bounces: tuple[Bounce, ...] = ()
    automatic: Automatic | None = None
    unreadable: bool = False

    def as_json(self) -> dict[str, object]:
        """The line that `invite read --json` gives; what does not apply is null."""
        return {
            "file": self.file,
            "kind": self.kind,
            "recipient": self.recipient or None,
            "status": self.status or None,
            "class": self.classification,
            "uid": self.uid or None,
            "partstat": self.partstat or None,
            "answer": self.answer,
            "persons": self.persons,
            "deputy": self.deputy or None,
            "text": self.text,
            "reason": self.reason,
        }


def read_mail(data: bytes, name: str = "") -> MailReading:
    """Read one mail; never raises: what cannot be read is of kind other, and `reason` says why."""
    try:
        mail = parse.parse(outlook_msg.to_mail(data) if data.startswith(outlook_msg.MAGIC) else data)
        return _with_envelope(_read(mail, name), mail)
    except ValueError as error:
        # MailUnreadable, and Outlook's damaged files.
        reason = str(error) if isinstance(error, parse.MailUnreadable) or data.startswith(outlook_msg.MAGIC) else ""
        reason = reason or f"the parser gave up: {type(error).__name__}"
    except (Exception, RecursionError) as error:
        # Whatever a hostile mail does to the parsers below, the others must be read.
        reason = f"the parser gave up: {type(error).__name__}"
    digest = hashlib.sha256(data).hexdigest()
    return MailReading(
        file=name, kind="other", reason=f"unreadable: {reason}", dedupe=f"mail:{digest}", unreadable=True
    )


# --- kinds ------------------------------------------------------------------------------------------------------


def _read(mail: Mail, name: str) -> MailReading:
    sender = next(iter(parse.addresses(mail, "From")), "")
    seen = MailReading(file=name, kind="other", reason="", recipient=sender)
    if reports := bounce.read_report(mail):
        return _read_bounces(seen, reports, "a delivery report (RFC 3464)")
    if report := automatic.read_report(mail):
        return _read_automatic(seen, mail, report)
    if found := _calendar(mail):
        return _read_calendar(seen, mail, *found)
    returned = nondelivery.looks_returned(mail, to_bounce_address=bool(_bounce_tokens(mail)))
    machine = automatic.read_automatic(mail)
    if returned and (nondelivery.from_server(mail) or not machine):
        ours = tuple(parse.addresses(mail, "To", "Delivered-To"))
        return _read_bounces(seen, nondelivery.read_letter(mail, ours), "a mail server's letter about a mail")
    if machine:
        return _read_automatic(seen, mail, machine)
    if parse.header(mail, "Return-Path").strip() == "<>":
        return _read_automatic(seen, mail, automatic.note(mail, "an empty Return-Path"))
    return _unless_a_program_writes(_read_human(seen, mail), mail)


def _read_bounces(seen: MailReading, found: tuple[Bounce, ...], reason: str) -> MailReading:
    # One mail may report on several addresses: the worst news is the mail's kind.
    order = {"failed": 0, "delayed": 1, "delivered": 2}
    first = min(found, key=lambda one: order[one.action])
    kinds: dict[str, Kind] = {"failed": "bounce", "delayed": "delayed", "delivered": "receipt"}
    said = {
        "failed": "not delivered",
        "delayed": "not delivered yet; the server goes on trying",
        "delivered": "delivered",
    }
    return replace(
        seen,
        kind=kinds[first.action],
        reason=f"{reason}: {said[first.action]}" + (f", {first.classification}" if first.classification else ""),
        recipient=first.recipient,
        status=first.status,
        classification=first.classification,
        text=first.words,
        bounces=found,
    )


def _read_automatic(seen: MailReading, mail: Mail, found: Automatic) -> MailReading:
    text = cut(parse.body(mail)).own if found.kind == "automatic" else ""
    recipient = seen.recipient
    if found.kind == "complaint" and (original := bounce.returned(mail)) is not None:
        recipient = next(iter(parse.addresses(original, "To")), recipient)
    return replace(seen, kind=found.kind, reason=found.reason, recipient=recipient, text=text, automatic=found)


def _read_human(seen: MailReading, mail: Mail) -> MailReading:
    own = cut(parse.body(mail))
    text, seen = own.own, replace(seen, signature=own.signature[:1000])
    if mail.get("List-Id") or parse.header(mail, "Precedence").lower() in ("bulk", "list", "junk"):
        return replace(seen, kind="other", reason="a mailing list's or newsletter's mail", text=text)
    found = _or_subject(read_text(text), parse.header(mail, "Subject"))
    if found.answer == "unclear":
        note = automatic.read_absence(mail, text) or (automatic.read_challenge(mail, text) if found.silent else None)
        if note:
            return _read_automatic(seen, mail, note)
    if found.answer == "unclear" and (names := parse.attachments(mail)):
        found = replace(found, reason=f"{found.reason}; something is attached ({', '.join(names)[:100]})")
    return replace(
        seen,
        kind="reply",
        reason=found.reason,
        answer=found.answer,
        persons=found.persons,
        deputy=found.deputy,
        text=text,
        reading=found,
    )


def _or_subject(found: TextReading, subject: str) -> TextReading:
    """The subject decides where the text says nothing and the subject, which is not our own, begins with the answer."""
    if (
        found.answer != "unclear"
        or not found.silent
        or re.match(r"\s*(?:zu|ab)sage\b[^?]*$", subject, re.IGNORECASE) is None
    ):
        return found
    by_subject = read_text(subject[:200])
    if not by_subject.clear:
        return found
    return replace(by_subject, reason=f"the subject {by_subject.reason}", remark="")


# --- calendar ---------------------------------------------------------------------------------------------------

_ANSWERS: dict[str, Answer] = {"ACCEPTED": "yes", "DECLINED": "no", "TENTATIVE": "maybe", "DELEGATED": "no"}


def _calendar(mail: Mail) -> tuple[CalendarReply | None, str] | None:
    """A calendar's REPLY, or the note that it is a COUNTER; None where there is neither."""
    for part in parse.parts(mail):
        is_calendar = part.get_content_type() in ("text/calendar", "application/ics")
        if is_calendar or parse.file_name(part).lower().endswith(".ics"):
            data = parse.content(part)
            if found := read_reply(data):
                return found, ""
            if read_method(data) == "COUNTER":
                return None, "the calendar proposes another time"
    return None


# What somebody else's calendar says of somebody else's event; our own entry (PUBLISH) comes back with forwarded mails.
_OTHERS = frozenset({"REQUEST", "CANCEL", "REFRESH", "ADD", "DECLINECOUNTER"})


def _unless_a_program_writes(reading: MailReading, mail: Mail) -> MailReading:
    """The same, but undecided where a calendar program wrote the text ("Der Termin wurde abgesagt")."""
    if reading.answer not in ("yes", "no", "maybe"):
        return reading
    entries = [part for part in parse.parts(mail) if part.get_content_type() in ("text/calendar", "application/ics")]
    method = next((name for name in map(read_method, map(parse.content, entries)) if name in _OTHERS), "")
    if not method:
        return reading
    return replace(reading, answer="unclear", reason=f"carries a calendar entry that says {method}; {reading.reason}")


def _read_calendar(seen: MailReading, mail: Mail, found: CalendarReply | None, note: str) -> MailReading:
    if found is None:
        return replace(seen, kind="calendar", answer="unclear", reason=note, text=cut(parse.body(mail)).own)
    comment = read_text(found.comment) if found.comment else None
    answer: Answer = _ANSWERS.get(found.partstat, "unclear")
    reason = f"the calendar says {found.partstat}"
    if comment and comment.clear and comment.answer != answer and not comment.deputies:
        answer, reason = "unclear", f"{reason}, but the comment {comment.reason}"
    persons = 1 + found.guests if answer == "yes" else None
    if answer == "yes" and comment and comment.persons:
        persons = comment.persons
    return replace(
        seen,
        kind="calendar",
        reason=reason,
        recipient=found.attendee,
        uid=found.uid,
        partstat=found.partstat,
        answer=answer,
        persons=persons,
        deputy=", ".join(found.delegated_to) or (comment.deputy if comment else ""),
        text=found.comment,
        calendar=found,
        reading=comment,
    )


# --- whose it is, and whether it was read before ----------------------------------------------------------------

_BOUNCE_TOKEN = re.compile(r"\+([0-9a-z]{10}\.[a-z0-9-]{1,40}\.[a-z2-7]{16})@")
_LINK_TOKEN = re.compile(r"/r/([A-Za-z0-9_.-]{20,300})/(?:antwort|abmelden)")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_TO_US = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To")


def _with_envelope(reading: MailReading, mail: Mail) -> MailReading:
    message_id = next(iter(_MESSAGE_ID.findall(parse.header(mail, "Message-ID"))), "")
    return replace(
        reading,
        subject=parse.header(mail, "Subject")[:300],
        message_id=message_id,
        sent=parse.sent_at(mail),
        dedupe=_dedupe(reading, message_id, mail),
        evidence=_evidence(mail),
    )


def _dedupe(reading: MailReading, message_id: str, mail: Mail) -> str:
    """The Message-ID with a hash of what the mail says; without a Message-ID, with a hash of its whole body.

    Copies of a mail that came by two ways differ in their Received headers, and are one. Two mails under one
    Message-ID are two: nobody's reply is lost because somebody else's mail, or a broken program, took its number.
    """
    parts = [parse.header(mail, name) for name in ("From", "Date", "Subject")]
    parts += [reading.kind, reading.text, reading.partstat, reading.recipient]
    if not message_id:
        parts.append(parse.all_text(mail))
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"mail:{message_id[:250]}:{digest[:32]}"


def _evidence(mail: Mail) -> Evidence:
    original = bounce.returned(mail)
    text = parse.all_text(mail)
    ids = " ".join(parse.header(mail, name) for name in ("In-Reply-To", "References", "Original-Message-ID"))
    if original is not None:
        ids = f"{parse.header(original, 'Message-ID')} {ids}"
    return Evidence(
        bounce_tokens=_bounce_tokens(mail, original),
        message_ids=tuple(dict.fromkeys(_MESSAGE_ID.findall(ids)))[:50],
        tokens=tuple(dict.fromkeys(_LINK_TOKEN.findall(text)))[:20],
        sender=next(iter(parse.addresses(mail, "From")), ""),
    )


def _bounce_tokens(mail: Mail, original: Mail | None = None) -> tuple[str, ...]:
    addresses = parse.addresses(mail, *_TO_US)
    if original is not None:
        addresses += parse.addresses(original, "Return-Path", "Sender", "X-Envelope-From")
    return tuple(dict.fromkeys(found[1] for one in addresses if (found := _BOUNCE_TOKEN.search(one))))
