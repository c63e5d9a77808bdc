"""`invite recipients` and `invite check` with lists, as a user runs them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from invite_pipeline.run.init import init_campaign
from tests.builders import NOW
from tests.end_to_end.test_broken_campaigns import invite

KEYS = {"key", "kind", "organisation", "address", "salutation", "email", "channel", "language", "problems"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign as `invite init` makes it."""
    init_campaign(tmp_path / "campaign", NOW.date())
    return tmp_path / "campaign"


def change(folder: Path, pattern: str, replacement: str) -> None:
    path = folder / "recipients" / "liste.csv"
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1)
    assert count == 1
    path.write_text(text, encoding="utf-8")


def lines(result: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_recipient_is_a_json_line_of_the_contract(folder: Path) -> None:
    result = invite(folder, "recipients", "--json")
    found = lines(result)
    assert result.returncode == 0
    assert all(line.keys() == KEYS for line in found)
    assert [(line["key"], line["channel"]) for line in found] == [("b-1", "mail"), ("b-2", "mail"), ("b-3", "post")]


def test_what_was_understood_of_a_file_is_said(folder: Path) -> None:
    said = invite(folder, "recipients").stderr
    assert "recipients/liste.csv: encoding utf-8, delimiter semicolon, header in row 1, 3 rows." in said
    assert "C “Organisation”: organisation" in said
    assert "M “Hinweis”: not used, but there for templates" in said


def test_a_list_is_read_before_there_is_a_campaign(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Verein;Mail\nX;x@x.example\n", encoding="utf-8")
    result = invite(tmp_path, "recipients", str(tmp_path / "list.csv"), "--json")
    assert (result.returncode, lines(result)[0]["organisation"]) == (0, "X")


def test_rows_with_errors_are_lines_too(folder: Path) -> None:
    change(folder, "40213;Musterstadt;rathaus", "4021;Musterstadt;rathaus")
    result = invite(folder, "recipients", "--json")
    found = lines(result)
    assert (result.returncode, [line["key"] for line in found]) == (1, ["b-1", "b-2", "b-3"])
    assert all(line.keys() == KEYS for line in found)
    assert "lost its leading zero" in str(found[0]["problems"])
    assert found[1]["problems"] == []


def test_warnings_fail_only_where_it_is_strict(folder: Path) -> None:
    change(folder, "rathaus@musterstadt.example", "rathaus@gmial.com")
    assert invite(folder, "check").returncode == 0
    assert invite(folder, "check", "--strict").returncode == 1


def test_rejects_overwrite_nothing(folder: Path) -> None:
    change(folder, "40213;Musterstadt;rathaus", "4021;Musterstadt;rathaus")
    path = folder / "recipients" / "liste.csv"
    before = path.read_bytes()
    result = invite(folder, "check", "--rejects", str(path))
    assert (result.returncode, path.read_bytes()) == (2, before)
    assert "is there already" in result.stderr


def test_rejects_are_written_to_be_mended(folder: Path, tmp_path: Path) -> None:
    change(folder, "40213;Musterstadt;rathaus", "4021;Musterstadt;rathaus")
    result = invite(folder, "check", "--rejects", str(tmp_path / "mend.csv"))
    assert result.returncode == 1
    assert "1 rows to mend" in result.stderr
    assert "lost its leading zero" in (tmp_path / "mend.csv").read_text(encoding="utf-8-sig")


def test_missing_translations_are_found(folder: Path) -> None:
    change(folder, "Hinweis", "Sprache")
    change(folder, "Beispieldaten", "fr")
    change(folder, "Beispieldaten", "de")
    change(folder, "Beispieldaten", "")
    (problem,) = json.loads(invite(folder, "check", "--json").stdout)["problems"]
    assert (problem["severity"], problem["where"]) == ("warning", "templates")
    assert "letter.fr.html" in problem["message"]
    (folder / "templates" / "letter.fr.html").write_text("<p>{{ lien }}</p>", encoding="utf-8")
    problems = json.loads(invite(folder, "check", "--json").stdout)["problems"]
    assert any(one["where"] == "templates/letter.fr.html" and "lien" in one["message"] for one in problems)


def test_columns_can_be_named_in_the_campaign(folder: Path) -> None:
    change(folder, "Organisation", "Wer")
    assert invite(folder, "recipients").returncode == 1
    with (folder / "campaign.toml").open("a", encoding="utf-8") as file:
        file.write('\n[columns]\norganisation = "Wer"\n')
    assert invite(folder, "recipients").returncode == 0


def test_changes_are_shown_and_a_changed_key_is_decided(folder: Path) -> None:
    invite(folder, "render")
    change(folder, "b-1;", "neu-1;")
    change(folder, "verein@", "vorstand@")
    shown = lines(invite(folder, "recipients", "--diff", "--json"))
    assert [(line["key"], line["change"]) for line in shown] == [("b-2", "changed"), ("neu-1", "question")]
    assert shown[0]["fields"] == {"email": ["verein@musterstadt.example", "vorstand@musterstadt.example"]}
    assert "question: " in invite(folder, "render").stderr
    assert invite(folder, "recipients", "--same", "b-1=neu-1").returncode == 0
    assert lines(invite(folder, "recipients", "--diff", "--json")) == []


def test_a_later_file_is_compared_with_the_list_of_its_name(folder: Path, tmp_path: Path) -> None:
    invite(folder, "render")
    later = tmp_path / "liste.csv"
    text = (folder / "recipients" / "liste.csv").read_text(encoding="utf-8").splitlines()
    later.write_text("\n".join(text[:-1]) + "\n", encoding="utf-8")
    shown = lines(invite(folder, "recipients", "--diff", str(later), "--json"))
    assert [(line["key"], line["change"]) for line in shown] == [("b-3", "gone")]


def test_renumbered_keys_are_shown_as_questions(folder: Path) -> None:
    invite(folder, "render")
    change(folder, "b-1;", "b-9;")
    change(folder, "b-2;", "b-1;")
    change(folder, "b-9;", "b-2;")
    shown = lines(invite(folder, "recipients", "--diff", "--json"))
    assert [(line["key"], line["change"], line["stored"]) for line in shown] == [
        ("b-2", "question", "b-1"),
        ("b-1", "question", "b-2"),
    ]
    assert invite(folder, "recipients", "--same", "b-1=b-2", "--same", "b-2=b-1").returncode == 0
    assert lines(invite(folder, "recipients", "--diff", "--json")) == []


def test_an_answer_about_an_unknown_key_is_refused(folder: Path) -> None:
    invite(folder, "render")
    result = invite(folder, "recipients", "--other", "b-99")
    assert result.returncode == 2
    assert "No row without errors has the key “b-99”" in result.stderr
