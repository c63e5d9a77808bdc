"""4 Akte: all that is known of one recipient, and what staff do with it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from invite_pipeline.domain.address import address_lines
from invite_pipeline.domain.events import Recorded
from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.reply import Disposition, Reply
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import AnswerChanged, InviteError, ReplyRefused, UnknownRecipient
from invite_pipeline.formats.rsvp_link import LinkSigner, rsvp_url
from invite_pipeline.replies.record import record_in
from invite_pipeline.reports import labels
from invite_pipeline.reports.overview import rows_for
from invite_pipeline.reports.rows import Row
from invite_pipeline.run.links import invite_again_in, revoke_in
from invite_pipeline.store import audit, queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.web.staff.pages.replies import (
    CHANGED,
    STAFF_SOURCES,
    FieldWrong,
    read_answer,
    read_declared,
    read_reason,
    read_source,
    refusal,
)
from invite_pipeline.web.staff.site import HOME, Call, Routes
from invite_pipeline.web.staff.story import tell

RECIPIENTS = f"{HOME}/recipients"


@dataclass(frozen=True, slots=True)
class Shown:
    """One recipient as its page shows it, of one reading transaction."""

    row: Row
    invitation: Invitation
    history: list[Recorded]
    reviews: list[queries.Review]
    touched: list[audit.Entry]


def routes(routes: Routes) -> None:
    """The page, and what can be done on it."""
    one = f"{RECIPIENTS}/{{key}}"
    routes.get(one, _show, StaffRole.VIEW)
    routes.get(f"{one}/letter.pdf", _letter, StaffRole.VIEW)
    routes.post(f"{one}/reply", _enter_reply, StaffRole.ENTER)
    routes.post(f"{one}/revoke", _revoke, StaffRole.ORGANISE)
    routes.post(f"{one}/invite-again", _invite_again, StaffRole.ORGANISE)


def _load(call: Call) -> Shown | None:
    key = call.path_part("key")
    with call.store.reading() as tx:
        rows = rows_for(tx, [key], call.site.campaign)
        if not rows:
            return None
        return Shown(
            row=rows[0],
            invitation=queries.invitation(tx, key),
            history=queries.history(tx, key),
            reviews=queries.open_reviews(tx, key),
            touched=audit.entries(tx, subject=key, limit=50),
        )


def _show(call: Call, status: int = 200, wrong: FieldWrong | None = None) -> Response:
    found = _load(call)
    if found is None:
        return _unknown(call)
    recipient, invitation = found.row.recipient, found.invitation
    opens = invitation.state is InvitationState.ISSUED
    signer = LinkSigner(call.site.workspace.keys, call.site.campaign.id)
    link = rsvp_url(call.site.workspace.base_url, signer.token(invitation.code, invitation.revision))
    return call.page(
        "record.html",
        status,
        found=found,
        row=found.row,
        recipient=recipient,
        address=_address(found.row),
        # Whoever holds the link answers for the recipient: only those see it who may enter replies.
        link=link if opens and call.may(StaffRole.ENTER) else "",
        told=[tell(call.words, one) for one in reversed(found.history)],
        has_letter=call.site.workspace.letter_path(recipient.key).is_file(),
        labels=labels,
        sources=[(str(one), call.text(labels.SOURCE[one])) for one in STAFF_SOURCES],
        wrong=wrong,
        nonce=secrets.token_hex(16),
    )


def _address(row: Row) -> tuple[str, ...]:
    forgotten = row.tracking.invitation is InvitationState.FORGOTTEN
    return (row.recipient.organisation,) if forgotten else address_lines(row.recipient)


def _unknown(call: Call) -> Response:
    return call.sorry(404, call.text("Diesen Empfänger gibt es nicht."))


def _letter(call: Call) -> Response:
    key = call.path_part("key")
    try:
        with call.store.reading() as tx:
            queries.recipient(tx, key)
        content = call.site.workspace.letter_path(key).read_bytes()
    except (UnknownRecipient, OSError):
        return call.sorry(404, call.text("Dieser Brief ist noch nicht gesetzt."))
    headers = {"content-disposition": f'inline; filename="{key}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


# --- replies ----------------------------------------------------------------------------------------------------


def _enter_reply(call: Call) -> Response:
    key = call.path_part("key")
    try:
        reply = _typed_reply(call, key)
        with call.store.writing() as tx:
            outcome = record_in(tx, call.site.workspace, reply)
            if not outcome.repeated:
                call.note(tx, "reply.entered", key)
    except FieldWrong as wrong:
        return _show(call, 422, wrong)
    except ReplyRefused as error:
        return _show(call, 422, refusal(call, error))
    except AnswerChanged:
        return _show(call, 409, FieldWrong("", call.text(CHANGED)))
    except UnknownRecipient:
        return _unknown(call)
    if outcome.disposition is Disposition.REVIEW:
        said = call.text("Die Antwort ist älter als die, die schon erfasst ist: Sie steht unter „Prüfen“.")
        return call.go(f"{RECIPIENTS}/{key}", said, "warning")
    late = call.text(" Sie kam nach Anmeldeschluss und ist so vermerkt.") if outcome.late else ""
    return call.go(f"{RECIPIENTS}/{key}", call.text("Die Antwort ist erfasst.") + late)


def _typed_reply(call: Call, key: str) -> Reply:
    typed = read_answer(call)
    nonce = call.posted.get("nonce", "")
    seen = call.posted.get("seen", "")
    if not re.fullmatch(r"[0-9a-f]{32}", nonce) or not re.fullmatch(r"[0-9]{1,15}", seen):
        raise FieldWrong("", call.text("Das Formular ist unvollständig. Bitte laden Sie die Seite neu."))
    return Reply(
        recipient=key,
        source=read_source(call),
        intent=typed.intent,
        declared_at=read_declared(call),
        received_at=call.now,
        # The page's own number: pressing twice enters once.
        dedupe=f"staff:{nonce}",
        actor=call.account.name,
        persons=typed.persons,
        attendees=typed.attendees,
        reason=read_reason(call),
        based_on=int(seen),
    )


# --- links ------------------------------------------------------------------------------------------------------


def _revoke(call: Call) -> Response:
    return _change_link(call, revoke_in, "link.revoked", call.text("Der Link ist gesperrt: Er öffnet nichts mehr."))


def _invite_again(call: Call) -> Response:
    said = call.text("Ein neuer Link ist ausgestellt; alle älteren öffnen nichts mehr.")
    return _change_link(call, invite_again_in, "link.issued", said)


def _change_link(call: Call, change: Callable[[Transaction, Workspace, str], int], action: str, said: str) -> Response:
    key = call.path_part("key")
    page = f"{RECIPIENTS}/{key}"
    try:
        with call.store.writing() as tx:
            if call.posted.get("revision") != str(queries.invitation(tx, key).revision):
                return call.go(page, call.text("Inzwischen wurde der Link geändert; nichts geschah."), "wrong")
            change(tx, call.site.workspace, key)
            call.note(tx, action, key)
    except UnknownRecipient:
        return _unknown(call)
    except InviteError:
        return call.go(page, call.text("Das ist bei diesem Link nicht möglich."), "wrong")
    return call.go(page, said)
