"""What staff do with what did not arrive: correct an address, send again, mark a letter returned, clear up a mail.

Nothing is sent here: what is due again goes with the next sending, released and agreed to as every mail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from starlette.responses import Response

from invite_pipeline.domain.events import LetterMoved
from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.domain.tracking import LetterState
from invite_pipeline.errors import CorrectionRefused, RecordChanged, UnknownRecipient
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.mail.resolve import due_again_in, resolve_in
from invite_pipeline.recipients.correct import correct_in
from invite_pipeline.store import delivery_queries, queries
from invite_pipeline.store.database import Transaction
from invite_pipeline.store.ledger import append
from invite_pipeline.web.staff.pages.replies import FieldWrong, one_line
from invite_pipeline.web.staff.site import HOME, Call, Routes
from invite_pipeline.web.staff.skipped import bulk_notice
from invite_pipeline.web.staff.texts import N_

DELIVERY = f"{HOME}/delivery"
CHANGED = N_(
    "Inzwischen ist zu diesem Empfänger etwas geschehen. Nichts ist überschrieben: Bitte prüfen Sie den neuen Stand."
)
_AGAIN = N_("Die Mail ist wieder fällig: Sie geht mit dem nächsten Versand hinaus.")
Show = Callable[..., Response]
_WRONG: Mapping[str, str] = {
    "email": N_("Das ist keine E-Mail-Adresse."),
    "postcode": N_("Eine deutsche Postleitzahl hat fünf Ziffern."),
    "country": N_("Dieses Land ist nicht bekannt."),
    "address": N_("Eine Anschrift hat höchstens sechs Zeilen."),
}


def routes(routes: Routes, show: Show) -> None:
    """What is done with one recipient, and with many."""

    def mending(act: Callable[[Call, str], str]) -> Callable[[Call], Response]:
        return lambda call: _mended(call, show, act)

    routes.post(f"{DELIVERY}/of/{{key}}/email", mending(_email), StaffRole.ENTER)
    routes.post(f"{DELIVERY}/of/{{key}}/again", mending(_again), StaffRole.ENTER)
    routes.post(f"{DELIVERY}/of/{{key}}/address", mending(_address), StaffRole.ENTER)
    routes.post(f"{DELIVERY}/of/{{key}}/resolve", mending(_resolve), StaffRole.ORGANISE)
    routes.post(f"{DELIVERY}/again", _all_again, StaffRole.ORGANISE)
    routes.post(f"{DELIVERY}/returned", _returned, StaffRole.ENTER)


def _mended(call: Call, show: Show, act: Callable[[Call, str], str]) -> Response:
    """Do something about one recipient; the form comes again with what is wrong."""
    key = call.path_part("key")
    try:
        said = act(call, key)
    except FieldWrong as wrong:
        return show(call, 422, wrong, key)
    except CorrectionRefused as error:
        return show(call, 422, FieldWrong(error.field, call.text(_WRONG.get(error.field, CHANGED))), key)
    except RecordChanged:
        return show(call, 409, FieldWrong("", call.text(CHANGED)), key)
    except UnknownRecipient:
        return call.sorry(404, call.text("Diesen Empfänger gibt es nicht."))
    return call.go(_back(call), said)


def _back(call: Call) -> str:
    said = {name: call.posted.get(name, "")[:80] for name in ("what", "text", "page")}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{DELIVERY}?{query}" if query else DELIVERY


def _check_seen(call: Call, tx: Transaction, key: str) -> None:
    """Raises RecordChanged where something happened to the recipient since the form was opened."""
    queries.tracking(tx, key, lock=True)
    if call.posted.get("seen") != str(delivery_queries.newest_events(tx, [key]).get(key)):
        raise RecordChanged


def _email(call: Call, key: str) -> str:
    address = one_line(call, "email", 254)
    if not address:
        raise FieldWrong("email", call.text("Bitte geben Sie die richtige Adresse ein."))
    with call.store.writing() as tx:
        _check_seen(call, tx, key)
        changed = correct_in(tx, call.site.workspace, key, {"email": address}, by=call.account.name)
        if not changed:
            raise FieldWrong("email", call.text("Das ist die Adresse, die schon dasteht."))
        _refuse_objector(call, tx, key)
        due_again_in(tx, call.site.workspace, key, by=call.account.name)
        call.note(tx, "address.corrected", key)
    return call.text("Die Adresse ist berichtigt.") + " " + call.text(_AGAIN)


def _refuse_objector(call: Call, tx: Transaction, key: str) -> None:
    signer = LinkSigner(call.site.workspace.keys, call.site.campaign.id)
    if queries.blocked(tx, [signer.block_hash(queries.recipient(tx, key).email)]):
        raise FieldWrong("email", call.text("Wer diese Adresse hat, möchte keine Einladungen: An sie geht nichts."))


def _again(call: Call, key: str) -> str:
    with call.store.writing() as tx:
        _check_seen(call, tx, key)
        if not due_again_in(tx, call.site.workspace, key, by=call.account.name):
            raise RecordChanged
        call.note(tx, "mail.again", key)
    return call.text(_AGAIN)


_POSTAL = ("street", "postcode", "city", "country")


def _address(call: Call, key: str) -> str:
    values = {name: one_line(call, name, 200) for name in _POSTAL if name in call.posted}
    if "address" in call.posted:
        values["address"] = call.posted["address"][:2000]
    with call.store.writing() as tx:
        _check_seen(call, tx, key)
        if not correct_in(tx, call.site.workspace, key, values, by=call.account.name):
            raise FieldWrong("street", call.text("Das ist die Anschrift, die schon dasteht."))
        call.note(tx, "address.corrected", key)
    return call.text("Die Anschrift ist berichtigt: Der Brief ist neu zu setzen und zu drucken.")


def _resolve(call: Call, key: str) -> str:
    outcome, wave = call.posted.get("outcome", ""), call.posted.get("wave", "")[:40]
    evidence = one_line(call, "evidence", 300)
    if outcome not in ("sent", "not-sent"):
        raise FieldWrong("outcome", call.text("Bitte wählen Sie, ob die Mail hinausging."))
    if not evidence:
        raise FieldWrong("evidence", call.text("Bitte schreiben Sie, woher Sie das wissen."))
    with call.store.writing() as tx:
        _check_seen(call, tx, key)
        sent, workspace = outcome == "sent", call.site.workspace
        if not resolve_in(tx, workspace, key, sent=sent, evidence=evidence, wave=wave or None):
            raise RecordChanged
        call.note(tx, "mail.resolved", key)
    return call.text("Vermerkt: Die Mail ging hinaus.") if sent else call.text(_AGAIN)


# --- many at once -----------------------------------------------------------------------------------------------


def _all_again(call: Call) -> Response:
    def again(tx: Transaction, key: str) -> str:
        done = due_again_in(tx, call.site.workspace, key, by=call.account.name)
        return "" if done else call.text("kam nicht mehr zurück")

    return _bulk(call, again, "mail.again")


def _returned(call: Call) -> Response:
    def mark(tx: Transaction, key: str) -> str:
        if queries.tracking(tx, key, lock=True).letter not in (LetterState.PRINTED, LetterState.POSTED):
            return call.text("war schon vermerkt")
        append(tx, key, LetterMoved(step="returned"), at=call.now)
        return ""

    return _bulk(call, mark, "letter.returned")


def _bulk(call: Call, act: Callable[[Transaction, str], str], action: str) -> Response:
    """Do something about each that was chosen; `act` says why not, and nothing where it was done."""
    chosen = tuple(dict.fromkeys(call.lists.get("key", ())))[:200]
    if not chosen:
        return call.go(_back(call), call.text("Bitte wählen Sie zuerst aus, um wen es geht."), "wrong")
    seen = dict(pair.rsplit(":", 1) for pair in call.lists.get("seen", ()) if ":" in pair)
    changed, skipped = 0, Counter[str]()
    with call.store.writing() as tx:
        newest = delivery_queries.newest_events(tx, chosen)
        for key in sorted(chosen):
            why = act(tx, key) if seen.get(key) == str(newest.get(key)) else call.text("inzwischen geändert")
            if why:
                skipped[why] += 1
            else:
                changed += 1
        if changed:
            call.note(tx, action, count=changed)
    said, kind = bulk_notice(call, changed, skipped)
    return call.go(_back(call), said, kind)
