"""Builders of mails as they come in: a person's answer, a calendar's, a bounce, an out-of-office note."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from invite_pipeline.formats.rsvp_link import LinkSigner, calendar_uid, message_id
from tests.builders import KEYS

DOMAIN = "staedtepartnerschaften.example"
OFFICE = f"antwort@{DOMAIN}"
DATE = "Mon, 20 Nov 2023 08:30:00 +0100"
CODE = "C0DE000000"
SENT_ID = message_id(CODE, "invitation", DOMAIN)


def parsed(data: bytes) -> EmailMessage:
    """A mail as a program reads it."""
    return message_from_bytes(data, policy=SMTP)


def a_mail(text: str = "Gerne sage ich zu.", **headers: str) -> bytes:
    """A person's mail to the office, with `headers` (in_reply_to becomes In-Reply-To)."""
    mail = EmailMessage(policy=SMTP)
    given = {
        "From": "Eva Muster <k-bonn@stadt.example>",
        "To": OFFICE,
        "Subject": "AW: Einladung",
        "Date": DATE,
        "Message-ID": "<1@stadt.example>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in given.items():
        if value:
            mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


def a_calendar_mail(
    partstat: str = "ACCEPTED",
    *,
    uid: str = "",
    stamp: str = "20231120T073000Z",
    comment: str = "",
    sequence: int = 0,
    **headers: str,
) -> bytes:
    """A calendar program's answer."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = headers.get("From", "k-bonn@stadt.example")
    mail["To"] = OFFICE
    mail["Subject"] = headers.get("Subject", "Zugesagt: Einladung")
    mail["Date"] = DATE
    mail["Message-ID"] = headers.get("Message_ID", f"<{partstat}-{stamp}@stadt.example>")
    if "In_Reply_To" in headers:
        mail["In-Reply-To"] = headers["In_Reply_To"]
    mail.set_content("")
    calendar = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//DE\nMETHOD:REPLY\nBEGIN:VEVENT\n"
        f"UID:{uid or calendar_uid(CODE, DOMAIN)}\nDTSTAMP:{stamp}\n"
        f"ATTENDEE;PARTSTAT={partstat}:mailto:k-bonn@stadt.example\n"
        + (f"COMMENT:{comment}\n" if comment else "")
        + (f"SEQUENCE:{sequence}\n" if sequence else "")
        + "END:VEVENT\nEND:VCALENDAR\n"
    ).replace("\n", "\r\n")
    mail.add_alternative(
        calendar.encode(), maintype="text", subtype="calendar", params={"method": "REPLY", "charset": "utf-8"}
    )
    return mail.as_bytes()


def a_bounce(
    address: str = "k-bonn@stadt.example",
    *,
    status: str = "5.1.1",
    words: str = "smtp; 550 5.1.1 User unknown",
    action: str = "failed",
    returned_id: str = SENT_ID,
    to: str = "",
) -> bytes:
    """A delivery report (RFC 3464) as postfix writes it; `to` is where it was sent, by default our signed address."""
    verp = LinkSigner(KEYS, "tsp-2024").verp(CODE, "invitation")
    lines = f"""From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to or f"bounce+{verp}@{DOMAIN}"}
Subject: Undelivered Mail Returned to Sender
Date: {DATE}
Message-ID: <bounce-{status}-{action}@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Diagnostic-Code: {words}

--b
Content-Type: message/rfc822

From: einladung@{DOMAIN}
To: {address}
Message-ID: {returned_id}
Subject: Einladung

Text
--b--
"""
    return lines.replace("\n", "\r\n").encode()
