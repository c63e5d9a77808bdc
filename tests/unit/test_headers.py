"""Headers: whoever reads them, by RFC 2047 or as CPython does, finds what was meant."""

from __future__ import annotations

import re
from email import message_from_string, policy
from email.header import decode_header, make_header
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invite_pipeline.errors import InviteError
from invite_pipeline.mail import headers

ADDRESS = "einladung@staedtepartnerschaften.example"
WORDS = st.sampled_from(
    ["Büro", "für", "Städtepartnerschaften", "und", "Internationales", "der", "Stadt", "Köln,", "NRW", "a.de",
     "e.", "V.", "(Außenstelle)", "Müller-Lüdenscheidt", "„Süd“", "Comité", "d’échanges", "ИНФО", "رئيس", "עיר", "東京",
     "Łódź", "a=b", "=?utf-8?q?x?=", "O'Neill", '"Q"', "@", "<x>"]
)  # fmt: skip
NAMES = st.lists(WORDS, min_size=1, max_size=14).map(" ".join)
# What a campaign file can hold in one line.
LINES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200)


def parsed(line: str) -> Any:
    name = line.partition(":")[0]
    return message_from_string(f"{line}\r\n\r\n", policy=policy.default)[name]


def by_rfc_2047(line: str) -> str:
    unfolded = line.partition(":")[2].replace("\r\n", "").strip()
    return str(make_header(decode_header(unfolded)))


@given(LINES)
def test_subject_reads_back_and_keeps_the_lines_short(subject: str) -> None:
    line = headers.text("Subject", subject)
    assert str(parsed(line)) == subject
    assert line.isascii()
    assert max(map(len, line.split("\r\n"))) <= 76 or " " not in subject.strip()


@settings(max_examples=500, deadline=None)
@given(NAMES)
def test_name_with_its_address_reads_back(name: str) -> None:
    line = headers.mailbox("From", name, ADDRESS)
    (address,) = parsed(line).addresses
    assert address.addr_spec == ADDRESS
    assert line.isascii()
    if '"' not in line:
        assert by_rfc_2047(line) == f"{name} <{ADDRESS}>"


@given(LINES)
def test_encoded_words_have_at_most_75_characters(name: str) -> None:
    line = headers.mailbox("From", name, ADDRESS) + headers.text("Subject", name)
    assert all(len(word) <= 75 for word in re.findall(r"=\?utf-8\?[bq]\?[^?]*\?=", line))


@pytest.mark.parametrize(
    "name",
    [
        "Büro für Städtepartnerschaften und internationale Angelegenheiten der Stadt Köln, Außenstelle Süd",
        "Landtag Nordrhein-Westfalen und Auslandsgesellschaft.de e. V.",
        'Müller, "Max" (Büro)',
        "رئيس بلدية كولونيا",
        "=?utf-8?q?Trick?=",
        "Max  Muster",
    ],
)
def test_name_keeps_its_blanks_for_every_reader(name: str) -> None:
    line = headers.mailbox("From", name, ADDRESS)
    assert parsed(line).addresses[0].display_name == name


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", "\x0b", "\u2028", "\x85"])
def test_nothing_in_the_data_begins_a_new_header(end: str) -> None:
    injected = f"Einladung{end}Bcc: jemand@x.example"
    with pytest.raises(InviteError):
        headers.text("Subject", injected)
    with pytest.raises(InviteError):
        headers.mailbox("From", injected, ADDRESS)
    with pytest.raises(InviteError):
        headers.mailbox("To", "", f"a@x.example{end}Bcc: b@x.example")
    with pytest.raises(InviteError):
        headers.token("Message-ID", injected)


def test_token_stays_in_one_piece_up_to_a_whole_line() -> None:
    assert headers.token("Message-ID", f"<{'a' * 300}@x.example>") == f"Message-ID: <{'a' * 300}@x.example>"
    with pytest.raises(InviteError):
        headers.token("Message-ID", "a" * 990)


def test_domain_with_umlauts_goes_as_idna() -> None:
    assert headers.mail_address("rathaus@köln.example") == "rathaus@xn--kln-sna.example"


def test_umlauts_before_the_at_stay_for_servers_that_take_them() -> None:
    assert headers.mail_address("bürgermeister@köln.example") == "bürgermeister@xn--kln-sna.example"


def test_sender_with_umlauts_before_the_at_is_refused() -> None:
    with pytest.raises(InviteError, match="letters before the @"):
        headers.ascii_address("bürgermeister@bonn.example")


@pytest.mark.parametrize("address", ["", "rathaus", "a b@x.example", "a@x.example, b@x.example", "a@x.example\r\nX: y"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InviteError, match="not an e-mail address"):
        headers.mail_address(address)
