"""The kinds of mails: who may get one, until when, and what it carries. A new kind is one more entry in `KINDS`.

To add one: an entry here, its templates (NAME.html and NAME.txt, which `invite check` then looks at), and a plan of who
is due made with `waves.plan_wave`. Claims, pace, retries, releases and previews are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.tracking import MessageState, Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.store.calendar import newest_versions
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.mail_queries import Addressee, newest_answers

INVITATION, REMINDER, CONFIRMATION, OFFER = "invitation", "reminder", "confirmation", "offer"
UPDATE, CANCEL, MESSAGE, CORRECTION = "update", "cancel", "message", "correction"

Carried = Literal["letter", "programme", "calendar"]


@dataclass(frozen=True, slots=True)
class Due:
    """One mail that is due: whose, and in which wave ("invitation", "reminder-2", "confirmation-<event>")."""

    key: str
    wave: str
    domain: str = field(default="", compare=False)
    """To which domain it goes: some take only so many mails a minute."""

    @property
    def kind(self) -> str:
        """invitation, reminder, confirmation, …: the name of its kind."""
        return kind_of(self.wave)


def kind_of(wave: str) -> str:
    """The kind's name of a wave."""
    return wave.split("-", 1)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What all mails of one kind have in common."""

    name: str
    """What the names of its waves begin with."""
    template: str
    """Its templates: NAME.html and NAME.txt."""
    text: str = ""
    """The template that somebody writes before such mails can go; empty where the campaign has all texts."""
    subject: Callable[[Campaign], str]
    not_to: Mapping[str, str]
    """The answers ("open", "yes", "no") whose senders do not get it, and why."""
    regardless: frozenset[str] = frozenset()
    """The answers whose senders get it also where they left the list, or object to invitations: it is none."""
    until_deadline: bool = False
    """Whether it asks for an answer, which is of no use after the deadline."""
    needs: str = "link"
    """The name that its templates must use: without it a mail of this kind is of no use."""
    carries: tuple[Carried, ...] = ()
    automatic: bool = True
    """Whether it says that no human wrote it (RFC 3834), so that nothing answers by itself."""
    any_hour: bool = False
    """Whether it may go outside the sending hours: it answers somebody who has just acted."""
    released: bool = True
    """Whether a host's release covers it, where the campaign wants one."""
    shared: bool = True
    """Whether the mails differ only in names, links and addresses, so that one rendering can serve all."""
    when_called_off: bool = False
    """Whether it may go although the event is called off."""
    still: Callable[[Transaction, Due, Addressee], str] = lambda tx, due, one: ""
    """Why this mail is no longer due, asked again at its claim; empty where it is."""

    def why_not(self, state: Tracking, workspace: Workspace, *, called_off: bool = False) -> str:
        """Why somebody in this state does not get one now; empty where they do."""
        now, campaign, takes_part = workspace.now(), workspace.campaign, state.reply in self.regardless
        reasons = {
            "was erased": state.invitation is InvitationState.FORGOTTEN,
            "is no longer on the list": not state.listed and not takes_part,
            "the invitation was revoked": state.invitation is not InvitationState.ISSUED,
            "wants no further invitations": state.blocked and not takes_part,
            "the address does not take mail": state.message is MessageState.BOUNCED_HARD,
            self.not_to.get(state.reply, ""): state.reply in self.not_to,
            "the deadline has passed": now > campaign.deadline and self.until_deadline,
            "the event is called off": called_off and not self.when_called_off,
            "the event is over": now > campaign.event.ends_at,
        }
        return next((reason for reason, holds in reasons.items() if holds), "")


def _newest_answer(tx: Transaction, due: Due, one: Addressee) -> str:
    newest = newest_answers(tx, due.key).get(due.key)
    return "" if due.wave == f"{CONFIRMATION}-{newest}" else "a newer answer is to be confirmed"


def _offer_stands(tx: Transaction, due: Due, one: Addressee) -> str:
    return "" if due.wave == f"{OFFER}-{one.state.offer}" else "the offer was answered, or has run out"


def _newest_version(tx: Transaction, due: Due, one: Addressee) -> str:
    newest = newest_versions(tx)
    told = int(due.wave.rsplit("-", 1)[1])
    return "there is newer news" if newest and newest[0].sequence > told else ""


_YES = frozenset(("yes",))
_ANSWERED = {"yes": "has answered", "no": "has answered"}

_ALL = (
    Kind(
        name=INVITATION,
        template="mail",
        subject=lambda campaign: campaign.mail.subject,
        not_to=_ANSWERED,
        until_deadline=True,
        carries=("letter", "programme", "calendar"),
        automatic=False,
    ),
    Kind(
        name=REMINDER,
        template="reminder",
        subject=lambda campaign: campaign.mail.reminder_subject or f"Erinnerung: {campaign.mail.subject}",
        not_to=_ANSWERED,
        until_deadline=True,
    ),
    Kind(
        name=CONFIRMATION,
        template="confirmation",
        subject=lambda campaign: campaign.mail.confirmation_subject or f"Ihre Rückmeldung: {campaign.title}",
        not_to={"open": "the answer is open again"},
        regardless=frozenset(("yes", "no")),
        carries=("calendar",),
        any_hour=True,
        released=False,
        shared=False,
        still=_newest_answer,
    ),
    Kind(
        name=OFFER,
        template="offer",
        subject=lambda campaign: f"Ein Platz ist frei: {campaign.title}",
        not_to={"open": "the answer is open again", "no": "does not come"},
        regardless=frozenset(("yes",)),
        needs="offer_link",
        any_hour=True,
        released=False,
        shared=False,
        still=_offer_stands,
    ),
    # Whoever declined may come on another day, or to another place.
    Kind(
        name=UPDATE,
        template="update",
        subject=lambda campaign: campaign.mail.update_subject or f"Bitte vormerken: Änderung – {campaign.title}",
        not_to={},
        regardless=_YES,
        carries=("calendar",),
        still=_newest_version,
    ),
    Kind(
        name=CANCEL,
        template="cancel",
        subject=lambda campaign: campaign.mail.cancel_subject or f"Abgesagt: {campaign.title}",
        not_to={"no": "has declined"},
        regardless=_YES,
        needs="",
        carries=("calendar",),
        when_called_off=True,
        still=_newest_version,
    ),
    Kind(
        name=MESSAGE,
        template="message",
        text="message_text.html",
        subject=lambda campaign: campaign.mail.message_subject or f"Hinweise zu Ihrer Teilnahme: {campaign.title}",
        not_to={"open": "has not said yes", "no": "has declined"},
        regardless=_YES,
        when_called_off=True,
    ),
    Kind(
        name=CORRECTION,
        template="correction",
        text="correction_text.html",
        subject=lambda campaign: campaign.mail.correction_subject or f"Berichtigung: {campaign.mail.subject}",
        not_to={},
        regardless=_YES,
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
"""Every kind of mail, by its name."""
