"""campaign.toml: everything that is wrong in it is said, at its line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invite_pipeline.errors import CampaignInvalid, Problem
from invite_pipeline.formats.campaign_file import parse_campaign, read_campaign
from tests.builders import ROOT

EXAMPLE = (ROOT / "campaign.toml").read_text(encoding="utf-8")


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(CampaignInvalid) as caught:
        parse_campaign(text)
    return caught.value.problems


def line_of(start: str, text: str = EXAMPLE) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line.startswith(start))


def changed(pattern: str, replacement: str) -> str:
    text, count = re.subn(pattern, replacement, EXAMPLE, count=1, flags=re.MULTILINE)
    assert count == 1
    return text


def test_the_example_is_the_seed() -> None:
    campaign = parse_campaign(EXAMPLE)
    assert campaign.event.starts_at == datetime(2024, 1, 19, 9, 0, tzinfo=UTC)
    assert [host.name for host in campaign.hosts] == ["André Kuper MdL", "Klaus Wegener", "Wolfram Kuschke"]
    assert campaign.deadline == datetime(2023, 12, 12, 22, 59, 59, 999999, tzinfo=UTC)
    assert campaign.speed_dating is not None


def test_impossible_date_is_named_with_its_line() -> None:
    (problem,) = problems(changed(r"^start = 2024-01-19T10:00:00", "start = 2024-02-31T10:00:00"))
    assert problem.row == line_of("start = 2024-01-19")
    assert "date" in problem.message.lower()


def test_date_in_quotes_is_named_with_the_mend() -> None:
    (problem,) = problems(changed(r"^deadline = .*", 'deadline = "12. Dezember"'))
    assert (problem.row, problem.column) == (line_of("deadline"), "rsvp.deadline")
    assert "2024-01-19" in problem.fix


def test_unknown_key_is_reported_with_the_nearest_known_one() -> None:
    found = {problem.column: problem for problem in problems(changed(r"^capacity = 1200", "capasity = 1200"))}
    assert found["event.capasity"].row == line_of("capacity = 1200")
    assert "capacity" in found["event.capasity"].fix


def test_missing_key_is_reported_at_its_table() -> None:
    (problem,) = problems(changed(r"^venue = .*\n", ""))
    assert (problem.row, problem.column) == (line_of("[event]"), "event.venue")


def test_host_without_a_name_is_reported_at_that_host() -> None:
    (problem,) = problems(changed(r'^name = "Klaus Wegener"\n', ""))
    assert problem.row == line_of('name = "Klaus') - 1
    assert "name" in problem.message


def test_host_with_an_empty_name_is_reported() -> None:
    (problem,) = problems(changed(r'^name = "Klaus Wegener"', 'name = "  "'))
    assert problem.row == line_of('name = "Klaus')


def test_deadline_after_the_event_is_reported() -> None:
    (problem,) = problems(changed(r"^deadline = .*", "deadline = 2024-02-01"))
    assert "after the event" in problem.message


def test_every_problem_comes_in_one_run() -> None:
    text = (
        changed(r"^venue = .*\n", "")
        .replace("max_persons = 4", "max_persons = 0")
        .replace('zone = "Europe/Berlin"', 'zone = "Mars"')
    )
    assert len(problems(text)) >= 2


def test_header_injection_in_a_subject_is_refused() -> None:
    (problem,) = problems(changed(r"^subject = .*", r'subject = "Einladung\\r\\nBcc: x@y.example"'))
    assert "one line" in problem.message


def test_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CampaignInvalid, match="invite init"):
        read_campaign(tmp_path / "campaign.toml")


def test_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "campaign.toml").write_bytes("title = 'Städte'".encode("cp1252"))
    with pytest.raises(CampaignInvalid, match="UTF-8"):
        read_campaign(tmp_path / "campaign.toml")
