"""Mails as Outlook saves them (.msg)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.formats.outlook_msg import to_mail
from invite_pipeline.replies.mailbox import read_paths
from invite_pipeline.replies.read import MailReading, read_mail
from tests.outlook_file import an_outlook_file

HEADERS = """From: Eva Muster <eva@stadt.example>
Date: Mon, 20 Nov 2023 08:30:00 +0100
Message-ID: <1@stadt.example>
Content-Type: multipart/mixed; boundary="gone"
In-Reply-To: <einladung@haus.example>
""".replace("\n", "\r\n")
SAVED = an_outlook_file(subject="AW: Einladung", headers=HEADERS, body="Gerne sage ich zu.\r\n\r\nViele Grüße\r\nEva")


def saved(**texts: str) -> MailReading:
    return read_mail(an_outlook_file(**texts), "1.msg")


def test_saved_mail_is_read_like_the_one_that_was_sent() -> None:
    reading = read_mail(SAVED)
    assert (reading.answer, reading.persons, reading.text) == ("yes", 1, "Gerne sage ich zu.")
    assert reading.message_id == "<1@stadt.example>"
    assert reading.evidence.message_ids == ("<einladung@haus.example>",)
    assert reading.sent is not None


def test_mail_without_headers_has_the_sender_that_outlook_shows() -> None:
    reading = saved(subject="Absage", sender="Eva Muster", address="eva@stadt.example", body="Leider verhindert.")
    assert (reading.evidence.sender, reading.answer) == ("eva@stadt.example", "no")


def test_saved_delivery_report_is_a_bounce() -> None:
    text = "Fehler bei der Nachrichtenzustellung an folgende Empfänger:\r\n\r\nrat@stadt.example\r\n550 5.1.1 unbekannt"
    reading = saved(**{"class": "REPORT.IPM.Note.NDR"}, subject="Unzustellbar: Einladung", body=text)
    assert (reading.kind, reading.recipient, reading.classification) == ("bounce", "rat@stadt.example", "hard")


def test_msg_files_are_found_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "antwort.msg").write_bytes(SAVED)
    assert [read_mail(data, name).answer for name, data in read_paths([tmp_path])] == ["yes"]


def test_damaged_file_is_unreadable_and_says_so() -> None:
    assert read_mail(SAVED[:700]).unreadable
    assert "Outlook" in read_mail(SAVED[:700]).reason
    with pytest.raises(ValueError, match="cannot be read"):
        to_mail(SAVED[:700])


@given(st.binary(min_size=1, max_size=40), st.integers(0, len(SAVED) - 1))
def test_damage_never_raises(noise: bytes, place: int) -> None:
    assert read_mail(SAVED[:place] + noise + SAVED[place + len(noise) :]).file == ""
