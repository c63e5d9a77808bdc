"""Mails as bytes: what a program reads back is what was meant, whatever stands in the data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.errors import InviteError
from invite_pipeline.mail.headers import ascii_address
from invite_pipeline.mail.message import Attachment, Headers, compose

HEADERS = Headers(
    sender="einladung@x.example",
    from_name="Landtag NRW und Auslandsgesellschaft.de",
    to="rathaus@bonn.example",
    subject="Einladung: 5. Tag der Städtepartnerschaften",
    message_id="<invite.C0DE000000.invitation@x.example>",
    date=datetime(2023, 11, 6, 9, 0, tzinfo=UTC),
    reply_to="antwort@x.example",
    unsubscribe_url="https://x.example/r/" + "a" * 120 + "/abmelden",
    unsubscribe_address="antwort@x.example",
)
ATTACHMENTS = (
    Attachment("Einladung.pdf", "application/pdf", b"%PDF-1.7"),
    Attachment("Vorläufiges Programm.pdf", "application/pdf", b"%PDF-1.7"),
    Attachment("Termin.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "PUBLISH"),
)
NAMES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Cf", "Cn", "Co")), min_size=1, max_size=150
)


def read(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def test_structure_is_mixed_of_alternative_and_attachments() -> None:
    mail = read(compose(HEADERS, "Hallo", "<p>Hallo</p>", ATTACHMENTS))
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html",
        "application/pdf", "application/pdf", "text/calendar",
    ]  # fmt: skip
    assert [part.get_filename() for part in mail.iter_attachments()] == [one.name for one in ATTACHMENTS]


def test_calendar_is_base64_and_its_method_stands_in_the_type() -> None:
    calendar = list(read(compose(HEADERS, "x", "x", ATTACHMENTS)).walk())[-1]
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar.get_param("method") == "PUBLISH"


def test_long_tokens_in_headers_stay_whole() -> None:
    head = compose(HEADERS, "x", "x").split(b"\r\n\r\n", 1)[0].decode("ascii")
    assert f"List-Unsubscribe: <{HEADERS.unsubscribe_url}>, <mailto:" in head
    assert f"Message-ID: {HEADERS.message_id}" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


def test_lines_end_in_crlf_and_are_never_too_long() -> None:
    data = compose(HEADERS, "ä" * 3000, "<p>" + "ü" * 3000 + "</p>", ATTACHMENTS)
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in data.split(b"\r\n")) <= 998


def test_only_automatic_mails_say_so() -> None:
    assert read(compose(HEADERS, "x", "x"))["Auto-Submitted"] is None
    assert read(compose(replace(HEADERS, automatic=True), "x", "x"))["Auto-Submitted"] == "auto-generated"


def test_same_input_gives_the_same_bytes() -> None:
    assert compose(HEADERS, "x", "x", ATTACHMENTS) == compose(HEADERS, "x", "x", ATTACHMENTS)


@given(NAMES, NAMES)
def test_headers_read_back_or_the_mail_is_refused(name: str, subject: str) -> None:
    headers = replace(HEADERS, from_name=" ".join(name.split()), subject=" ".join(subject.split()))
    try:
        mail = read(compose(headers, "x", "x"))
    except InviteError:
        return
    assert " ".join(str(mail["Subject"]).split()) == headers.subject
    assert mail["From"].addresses[0].addr_spec == HEADERS.sender
    assert mail["To"].addresses[0].addr_spec == HEADERS.to


@pytest.mark.parametrize("subject", ["Einladung\r\nBcc: jemand@x.example", "Einladung\nX: y"])
def test_line_break_in_a_subject_never_makes_a_header(subject: str) -> None:
    with pytest.raises((InviteError, ValueError)):
        compose(replace(HEADERS, subject=subject), "x", "x")


def test_domain_with_umlauts_goes_as_idna() -> None:
    assert ascii_address("rathaus@köln.example") == "rathaus@xn--kln-sna.example"


def test_sender_with_umlauts_before_the_at_is_refused() -> None:
    with pytest.raises(InviteError, match="letters before the @"):
        ascii_address("bürgermeister@bonn.example")


def test_mail_that_is_too_large_is_refused() -> None:
    huge = Attachment("Einladung.pdf", "application/pdf", b"x" * 20_000_000)
    with pytest.raises(InviteError, match="MB"):
        compose(HEADERS, "x", "x", [huge])
