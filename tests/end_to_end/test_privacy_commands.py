"""`invite forget`, `export-person` and `processing-record`, as an organiser runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from invite_pipeline.run.init import init_campaign
from tests.builders import NOW
from tests.end_to_end.test_broken_campaigns import invite


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign as `invite init` makes it, loaded."""
    init_campaign(tmp_path / "campaign", NOW.date())
    invite(tmp_path / "campaign", "send", "--dry-run")
    return tmp_path / "campaign"


def first_key(folder: Path) -> str:
    return str(json.loads(invite(folder, "recipients", "--json").stdout.splitlines()[0])["key"])


def test_person_is_exported_forgotten_and_exported_empty(folder: Path) -> None:
    key = first_key(folder)
    exported = invite(folder, "export-person", key)
    known = json.loads(exported.stdout)
    assert known["recipient"]["email"]
    assert known["notice"]["controllers"]
    forgotten = invite(folder, "forget", key)
    assert forgotten.returncode == 0
    assert "Still to do: delete recipients/" in forgotten.stderr
    assert not json.loads(invite(folder, "export-person", key).stdout)["recipient"]["email"]
    assert not list((folder / "out").rglob(f"{key}*"))


def test_unknown_key_ends_with_a_sentence(folder: Path) -> None:
    for command in ("forget", "export-person"):
        result = invite(folder, command, "k-nobody")
        assert (result.returncode, result.stdout) == (2, "")
        assert "k-nobody" in result.stderr


def test_record_of_processing_is_german_text(folder: Path) -> None:
    assert invite(folder, "processing-record").stdout.startswith("# Verzeichnis von Verarbeitungstätigkeiten")
