"""What staff do with the Telefonliste: call somebody, note what came of it, share the calls out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import cast, get_args
from urllib.parse import parse_qsl

from starlette.responses import Response

from invite_pipeline.domain.events import Called, CallOutcome
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.errors import CorrectionRefused, RecordChanged, UnknownRecipient
from invite_pipeline.recipients.correct import correct_in
from invite_pipeline.replies.phone import note_call_in, version
from invite_pipeline.replies.places import OfferAnswer, answer_offer_in
from invite_pipeline.store import account_queries, call_queries, queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.web.staff.call_filter import CALLS, digits, query_of, wanted_of
from invite_pipeline.web.staff.pages.replies import FieldWrong, one_line
from invite_pipeline.web.staff.scripts import WHY, script_for
from invite_pipeline.web.staff.site import Call, Routes
from invite_pipeline.web.staff.skipped import bulk_notice
from invite_pipeline.web.staff.story import CALLS as SAID
from invite_pipeline.web.staff.story import tell
from invite_pipeline.web.staff.texts import N_

CHANGED = N_(
    "Inzwischen hat jemand anders dazu etwas erfasst. Nichts ist überschrieben: Bitte prüfen Sie den neuen Stand."
)
_LONGEST_NOTE = 500
_EARLIER = 10


def routes(routes: Routes) -> None:
    """One call and its outcome; sharing out many."""
    routes.post(f"{CALLS}/assign", _assign, StaffRole.ENTER)
    routes.get(f"{CALLS}/of/{{key}}", _show, StaffRole.VIEW)
    routes.post(f"{CALLS}/of/{{key}}/outcome", _note, StaffRole.ENTER)
    routes.post(f"{CALLS}/of/{{key}}/phone", _correct_phone, StaffRole.ENTER)
    routes.post(f"{CALLS}/of/{{key}}/offer", _answer_offer, StaffRole.ENTER)


def _show(call: Call, status: int = 200, wrong: FieldWrong | None = None) -> Response:
    key, wanted = call.path_part("key"), wanted_of(call, call.params)
    with call.store.reading() as tx:
        try:
            recipient = queries.recipient(tx, key)
        except UnknownRecipient:
            return call.sorry(404, call.text("Diesen Empfänger gibt es nicht."))
        one = call_queries.one_to_call(tx, wanted, key)
        state = queries.tracking(tx, key)
        history = queries.history(tx, key)[-_EARLIER:]
        assigned = call_queries.assigned(tx, [key]).get(key, "")
    return call.page(
        "call.html",
        status,
        recipient=recipient,
        one=one,
        state=state,
        seen=version(state),
        account=assigned,
        script=script_for(call.site.campaign, one) if one else None,
        told=[tell(call.words, recorded) for recorded in reversed(history)],
        why=WHY,
        said=SAID,
        digits=digits,
        wrong=wrong,
        back=call.params.get("back", "")[:200],
        tomorrow=date.fromordinal(wanted.today.toordinal() + 1).isoformat(),
    )


def _back(call: Call) -> str:
    """The list from which somebody came: only its own filters lead anywhere."""
    asked = dict(parse_qsl(call.posted.get("back", "")[:200]))
    query = query_of(asked)
    return f"{CALLS}?{query}" if query else CALLS


def _note(call: Call) -> Response:
    key, outcome = call.path_part("key"), call.posted.get("outcome", "")
    try:
        if outcome not in get_args(CallOutcome):
            raise FieldWrong("outcome", call.text("Bitte wählen Sie, was der Anruf ergab."))
        again = _again(call) if outcome == "again" else None
        note = one_line(call, "note", _LONGEST_NOTE)
        called = Called(outcome=cast(CallOutcome, outcome), again=again, note=note, by=call.account.name)
        with call.store.writing() as tx:
            note_call_in(tx, call.site.workspace, key, called, seen=call.posted.get("seen", ""))
            call.note(tx, "call.noted", key)
    except FieldWrong as wrong:
        return _show(call, 422, wrong)
    except RecordChanged:
        return _show(call, 409, FieldWrong("", call.text(CHANGED)))
    except UnknownRecipient:
        return _show(call)
    return call.go(_back(call), call.text("Notiert: %(outcome)s.", outcome=call.text(SAID[outcome])))


def _again(call: Call) -> date:
    typed = call.posted.get("again", "").strip()
    try:
        day = date.fromisoformat(typed) if "-" in typed else datetime.strptime(typed, "%d.%m.%Y").date()  # noqa: DTZ007
    except ValueError:
        raise FieldWrong("again", call.text("Bitte ein Datum wie 31.12.2025.")) from None
    event = call.site.campaign.event
    if not call.now.astimezone(event.tz).date() <= day <= event.start.date():
        raise FieldWrong("again", call.text("Bitte einen Tag von heute an bis zur Veranstaltung."))
    return day


def _correct_phone(call: Call) -> Response:
    key = call.path_part("key")
    try:
        number = one_line(call, "phone", 60)
        with call.store.writing() as tx:
            if queries.recipient(tx, key).phone != call.posted.get("was", ""):
                raise RecordChanged
            changed = correct_in(tx, call.site.workspace, key, {"phone": number}, by=call.account.name)
            if changed:
                call.note(tx, "address.corrected", key)
    except FieldWrong as wrong:
        return _show(call, 422, wrong)
    except CorrectionRefused:
        return _show(call, 422, FieldWrong("phone", call.text("Das ist keine Telefonnummer.")))
    except RecordChanged:
        return _show(call, 409, FieldWrong("", call.text(CHANGED)))
    except UnknownRecipient:
        return _show(call)
    said = call.text("Die Nummer ist berichtigt.") if changed else call.text("Die Nummer ist dieselbe geblieben.")
    return call.go(f"{CALLS}/of/{key}", said)


def _answer_offer(call: Call) -> Response:
    key, answer, offer = call.path_part("key"), call.posted.get("answer", ""), call.posted.get("offer", "")
    if answer not in ("yes", "no") or not (offer.isascii() and offer.isdigit() and len(offer) < 16):
        return _show(
            call, 422, FieldWrong("", call.text("Das Formular ist unvollständig. Bitte laden Sie die Seite neu."))
        )
    try:
        with call.store.writing() as tx:
            became = answer_offer_in(tx, call.site.workspace, key, int(offer), accept=answer == "yes")
            if became is not OfferAnswer.GONE:
                call.note(tx, "offer.answered", key)
    except UnknownRecipient:
        return _show(call)
    if became is OfferAnswer.GONE:
        gone = call.text("Dieses Angebot ist schon beantwortet oder abgelaufen; nichts geschah.")
        return _show(call, 409, FieldWrong("", gone))
    accepted = became is OfferAnswer.ACCEPTED
    said = call.text("Der Platz ist angenommen.") if accepted else call.text("Der Platz ist frei für die Nächsten.")
    return call.go(_back(call), said)


# --- sharing out ------------------------------------------------------------------------------------------------


def _assign(call: Call) -> Response:
    keys = tuple(dict.fromkeys(call.lists.get("key", ())))[:200]
    was = dict(pair.split(":", 1) for pair in call.lists.get("was", ()) if ":" in pair)
    name = call.account.name if call.posted.get("to") == "*" else call.posted.get("to", "")[:80]
    if not keys:
        return call.go(_back(call), call.text("Bitte wählen Sie zuerst aus, um wen es geht."), "wrong")
    with call.store.writing() as tx:
        if name and not _can_call(tx, name):
            return call.go(_back(call), call.text("Dieses Konto kann niemanden anrufen."), "wrong")
        chosen, skipped = _sort_out(call, tx, keys, was, name)
        call_queries.assign(tx, dict.fromkeys(chosen, name))
        if chosen:
            call.note(tx, "call.assigned", name, count=len(chosen))
    said, kind = bulk_notice(call, len(chosen), skipped)
    return call.go(_back(call), said, kind)


def _can_call(tx: Transaction, name: str) -> bool:
    return any(one.name == name and one.may(StaffRole.ENTER) for one in account_queries.accounts(tx))


def _sort_out(
    call: Call, tx: Transaction, keys: tuple[str, ...], was: Mapping[str, str], name: str
) -> tuple[list[str], Counter[str]]:
    """Who gets the new name, and why others do not."""
    wanted, now = wanted_of(call, {}), call_queries.assigned(tx, keys)
    chosen, skipped = list[str](), Counter[str]()
    for key in keys:
        if now.get(key, "") == name:
            skipped[call.text("schon so zugeteilt")] += 1
        elif now.get(key, "") != was.get(key, ""):
            skipped[call.text("inzwischen jemand anderem zugeteilt")] += 1
        elif call_queries.one_to_call(tx, wanted, key) is None:
            skipped[call.text("nicht mehr anzurufen")] += 1
        else:
            chosen.append(key)
    return chosen, skipped
