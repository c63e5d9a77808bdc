"""The waves: to whom each mail goes, to whom it does not and why. Plans only; `send` acts, and looks again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from invite_pipeline.domain.recipient import Channel, Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.mail.kinds import CONFIRMATION, INVITATION, KINDS, OFFER, REMINDER, Due, Kind
from invite_pipeline.store import queries
from invite_pipeline.store.calendar import called_off
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.mail_queries import Addressee, attempts, messages_of_kind, newest_answers
from invite_pipeline.store.place_queries import open_offers
from invite_pipeline.store.queries import Message

_UNKNOWN = "unknown whether it went"
_OBJECTS = "wants no further invitations"
_AT_ONCE = 5000
"""So many recipients are looked at together: a million at once would fill the memory."""

# Who types `remind` twice must not remind twice: a new reminder needs some days between.
_BETWEEN_REMINDERS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due, and how many are left out for which reason."""

    due: tuple[Due, ...]
    left_out: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    """The keys of those whose mail of this wave went perhaps: never sent again unasked."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each of those who are left out gets none, by key."""


def plan_invitations(store: Store, workspace: Workspace) -> Plan:
    """Everybody with an address whose invitation has not been mailed yet."""
    with store.reading() as tx:
        return plan_wave(tx, workspace, KINDS[INVITATION], lambda _: INVITATION)


def plan_reminders(store: Store, workspace: Workspace) -> Plan:
    """Everybody who was invited by mail and has not answered; a reminder begun within three days goes on."""
    with store.reading() as tx:
        wave = _reminder_wave(messages_of_kind(tx, REMINDER), workspace)
        return plan_wave(tx, workspace, KINDS[REMINDER], lambda _: wave, invited_by_mail(tx))


def plan_confirmations(store: Store, workspace: Workspace) -> Plan:
    """Everybody whose newest answer has not been confirmed by mail yet."""
    with store.reading() as tx:
        newest = newest_answers(tx)
        return plan_wave(
            tx,
            workspace,
            KINDS[CONFIRMATION],
            lambda key: f"{CONFIRMATION}-{newest.get(key, 0)}",
            lambda key: "" if key in newest else "has not answered",
        )


def plan_offers(store: Store, workspace: Workspace) -> Plan:
    """Everybody who is offered a place that fell free and has not been told yet."""
    with store.reading() as tx:
        offers = open_offers(tx)
        return plan_wave(
            tx,
            workspace,
            KINDS[OFFER],
            lambda key: f"{OFFER}-{offers.get(key, 0)}",
            lambda key: "" if key in offers else "is offered nothing",
        )


def invited_by_mail(tx: Transaction) -> Callable[[str], str]:
    """For `plan_wave`: why a key is not somebody whom the invitation reached by mail; empty where it is."""
    invited = messages_of_kind(tx, INVITATION)

    def not_yet(key: str) -> str:
        message = invited.get((key, INVITATION))
        if message is None or message.state in ("deferred", "refused"):
            return "has no invitation by mail"
        return {"claimed": "unknown whether the invitation went", "sent": ""}.get(
            message.state, "the invitation came back"
        )

    return not_yet


def plan_wave(
    tx: Transaction,
    workspace: Workspace,
    kind: Kind,
    wave_of: Callable[[str], str],
    not_yet: Callable[[str], str] = lambda key: "",
) -> Plan:
    """Who gets a mail of one kind, who does not and why.

    `wave_of` gives each key's wave ("KIND-1", …): nobody gets the same wave twice. `not_yet` says why a key is not
    meant at all, and is empty where it is. At the claim of each mail `kind` is asked again, but not `not_yet`.
    """
    due: list[Due] = []
    unknown: list[str] = []
    reasons: dict[str, str] = {}
    messages, off = messages_of_kind(tx, kind.name), called_off(tx)
    signer, everybody = LinkSigner(workspace.keys, workspace.campaign.id), queries.listed(tx)
    while some := tuple(islice(everybody, _AT_ONCE)):
        objected = _objected(tx, signer, [one for one, _ in some])
        for one, state in some:
            wave = wave_of(one.key)
            reason = (
                ("has no e-mail address" if one.channel is Channel.POST else "")
                or not_yet(one.key)
                or _settled(messages.get((one.key, wave)))
                or kind.why_not(state, workspace, called_off=off)
                or (_OBJECTS if one.key in objected and state.reply not in kind.regardless else "")
            )
            if not reason:
                due.append(Due(one.key, wave, one.email.rpartition("@")[2].lower()))
                continue
            reasons[one.key] = reason
            if reason == _UNKNOWN:
                unknown.append(one.key)
    return Plan(tuple(due), dict(Counter(reasons.values())), tuple(unknown), reasons)


class SecondLook:
    """Asks again of mails that were planned whether they may go: a few queries for all of them."""

    def __init__(self, tx: Transaction, workspace: Workspace, found: Mapping[str, Addressee]) -> None:
        self._tx, self._workspace, self._found = tx, workspace, found
        self.attempts = attempts(tx, found)
        """The latest attempt of every mail to these recipients."""
        self._called_off = called_off(tx)
        signer = LinkSigner(workspace.keys, workspace.campaign.id)
        self._objected = _objected(tx, signer, [one.recipient for one in found.values()])

    def why_not(self, due: Due) -> str:
        """Why a mail may not go any more; empty where it may."""
        one, kind = self._found.get(due.key), KINDS[due.kind]
        if one is None:
            return "is not known"
        objected = due.key in self._objected and one.state.reply not in kind.regardless
        return (
            ("has no e-mail address" if one.recipient.channel is Channel.POST else "")
            or _settled(self.attempts.get((due.key, due.wave)))
            or kind.why_not(one.state, self._workspace, called_off=self._called_off)
            or kind.still(self._tx, due, one)
            or (_OBJECTS if objected else "")
        )


def _objected(tx: Transaction, signer: LinkSigner, recipients: Sequence[Recipient]) -> set[str]:
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
