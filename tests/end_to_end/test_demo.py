"""The whole way once, on a part of each list: letters, mails, replies of every channel, a report that adds up."""

from __future__ import annotations

import json
import mailbox
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ROOT
from tests.end_to_end.test_broken_campaigns import invite

pytestmark = pytest.mark.slow

_OF_EACH_LIST = 40


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example campaign after `invite demo`."""
    folder = tmp_path_factory.mktemp("demo") / "campaign"
    for name in ("templates", "assets", "recipients"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "campaign.toml", folder)
    done = invite(folder, "demo", "--limit", str(_OF_EACH_LIST))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def status(campaign: Path) -> Any:
    """`invite status --json` of what the demo left."""
    store = f"sqlite:///{campaign / 'out' / 'demo' / 'store.db'}"
    done = invite(campaign, "status", "--json", INVITE_STORE_URL=store, INVITE_NOW="2023-12-13")
    found: Any = json.loads(done.stdout)
    return found


def mails(campaign: Path) -> Iterator[EmailMessage]:
    for path in sorted((campaign / "out" / "demo" / "mailserver" / "new").iterdir()):
        yield message_from_bytes(path.read_bytes(), policy=policy.default)


def test_numbers_add_up(status: Any) -> None:
    recipients, channels, replies = status["recipients"], status["channels"], status["replies"]
    assert recipients == 2 * _OF_EACH_LIST
    assert channels["mail"] + channels["post"] == recipients
    assert sum(status["messages"].values()) == channels["mail"]
    assert replies["yes"] + replies["no"] + replies["open"] == recipients
    assert status["persons"] >= replies["yes"]


def test_every_kind_of_reply_left_its_mark(status: Any) -> None:
    assert min(status["replies"][kind] for kind in ("yes", "no", "open", "needs_review")) > 0
    assert status["messages"]["bounced"] > 0
    assert status["messages"]["unknown"] == 0


def test_nobody_got_the_same_mail_twice(campaign: Path) -> None:
    ids = Counter(str(mail["Message-ID"]) for mail in mails(campaign))
    assert max(ids.values()) == 1
    invitations = Counter(str(mail["To"]) for mail in mails(campaign) if ".invitation@" in str(mail["Message-ID"]))
    assert set(invitations.values()) == {1}


def test_each_invitation_carries_letter_programme_and_calendar(campaign: Path) -> None:
    invitation = next(mail for mail in mails(campaign) if ".invitation@" in str(mail["Message-ID"]))
    assert [part.get_filename() for part in invitation.iter_attachments()] == [
        "Einladung.pdf",
        "Vorläufiges Programm.pdf",
        "Termin.ics",
    ]
    assert parseaddr(str(invitation["From"]))[1] == "einladung@staedtepartnerschaften.example"


def test_reports_show_the_figures_of_the_status(campaign: Path, status: Any) -> None:
    folder = campaign / "out" / "demo" / "reports"
    assert {path.name for path in folder.iterdir()} == {"report.html", "report.xlsx", "tracking.csv", "report.pdf"}
    rows = (folder / "tracking.csv").read_text(encoding="utf-8-sig").strip().splitlines()
    assert len(rows) == 1 + 2 * _OF_EACH_LIST
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=[\"']https?://", html)
    assert str(status["recipients"]) in html


def test_letters_lie_where_the_mails_say(campaign: Path) -> None:
    letters = list((campaign / "out" / "demo" / "letters").glob("*.pdf"))
    assert len(letters) == 2 * _OF_EACH_LIST


def test_collecting_the_same_mailbox_again_changes_nothing(campaign: Path, status: Any) -> None:
    demo = campaign / "out" / "demo"
    environ = {"INVITE_STORE_URL": f"sqlite:///{demo / 'store.db'}", "INVITE_NOW": "2023-12-13"}
    done = invite(campaign, "collect", str(demo / "inbox"), **environ)
    assert done.returncode == 0, done.stderr
    assert json.loads(invite(campaign, "status", "--json", **environ).stdout) == status


def test_inbox_is_left_as_it_was(campaign: Path) -> None:
    box = mailbox.Maildir(campaign / "out" / "demo" / "inbox", create=False)
    assert len(box) > 0
    assert not list((campaign / "out" / "demo" / "inbox" / "cur").iterdir())
