"""`invite send`, `remind`, `announce` and `approve`, as an organiser runs them, with a real mail server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from invite_pipeline.formats.sheets import from_csv
from invite_pipeline.run.init import init_campaign
from tests.end_to_end.test_broken_campaigns import edit, invite
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.smtp

NOW = "2026-01-12T10:00"
SETTINGS = {"INVITE_NOW": NOW}


@pytest.fixture
def folder(tmp_path: Path, smtp_server: SmtpServer) -> Path:
    """A campaign as `invite init` makes it, with four recipients; one of them gets letters by post."""
    campaign = tmp_path / "campaign"
    init_campaign(campaign, date(2026, 1, 12))
    for found in (campaign / "recipients").glob("*.*"):
        found.unlink()
    rows = [f"Stadt Ort{number};Am Markt {number};4411{number};Ort;rat@ort{number}.example" for number in range(3)]
    text = "\n".join(["Organisation;Straße;PLZ;Ort;E-Mail", *rows, "Stadt Post;Am Markt 9;44119;Ort;"])
    (campaign / "recipients" / "liste.csv").write_text(text, encoding="utf-8")
    return campaign


def run(folder: Path, server: SmtpServer, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return invite(folder, *arguments, **{**SETTINGS, "INVITE_SMTP_URL": server.url, **environ})


def who(folder: Path) -> dict[str, tuple[str, str]]:
    _, rows = from_csv((folder / "out" / "dry-run" / "who.csv").read_bytes())
    return {row[1]: (row[4], row[5]) for row in rows}


def test_dry_run_writes_the_mails_counts_the_domains_and_says_who_gets_none(
    folder: Path, smtp_server: SmtpServer
) -> None:
    done = run(folder, smtp_server, "send", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert len(list((folder / "out" / "dry-run").glob("*.invitation.eml"))) == 3
    assert "1 to ort0.example" in done.stderr
    assert who(folder)["Stadt Post"] == ("", "has no e-mail address")
    assert who(folder)["Stadt Ort1"] == ("invitation", "")
    assert smtp_server.deliveries == []


def test_test_mail_goes_to_oneself_alone_opens_nothing_and_is_not_noted(folder: Path, smtp_server: SmtpServer) -> None:
    done = run(folder, smtp_server, "send", "--test", "ich@amt.example")
    assert done.returncode == 0, done.stderr
    (mail,) = smtp_server.deliveries
    assert mail.recipients == ("ich@amt.example",)
    assert str(mail.message["Subject"]).startswith("[Test] ")
    links = re.findall(r"/r/([^/]+)/", str(mail.message.get_body(("plain",)).get_content()))  # type: ignore[union-attr]
    assert set(links) == {"TESTMAIL"}
    assert run(folder, smtp_server, "send", "--yes").returncode == 0
    assert len(smtp_server.deliveries) == 4


def test_without_a_terminal_and_without_yes_nothing_goes(folder: Path, smtp_server: SmtpServer) -> None:
    done = run(folder, smtp_server, "send")
    assert (done.returncode, smtp_server.deliveries) == (2, [])
    assert "--yes" in done.stderr


def test_reminder_says_who_gets_it_and_who_does_not_and_why(folder: Path, smtp_server: SmtpServer) -> None:
    smtp_server.refuse("rat@ort2.example", "550 5.1.1 No such user")
    run(folder, smtp_server, "send", "--yes")
    done = run(folder, smtp_server, "remind", "--dry-run", INVITE_NOW="2026-01-20T10:00")
    assert done.returncode == 0, done.stderr
    found = who(folder)
    assert found["Stadt Ort0"] == ("reminder-1", "")
    assert found["Stadt Ort2"] == ("", "has no invitation by mail")
    assert found["Stadt Post"] == ("", "has no e-mail address")


def test_ctrl_c_ends_the_mails_in_flight_and_the_next_run_sends_the_rest(folder: Path, smtp_server: SmtpServer) -> None:
    assert run(folder, smtp_server, "render").returncode == 0
    environ = {name: value for name, value in os.environ.items() if not name.startswith("INVITE_")}
    command = [sys.executable, "-m", "invite_pipeline", "-C", str(folder), "send", "--yes", "--rate", "1/min"]
    with subprocess.Popen(
        command, env={**environ, **SETTINGS, "INVITE_SMTP_URL": smtp_server.url}, stderr=subprocess.PIPE, text=True
    ) as process:
        smtp_server.delivered.wait(60)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert run(folder, smtp_server, "send", "--yes", "--rate", "1000/s").returncode == 0
    mails = smtp_server.mails_per_recipient()
    assert (len(mails), max(mails.values())) == (3, 1)


def test_correction_goes_only_as_it_was_released(folder: Path, smtp_server: SmtpServer) -> None:
    edit("campaign.toml", r"^\[mail\]$", '[mail]\nrelease = "required"')(folder)
    (folder / "templates" / "correction_text.html").write_text("<p>Der Eingang liegt am Rheinufer.</p>", "utf-8")
    assert run(folder, smtp_server, "approve", "--by", "Klaus Wegener").returncode == 0
    assert run(folder, smtp_server, "send", "--yes").returncode == 0
    held = run(folder, smtp_server, "announce", "correction", "--yes")
    assert (held.returncode, len(smtp_server.deliveries)) == (3, 3)
    assert "was not released" in held.stderr
    released = run(folder, smtp_server, "approve", "--announcement", "correction", "--by", "Klaus Wegener")
    assert released.returncode == 0, released.stderr
    assert run(folder, smtp_server, "announce", "correction", "--yes").returncode == 0
    assert len(smtp_server.deliveries) == 6
