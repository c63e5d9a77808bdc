"""Kills senders at random moments, and compares the mail server's own record with the store.

python -m tests.crash_harness [KILLS]      exit status 1 where a mail was doubled or lost
"""

from __future__ import annotations

import os
import queue
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import ROOT, a_campaign, a_recipient, a_store, a_workspace
from tests.smtp_server import SmtpServer, running_smtp_server

_MAILS_BEFORE_A_KILL = 8
_SECONDS_OF_A_MAIL = 0.01
_MAILS_FOR_EACH_KILL = 12
_PATIENCE = 60


@dataclass
class Outcome:
    """What became of everybody: counted by the store's word and by the server's record."""

    kills: int = 0
    recipients: int = 0
    sent: int = 0
    unknown: int = 0
    unknown_delivered: int = 0
    doubled: int = 0
    lost: int = 0
    """Neither delivered nor named as unknown; or taken for sent where the server has nothing."""

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.recipients} recipients: {self.sent} sent, {self.unknown} unknown "
            f"({self.unknown_delivered} of them delivered), {self.doubled} doubled, {self.lost} lost"
        )


class _Senders:
    """The process that forks senders, and what they say."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.killable_sender", url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._said: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line.strip())

    def start(self, folder: Path) -> int:
        """Start a run over a folder's store; gives its process id as soon as its first mail is about to go."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{folder}\n")
        return int(self._heard("begins"))

    def finish(self, pid: int) -> None:
        """Wait until a run has ended by itself."""
        while self._heard("ends") != str(pid):
            pass

    def _heard(self, what: str) -> str:
        while True:
            word, _, rest = self._said.get(timeout=_PATIENCE).partition(" ")
            if word == what:
                return rest

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=_PATIENCE)
        self._listener.join(timeout=_PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def _senders(url: str) -> Iterator[_Senders]:
    senders = _Senders(url)
    try:
        yield senders
    finally:
        senders.close()


def _kill(pid: int) -> bool:
    """Kill -9 and wait until it is gone; whether it was still running."""
    if not _runs(pid):
        return False
    os.kill(pid, signal.SIGKILL)
    while _runs(pid):
        time.sleep(0.001)
    return True


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_for_mails(server: SmtpServer, number: int, pid: int) -> None:
    wanted = len(server.deliveries) + number
    while len(server.deliveries) < wanted and _runs(pid):
        time.sleep(0.001)


def crash(folder: Path, server: SmtpServer, kills: int, *, chance: random.Random, at_once: int = 1) -> Outcome:
    """Mail everybody with senders that are killed at random moments, `at_once` of them together."""
    total = Outcome()
    with _senders(server.url) as senders:
        while total.kills < kills:
            # Small rounds: the longer the list, the longer each start takes.
            some = folder / str(total.recipients)
            round_ = _Round(some, server, senders, chance, first=total.recipients, kills=min(kills - total.kills, 20))
            round_.run(at_once, total)
    return total


class _Round:
    """Some recipients, some kills, and in the end a sender that is left in peace."""

    def __init__(
        self, folder: Path, server: SmtpServer, senders: _Senders, chance: random.Random, *, first: int, kills: int
    ) -> None:
        self._folder, self._server, self._senders, self._chance, self._kills = folder, server, senders, chance, kills
        workspace = a_workspace(folder, smtp_url=server.url, campaign=without_pace())
        everybody = [a_recipient(f"m-{first + number}") for number in range(kills * _MAILS_FOR_EACH_KILL)]
        self._store = a_store(workspace, everybody)
        workspace.letter_path("x").parent.mkdir(parents=True)
        (workspace.out / "programme.pdf").write_bytes(b"%PDF-1.7 the programme")
        for one in everybody:
            workspace.letter_path(one.key).write_bytes(b"%PDF-1.7 a letter")

    def run(self, at_once: int, total: Outcome) -> None:
        """Kill, finish, and count what became of everybody."""
        for _ in range(0, self._kills, at_once):
            running = [self._senders.start(self._folder) for _ in range(at_once)]
            for pid in self._chance.sample(running, len(running)):
                _wait_for_mails(self._server, self._chance.randint(0, _MAILS_BEFORE_A_KILL), pid)
                time.sleep(self._chance.uniform(0, _SECONDS_OF_A_MAIL))
                total.kills += _kill(pid)
        self._senders.finish(self._senders.start(self._folder))
        _count(self._store, self._server, total)
        self._store.close()


def _count(store: Store, server: SmtpServer, total: Outcome) -> None:
    """Compare what the store says of each recipient with what the server took."""
    delivered = server.mails_per_recipient()
    with store.reading() as tx:
        known = queries.messages(tx, "invitation")
        everybody = queries.recipients(tx)
    total.recipients += len(everybody)
    for one in everybody:
        mails, state = delivered[one.email], known[one.key].state if one.key in known else "queued"
        total.sent += state == "sent"
        total.unknown += state == "claimed"
        total.unknown_delivered += state == "claimed" and mails > 0
        total.doubled += mails > 1
        total.lost += (state == "sent") != (mails == 1) and state != "claimed"


def without_pace() -> Campaign:
    """The example campaign, as fast as it goes."""
    return replace(a_campaign(), mail=replace(a_campaign().mail, rate=""))


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance, bad = random.Random(seed), 0
    for at_once, share in ((1, kills - kills // 4), (2, kills // 4)):
        with tempfile.TemporaryDirectory() as folder, running_smtp_server() as server:
            outcome = crash(Path(folder), server, share, chance=chance, at_once=at_once)
            print(f"{at_once} at once: {outcome}")
            bad += outcome.doubled + outcome.lost
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
