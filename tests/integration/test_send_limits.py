"""How fast, over which connections and to which store mails go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.mail.send import send_batch
from invite_pipeline.mail.tally import Standing
from invite_pipeline.mail.waves import plan_invitations
from invite_pipeline.store.database import Store
from tests.builders import a_campaign, a_recipient, a_store, a_workspace
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.smtp

KEYS = [f"k-{number}" for number in range(12)]


class Naps:
    """Sleeps at once, and remembers how long it should have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


def made(folder: Path, server: SmtpServer, *, store_url: str = "", **mail: object) -> tuple[Store, Workspace]:
    campaign = a_campaign()
    campaign = replace(campaign, mail=replace(campaign.mail, **{"rate": "", "warm_up": 0, **mail}))  # type: ignore[arg-type]
    workspace = a_workspace(folder, smtp_url=server.url, campaign=campaign)
    workspace = replace(workspace, store_url=store_url or workspace.store_url)
    store = a_store(workspace, [a_recipient(key, email=f"{key}@ort{key[-1]}.example") for key in KEYS])
    workspace.letter_path("x").parent.mkdir(parents=True)
    for path in (workspace.out / "programme.pdf", *map(workspace.letter_path, KEYS)):
        path.write_bytes(b"%PDF-1.7 a file")
    return store, workspace


def test_pace_of_the_campaign_holds_over_all_connections(tmp_path: Path, smtp_server: SmtpServer) -> None:
    store, workspace = made(tmp_path, smtp_server, rate="1/h", connections=4)
    naps = Naps()
    assert send_batch(store, workspace, plan_invitations(store, workspace).due, sleep=naps).done == len(KEYS)
    # However slow this machine is, eleven gaps of an hour stay eleven hours, but for a few minutes.
    assert [round(seconds / 3600) for seconds in sorted(naps.seconds) if seconds > 60] == list(range(1, len(KEYS)))


def test_pace_of_the_command_wins(tmp_path: Path, smtp_server: SmtpServer) -> None:
    store, workspace = made(tmp_path, smtp_server, rate="1/h")
    naps = Naps()
    send_batch(store, workspace, plan_invitations(store, workspace).due, sleep=naps, rate="100000/s")
    assert max(naps.seconds, default=0) < 1800


def test_domain_with_a_pace_of_its_own_keeps_no_other_waiting(tmp_path: Path, smtp_server: SmtpServer) -> None:
    store, workspace = made(tmp_path, smtp_server, domain_rates={"ort0.example": "1/h"}, connections=1)
    went_before: list[set[str]] = []

    async def nap(seconds: float) -> None:
        if seconds > 1800:
            went_before.append({mail.recipients[0] for mail in smtp_server.deliveries})
        await asyncio.sleep(0)

    # k-0 and k-10 share a domain: the second waits for an hour, and all others go first.
    due = sorted(plan_invitations(store, workspace).due, key=lambda one: int(one.key[2:]))[:11]
    send_batch(store, workspace, due, sleep=nap)
    others = {f"k-{number}@ort{number}.example" for number in range(10)}
    assert went_before
    # One is being handed over, and two are claimed ahead.
    assert all(len(others - went) <= 3 for went in went_before)


def test_first_mails_go_alone(tmp_path: Path, smtp_server: SmtpServer) -> None:
    store, workspace = made(tmp_path, smtp_server, warm_up=3, connections=4)
    connections: dict[int, int] = {}

    def watch(standing: Standing) -> None:
        connections.setdefault(standing.sent, smtp_server.connections)

    send_batch(store, workspace, plan_invitations(store, workspace).due, watch=watch)
    assert [connections[sent] for sent in (1, 2, 3)] == [1, 1, 1]
    assert smtp_server.connections == 4


def test_warm_up_that_is_refused_stops_before_the_others_open(tmp_path: Path, smtp_server: SmtpServer) -> None:
    store, workspace = made(tmp_path, smtp_server, warm_up=5, connections=4, stop_at=20)
    smtp_server.refuse_everyone("554 5.7.1 Your address is on a block list")
    with pytest.raises(InviteError, match="block list"):
        send_batch(store, workspace, plan_invitations(store, workspace).due)
    assert (smtp_server.connections, smtp_server.deliveries) == (1, [])


@pytest.mark.postgresql
def test_store_on_postgresql_mails_everybody_once(tmp_path: Path, smtp_server: SmtpServer, postgresql_url: str) -> None:
    store, workspace = made(tmp_path, smtp_server, store_url=postgresql_url, connections=3)
    smtp_server.refuse("k-1@ort1.example", "450 4.2.0 Greylisted", times=1)
    smtp_server.drop("k-2@ort2.example", "after_data")
    for _ in range(2):
        send_batch(store, workspace, plan_invitations(store, workspace).due, sleep=Naps())
    mails = smtp_server.mails_per_recipient()
    assert (len(mails), max(mails.values())) == (len(KEYS), 1)
