"""The record of processing activities (GDPR, Art. 30), as a text that a data-protection officer can file."""

from __future__ import annotations

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.run.privacy import retention_ends


def record_of_processing(workspace: Workspace) -> str:
    """The record in German Markdown, from what campaign.toml says."""
    parts = (
        f"# Verzeichnis von Verarbeitungstätigkeiten (Art. 30 DSGVO)\n\n## {workspace.campaign.title}",
        *(f"**{name}**\n\n{text}" for name, text in _entries(workspace) if text),
        f"Stand: {workspace.now().astimezone(workspace.campaign.event.tz):%d.%m.%Y}",
    )
    return "\n\n".join(parts) + "\n"


def _entries(workspace: Workspace) -> list[tuple[str, str]]:
    campaign, privacy, ends = workspace.campaign, workspace.campaign.privacy, retention_ends(workspace)
    return [
        ("Verantwortliche (Art. 26: gemeinsam, wo es mehrere sind)", _lines(privacy.controllers)),
        ("Datenschutzkontakt", privacy.contact),
        ("Zweck", privacy.purpose),
        ("Rechtsgrundlage", privacy.legal_basis),
        ("Betroffene Personen", _lines(("Eingeladene und ihre Büros", "Vertretungen und Begleitpersonen"))),
        ("Kategorien personenbezogener Daten", _lines(_categories(workspace))),
        ("Herkunft der Adressen", privacy.address_source),
        ("Empfänger", privacy.recipients or "keine außer den Verantwortlichen"),
        (
            "Übermittlung in Drittländer",
            "durch die Software nicht vorgesehen; Mail- und Serverbetreiber sind hier zu nennen.",
        ),
        (
            "Löschfristen",
            _lines(
                (
                    f"Anmeldedaten: {privacy.retention_months} Monate nach der Veranstaltung, am {ends:%d.%m.%Y}",
                    f"Texte eingegangener Mails: nach {privacy.mail_retention_days} Tagen",
                    "Widersprüche: als verschlüsselte Prüfsumme der Adresse, unbefristet, um sie beachten zu können",
                )
            ),
        ),
        ("Aufsichtsbehörde", privacy.authority),
        ("Technische und organisatorische Maßnahmen (Art. 32)", _lines(_MEASURES)),
        ("Veranstaltung", f"{campaign.event.start:%d.%m.%Y}"),
    ]


def _categories(workspace: Workspace) -> list[str]:
    found = [
        "Name, Titel, Amt, dienstliche Anschrift, Mail-Adresse und Telefonnummer",
        "Zu- oder Absage, Zahl und Namen der Teilnehmenden, Bemerkungen",
        "Verlauf von Versand und Rückmeldung, eingegangene Mails",
    ]
    if workspace.campaign.workshops:
        found.append("Wahl der Arbeitsgruppe")
    return found


_MEASURES = (
    "persönliche Links mit kryptographischer Signatur, ohne personenbezogene Daten und widerrufbar",
    "keine Cookies für Eingeladene, keine Zählpixel, keine Inhalte Dritter",
    "keine personenbezogenen Daten in Serverprotokollen",
    "Zugang der Mitarbeitenden mit Rollen, Argon2-Passwörtern, Sperre nach Fehlversuchen, auf Wunsch zweitem Faktor",
    "Änderungsprotokoll ohne Inhalte; Löschung und Auskunft je Person auf Befehl",
)


def _lines(entries: tuple[str, ...] | list[str]) -> str:
    return "\n".join(f"- {entry}" for entry in entries)
