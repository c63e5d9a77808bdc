"""Every mail of the corpus is read as the file beside it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from invite_pipeline.replies.read import read_mail

CORPUS = Path(__file__).parent.parent / "corpus"
MAILS = sorted(CORPUS.rglob("*.eml"))


@pytest.mark.parametrize("path", MAILS, ids=[str(path.relative_to(CORPUS)) for path in MAILS])
def test_mail_is_read_as_expected(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    reading = read_mail(path.read_bytes(), path.name).as_json()
    assert {name: reading[name] for name in expected} == expected


def test_corpus_is_there_and_holds_no_address_of_anybody() -> None:
    assert len(MAILS) >= 150
    for path in MAILS:
        for line in path.read_bytes().decode("latin-1").splitlines():
            # What begins with an escape is Japanese (ISO-2022-JP).
            if "@" in line and not line.startswith(("  ", "\x1b")):
                assert ".example" in line.lower() or "=" in line, (path.name, line)


def test_bounces_are_found_and_classed_and_nothing_else_is_taken_for_one() -> None:
    pairs = [
        (json.loads(path.with_suffix(".json").read_text(encoding="utf-8")), read_mail(path.read_bytes()).as_json())
        for path in MAILS
    ]
    bounces = [(said, read) for said, read in pairs if said.get("kind") == "bounce"]
    others = [read for said, read in pairs if said.get("kind") not in ("bounce", None)]
    classed = [(said["class"], read["class"]) for said, read in bounces if said.get("class")]
    assert others
    assert {"hard", "soft"} <= {said for said, _ in classed}
    assert sum(read["kind"] == "bounce" for _, read in bounces) >= 0.97 * len(bounces)
    assert sum(said == read for said, read in classed) >= 0.85 * len(classed)
    assert sum(read["kind"] == "bounce" for read in others) <= 0.01 * len(others)
