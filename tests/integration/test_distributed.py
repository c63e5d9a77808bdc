"""The same stages by workers, on PostgreSQL and a real mail server; killed workers double and lose nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from invite_pipeline.domain.stage import StageReport
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.replies.record import record_reply
from invite_pipeline.run.distributed.follow import render_distributed, send_distributed
from invite_pipeline.run.distributed.queue import prepare
from invite_pipeline.run.init import init_campaign
from invite_pipeline.run.local import load, open_store, prepare_letters
from invite_pipeline.run.outgoing import due_mails, due_reminders
from invite_pipeline.run.workspace import open_workspace
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import NOW, ROOT, a_reply
from tests.postgresql_server import running_server, server_programs
from tests.smtp_server import SmtpServer

pytestmark = [pytest.mark.postgresql, pytest.mark.smtp, pytest.mark.slow]

_HEADER = "Schlüssel;Organisation;Straße;PLZ;Ort;E-Mail"
_NOW = "2023-11-20T10:00"


class Campaign:
    """A campaign on PostgreSQL with so many recipients, and the workers that work for it."""

    def __init__(self, folder: Path, store_url: str, smtp_url: str, recipients: int) -> None:
        self.folder = folder
        init_campaign(folder, NOW.date())
        for path in (folder / "recipients").iterdir():
            path.unlink()
        rows = [f"k-{n};Verein {n};Weg {n};53111;Bonn;k{n}@verein{n}.example" for n in range(recipients)]
        (folder / "recipients" / "list.csv").write_text("\n".join([_HEADER, *rows]), encoding="utf-8")
        self.environ = {"INVITE_STORE_URL": store_url, "INVITE_SMTP_URL": smtp_url, "INVITE_SECRET_KEYS": "k" * 40}
        self.workspace: Workspace = open_workspace(folder, now=_NOW, environ=self.environ)
        self.store: Store = open_store(self.workspace)
        load(self.store, self.workspace)
        prepare(self.store)

    @contextmanager
    def worker(self, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        """A worker in a process of its own, stopped at the end."""
        code = "from invite_pipeline.cli.app import main; main()"
        command = [sys.executable, "-c", code, "-C", str(self.folder), "--now", _NOW, "worker", *options]
        environ = os.environ | self.environ | {"PYTHONPATH": str(ROOT / "src")}
        process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def render(self) -> StageReport:
        """All letters by workers."""
        keys = prepare_letters(self.store, self.workspace)
        return render_distributed(self.store, self.workspace, keys, say=lambda _: None)

    def send(self, rate: str = "") -> StageReport:
        """All invitations by workers."""
        mails = due_mails(self.store, self.workspace).due
        return send_distributed(self.store, self.workspace, mails, rate=rate, say=lambda _: None)


Make = Callable[[int], Campaign]


@pytest.fixture
def campaign(tmp_path: Path, postgresql_url: str, smtp_server: SmtpServer) -> Iterator[Make]:
    made: list[Campaign] = []

    def make(recipients: int) -> Campaign:
        made.append(Campaign(tmp_path / "campaign", postgresql_url, smtp_server.url, recipients))
        return made[-1]

    yield make
    for one in made:
        one.store.close()


def test_workers_render_and_send_each_letter_once(campaign: Make, smtp_server: SmtpServer) -> None:
    made = campaign(12)
    with made.worker("--jobs", "2"):
        rendered, sent = made.render(), made.send()
    assert (rendered.done, rendered.failures) == (12, ())
    assert (sent.done, sent.failures) == (12, ())
    assert Counter(one.recipients[0] for one in smtp_server.deliveries) == {
        f"k{n}@verein{n}.example": 1 for n in range(12)
    }
    assert due_mails(made.store, made.workspace).due == ()


def test_killed_workers_double_and_lose_nobody(
    campaign: Make, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small batches, so that many are begun and left.
    monkeypatch.setattr("invite_pipeline.run.distributed.follow.MAILS", 10)
    made = campaign(120)
    with made.worker():
        made.render()
    reports: list[StageReport] = []
    sending = threading.Thread(target=lambda: reports.append(made.send("60/s")))
    sending.start()
    for kill_after in (15, 50, 85):
        with made.worker() as process:
            while len(smtp_server.deliveries) < kill_after and sending.is_alive():
                time.sleep(0.02)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    with made.worker():
        sending.join(120)
    assert not sending.is_alive()
    got = Counter(one.recipients[0] for one in smtp_server.deliveries)
    assert max(got.values()) == 1
    unknown = {failure.key for failure in reports[0].failures}
    # Whoever is not known to have been sent to is named; nobody is missing.
    assert {f"k-{n}" for n in range(120)} <= {f"k-{address.split('@')[0][1:]}" for address in got} | unknown
    # Each of the three had one mail under way for each connection, and two claimed ahead.
    assert len(unknown) <= 3 * 3 * made.workspace.campaign.mail.connections


def test_workers_outlive_a_restart_of_the_database(
    tmp_path: Path, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invite_pipeline.run.distributed.follow.MAILS", 10)
    programs = server_programs()
    if programs is None:
        pytest.skip("PostgreSQL's server programs are not installed")
    with running_server(programs, durable=True) as server:
        made = Campaign(tmp_path / "campaign", server.url(server.create_database()), smtp_server.url, 90)
        with made.worker() as process:
            made.render()
            sending = threading.Thread(target=lambda: _until_broken(lambda: made.send("40/s")))
            sending.start()
            while len(smtp_server.deliveries) < 20 and sending.is_alive():
                time.sleep(0.02)
            server.restart()
            sending.join(120)
            # Whoever typed the command types it again: it goes on from where the workers are.
            made.store.patience = 30
            made.send("1000/s")
            assert process.poll() is None
        got = Counter(one.recipients[0] for one in smtp_server.deliveries)
        with made.store.reading() as tx:
            states = {key: message.state for key, message in queries.messages(tx, "invitation").items()}
        made.store.close()
    assert max(got.values()) == 1
    assert {state for key, state in states.items() if not got[f"{key.replace('-', '')}@verein{key[2:]}.example"]} <= {
        "claimed"
    }
    assert len(states) == 90


def _until_broken(work: Callable[[], object]) -> None:
    """What a command does whose database goes away: it ends with a sentence."""
    with suppress(InviteError, SQLAlchemyError):
        work()


def test_workers_send_reminders_to_the_open_ones(campaign: Make, smtp_server: SmtpServer) -> None:
    made = campaign(5)
    with made.worker():
        made.render()
        made.send()
        record_reply(made.store, made.workspace, a_reply("k-1", dedupe="web:1"))
        due = due_reminders(made.store, made.workspace).due
        reminded = send_distributed(made.store, made.workspace, due, say=lambda _: None)
    assert (reminded.done, reminded.failures) == (4, ())
    got = Counter(one.recipients[0] for one in smtp_server.deliveries)
    assert (got["k1@verein1.example"], got["k2@verein2.example"]) == (1, 2)


def test_a_pace_holds_over_all_workers(campaign: Make, smtp_server: SmtpServer) -> None:
    made = campaign(30)
    with made.worker():
        made.render()
    began = time.monotonic()
    with made.worker("--jobs", "2"):
        sent = made.send("10/s")
    # Thirty turns a tenth of a second apart: it cannot have been quicker.
    assert sent.done == 30
    assert time.monotonic() - began >= 2.9


def test_worker_needs_a_store_that_can_be_shared(tmp_path: Path) -> None:
    init_campaign(tmp_path / "campaign", NOW.date())
    code = "from invite_pipeline.cli.app import main; main()"
    command = [sys.executable, "-c", code, "-C", str(tmp_path / "campaign"), "worker"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("INVITE_")}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environ | {"PYTHONPATH": str(ROOT / "src")}, check=False
    )
    assert done.returncode == 2
    assert "Workers share a store on PostgreSQL" in done.stderr
