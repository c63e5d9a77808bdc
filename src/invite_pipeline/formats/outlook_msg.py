"""A mail as Outlook saves it in a file (.msg, MS-OXMSG), turned into the mail that was sent, as far as it is kept."""

from __future__ import annotations

from email.message import EmailMessage, Message
from email.policy import SMTP
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxmsg import Message as OutlookMessage

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How every compound file begins (MS-CFB, 2.2)."""

# What the file says of how the mail was packed holds no more: its text and attachments are kept unpacked.
_PACKING = ("content-type", "content-transfer-encoding", "content-disposition", "mime-version")


def to_mail(data: bytes) -> bytes:
    """The mail as bytes. Raises ValueError for a compound file that holds no mail, or is damaged."""
    from oxmsg import Message as OutlookMessage

    try:
        saved = OutlookMessage.load(data)
        mail = EmailMessage(policy=SMTP)
        _headers(mail, saved)
        _texts(mail, saved)
        for attachment in saved.attachments:
            _attach(mail, attachment.file_name or "", attachment.mime_type or "", attachment.file_bytes or b"")
        return mail.as_bytes()
    except Exception as error:
        # The reader of a damaged file fails in as many ways as there are of damaging it.
        raise ValueError(f"the Outlook file cannot be read: {type(error).__name__}") from error


def _headers(mail: Message, saved: OutlookMessage) -> None:
    """The headers that came with the mail; where Outlook kept none, what it shows."""
    for name, value in saved.message_headers.items():
        if name.lower() not in _PACKING:
            mail[name] = " ".join(value.split())
    shown = {"From": saved.sender or "", "Subject": saved.subject, "Date": _date(saved)}
    if saved.message_class.upper().startswith("REPORT.") and not shown["From"]:
        # What Outlook shows of a delivery report has no sender of its own.
        shown["From"] = "Microsoft Outlook <mailer-daemon@localhost>"
    for name, value in shown.items():
        if value and name not in mail:
            mail[name] = " ".join(value.split())


def _date(saved: OutlookMessage) -> str:
    return saved.sent_date.strftime("%a, %d %b %Y %H:%M:%S %z") if saved.sent_date else ""


def _texts(mail: EmailMessage, saved: OutlookMessage) -> None:
    plain, rich = saved.body, saved.html_body
    if plain or not rich:
        mail.set_content(plain or "")
    if rich and plain:
        mail.add_alternative(rich, subtype="html")
    elif rich:
        mail.set_content(rich, subtype="html")


def _attach(mail: EmailMessage, name: str, mime_type: str, content: bytes) -> None:
    kind, _, subtype = mime_type.partition("/")
    if kind in ("", "multipart", "message") or not subtype:
        kind, subtype = "application", "octet-stream"
    mail.add_attachment(content, maintype=kind, subtype=subtype, filename=name or None)
