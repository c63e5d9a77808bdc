"""Opening a campaign folder: settings in their order, keys that only their owner can read, the rehearsal clock."""

from __future__ import annotations

import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invite_pipeline.errors import InviteError
from invite_pipeline.run.workspace import open_workspace, signing_keys
from tests.builders import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "campaign.toml", tmp_path)
    return tmp_path


def test_environment_wins_over_the_campaign_file(folder: Path) -> None:
    environ = {"INVITE_BASE_URL": "http://127.0.0.1:8000/", "INVITE_STORE_URL": "sqlite:///x.db"}
    workspace = open_workspace(folder, environ=environ)
    assert (workspace.base_url, workspace.store_url) == ("http://127.0.0.1:8000", "sqlite:///x.db")


def test_store_lies_in_the_campaign_folder_by_default(folder: Path) -> None:
    assert open_workspace(folder, environ={}).store_url == f"sqlite:///{folder}/.invite/store.db"


def test_rehearsal_clock_stands_still_in_the_zone_of_the_event(folder: Path) -> None:
    workspace = open_workspace(folder, now="2023-11-20T10:00", environ={"INVITE_NOW": "2020-01-01"})
    assert workspace.now() == workspace.now() == datetime(2023, 11, 20, 9, 0, tzinfo=UTC)


def test_clock_that_is_no_time_is_a_clear_sentence(folder: Path) -> None:
    with pytest.raises(InviteError, match="is not a time"):
        open_workspace(folder, now="yesterday", environ={})


def test_key_is_made_once_and_only_its_owner_reads_it(folder: Path) -> None:
    first = open_workspace(folder, environ={}).keys
    assert open_workspace(folder, environ={}).keys == first
    assert stat.S_IMODE((folder / ".invite" / "keys").stat().st_mode) == 0o600


def test_keys_of_the_environment_are_used_newest_first(tmp_path: Path) -> None:
    assert signing_keys(tmp_path, {"INVITE_SECRET_KEYS": "newest, older"}) == ("newest", "older")
    assert not (tmp_path / ".invite").exists()


def test_empty_key_file_is_never_replaced_silently(tmp_path: Path) -> None:
    (tmp_path / ".invite").mkdir()
    (tmp_path / ".invite" / "keys").write_text("\n")
    with pytest.raises(InviteError, match="is empty") as caught:
        signing_keys(tmp_path, {})
    assert "backup" in caught.value.fix
