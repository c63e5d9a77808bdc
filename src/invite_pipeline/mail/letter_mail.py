"""What goes to one recipient in one wave: the templates rendered, the attachments, the envelope."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import css_inline

from invite_pipeline.domain.invitation import Invitation
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.formats.itip import CalendarFile
from invite_pipeline.formats.printed_names import Printed, cut, joined
from invite_pipeline.formats.rsvp_link import (
    LinkSigner,
    calendar_uid,
    message_id,
    new_code,
    offer_url,
    rsvp_url,
    unsubscribe_url,
)
from invite_pipeline.formats.templates import SharedText, Templates, invitation_context
from invite_pipeline.mail.dkim import DkimSigner, signer_of
from invite_pipeline.mail.entry import Entry
from invite_pipeline.mail.headers import LOCAL_PART, ascii_address, mail_address
from invite_pipeline.mail.kinds import KINDS, Kind, kind_of
from invite_pipeline.mail.message import Attachment, Headers, compose
from invite_pipeline.store.letter_files import PROGRAMME, letter_name, read_file

_PERSONAL = frozenset(("recipient", "address", "salutation", "link", "code", "unsubscribe_url", "reply"))
_LETTER, _PROGRAMME, _CALENDAR = "Einladung.pdf", "Vorläufiges Programm.pdf", "Termin.ics"
_TEST_MARK = "TESTMAIL"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail ready to go: the envelope's two ends (RFC 5321) and the message."""

    sender: str
    to: str
    message_id: str
    content: bytes
    digest: str = ""
    """A hash of all that the recipient gets to see: address, subject, texts and files, but not when it was sent."""
    sequence: int | None = None
    """The version of the calendar entry that goes along, if one does."""
    dot_free: bool = False
    """Whether no line of the content begins with a dot, so that none need be doubled on its way (RFC 5321, 4.5.2)."""


_FIRST_ENTRY = Entry()


class Composer:
    """Composes the mails of one workspace; what is the same in all of them is read once."""

    def __init__(self, workspace: Workspace, entry: Entry = _FIRST_ENTRY, *, digests: bool = True) -> None:
        """Without `digests` that of each mail is empty: nobody asks for it."""
        self._workspace, self._entry, self._digests = workspace, entry, digests
        self._campaign = workspace.campaign
        self._templates = Templates(workspace.folder)
        self._signer = LinkSigner(workspace.keys, workspace.campaign.id)
        self._shared: dict[str, list[str]] = {}
        self._texts: dict[str, SharedText | None] = {}
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)

    def compose(
        self, recipient: Recipient, invitation: Invitation, state: Tracking, wave: str, *, test_to: str = ""
    ) -> Outgoing:
        """One recipient's mail in a wave; with `test_to` it goes there, with a banner and without a valid link.

        Raises TemplateBroken, and InviteError where the letter is missing or the address cannot be used.
        """
        kind = KINDS[kind_of(wave)]
        names = [f"{kind.template}.{form}" for form in ("txt", "html")]
        (written, shown), reader = self._templates.in_language_of(recipient, names, self._campaign.language)
        context = self.context(reader, invitation, state, kind, test=bool(test_to))
        shared = kind.shared and not test_to
        plain, html = self._plain(written, context, shared=shared), self._html(shown, context, shared=shared)
        # A code of its own for each test: mailboxes that know a Message-ID show its second mail to nobody.
        code = new_code() if test_to else invitation.code
        mail_id = message_id(code, wave, self._domain)
        headers = Headers(
            sender=self._campaign.mail.sender,
            from_name=self._campaign.mail.from_name,
            to=test_to or recipient.email,
            subject=("[Test] " if test_to else "") + kind.subject(self._campaign),
            message_id=mail_id,
            date=self._workspace.now().astimezone(self._campaign.event.tz),
            reply_to=self._campaign.mail.reply_to,
            unsubscribe_url=context["unsubscribe_url"],
            unsubscribe_address=self._campaign.mail.reply_to or self._campaign.mail.sender,
            automatic=kind.automatic,
        )
        files = self._attachments(recipient, invitation, kind, context["link"], headers.to)
        content = compose(headers, plain, html, files)
        if self._dkim:
            content = self._dkim.signed(content, int(self._workspace.now().timestamp()))
        seen = (headers.sender, headers.from_name, headers.to, headers.subject, plain, html)
        return Outgoing(
            self.envelope_sender(code, wave),
            mail_address(headers.to),
            mail_id,
            content,
            digest=_digest(seen, files) if self._digests else "",
            sequence=self._entry.sequence if "calendar" in kind.carries else None,
            dot_free=True,
        )

    def context(
        self, recipient: Recipient, invitation: Invitation, state: Tracking, kind: Kind, *, test: bool = False
    ) -> dict[str, Any]:
        """All names that a mail's templates may use."""
        token = _TEST_MARK if test else self._signer.token(invitation.code, invitation.revision)
        base = self._workspace.base_url
        return {
            **invitation_context(self._campaign, recipient, link=rsvp_url(base, token), code=invitation.code),
            "subject": kind.subject(self._campaign),
            "unsubscribe_url": unsubscribe_url(base, token),
            "privacy_url": f"{base}/datenschutz",
            "reply": state,
            "offer_link": offer_url(base, token, state.offer),
            "offer_until": (state.offer_until or self._campaign.deadline).astimezone(self._campaign.event.tz),
            "before": self._entry.before,
            "called_off": self._entry.cancelled,
            "still_open": self._workspace.now() <= self._campaign.deadline,
            "test": test,
        }

    def _html(self, name: str, context: dict[str, Any], *, shared: bool) -> str:
        """The HTML part with its styles inlined: once for all, where the template only prints what is personal."""
        if shared and name not in self._shared:
            prints = self._templates.only_prints(name, _PERSONAL, frozenset())
            stand_ins = {one: Printed(one) for one in _PERSONAL}
            self._shared[name] = cut(self._filled(name, context | stand_ins)) if prints else []
        try:
            if shared and self._shared[name]:
                return joined(self._shared[name], context)
        except AttributeError:
            # A part that recipients do not have: the template itself says where it is asked for.
            pass
        return self._filled(name, context)

    def _plain(self, name: str, context: dict[str, Any], *, shared: bool) -> str:
        """The plain part, in the same way."""
        if not shared:
            return self._templates.render(name, **context)
        if name not in self._texts:
            self._texts[name] = None
            if self._templates.only_prints(name, _PERSONAL, frozenset(), as_text=True):
                found = self._templates.render(name, **context | {one: Printed(one) for one in _PERSONAL})
                # Items of a list stand closer than paragraphs, and several lines are several: those are not shared.
                odd = re.search(r"\ue002(- |[^\ue003]*\n)", found)
                self._texts[name] = None if odd else SharedText(found)
        text = self._texts[name]
        try:
            return text.filled(context) if text else self._templates.render(name, **context)
        except (AttributeError, ValueError):
            return self._templates.render(name, **context)

    def _filled(self, name: str, context: dict[str, Any]) -> str:
        return self._inliner.inline(self._templates.render(name, **context))

    @cached_property
    def _dkim(self) -> DkimSigner | None:
        return signer_of(self._workspace)

    @cached_property
    def _domain(self) -> str:
        return ascii_address(self._campaign.mail.sender).rpartition("@")[2]

    def envelope_sender(self, code: str, wave: str) -> str:
        """The address that bounces come to, with a signed mark of this message (VERP). Raises InviteError."""
        mail = self._campaign.mail
        if not mail.bounce:
            return ascii_address(mail.sender)
        local, _, domain = ascii_address(mail.bounce).rpartition("@")
        marked = f"{local}+{self._signer.verp(code, wave)}"
        if len(marked) > LOCAL_PART:
            raise InviteError(
                f"“{mail.bounce}” leaves no room for the mark by which bounces are known.",
                f"Use an address with at most {LOCAL_PART - len(marked) + len(local)} letters before the @.",
            )
        return f"{marked}@{domain}"

    def _attachments(
        self, recipient: Recipient, invitation: Invitation, kind: Kind, link: str, to: str
    ) -> list[Attachment]:
        found: list[Attachment] = []
        if "letter" in kind.carries:
            found.append(self._letter(recipient.key))
        if "programme" in kind.carries:
            found.append(self._programme)
        if "calendar" in kind.carries:
            calendar = self._calendar.publish(uid=calendar_uid(invitation.code, self._domain), url=link, to=to)
            found.append(Attachment(_CALENDAR, "text/calendar", calendar, self._calendar.method))
        return found

    def _letter(self, key: str) -> Attachment:
        try:
            return Attachment(_LETTER, "application/pdf", read_file(self._workspace, letter_name(key)))
        except OSError:
            raise InviteError(f"The letter of {key} is not there.", "Run: invite render") from None

    @cached_property
    def _calendar(self) -> CalendarFile:
        return CalendarFile(
            self._campaign,
            now=self._workspace.now(),
            sequence=self._entry.sequence,
            cancelled=self._entry.cancelled,
            asks=self._campaign.mail.calendar == "request",
        )

    @cached_property
    def _programme(self) -> Attachment:
        try:
            return Attachment(_PROGRAMME, "application/pdf", read_file(self._workspace, PROGRAMME))
        except OSError:
            raise InviteError("The programme is not there.", "Run: invite render") from None


def _digest(texts: Sequence[str], files: Sequence[Attachment]) -> str:
    found = hashlib.sha256()
    for part in (*(text.encode() for text in texts), *(file.digest for file in files)):
        # With its length before it, nothing can move from one part to the next.
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()
