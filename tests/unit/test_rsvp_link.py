"""Links, bounce addresses and Message-IDs: what was made is read back, what was altered opens nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.domain.invitation import normal_code, shown_code
from invite_pipeline.errors import InvalidToken
from invite_pipeline.formats.rsvp_link import (
    LinkSigner,
    calendar_uid,
    message_id,
    new_code,
    read_calendar_uid,
    read_message_ids,
    rsvp_url,
)

SIGNER = LinkSigner(["new-key", "old-key"], "tsp-2024")
TOKEN = SIGNER.token("C0DE000000", 1)


def test_token_reads_back() -> None:
    assert SIGNER.read(TOKEN) == ("C0DE000000", 1)


def test_token_is_the_same_each_time_so_that_letters_can_be_made_again() -> None:
    assert SIGNER.token("C0DE000000", 1) == TOKEN


def test_token_of_an_older_key_stays_valid_after_rotation() -> None:
    assert SIGNER.read(LinkSigner(["old-key"], "tsp-2024").token("C0DE000000", 1)) == ("C0DE000000", 1)


def test_newest_key_signs() -> None:
    assert LinkSigner(["new-key"], "tsp-2024").read(TOKEN) == ("C0DE000000", 1)


@pytest.mark.parametrize("signer", [LinkSigner(["foreign"], "tsp-2024"), LinkSigner(["new-key"], "other-event")])
def test_foreign_token_opens_nothing(signer: LinkSigner) -> None:
    with pytest.raises(InvalidToken):
        SIGNER.read(signer.token("C0DE000000", 1))


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_altered_token_opens_nothing(place: int, character: str) -> None:
    altered = TOKEN[:place] + character + TOKEN[place + 1 :]
    if altered == TOKEN:
        return
    with pytest.raises(InvalidToken):
        SIGNER.read(altered)


@pytest.mark.parametrize("character", ["=", " ", "\n", "+", "/", ".", "A", "~"])
def test_no_other_spelling_of_a_token_opens_anything(character: str) -> None:
    for place in range(len(TOKEN) + 1):
        with pytest.raises(InvalidToken):
            SIGNER.read(TOKEN[:place] + character + TOKEN[place:])


@given(st.text(max_size=200))
def test_any_text_opens_nothing(text: str) -> None:
    with pytest.raises(InvalidToken):
        SIGNER.read(text)


def test_token_never_stands_last_in_a_link() -> None:
    assert rsvp_url("https://x.example/", TOKEN) == f"https://x.example/r/{TOKEN}/antwort"


def test_bounce_address_reads_back_whatever_its_capitals() -> None:
    suffix = SIGNER.verp("C0DE000000", "invitation")
    assert SIGNER.read_verp(suffix.upper()) == ("C0DE000000", "invitation")
    assert len("bounce+" + SIGNER.verp("C0DE000000", "reminder-12")) <= 64


@given(st.text(max_size=60))
def test_forged_bounce_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidToken):
        SIGNER.read_verp(text)


def test_message_id_and_uid_read_back() -> None:
    header = f"<other@x.example> {message_id('C0DE000000', 'reminder-1', 'x.example')}"
    assert read_message_ids(header) == [("C0DE000000", "reminder-1")]
    assert read_calendar_uid(calendar_uid("C0DE000000", "x.example")) == "C0DE000000"
    assert read_calendar_uid("someone-elses-event@x.example") is None


def test_code_survives_being_read_out() -> None:
    assert normal_code(" code0-o000l ") == normal_code("C0DE000001")
    assert normal_code("too short") is None
    code = new_code()
    assert normal_code(shown_code(code).lower()) == code
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{10}", code)


def test_block_hash_ignores_capitals_and_survives_rotation() -> None:
    assert SIGNER.block_hash(" Rathaus@Bonn.example") == LinkSigner(["old-key"], "x").block_hash("rathaus@bonn.example")
