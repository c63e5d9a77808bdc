"""12 Protokoll: who did what to which record, when; never with what contents."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from invite_pipeline.domain.staff import StaffRole
from invite_pipeline.run.privacy import purge, retention_ends
from invite_pipeline.store import audit
from invite_pipeline.web.staff.site import HOME, Call, Routes
from invite_pipeline.web.staff.texts import N_

LOG = f"{HOME}/log"
_PAGE = 100
ACTIONS: Mapping[str, str] = {
    "login": N_("angemeldet"),
    "reply.entered": N_("Antwort erfasst"),
    "review.accepted": N_("Rückmeldung übernommen"),
    "review.dismissed": N_("Rückmeldung beiseitegelegt"),
    "link.revoked": N_("Link gesperrt"),
    "link.issued": N_("Link neu ausgestellt"),
    "export.table": N_("Tabelle exportiert"),
    "export.calls": N_("Telefonliste gedruckt"),
    "call.noted": N_("Anruf notiert"),
    "call.assigned": N_("Anrufe zugeteilt"),
    "mail.again": N_("zum erneuten Versand vorgemerkt"),
    "mail.resolved": N_("unklare Sendung aufgeklärt"),
    "letter.returned": N_("Brief als zurückgekommen vermerkt"),
    "group.moved": N_("Personen umgesetzt"),
    "capacity.changed": N_("Plätze geändert"),
    "export.group": N_("Gruppenliste gedruckt"),
    "offer.answered": N_("Angebot beantwortet"),
    "address.corrected": N_("Anschrift oder Adresse berichtigt"),
    "view.saved": N_("Ansicht gespeichert"),
    "view.dropped": N_("Ansicht gelöscht"),
    "logout.everywhere": N_("überall abgemeldet"),
    "account.added": N_("Konto angelegt"),
    "account.changed": N_("Konto geändert"),
    "account.password": N_("Passwort geändert"),
    "account.totp": N_("zweiten Faktor eingerichtet"),
    "account.totp.off": N_("zweiten Faktor abgeschaltet"),
}


def routes(routes: Routes) -> None:
    """The page."""
    routes.get(LOG, _show, StaffRole.ORGANISE)


def _show(call: Call) -> Response:
    typed = call.params.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None
    account, action = call.params.get("account", "")[:80], call.params.get("action", "")
    actions = (action,) if action in ACTIONS else ("export.table",) if action == "exports" else ()
    with call.store.reading() as tx:
        found = audit.entries(tx, before=before, limit=_PAGE + 1, account=account, actions=actions)
    return call.page(
        "log.html",
        entries=found[:_PAGE],
        more=found[_PAGE - 1].seq if len(found) > _PAGE else 0,
        account=account,
        action=action,
        actions=ACTIONS,
        purges=_purges(call),
    )


def _purges(call: Call) -> list[tuple[str, str, int]]:
    """What `invite purge` erases: what, from when on, and how much of it is due now."""
    campaign, workspace = call.site.campaign, call.site.workspace
    due = purge(call.store, workspace, dry_run=True)
    days = call.ntext("%(num)s Tag", "%(num)s Tage", campaign.privacy.mail_retention_days)
    return [
        (call.text("Texte gelesener Mails"), call.text("%(days)s nach Eingang", days=days), due.mails),
        (call.text("Angaben zu Ernährung und Zugang"), call.words.day(campaign.event.ends_at), due.needs),
        (call.text("Personendaten aller Eingeladenen"), call.words.day(retention_ends(workspace)), due.persons),
    ]
