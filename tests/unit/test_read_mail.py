"""Any bytes are read, within bounds of time and memory; the line for `invite read --json` is the contract's."""

from __future__ import annotations

import json
import random
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invite_pipeline.replies import parse
from invite_pipeline.replies.html import html_to_text
from invite_pipeline.replies.parse import MAX_OCTETS
from invite_pipeline.replies.read import read_mail
from tests.mails import a_bounce, a_calendar_mail, a_mail

FIELDS = ["file", "kind", "recipient", "status", "class", "uid"]
FIELDS += ["partstat", "answer", "persons", "deputy", "text", "reason"]
REPEATED = [
    "wir ",
    "Am ",
    ">",
    "a@",
    "ich komme, ",
    "Von: x\n",
    "1 ",
    "Herr Dr. ",
    "nicht ",
    "<",
    "Mit freundlichen ",
    "Grüße ",
]
KINDS = {"reply", "calendar", "bounce", "delayed", "automatic", "receipt", "complaint", "other"}


@pytest.mark.parametrize("data", [a_mail(), a_bounce(), a_calendar_mail(), b"", b"\xff"])
def test_json_line_has_the_fields_of_the_contract(data: bytes) -> None:
    line = read_mail(data, "mail.eml").as_json()
    assert list(line) == FIELDS
    assert line["kind"] in KINDS
    assert json.loads(json.dumps(line)) == line


def test_sender_is_the_recipient_of_what_is_no_bounce() -> None:
    assert read_mail(a_mail(From="Eva Muster <EVA@Stadt.example>")).as_json()["recipient"] == "eva@stadt.example"


def test_subject_decides_where_the_text_says_nothing() -> None:
    reading = read_mail(a_mail("Siehe Betreff.", Subject="Zusage für den 19. Januar"))
    assert reading.answer == "yes"
    assert "subject" in reading.reason


@pytest.mark.parametrize("subject", ["Zusage?", "AW: Zusage", "Zusage oder Absage"])
def test_subject_that_asks_or_quotes_decides_nothing(subject: str) -> None:
    assert read_mail(a_mail("Siehe Betreff.", Subject=subject)).answer == "unclear"


def test_calendar_comment_that_contradicts_is_unclear() -> None:
    assert read_mail(a_calendar_mail(comment="Leider muss ich absagen.")).answer == "unclear"


def test_calendar_comment_gives_the_number_and_the_deputy() -> None:
    assert read_mail(a_calendar_mail(comment="Wir kommen zu dritt.")).persons == 3
    assert read_mail(a_calendar_mail("DECLINED", comment="Herr Schulz vertritt mich.")).deputy == "Schulz"


def test_delegation_names_the_deputys_address() -> None:
    reading = read_mail(a_calendar_mail('DELEGATED;DELEGATED-TO="mailto:klein@stadt.example"'))
    assert (reading.answer, reading.deputy) == ("no", "klein@stadt.example")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no headers"),
        (b"\n\nText", "no headers"),
        (b"Subject: x\r\n\r\n" + b"x" * MAX_OCTETS, "larger than 30 MB"),
        (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000 + b"--b--",
            "too many parts",
        ),
    ],
)
def test_mail_out_of_bounds_is_unreadable_and_says_why(data: bytes, why: str) -> None:
    reading = read_mail(data, "mail")
    assert (reading.kind, reading.unreadable) == ("other", True)
    assert why in reading.reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("winmail.dat", b"\x78\x9f\x3e\x22" + b"\0" * 5000),
        ("bombe.zip", b"PK\x03\x04" + b"\0" * 5000),
        ("antwort.msg", b"\xd0\xcf\x11\xe0" + b"\0" * 5000),
    ],
)
def test_what_is_attached_is_never_unpacked_and_is_named_to_whoever_reviews(name: str, content: bytes) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "eva@stadt.example"
    mail.set_content("Anbei unsere Antwort.")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    reading = read_mail(mail.as_bytes())
    assert (reading.answer, name in reading.reason) == ("unclear", True)


def test_deep_nesting_ends() -> None:
    data = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(500))
    assert read_mail(data).kind in KINDS


def test_header_injection_stays_in_its_line() -> None:
    reading = read_mail(a_mail().replace(b"AW: Einladung", b"=?utf-8?Q?x=0D=0ABcc:_a@b.example?="))
    assert "\n" not in reading.subject
    assert "\r" not in reading.subject


def test_unknown_charsets_and_broken_encodings_are_read_as_far_as_can_be() -> None:
    data = b"From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\nGerne sage ich zu. \xe4"
    assert read_mail(data).answer == "yes"


def test_html_is_read_without_scripts_and_with_its_quotes_marked() -> None:
    html = (
        "<head><style>p{}</style></head><script>alert(1)</script><p>Ich komme.</p><blockquote>Zu oder ab?</blockquote>"
    )
    assert html_to_text(html) == "Ich komme.\n\n> Zu oder ab?"


def test_equal_mails_have_equal_dedupe_keys_and_others_have_not() -> None:
    assert read_mail(a_mail()).dedupe == read_mail(b"Received: x\r\n" + a_mail(), "elsewhere").dedupe
    assert read_mail(a_mail()).dedupe != read_mail(a_mail("Leider nein.")).dedupe
    assert read_mail(a_mail(Message_ID="")).dedupe != read_mail(a_mail("Leider nein.", Message_ID="")).dedupe


@given(st.binary(max_size=2000))
@settings(max_examples=200)
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    assert read_mail(data).as_json()["kind"] in KINDS


@given(st.sampled_from([a_mail(), a_bounce(), a_calendar_mail()]), st.integers(0, 1500), st.binary(max_size=60))
@settings(max_examples=200)
def test_damaged_mails_never_raise(mail: bytes, place: int, noise: bytes) -> None:
    assert read_mail(mail[:place] + noise + mail[place + len(noise) :]).as_json()["kind"] in KINDS


@pytest.mark.parametrize(
    "text",
    [word * (80_000 // len(word)) for word in REPEATED],
    ids=REPEATED,
)
def test_hostile_repetition_is_read_within_bounds(text: str) -> None:
    # The test run's own time limit is the bound: an expression that backtracks would take hours.
    data = b"From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n" + text.encode()
    assert read_mail(data).kind in KINDS
    assert read_mail(data.replace(b"html", b"plain")).kind in KINDS


def test_contents_of_an_attached_letter_are_not_gone_through_but_named() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "a@b.example", "Antwort", "<1@b.example>"
    mail.set_content("Anbei der ausgefüllte Rückmeldebogen.")
    mail.add_attachment(random.Random(1).randbytes(90_000), maintype="application", subtype="pdf", filename="bogen.pdf")
    parsed = parse.parse(mail.as_bytes())
    attached = next(part for part in parsed.walk() if part.get_filename())
    assert len(str(attached.get_payload())) < 100
    assert "bogen.pdf" in read_mail(mail.as_bytes()).reason


def test_long_encoded_text_is_read_whole() -> None:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "a@b.example", "<1@b.example>"
    mail.set_content("Gerne sage ich zu.\n\n" + "Mit freundlichen Grüßen\n" * 2000, cte="base64")
    assert read_mail(mail.as_bytes()).answer == "yes"


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "REFRESH", "DECLINECOUNTER"])
def test_text_of_another_calendar_message_decides_nothing(method: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "a@b.example", "<1@b.example>"
    mail.set_content("Wir müssen leider absagen.")
    entry = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:1@x.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    mail.add_alternative(entry, subtype="calendar", params={"method": method})
    reading = read_mail(mail.as_bytes())
    assert (reading.kind, reading.answer) == ("reply", "unclear")
    assert method in reading.reason
