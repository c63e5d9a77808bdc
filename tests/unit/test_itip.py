"""The calendar entry that goes out, and the answers that calendar programs send back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from invite_pipeline.formats.itip import CalendarFile, publish, read_method, read_reply
from tests.builders import NOW, a_campaign

UID = "C0DE000000.invite@staedtepartnerschaften.example"

OUTLOOK = f"""BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT=ACCEPTED;CN="Muster, Eva":mailto:Eva.Muster@Stadt.EXAMPLE
COMMENT;LANGUAGE=de-DE:Wir kommen zu zweit\\, danke.\\n
UID:{UID}
SUMMARY;LANGUAGE=de-DE:Zugesagt: 5. Tag der
  Städtepartnerschaften
DTSTART;TZID=W. Europe Standard Time:20240119T100000
DTSTAMP:20231121T081500Z
SEQUENCE:2
X-MICROSOFT-CDO-APPT-SEQUENCE:0
END:VEVENT
END:VCALENDAR
"""


def reply(**changes: str) -> bytes:
    text = OUTLOOK
    for old, new in changes.items():
        text = text.replace({"partstat": "ACCEPTED", "method": "METHOD:REPLY", "uid": f"UID:{UID}"}[old], new)
    return text.replace("\n", "\r\n").encode()


def test_published_entry_is_read_back_by_a_calendar_with_zone_venue_and_link() -> None:
    ics = publish(a_campaign(), uid=UID, now=NOW, url="https://a.example/r/token/antwort")
    calendar = Calendar.from_ical(ics)
    assert isinstance(calendar, Calendar)
    event = calendar.events[0]
    assert calendar["METHOD"] == "PUBLISH"
    assert event["UID"] == UID
    assert event.start == datetime(2024, 1, 19, 9, 0, tzinfo=UTC)
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert "Landtag Nordrhein-Westfalen" in str(event["LOCATION"])
    assert "https://a.example/r/token/antwort" in str(event["DESCRIPTION"])
    assert "bis zum 12.12.2023" in str(event["DESCRIPTION"])
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Europe/Berlin"]


def test_published_entry_has_no_attendee_so_that_outlook_does_not_hide_the_letter() -> None:
    ics = publish(a_campaign(), uid=UID, now=NOW)
    assert b"ATTENDEE" not in ics
    assert read_method(ics) == "PUBLISH"


def test_equal_inputs_publish_equal_bytes() -> None:
    assert publish(a_campaign(), uid=UID, now=NOW) == publish(a_campaign(), uid=UID, now=NOW)


def test_every_line_ends_in_crlf_and_has_at_most_75_octets() -> None:
    lines = publish(a_campaign(), uid=UID, now=NOW, url="https://a.example/" + "t" * 200).split(b"\r\n")
    assert lines[-1] == b""
    assert all(b"\n" not in line and len(line) <= 75 for line in lines)


def test_an_update_raises_the_sequence() -> None:
    assert b"\r\nSEQUENCE:3\r\n" in publish(a_campaign(), uid=UID, sequence=3, now=NOW)


def test_reply_of_outlook_without_organizer_is_read() -> None:
    found = read_reply(reply())
    assert found is not None
    assert (found.uid, found.attendee, found.partstat) == (UID, "eva.muster@stadt.example", "ACCEPTED")
    assert found.comment == "Wir kommen zu zweit, danke."
    assert found.dtstamp == datetime(2023, 11, 21, 8, 15, tzinfo=UTC)
    assert (found.sequence, found.organizer) == (2, "")


@pytest.mark.parametrize("partstat", ["ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED", "accepted"])
def test_every_participation_status_is_read_whatever_its_capitals(partstat: str) -> None:
    found = read_reply(reply(partstat=partstat))
    assert found is not None
    assert found.partstat == partstat.upper()


def test_delegated_names_the_address_of_the_deputy() -> None:
    found = read_reply(reply(partstat='DELEGATED;DELEGATED-TO="mailto:Klein@stadt.example"'))
    assert found is not None
    assert found.delegated_to == ("klein@stadt.example",)


def test_google_comment_and_guests_are_read_from_the_attendee() -> None:
    params = 'ACCEPTED;X-NUM-GUESTS=1;X-RESPONSE-COMMENT="mit Gast"'
    found = read_reply(reply(partstat=params).replace(b"COMMENT;LANGUAGE", b"X-OTHER;LANGUAGE"))
    assert found is not None
    assert (found.guests, found.comment) == (1, "mit Gast")


@pytest.mark.parametrize("method", ["REQUEST", "PUBLISH", "COUNTER", "CANCEL", "REFRESH", "ADD", "DECLINECOUNTER"])
def test_no_other_method_is_a_reply(method: str) -> None:
    assert read_reply(reply(method=f"METHOD:{method}")) is None


def test_reply_in_an_old_charset_is_read() -> None:
    found = read_reply(reply().decode().encode("cp1252"))
    assert found is not None
    assert found.partstat == "ACCEPTED"


@pytest.mark.parametrize(
    "broken", [b"", b"BEGIN:VCALENDAR", reply(uid="X-NOTHING:1"), reply(partstat="WHATEVER"), reply()[:120]]
)
def test_a_calendar_that_does_not_say_who_answers_what_is_no_reply(broken: bytes) -> None:
    assert read_reply(broken) is None


def test_one_broken_line_does_not_cost_the_answer() -> None:
    assert read_reply(reply(uid=f"GEO;;;=:\r\n:::\r\nUID:{UID}")) is not None


@given(st.binary(max_size=300), st.integers(0, 600))
def test_damage_never_raises(noise: bytes, place: int) -> None:
    data = reply()
    read_reply(data[:place] + noise + data[place:])
    read_method(noise)


@pytest.mark.parametrize(
    "url", ["https://a.example/r/tok-en_./antwort", "https://a.example/x;y,z/r/" + "t" * 90 + "/antwort"]
)
def test_file_laid_out_once_is_what_publish_makes_for_each_recipient(url: str) -> None:
    uid = "C0DE000001.invite@stadt.example"
    filled = CalendarFile(a_campaign(), now=NOW).publish(uid=uid, url=url)
    ordinary = publish(a_campaign(), uid=uid, now=NOW, url=url)
    assert filled.replace(b"\r\n ", b"") == ordinary.replace(b"\r\n ", b"")
    assert max(map(len, filled.split(b"\r\n"))) <= 75
