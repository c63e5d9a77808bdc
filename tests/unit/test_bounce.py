"""Delivery reports and servers' letters: who, with which status, and what it means for the address."""

from __future__ import annotations

import base64

import pytest

from invite_pipeline.replies import parse
from invite_pipeline.replies.bounce import read_report
from invite_pipeline.replies.nondelivery import looks_returned, read_letter
from invite_pipeline.replies.read import MailReading, read_mail
from invite_pipeline.replies.status import classify, find_status
from tests.mails import a_bounce, a_mail


@pytest.mark.parametrize(
    ("status", "words", "meaning"),
    [
        *((code, "", "hard") for code in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4")),
        *((code, "", "soft") for code in ("4.2.2", "4.4.1", "5.2.2", "4.4.7", "5.4.7")),
        *((code, "", "policy") for code in ("5.7.1", "5.7.26", "5.6.7")),
        *((code, "", "content") for code in ("5.2.3", "5.3.4")),
        ("4.7.1", "smtp; 450 4.7.1 [EAB] 554 IP=192.0.2.1 - A problem occurred", "policy"),
        ("5.0.0", "smtp; 554 5.7.1 Service unavailable; blocked using zen.spamhaus.org", "policy"),
        ("5.0.0", "554 message looks like spam", "policy"),
        ("5.0.0", "550 Cannot find your hostname, no PTR record", "policy"),
        ("4.7.1", "450 4.7.1 Greylisted, please try again later", "soft"),
        ("5.0.0", "smtp; 550 No such user here", "hard"),
        ("5.0.0", "smtp; 550 5.1.1 unknown", "hard"),
        ("5.7.1", "550 5.7.1 user unknown", "hard"),
        ("4.0.0", "450 User unknown in local recipient table", "soft"),
        ("5.3.0", "552 Mailbox full", "soft"),
        ("5.0.0", "552 Message size exceeds fixed maximum message size", "content"),
        ("", "Die E-Mail-Adresse des Empfängers wurde nicht gefunden", "hard"),
        ("", "Das Postfach des Empfängers ist voll", "soft"),
        ("", "450 mailbox busy", "soft"),
        ("5.0.0", "", "hard"),
        ("4.0.0", "", "soft"),
    ],
)
def test_refusal_is_classified(status: str, words: str, meaning: str) -> None:
    assert classify(status, words) == meaning


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("550 5.1.1 <x@y.example>: unknown", "5.1.1"),
        ("550-5.0.0 then 5.2.1", "5.2.1"),
        ("connect to 192.5.1.1 failed", ""),
        ("version 5.1.1.2", ""),
        ("(#5.1.10)", "5.1.10"),
    ],
)
def test_status_is_found_in_a_servers_words(words: str, status: str) -> None:
    assert find_status(words) == status


def bounce(data: bytes) -> MailReading:
    return read_mail(data, "mail")


def test_report_gives_recipient_status_class_and_words() -> None:
    reading = bounce(a_bounce("klein@stadt.example"))
    assert (reading.kind, reading.recipient, reading.status) == ("bounce", "klein@stadt.example", "5.1.1")
    assert reading.classification == "hard"
    assert "User unknown" in reading.text


def test_delayed_is_no_bounce() -> None:
    reading = bounce(a_bounce(action="delayed", status="4.4.1"))
    assert (reading.kind, reading.classification) == ("delayed", None)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_success_is_a_receipt(action: str) -> None:
    assert bounce(a_bounce(action=action, status="2.0.0")).kind == "receipt"


def test_address_we_wrote_to_goes_before_the_one_it_was_forwarded_to() -> None:
    data = a_bounce().replace(
        b"Final-Recipient: rfc822; k-bonn@stadt.example", b"Final-Recipient: rfc822; x@intern.example"
    )
    assert bounce(data).recipient == "k-bonn@stadt.example"


def test_report_about_several_addresses_names_them_all() -> None:
    original = b"\r\n--b\r\nContent-Type: message/rfc822"
    second = b"\r\nFinal-Recipient: rfc822; b@stadt.example\r\nAction: failed\r\nStatus: 5.2.2\r\n" + original
    data = a_bounce().replace(original, second)
    found = read_report(parse.parse(data))
    assert [(one.recipient, one.classification) for one in found] == [
        ("k-bonn@stadt.example", "hard"),
        ("b@stadt.example", "soft"),
    ]


def test_report_in_base64_is_read() -> None:
    fields = (
        b"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    data = (
        b"From: MAILER-DAEMON@x.example\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(fields)
        + b"\r\n--b--\r\n"
    )
    assert (bounce(data).recipient, bounce(data).status) == ("a@b.example", "5.1.1")


def test_report_without_its_status_part_is_read_from_its_text() -> None:
    data = a_bounce().replace(b"message/delivery-status", b"text/plain")
    assert (bounce(data).kind, bounce(data).recipient) == ("bounce", "k-bonn@stadt.example")


def test_warning_letter_is_a_delay() -> None:
    data = a_mail(
        "THIS IS A WARNING MESSAGE ONLY. <a@b.example>: 450 4.2.0 deferred, will keep trying",
        From="Mail Delivery Subsystem <MAILER-DAEMON@x.example>",
        Subject="Warning: could not send message for past 4 hours",
    )
    assert (bounce(data).kind, bounce(data).recipient) == ("delayed", "a@b.example")


def test_german_letter_is_a_bounce_although_the_helper_misses_it() -> None:
    data = a_mail(
        "Ihre Nachricht hat folgende Empfänger nicht erreicht:\n\nklein@stadt.example\nDas Postfach ist voll.",
        From="Systemadministrator <postmaster@stadt.example>",
        Subject="Unzustellbar: Einladung",
    )
    reading = bounce(data)
    assert (reading.kind, reading.recipient, reading.classification) == ("bounce", "klein@stadt.example", "soft")


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Ihre Mail an Frau Klein war unzustellbar, ich antworte daher. Gerne sage ich zu.", "AW: Einladung"),
        ("Die Rückmeldung über das Formular ist failed, 550 Versuche.", "AW: Einladung"),
        ("Die Zustellung durch die Post hat nicht geklappt, wir kommen aber gern.", "Zustellung der Einladung"),
    ],
)
def test_people_who_write_about_delivery_are_no_bounce(text: str, subject: str) -> None:
    assert bounce(a_mail(text, Subject=subject)).kind == "reply"


def test_helper_that_raises_stops_nothing() -> None:
    mail = parse.parse(b"From: \xff\xfe<@>\r\nSubject: Undeliverable: x\r\nReturn-Path: <>\r\n\r\nfailed 5.1.1")
    assert looks_returned(mail)
    (found,) = read_letter(mail)
    assert (found.recipient, found.status) == ("", "5.1.1")


def test_helper_tells_nobody_what_it_stumbles_over(caplog: pytest.LogCaptureFixture) -> None:
    mail = parse.parse(b"From: \xff\xfe<@>\r\nSubject: Undeliverable: x\r\nReturn-Path: <>\r\n\r\nfailed 5.1.1")
    read_letter(mail)
    assert caplog.records == []
