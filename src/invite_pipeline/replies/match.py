"""Whose mail it is: by what only our own mail carries, then by the sender's address; never by a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass

from invite_pipeline.errors import InvalidToken
from invite_pipeline.formats.rsvp_link import LinkSigner, read_calendar_uid, read_message_ids
from invite_pipeline.replies.read import Evidence, MailReading
from invite_pipeline.store import queries
from invite_pipeline.store.database import Transaction

_LATEST = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A recipient's key and why; `recipient` is empty where nobody matched. `wave` is the mail that is meant."""

    recipient: str
    how: str
    wave: str = _LATEST
    candidates: tuple[str, ...] = ()
    """Where nobody matched: whose it may be, for a human to decide."""

    def __bool__(self) -> bool:
        return bool(self.recipient)


NOBODY = Match("", "matches no recipient")


def find_recipient(tx: Transaction, signer: LinkSigner, reading: MailReading) -> Match:
    """The recipient that a mail belongs to, by the strongest evidence first."""
    evidence = reading.evidence
    about = reading.recipient if reading.bounces or reading.kind == "complaint" else evidence.sender
    return (
        _by_bounce_token(tx, signer, evidence)
        or _by_message_id(tx, evidence)
        or find_by_calendar_uid(tx, reading.uid)
        or _by_link(tx, signer, evidence)
        or _by_address(tx, about)
        or _candidates(tx, reading)
    )


def find_failed(tx: Transaction, address: str) -> Match:
    """The recipient whose address a report names besides the one that its token is for."""
    return _by_address(tx, address)


def _by_bounce_token(tx: Transaction, signer: LinkSigner, evidence: Evidence) -> Match:
    for suffix in evidence.bounce_tokens:
        try:
            code, wave = signer.read_verp(suffix)
        except InvalidToken:
            continue
        if key := _by_code(tx, code):
            return Match(key, "the signed address it was sent to", wave)
    return NOBODY


def _by_message_id(tx: Transaction, evidence: Evidence) -> Match:
    for message_id in evidence.message_ids:
        if message := queries.find_message(tx, message_id):
            return Match(message.recipient, f"answers our mail {message_id}", message.wave)
        # A mail of ours that the store does not know: sent before a restored backup, say. Its code is still secret.
        for code, wave in read_message_ids(message_id):
            if key := _by_code(tx, code):
                return Match(key, f"answers our mail {message_id}", wave)
    return NOBODY


def find_by_calendar_uid(tx: Transaction, uid: str) -> Match:
    """The recipient whose calendar entry this is."""
    code = read_calendar_uid(uid) if uid else None
    key = _by_code(tx, code) if code else ""
    return Match(key, "the calendar entry's UID") if key else NOBODY


def _by_link(tx: Transaction, signer: LinkSigner, evidence: Evidence) -> Match:
    keys = set()
    for token in evidence.tokens:
        try:
            code, _revision = signer.read(token)
        except InvalidToken:
            continue
        if key := _by_code(tx, code):
            keys.add(key)
    # Two links of ours in one mail say that somebody forwards other people's invitations.
    return Match(keys.pop(), "the personal link in its text") if len(keys) == 1 else NOBODY


def _by_address(tx: Transaction, address: str) -> Match:
    keys = queries.recipients_by_email(tx, address) if address else []
    return Match(keys[0], f"the address {address} is one recipient's") if len(keys) == 1 else NOBODY


_PUBLIC_MAIL = re.compile(
    r"(?:gmail|googlemail|gmx|web|t-online|yahoo|hotmail|outlook|live|icloud|me|aol|freenet|posteo|mailbox|1und1)\.[a-z.]+"
)
_MOST_CANDIDATES = 5


def _candidates(tx: Transaction, reading: MailReading) -> Match:
    """Nobody, with those whose mail it may be: of the sender's house, or named in the signature."""
    if reading.bounces or reading.kind not in ("reply", "calendar", "automatic"):
        return NOBODY
    domain = reading.evidence.sender.rpartition("@")[2]
    # Half the country writes from the same few domains.
    house = [] if _PUBLIC_MAIL.fullmatch(domain) else queries.recipients_of_domain(tx, domain)
    named = queries.recipients_named(tx, [line.strip() for line in reading.signature.split("\n")])
    found = tuple(dict.fromkeys((*(key for key in house if key in named), *named, *house)))[:_MOST_CANDIDATES]
    return Match("", f"{NOBODY.how}; perhaps {', '.join(found)}", candidates=found) if found else NOBODY


def _by_code(tx: Transaction, code: str) -> str:
    invitation = queries.invitation_by_code(tx, code)
    return invitation.recipient if invitation else ""
