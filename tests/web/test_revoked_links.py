"""Revoked and re-issued links, rotated keys, and tokens altered in every way: only the newest own link opens."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from invite_pipeline.errors import InvalidToken, InviteError
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.run.links import invite_again, revoke
from invite_pipeline.web.site import Site
from tests.builders import KEYS
from tests.web.pages import Office

MANY = int(os.environ.get("INVITE_FUZZ_TOKENS", "20000"))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=%"


def status(office: Office, revision: int) -> int:
    return int(office.browser.get(f"/r/{office.token(revision=revision)}/antwort").status_code)


def test_revoked_link_looks_like_an_unknown_one(office: Office) -> None:
    revoke(office.store, office.workspace, "k-bonn")
    shown = office.browser.get(f"/r/{office.token()}/antwort")
    assert (shown.status_code, shown.text) == (404, office.browser.get("/r/nonsense/antwort").text)
    assert status(office, 2) == 404


def test_link_issued_again_opens_and_no_older_one_does(office: Office) -> None:
    revoke(office.store, office.workspace, "k-bonn")
    assert invite_again(office.store, office.workspace, "k-bonn") == 2
    assert (status(office, 1), status(office, 2)) == (404, 200)
    assert invite_again(office.store, office.workspace, "k-bonn") == 3
    assert (status(office, 2), status(office, 3)) == (404, 200)


def test_answer_outlives_a_revocation(office: Office) -> None:
    office.answer("yes")
    revoke(office.store, office.workspace, "k-bonn")
    assert office.state().reply == "yes"


def test_revoking_twice_is_told(office: Office) -> None:
    revoke(office.store, office.workspace, "k-bonn")
    with pytest.raises(InviteError, match="revoked already"):
        revoke(office.store, office.workspace, "k-bonn")


def test_rotated_keys_open_letters_that_were_sent_before(office: Office) -> None:
    rotated = Office(replace(office.workspace, keys=("a-newer-key", *KEYS)), office.store)
    assert rotated.browser.get(office.path()).status_code == 200
    assert rotated.browser.get(rotated.path()).status_code == 200
    assert rotated.token() != office.token()


def _altered(token: str, other: str, chance: random.Random) -> str:
    place, char = chance.randrange(len(token)), chance.choice(ALPHABET)
    payload, _, signature = token.rpartition(".")
    ways = (
        token[:place] + char + token[place + 1 :],
        token[:place],
        token[place:],
        token[:place] + char + token[place:],
        f"{payload}.{other.rpartition('.')[2]}",
        f"{other.rpartition('.')[0]}.{signature}",
        token.swapcase(),
        "".join(chance.sample(token, len(token))),
    )
    return chance.choice(ways)


def test_no_altered_truncated_swapped_or_foreign_token_opens_anything(office: Office) -> None:
    chance, site = random.Random(6), office.app.state.site
    foreign = LinkSigner(("another-key",), office.workspace.campaign.id)
    mine = {office.token(number) for number in range(3)}
    opened = []
    for number in range(MANY):
        token, other = office.token(number % 3), foreign.token(f"C0DE{number % 3:06}", 1)
        tried = other if number % 50 == 0 else _altered(token, office.token((number + 1) % 3), chance)
        if tried not in mine and _opens(site, tried):
            opened.append(tried)
    assert opened == []


def _opens(site: Site, token: str) -> bool:
    try:
        site.signer.read(token)
    except InvalidToken:
        return False
    return True
