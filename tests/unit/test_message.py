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
from invite_pipeline.mail.message import Attachment, Headers, compose, parts

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
CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"
ATTACHMENTS = (
    Attachment("Einladung.pdf", "application/pdf", b"%PDF-1.7\n" + bytes(range(256))),
    Attachment("Vorläufiges Programm.pdf", "application/pdf", b"%PDF-1.7"),
    Attachment("Termin.ics", "text/calendar", CALENDAR, "PUBLISH"),
)
TEXTS = st.text(max_size=400)


def read(data: bytes) -> EmailMessage:
    return message_from_bytes(data, policy=policy.default)


def test_structure_is_mixed_of_alternative_and_attachments() -> None:
    mail = read(compose(HEADERS, "Hallo", "<p>Hallo</p>", ATTACHMENTS))
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html",
        "application/pdf", "application/pdf", "text/calendar",
    ]  # fmt: skip


def test_attachments_arrive_with_their_names_and_every_octet() -> None:
    mail = read(compose(HEADERS, "Hallo", "<p>Hallo</p>", ATTACHMENTS))
    arrived = [(part.get_filename(), part.get_payload(decode=True)) for part in mail.iter_attachments()]
    assert arrived == [(one.name, one.data) for one in ATTACHMENTS]


def test_no_part_and_no_header_has_a_defect() -> None:
    for part in read(compose(HEADERS, "Hallo", "<p>Hallo</p>", ATTACHMENTS)).walk():
        assert part.defects == []
        assert [header.defects for header in part.values()] == [()] * len(part.values())


def test_old_programs_find_a_plain_name_of_each_file() -> None:
    head = ATTACHMENTS[1].part.partition(b"\r\n\r\n")[0]
    assert b' name="Vorlaeufiges Programm.pdf"' in head
    assert b"filename*=utf-8''Vorl%C3%A4ufiges%20Programm.pdf" in head


def test_calendar_is_base64_and_its_method_stands_in_the_type() -> None:
    calendar = parts(compose(HEADERS, "x", "x", ATTACHMENTS))[-1]
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert (calendar.get_param("method"), calendar.get_content_charset()) == ("PUBLISH", "utf-8")
    assert calendar.get_content_disposition() == "attachment"


def test_texts_are_quoted_printable_utf_8() -> None:
    for part in parts(compose(HEADERS, "Grüße", "<p>Grüße</p>")):
        assert (part["Content-Transfer-Encoding"], part.get_content_charset()) == ("quoted-printable", "utf-8")


@given(TEXTS)
def test_text_arrives_as_it_was_written(text: str) -> None:
    plain, html = parts(compose(HEADERS, text, f"<p>{text}</p>"))
    arrived = str(plain.get_content()).replace("\r\n", "\n").rstrip("\n")
    assert arrived == text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    assert html.get_content_type() == "text/html"


@given(TEXTS)
def test_lines_end_in_crlf_and_have_at_most_76_octets_in_the_body(text: str) -> None:
    _, _, body = compose(HEADERS, text, text * 20, ATTACHMENTS).partition(b"\r\n\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert body.isascii()


def test_long_tokens_in_headers_stay_whole() -> None:
    head = compose(HEADERS, "x", "x").partition(b"\r\n\r\n")[0].decode("ascii")
    assert f"List-Unsubscribe: <{HEADERS.unsubscribe_url}>, <mailto:antwort@x.example?" in head
    assert f"Message-ID: {HEADERS.message_id}" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert max(map(len, head.split("\r\n"))) <= 998


def test_every_header_reads_back() -> None:
    mail = read(compose(HEADERS, "x", "x"))
    assert (mail["Subject"], mail["Date"].datetime) == (HEADERS.subject, HEADERS.date)
    sender = mail["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (HEADERS.from_name, HEADERS.sender)
    assert mail["To"].addresses[0].addr_spec == HEADERS.to
    assert mail["Reply-To"].addresses[0].addr_spec == HEADERS.reply_to


def test_only_automatic_mails_say_so() -> None:
    assert read(compose(HEADERS, "x", "x"))["Auto-Submitted"] is None
    assert read(compose(replace(HEADERS, automatic=True), "x", "x"))["Auto-Submitted"] == "auto-generated"


def test_same_input_gives_the_same_bytes() -> None:
    again = tuple(replace(one) for one in ATTACHMENTS)
    assert compose(HEADERS, "x", "x", ATTACHMENTS) == compose(HEADERS, "x", "x", again)


def test_recipient_with_umlauts_before_the_at_stands_in_utf_8() -> None:
    data = compose(replace(HEADERS, to="bürgermeister@köln.example"), "x", "x")
    assert "\r\nTo: bürgermeister@xn--kln-sna.example\r\n".encode() in data


@pytest.mark.parametrize("subject", ["Einladung\r\nBcc: jemand@x.example", "Einladung\nX: y"])
def test_line_break_in_a_subject_never_makes_a_header(subject: str) -> None:
    with pytest.raises(InviteError, match="more than one line"):
        compose(replace(HEADERS, subject=subject), "x", "x")


def test_file_name_cannot_end_its_header() -> None:
    evil = Attachment('a"; x="y\r\nX-Evil: 1.pdf', "application/pdf", b"%PDF")
    (part,) = read(compose(HEADERS, "x", "x", [evil])).iter_attachments()
    assert part["X-Evil"] is None
    assert part.get_filename() is not None


def test_mail_that_is_too_large_is_refused() -> None:
    huge = Attachment("Einladung.pdf", "application/pdf", b"x" * 20_000_000)
    with pytest.raises(InviteError, match="27 MB"):
        compose(HEADERS, "x", "x", [huge])
