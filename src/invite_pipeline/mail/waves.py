"""The waves: to whom each mail goes, to whom it does not and why. Plans only; `send` acts, and looks again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from invite_pipeline.domain.invitation import InvitationState
from invite_pipeline.domain.recipient import Channel, Recipient
from invite_pipeline.domain.tracking import MessageState, Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.mail_queries import Addressee, messages_of_kind, newest_answers
from invite_pipeline.store.queries import Message

INVITATION, REMINDER, CONFIRMATION = "invitation", "reminder", "confirmation"

_UNKNOWN = "unknown whether it went"

# Who types `remind` twice must not remind twice: a new reminder needs some days between.
_BETWEEN_REMINDERS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Due:
    """One mail that is due: whose, and in which wave ("invitation", "reminder-2", "confirmation-<event>")."""

    key: str
    wave: str
    domain: str = field(default="", compare=False)
    """To which domain it goes: some take only so many mails a minute."""

    @property
    def kind(self) -> str:
        """invitation, reminder or confirmation: what its templates are called."""
        return kind_of(self.wave)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due, and how many are left out for which reason."""

    due: tuple[Due, ...]
    left_out: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    """The keys of those whose mail of this wave went perhaps: never sent again unasked."""


def kind_of(wave: str) -> str:
    """The kind of a wave."""
    return wave.split("-", 1)[0]


def plan_invitations(store: Store, workspace: Workspace) -> Plan:
    """Everybody with an address whose invitation has not been mailed yet."""
    with store.reading() as tx:
        sent = messages_of_kind(tx, INVITATION)
        return _plan(tx, workspace, lambda _: INVITATION, sent, lambda _: "")


def plan_reminders(store: Store, workspace: Workspace) -> Plan:
    """Everybody who was invited by mail and has not answered; a reminder begun within three days goes on."""
    with store.reading() as tx:
        invited, reminded = messages_of_kind(tx, INVITATION), messages_of_kind(tx, REMINDER)
        wave = _reminder_wave(reminded, workspace)

        def not_yet(key: str) -> str:
            message = invited.get((key, INVITATION))
            if message is None or message.state in ("deferred", "refused"):
                return "has no invitation by mail"
            return {"claimed": "unknown whether the invitation went", "sent": ""}.get(
                message.state, "the invitation came back"
            )

        return _plan(tx, workspace, lambda _: wave, reminded, not_yet)


def plan_confirmations(store: Store, workspace: Workspace) -> Plan:
    """Everybody whose newest answer has not been confirmed by mail yet."""
    with store.reading() as tx:
        newest = newest_answers(tx)
        return _plan(
            tx,
            workspace,
            lambda key: f"{CONFIRMATION}-{newest.get(key, 0)}",
            messages_of_kind(tx, CONFIRMATION),
            lambda key: "" if key in newest else "has not answered",
        )


def why_not(kind: str, state: Tracking, workspace: Workspace) -> str:
    """Why a mail of this kind may not go to somebody in this state now; empty where it may."""
    now, confirms = workspace.now(), kind == CONFIRMATION
    reasons = {
        "is no longer on the list": not state.listed and not confirms,
        "the invitation was revoked": state.invitation is not InvitationState.ISSUED,
        "wants no further invitations": state.blocked and not confirms,
        "the address does not take mail": state.message is MessageState.BOUNCED_HARD,
        "has answered": state.reply != "open" and not confirms,
        "the answer is open again": state.reply == "open" and confirms,
        "the deadline has passed": now > workspace.campaign.deadline and not confirms,
        "the event is over": now > workspace.campaign.event.ends_at,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def why_not_now(tx: Transaction, workspace: Workspace, due: Due, one: Addressee, earlier: Message | None) -> str:
    """Why a mail that was planned may not go any more: all is asked again at its claim.

    `earlier` is the latest attempt to send it, if there was one.
    """
    recipient, other = one.recipient, ""
    if due.kind == CONFIRMATION:
        newest = newest_answers(tx, due.key).get(due.key)
        other = "" if due.wave == f"{CONFIRMATION}-{newest}" else "a newer answer is to be confirmed"
    elif recipient.email:
        signer = LinkSigner(workspace.keys, workspace.campaign.id)
        objected = queries.blocked(tx, [signer.block_hash(recipient.email)])
        other = "wants no further invitations" if objected else ""
    without = "has no e-mail address" if recipient.channel is Channel.POST else ""
    return without or _settled(earlier) or why_not(due.kind, one.state, workspace) or other


def _plan(
    tx: Transaction,
    workspace: Workspace,
    wave_of: Callable[[str], str],
    messages: Mapping[tuple[str, str], Message],
    not_yet: Callable[[str], str],
) -> Plan:
    due: list[Due] = []
    unknown: list[str] = []
    left_out: Counter[str] = Counter()
    states = queries.trackings(tx)
    signer = LinkSigner(workspace.keys, workspace.campaign.id)
    recipients = queries.recipients(tx)
    blocked = _blocked(tx, signer, recipients)
    for one in recipients:
        wave = wave_of(one.key)
        reason = (
            ("has no e-mail address" if one.channel is Channel.POST else "")
            or not_yet(one.key)
            or _settled(messages.get((one.key, wave)))
            or why_not(kind_of(wave), states[one.key], workspace)
            or ("wants no further invitations" if one.key in blocked and kind_of(wave) != CONFIRMATION else "")
        )
        if not reason:
            due.append(Due(one.key, wave, one.email.rpartition("@")[2].lower()))
            continue
        left_out[reason] += 1
        if reason == _UNKNOWN:
            unknown.append(one.key)
    return Plan(tuple(due), dict(left_out), tuple(unknown))


def _blocked(tx: Transaction, signer: LinkSigner, recipients: list[Recipient]) -> set[str]:
    """The keys of those whose address objected."""
    hashes = {one.key: signer.block_hash(one.email) for one in recipients if one.email}
    everybody = sorted(set(hashes.values()))
    # Databases take only so many parameters in one statement.
    found = (queries.blocked(tx, everybody[start : start + 500]) for start in range(0, len(everybody), 500))
    objected = set().union(*found)
    return {key for key, address_hash in hashes.items() if address_hash in objected}


def _settled(message: Message | None) -> str:
    """Why a message may not be claimed (again): it went, it may have gone, or the server will not have it."""
    if message is None or message.state == "deferred":
        return ""
    return {
        "sent": "has it already",
        "claimed": _UNKNOWN,
        "refused": "the server refused it for good",
    }.get(message.state, "it came back")


def _reminder_wave(reminded: Mapping[tuple[str, str], Message], workspace: Workspace) -> str:
    begun: dict[int, list[Message]] = {}
    for (_, wave), message in reminded.items():
        begun.setdefault(int(wave.rsplit("-", 1)[1]), []).append(message)
    if not begun:
        return f"{REMINDER}-1"
    newest = max(begun)
    first = min(message.claimed_at for message in begun[newest])
    return f"{REMINDER}-{newest + (workspace.now() - first >= _BETWEEN_REMINDERS)}"
