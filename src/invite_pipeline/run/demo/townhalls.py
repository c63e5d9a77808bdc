"""How the invited answer in the demo: through the real pages over HTTP, or by mails as town halls write them."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

_UID = re.compile(rb"^UID:(.*(?:\r?\n[ \t].*)*)", re.MULTILINE)

# Whoever the answers come from is as invented as the recipients are.
WRITTEN = (
    ("yes", "wir nehmen gerne mit 2 Personen teil."),
    ("no", "leider bin ich an diesem Tag verhindert.\n\nIch wünsche der Veranstaltung einen guten Verlauf."),
    ("yes", "vielen Dank für die Einladung. Gerne sage ich zu."),
    ("no", "das schaffen wir leider nicht."),
    ("deputy", "leider verhindert. Herr Schulz wird mich vertreten."),
    ("yes", "unser Verein kommt zu dritt."),
    ("no", "ich würde gern teilnehmen, bin aber im Urlaub."),
    ("unclear", "kann ich eine Begleitperson mitbringen?"),
    ("unclear", "habe mir den Termin vorgemerkt."),
    ("objection", "bitte streichen Sie mich aus dem Verteiler."),
)


@dataclass(frozen=True, slots=True)
class Invited:
    """A mail that somebody got: who, with which link, and what an answer refers to."""

    address: str
    link: str
    message_id: str
    subject: str
    bounce_to: str
    uid: str


def read_invited(folder: Path, base_url: str) -> dict[str, Invited]:
    """What lies in the demo's mail server, by the address it went to."""
    found = {}
    for path in sorted((folder / "new").iterdir()):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        one = _invited(mail, base_url)
        if one is not None:
            found[one.address] = one
    return found


def _invited(mail: EmailMessage, base_url: str) -> Invited | None:
    plain = mail.get_body(("plain",))
    link = re.search(re.escape(base_url) + r"/r/\S+/antwort", plain.get_content()) if plain else None
    if link is None:
        return None
    uid = next((_UID.search(_bytes(part)) for part in mail.walk() if part.get_content_type() == "text/calendar"), None)
    return Invited(
        address=parseaddr(str(mail["To"]))[1],
        link=link[0],
        message_id=str(mail["Message-ID"]),
        subject=str(mail["Subject"]),
        bounce_to=parseaddr(str(mail["Return-Path"]))[1],
        uid=re.sub(rb"\r?\n[ \t]", b"", uid[1]).decode().strip() if uid else "",
    )


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


# --- over HTTP --------------------------------------------------------------------------------------------------


def open_page(link: str) -> str:
    """What a browser gets that opens a link."""
    with urlopen(link, timeout=30) as page:
        return str(page.read().decode())


def answer_form(link: str, fields: Mapping[str, str]) -> str:
    """Open the page behind a link, fill in its form and send it, as a browser does; gives the page that follows."""
    hidden = _hidden_fields(open_page(link))
    data = urlencode({**hidden, **fields}).encode()
    with urlopen(Request(link, data=data), timeout=30) as answer:
        return str(answer.read().decode())


class _Hidden(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes.get("value", "")


def _hidden_fields(html: str) -> dict[str, str]:
    reader = _Hidden()
    reader.feed(html)
    return reader.fields


# --- by mail ----------------------------------------------------------------------------------------------------


def written_answer(to: Invited, text: str, at: datetime, reply_to: str) -> EmailMessage:
    """A German office's answer, with the invitation quoted under it."""
    mail = _mail(to.address, reply_to, f"AW: {to.subject}", at)
    mail["In-Reply-To"] = to.message_id
    mail["References"] = to.message_id
    quote = "\n".join(
        f"> {line}" for line in ("Sehr geehrte Damen und Herren,", "", "bitte melden Sie sich zu oder ab.")
    )
    mail.set_content(
        f"Sehr geehrte Damen und Herren,\n\n{text}\n\nMit freundlichen Grüßen\nBüro im Rathaus (Beispiel)\n\n"
        f"Am 06.11.2023 um 10:12 schrieb Landtag NRW und Auslandsgesellschaft.de:\n{quote}\n"
    )
    return mail


def calendar_answer(to: Invited, partstat: str, at: datetime, reply_to: str) -> EmailMessage:
    """What a calendar program sends when its user presses Accept or Decline."""
    mail = _mail(to.address, reply_to, f"{partstat.capitalize()}: {to.subject}", at)
    ics = (
        "BEGIN:VCALENDAR\r\nPRODID:-//Beispiel//Kalender//DE\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        f"UID:{to.uid}\r\nDTSTAMP:{at:%Y%m%dT%H%M%SZ}\r\nDTSTART:20240119T090000Z\r\nSEQUENCE:0\r\n"
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{to.address}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    mail.set_content("Automatisch von Ihrem Kalender gesendet.\n")
    mail.add_alternative(
        ics.encode(), maintype="text", subtype="calendar", params={"method": "REPLY", "charset": "utf-8"}
    )
    return mail


def bounce(to: Invited, status: str, answer: str, at: datetime) -> EmailMessage:
    """What a mail server sends back that could not deliver (RFC 3464)."""
    mail = _mail("mailer-daemon@mx.example", to.bounce_to, "Undelivered Mail Returned to Sender", at)
    mail["Auto-Submitted"] = "auto-replied"
    mail.make_mixed()
    mail.replace_header("Content-Type", 'multipart/report; report-type="delivery-status"')
    text = _part()
    text.set_content(f"This is the mail system at host mx.example.\n\n<{to.address}>: {answer}\n")
    mail.attach(text)
    report = _part()
    report["Content-Type"] = "message/delivery-status"
    fields = (
        f"Final-Recipient: rfc822; {to.address}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {answer}\n"
    )
    report.set_payload([_headers("Reporting-MTA: dns; mx.example\n"), _headers(fields)])
    mail.attach(report)
    original = _part()
    original["Content-Type"] = "text/rfc822-headers"
    original.set_payload(f"Message-ID: {to.message_id}\nTo: {to.address}\n")
    mail.attach(original)
    return mail


def out_of_office(to: Invited, at: datetime, reply_to: str) -> EmailMessage:
    """An absence note, which is no answer."""
    mail = _mail(to.address, reply_to, f"Automatische Antwort: {to.subject}", at)
    mail["Auto-Submitted"] = "auto-replied"
    mail["In-Reply-To"] = to.message_id
    mail.set_content(
        "Ich bin bis einschließlich 1. Dezember nicht im Büro. In dringenden Fällen hilft Frau Klein weiter.\n"
    )
    return mail


def stranger(at: datetime, reply_to: str) -> EmailMessage:
    """A clear answer of somebody whom nobody invited: matched to no one."""
    mail = _mail("buero@unbekannt.example", reply_to, "Ihre Einladung", at)
    mail.set_content("Guten Tag,\n\nwir kommen gern mit 2 Personen.\n\nMit freundlichen Grüßen\nEin Beispielbüro\n")
    return mail


def deliver(folder: Path, mails: Iterator[EmailMessage]) -> int:
    """Put mails into a Maildir, as a mail server would; gives their number."""
    box = mailbox.Maildir(folder)
    return sum(bool(box.add(mail.as_bytes(policy=policy.SMTP))) for mail in mails)


def _mail(sender: str, to: str, subject: str, at: datetime) -> EmailMessage:
    mail = EmailMessage(policy=policy.default)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(at)
    name = re.sub(r"[^a-z0-9]", "-", f"{sender}-{subject}".lower())[:60]
    mail["Message-ID"] = f"<{name}.{at:%Y%m%d%H%M}@client.example>"
    return mail


def _part() -> EmailMessage:
    return EmailMessage(policy=policy.default)


def _headers(text: str) -> EmailMessage:
    return message_from_bytes(text.encode(), policy=policy.default)
