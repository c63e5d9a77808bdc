"""`invite user`, as an organiser runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from invite_pipeline.run.init import init_campaign
from tests.builders import NOW
from tests.end_to_end.test_broken_campaigns import invite

PASSWORD = "vier Wörter sind genug"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign as `invite init` makes it, and a file with a password beside it."""
    init_campaign(tmp_path / "campaign", NOW.date())
    (tmp_path / "password").write_text(f"{PASSWORD}\nnot this\n", encoding="utf-8")
    return tmp_path / "campaign"


def add(folder: Path, name: str, *options: str) -> str:
    result = invite(folder, "user", "add", name, "--password-file", str(folder.parent / "password"), *options)
    return f"{result.returncode} {result.stderr}"


def test_account_is_added_and_listed(folder: Path) -> None:
    assert add(folder, "Eva.Muster", "--role", "enter", "--role", "door") == "0 Added eva.muster (enter, door).\n"
    found = json.loads(invite(folder, "user", "list", "--json").stdout)
    expected = {"name": "eva.muster", "roles": ["enter", "door"], "second_factor": False, "disabled": False}
    assert found == [expected]


def test_password_can_come_from_stdin(folder: Path) -> None:
    result = invite(folder, "user", "add", "eva", stdin=f"{PASSWORD}\n")
    assert result.stderr == "Added eva (view).\n"


@pytest.mark.parametrize(
    ("name", "said"), [("eva", "There is an account “eva” already"), ("../x", "cannot be the name of an account")]
)
def test_name_that_cannot_be_is_refused(folder: Path, name: str, said: str) -> None:
    add(folder, "eva")
    assert said in add(folder, name)


def test_short_password_is_refused(folder: Path) -> None:
    result = invite(folder, "user", "add", "eva", stdin="kurz\n")
    assert result.returncode == 2
    assert "at least 12 characters" in result.stderr


def test_unknown_role_is_refused(folder: Path) -> None:
    assert "the roles are view, enter, organise, door" in add(folder, "eva", "--role", "admin")


def test_account_is_closed_and_gets_another_password(folder: Path) -> None:
    add(folder, "eva")
    assert (
        "Changed eva (organise, closed)"
        in invite(folder, "user", "change", "eva", "--role", "organise", "--disable").stderr
    )
    assert (
        "Changed the password of eva"
        in invite(folder, "user", "password", "eva", stdin="andere vier Wörter hier\n").stderr
    )
    assert "There is no account" in invite(folder, "user", "change", "nobody", "--enable").stderr
