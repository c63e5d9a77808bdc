"""A broken campaign gives one clear sentence each and exit status 1 or 2, never a traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from invite_pipeline.run.init import init_campaign
from tests.builders import NOW

Break = Callable[[Path], None]


def invite(folder: Path, *arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("INVITE_")}
    command = [sys.executable, "-m", "invite_pipeline", "-C", str(folder), *arguments]
    env = plain | environ
    return subprocess.run(command, capture_output=True, text=True, input=stdin, env=env, check=False, timeout=120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A campaign as `invite init` makes it."""
    init_campaign(tmp_path / "campaign", NOW.date())
    return tmp_path / "campaign"


def edit(name: str, pattern: str, replacement: str) -> Break:
    def change(folder: Path) -> None:
        path = folder / name
        text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1
        path.write_text(text, encoding="utf-8")

    return change


def write(name: str, content: bytes) -> Break:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return change


def remove(name: str) -> Break:
    return lambda folder: (folder / name).unlink()


def another_row_with_the_last_key(folder: Path) -> None:
    path = folder / "recipients" / "liste.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[-1].replace(b"Beispielhausen", b"Anderswo")]))


BROKEN = {
    "wrong date": (edit("campaign.toml", r"^start = .*T10", "start = 2024-02-31T10"), 2, r"campaign\.toml:\d+.*date"),
    "date in quotes": (
        edit("campaign.toml", r"^deadline = .*", 'deadline = "bald"'),
        2,
        r"campaign\.toml:\d+:rsvp\.deadline",
    ),
    "no campaign file": (remove("campaign.toml"), 2, r"There is no campaign\.toml"),
    "missing template": (remove("templates/letter.html"), 2, r"templates/letter\.html does not exist"),
    "undefined name": (
        edit("templates/letter.html", r"\{\{ campaign\.title \}\}", "{{ campaign.titel }}"),
        2,
        r"templates/letter\.html:\d+.*titel",
    ),
    "unreadable list": (write("recipients/liste.csv", b"\xff\xfe\x00\x01\x9f"), 1, r"recipients/liste\.csv"),
    "workbook that is none": (write("recipients/liste.xlsx", b"no workbook"), 1, r"recipients/liste\.xlsx"),
    "empty list": (write("recipients/liste.csv", b""), 1, r"recipients/liste\.csv.*empty"),
    "no list": (remove("recipients/liste.csv"), 1, r"no recipient list"),
    "duplicate key": (another_row_with_the_last_key, 1, r"recipients/liste\.csv:5.*b-3"),
    "host without a name": (
        edit("campaign.toml", r'^name = "Klaus Wegener"\n', ""),
        2,
        r"campaign\.toml:\d+:hosts\[2\]\.name",
    ),
    "missing signature": (remove("assets/signature-1.svg"), 2, r"assets/signature-1\.svg does not exist"),
    "signature that is no image": (
        write("assets/signature-2.svg", b"kaputt"),
        2,
        r"assets/signature-2\.svg cannot be read",
    ),
    "half a reply slip": (remove("templates/reply_slip.css"), 2, r"templates/reply_slip\.css does not exist"),
    "undefined name in the reply slip": (
        edit("templates/reply_slip.html", r"\{\{ campaign\.title \}\}", "{{ campaign.titel }}"),
        2,
        r"templates/reply_slip\.html:\d+.*titel",
    ),
    "programme that ends before it starts": (
        edit("campaign.toml", r"^end = 10:30:00", "end = 09:30:00"),
        2,
        r"campaign\.toml:\d+:programme\[2\]\.end.*before it starts",
    ),
    "letters that no font has": (
        edit("recipients/liste.csv", r"Beispielhausen", "你好"),
        1,
        r"recipients/liste\.csv:\d+.*fonts have no “你”",
    ),
    "unknown setting": (edit("campaign.toml", r"^capacity = 1200", "capasity = 1200"), 2, r"capasity.*capacity"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_check_says_what_is_broken(folder: Path, name: str) -> None:
    break_it, status, sentence = BROKEN[name]
    break_it(folder)
    done = invite(folder, "check")
    assert done.returncode == status
    assert re.search(sentence, done.stderr)
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    "name", ["wrong date", "missing template", "undefined name", "empty list", "host without a name"]
)
def test_send_refuses_a_broken_campaign(folder: Path, name: str) -> None:
    BROKEN[name][0](folder)
    done = invite(folder, "send", "--yes", INVITE_SMTP_URL="smtp://127.0.0.1:9")
    assert done.returncode in (1, 2)
    assert re.search(BROKEN[name][2], done.stderr)
    assert "Traceback" not in done.stderr


def test_new_campaign_passes_check_at_once(folder: Path) -> None:
    done = invite(folder, "check", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"problems": [], "recipients": 3})


def test_broken_campaign_file_hides_no_list(folder: Path) -> None:
    (folder / "recipients" / "liste.csv").rename(folder / "recipients" / "liste.txt")
    write("recipients/liste.ods", b"no workbook")(folder)
    BROKEN["wrong date"][0](folder)
    assert "recipients/liste.ods" in invite(folder, "check").stderr


def test_short_signing_key_is_a_warning(folder: Path) -> None:
    done = invite(folder, "check", INVITE_SECRET_KEYS="x")
    assert done.returncode == 0
    assert "signing key is short" in done.stderr


def test_store_in_a_folder_that_does_not_exist_is_not_made(folder: Path) -> None:
    done = invite(folder, "status", INVITE_STORE_URL=f"sqlite:///{folder}/no/such/store.db")
    assert done.returncode == 2
    assert not (folder / "no").exists()


@pytest.mark.parametrize(
    "arguments",
    [["--by", " "], ["--by", "M", "--deputy", "x" * 121], ["--by", "M", "--declared", "2099-01-01"]],
    ids=["nobody enters it", "name too long", "tomorrow's letter"],
)
def test_staff_entry_that_cannot_be_is_refused(folder: Path, arguments: list[str]) -> None:
    invite(folder, "render", "--only", "b-1")
    done = invite(folder, "record", "b-1", "yes", "--source", "letter", *arguments, INVITE_NOW=NOW.isoformat())
    assert done.returncode in (1, 2)
    assert json.loads(invite(folder, "status", "--json").stdout)["replies"]["yes"] == 0


@pytest.mark.parametrize("rate", ["x", "0/s"])
def test_pace_that_is_none_is_said_before_anything_is_made(folder: Path, rate: str) -> None:
    done = invite(folder, "send", "--dry-run", "--rate", rate)
    assert done.returncode == 2
    assert not (folder / "out" / "letters").exists()


def test_new_campaign_names_its_own_dates(folder: Path) -> None:
    text = (folder / "campaign.toml").read_text(encoding="utf-8")
    assert "Januar 2024" not in text
    assert "12. Dezember" not in text


def test_init_overwrites_nothing(folder: Path) -> None:
    done = invite(folder, "init", str(folder))
    assert done.returncode == 2
    assert "nothing was written" in done.stderr


def test_mail_server_that_is_not_there_is_a_sentence_and_claims_nothing(folder: Path) -> None:
    done = invite(folder, "send", "--yes", INVITE_SMTP_URL="smtp://127.0.0.1:9", INVITE_NOW=NOW.isoformat())
    assert done.returncode == 2
    assert "cannot be reached" in done.stderr
    status = json.loads(invite(folder, "status", "--json").stdout)
    assert status["messages"] == {"queued": 2, "sent": 0, "refused": 0, "bounced": 0, "unknown": 0}


def test_send_without_a_terminal_and_without_yes_sends_nothing(folder: Path) -> None:
    done = invite(folder, "send", INVITE_SMTP_URL="smtp://127.0.0.1:9", INVITE_NOW=NOW.isoformat())
    assert done.returncode == 2
    assert "2 invitations" in done.stderr
    assert "--yes" in done.stderr


def test_unknown_recipient_is_a_sentence(folder: Path) -> None:
    done = invite(folder, "preview", "nobody")
    assert done.returncode == 2
    assert "No recipient has the key 'nobody'" in done.stderr


def test_help_loads_neither_pandas_nor_weasyprint() -> None:
    code = (
        "import sys; from invite_pipeline.cli import commands, main;"
        "heavy = {'pandas', 'weasyprint', 'sqlalchemy', 'fastapi', 'pydantic'} & set(sys.modules); print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
