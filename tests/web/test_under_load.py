"""The pages as a real process: many at once, slow clients, a stop and a kill in the middle."""

from __future__ import annotations

import re
import shutil
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.reply import Seat
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.campaign_file import read_campaign
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import ROOT, a_recipient, a_store, a_workspace
from tests.web.served import Served, served

GUESTS = 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example campaign with ten places, in a folder of its own."""
    campaign = tmp_path / "campaign"
    campaign.mkdir()
    for part in ("templates", "assets"):
        shutil.copytree(ROOT / part, campaign / part)
    text = (ROOT / "campaign.toml").read_text(encoding="utf-8")
    text, changed = re.subn(r"(?m)^capacity = \d+", "capacity = 10", text, count=1)
    assert changed
    (campaign / "campaign.toml").write_text(text, encoding="utf-8")
    return campaign


def house(folder: Path, store_url: str) -> tuple[Workspace, Store]:
    campaign = read_campaign(folder / "campaign.toml")
    workspace = replace(a_workspace(folder.parent, campaign=campaign), folder=folder, store_url=store_url)
    return workspace, a_store(workspace, [a_recipient(f"k-{number}") for number in range(GUESTS)])


def all_at_once(pages: Served, numbers: range, answers: list[int]) -> None:
    with ThreadPoolExecutor(50) as pool:
        nonces = list(pool.map(pages.nonce, numbers))
        answers += pool.map(pages.answer, numbers, nonces)


def seats(store: Store) -> list[Seat]:
    with store.reading() as tx:
        return [person.seat for state in queries.trackings(tx).values() for person in state.attendees]


def test_200_posts_for_10_places_confirm_exactly_10(folder: Path, sqlite_url: str) -> None:
    _ten_of_200(*house(folder, sqlite_url), folder)


@pytest.mark.postgresql
def test_200_posts_for_10_places_confirm_exactly_10_on_postgresql(folder: Path, postgresql_url: str) -> None:
    _ten_of_200(*house(folder, postgresql_url), folder)


def _ten_of_200(workspace: Workspace, store: Store, folder: Path) -> None:
    answers: list[int] = []
    with served(workspace, folder) as pages:
        all_at_once(pages, range(GUESTS), answers)
    found = seats(store)
    assert (answers.count(303), len(found)) == (GUESTS, GUESTS)
    assert (found.count(Seat.CONFIRMED), found.count(Seat.WAITLISTED)) == (10, GUESTS - 10)


def test_two_processes_share_the_places_and_end_together(folder: Path, sqlite_url: str) -> None:
    workspace, store = house(folder, sqlite_url)
    answers: list[int] = []
    with served(workspace, folder, "--workers", "2") as pages:
        all_at_once(pages, range(60), answers)
        assert pages.stop() == 0
    found = seats(store)
    assert (answers.count(303), found.count(Seat.CONFIRMED), found.count(Seat.WAITLISTED)) == (60, 10, 50)


def test_kill_under_load_loses_no_reply_that_was_confirmed(folder: Path, sqlite_url: str) -> None:
    workspace, store = house(folder, sqlite_url)
    confirmed: list[int] = []
    enough = threading.Event()
    with served(workspace, folder) as pages:

        def answer(number: int) -> None:
            try:
                if pages.answer(number, pages.nonce(number)) == 303:
                    confirmed.append(number)
            except OSError:
                return
            if len(confirmed) >= 30:
                enough.set()

        with ThreadPoolExecutor(20) as pool:
            for number in range(GUESTS):
                pool.submit(answer, number)
            assert enough.wait(60)
            pages.process.send_signal(signal.SIGKILL)
    with store.reading() as tx:
        states = queries.trackings(tx)
    assert [number for number in confirmed if states[f"k-{number}"].reply != "yes"] == []
    assert len(confirmed) < GUESTS


def test_stop_answers_the_request_that_is_in_flight(folder: Path, sqlite_url: str) -> None:
    workspace, store = house(folder, sqlite_url)
    with served(workspace, folder) as pages:
        sending, rest = pages.half_a_post(0, pages.nonce(0))
        with sending:
            pages.process.send_signal(signal.SIGTERM)
            sending.sendall(rest)
            head = sending.makefile("rb").readline()
        assert pages.process.wait(60) == 0
    assert b"303" in head
    with store.reading() as tx:
        assert queries.tracking(tx, "k-0").reply == "no"


def test_slow_clients_keep_nobody_waiting(folder: Path, sqlite_url: str) -> None:
    workspace, _ = house(folder, sqlite_url)
    with served(workspace, folder) as pages:
        nonce = pages.nonce(0)
        slow = [pages.half_a_post(0, nonce)[0] for _ in range(60)]
        answers: list[int] = []
        all_at_once(pages, range(1, 41), answers)
        for one in slow:
            one.close()
    assert answers == [303] * 40


def test_log_of_the_process_names_no_token_and_nobody(folder: Path, sqlite_url: str) -> None:
    workspace, _ = house(folder, sqlite_url)
    with served(workspace, folder) as pages:
        pages.answer(0, pages.nonce(0), **{"by-name": "Gerda Geheim", "by-email": "gerda@stadt.example"})
        pages.get(f"/r/{pages.token(1)[:-3]}/antwort")
        assert pages.stop() == 0
    log = "".join(pages.log)
    assert "POST" in log
    assert not [word for word in (pages.token(0), pages.token(1)[:20], "Geheim", "gerda") if word in log]


@pytest.mark.parametrize(("trusted", "secure"), [("127.0.0.1", True), ("10.1.2.3", False)])
def test_forwarded_headers_count_only_from_a_trusted_proxy(
    folder: Path, sqlite_url: str, trusted: str, secure: bool
) -> None:
    workspace, _ = house(folder, sqlite_url)
    with served(workspace, folder, FORWARDED_ALLOW_IPS=trusted) as pages:
        connection = pages.connection()
        connection.request("GET", "/", headers={"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"})
        response = connection.getresponse()
        response.read()
        connection.close()
        pages.stop()
    assert (response.getheader("strict-transport-security") is not None) == secure
    assert ("192.0.2" in "".join(pages.log)) == secure
