"""Answers are confirmed as they come in, once each, whoever else mails at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.reply import Intent, Source
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.replies.record import record_reply
from invite_pipeline.run import outgoing
from invite_pipeline.run.answering import Answering
from invite_pipeline.store.database import Store
from invite_pipeline.web.keeper import keeping
from tests.builders import a_campaign, a_recipient, a_reply, a_store, a_workspace
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.smtp

KEYS = ["k-0", "k-1", "k-2"]


@pytest.fixture
def workspace(tmp_path: Path, smtp_server: SmtpServer) -> Workspace:
    return a_workspace(tmp_path, smtp_url=smtp_server.url, campaign=a_campaign())


@pytest.fixture
def store(workspace: Workspace) -> Store:
    return a_store(workspace, [*map(a_recipient, KEYS), a_recipient("k-post", email="")])


def answered(store: Store, workspace: Workspace, key: str, **changes: object) -> None:
    record_reply(store, workspace, a_reply(key, dedupe=f"{key}-{len(changes)}", **changes))


def subjects(server: SmtpServer) -> list[tuple[str, str]]:
    return [(mail.recipients[0], str(mail.message["Subject"])[:15]) for mail in server.deliveries]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    assert holds()


def test_answer_of_any_channel_is_confirmed_once(store: Store, workspace: Workspace, smtp_server: SmtpServer) -> None:
    answering = Answering(store, workspace)
    assert answering.once().done == 0
    answered(store, workspace, "k-0")
    answered(store, workspace, "k-1", source=Source.PHONE)
    assert [answering.once().done, answering.once().done] == [2, 0]
    assert subjects(smtp_server) == [(f"{key}@stadt.example", "Ihre Rückmeldun") for key in KEYS[:2]]


def test_answers_from_before_are_confirmed_at_the_first_look(store: Store, workspace: Workspace) -> None:
    answered(store, workspace, "k-0")
    assert Answering(store, workspace).once().done == 1


def test_whoever_has_no_address_is_passed_over(store: Store, workspace: Workspace) -> None:
    answering = Answering(store, workspace)
    answering.once()
    answered(store, workspace, "k-post", source=Source.LETTER)
    assert answering.once().done == 0


def test_send_beside_it_doubles_nothing(store: Store, workspace: Workspace, smtp_server: SmtpServer) -> None:
    answering = Answering(store, workspace)
    answering.once()
    answered(store, workspace, "k-0")
    confirmations = [one for one in outgoing.due_mails(store, workspace).due if one.kind == "confirmation"]
    outgoing.mail(store, workspace, outgoing.Mailing(tuple(confirmations), {}))
    assert answering.once().done == 0
    assert len(smtp_server.deliveries) == 1


def test_mail_server_that_is_away_leaves_the_confirmation_due(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    away = Answering(store, replace(workspace, smtp_url="smtp://127.0.0.1:1"))
    answered(store, workspace, "k-0")
    with pytest.raises(MailServerUnusable):
        away.once()
    away._workspace = workspace
    assert away.once().done == 1


def test_pages_confirm_while_they_are_served(store: Store, workspace: Workspace, smtp_server: SmtpServer) -> None:
    with keeping(store, workspace, may_mail=True):
        answered(store, workspace, "k-2")
        until(lambda: len(smtp_server.deliveries) == 1)
    assert subjects(smtp_server) == [("k-2@stadt.example", "Ihre Rückmeldun")]


def test_pages_mail_nothing_unless_they_may(store: Store, workspace: Workspace, smtp_server: SmtpServer) -> None:
    answered(store, workspace, "k-2")
    with keeping(store, workspace):
        time.sleep(0.1)
    assert smtp_server.deliveries == []


def test_freed_place_is_offered_by_mail(tmp_path: Path, smtp_server: SmtpServer) -> None:
    campaign = a_campaign()
    campaign = replace(campaign, event=replace(campaign.event, capacity=1))
    workspace = a_workspace(tmp_path, smtp_url=smtp_server.url, campaign=campaign)
    store = a_store(workspace, [*map(a_recipient, KEYS)])
    answered(store, workspace, "k-0")
    answered(store, workspace, "k-1")
    answering = Answering(store, workspace)
    assert answering.once().done == 2
    record_reply(store, workspace, a_reply("k-0", intent=Intent.NO, persons=None, attendees=(), dedupe="leaves"))
    answering.once()
    assert ("k-1@stadt.example", "Ein Platz ist f") in subjects(smtp_server)
