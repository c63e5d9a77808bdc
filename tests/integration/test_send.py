"""Sending over a real SMTP server: nobody twice, nobody lost, whatever breaks."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.events import SendClaimed
from invite_pipeline.domain.reply import Intent
from invite_pipeline.domain.stage import StageReport
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.mail.resolve import resolve, unknown
from invite_pipeline.mail.send import send_batch
from invite_pipeline.mail.waves import plan_confirmations, plan_invitations, plan_reminders
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append
from tests.builders import NOW, ROOT, a_campaign, a_recipient, a_reply, a_store, a_workspace
from tests.smtp_server import Delivery, SmtpServer

pytestmark = pytest.mark.smtp

KEYS = [f"k-{number}" for number in range(6)]


@pytest.fixture
def workspace(tmp_path: Path, smtp_server: SmtpServer) -> Workspace:
    made = a_workspace(tmp_path, smtp_url=smtp_server.url, campaign=without_pace())
    for key in KEYS:
        made.letter_path(key).parent.mkdir(parents=True, exist_ok=True)
        made.letter_path(key).write_bytes(b"%PDF-1.7 a letter")
    (made.out / "programme.pdf").write_bytes(b"%PDF-1.7 the programme")
    return made


@pytest.fixture
def store(workspace: Workspace) -> Store:
    return a_store(workspace, [a_recipient(key) for key in KEYS])


def without_pace() -> Campaign:
    return replace(a_campaign(), mail=replace(a_campaign().mail, rate="", warm_up=0))


async def no_pause(_seconds: float) -> None:
    await asyncio.sleep(0)


def send(store: Store, workspace: Workspace) -> StageReport:
    return send_batch(store, workspace, plan_invitations(store, workspace).due, sleep=no_pause)


def state(store: Store, key: str) -> str:
    with store.reading() as tx:
        message = queries.messages(tx, "invitation").get(key)
    return message.state if message else "queued"


def first_line(delivery: Delivery) -> str:
    plain = delivery.message.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content()).splitlines()[0]


def address(key: str) -> str:
    return f"{key}@stadt.example"


def test_twice_in_a_row_mails_everybody_once(store: Store, workspace: Workspace, smtp_server: SmtpServer) -> None:
    assert send(store, workspace).done == len(KEYS)
    assert send(store, workspace).done == 0
    assert smtp_server.mails_per_recipient() == {address(key): 1 for key in KEYS}


def test_envelope_carries_the_signed_mark_of_its_message(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    send(store, workspace)
    signer = LinkSigner(workspace.keys, workspace.campaign.id)
    for delivery in smtp_server.deliveries:
        suffix = delivery.sender.split("@")[0].removeprefix("bounce+")
        code, wave = signer.read_verp(suffix)
        with store.reading() as tx:
            invitation = queries.invitation_by_code(tx, code)
        assert invitation is not None
        assert (address(invitation.recipient), wave) == (delivery.recipients[0], "invitation")


def test_connections_are_used_again(store: Store, workspace: Workspace, smtp_server: SmtpServer) -> None:
    send_batch(store, workspace, plan_invitations(store, workspace).due, connections=2)
    assert smtp_server.connections == 2


def test_greylisted_mail_goes_at_the_next_try(store: Store, workspace: Workspace, smtp_server: SmtpServer) -> None:
    smtp_server.refuse(address("k-2"), "450 4.2.0 Greylisted, try again", times=1)
    assert send(store, workspace).done == len(KEYS)
    assert smtp_server.mails_per_recipient()[address("k-2")] == 1


def test_mail_refused_for_now_all_along_is_due_again(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    smtp_server.refuse(address("k-2"), "450 4.2.0 Greylisted, try again", times=4)
    report = send(store, workspace)
    assert (report.done, [failure.key for failure in report.failures]) == (len(KEYS) - 1, ["k-2"])
    assert [due.key for due in plan_invitations(store, workspace).due] == ["k-2"]
    assert send(store, workspace).done == 1


def test_unknown_user_ends_that_recipient_and_no_other(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    smtp_server.refuse(address("k-3"), "550 5.1.1 No such user")
    report = send(store, workspace)
    assert report.done == len(KEYS) - 1
    assert state(store, "k-3") == "refused"
    assert "No such user" in report.failures[0].message
    assert plan_invitations(store, workspace).due == ()


def test_policy_refusal_is_the_senders_fault_and_keeps_the_address(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    smtp_server.refuse_content(address("k-3"), "554 5.7.1 Looks like spam")
    send(store, workspace)
    assert state(store, "k-3") == "deferred"


def test_421_closes_and_the_mail_goes_over_a_new_connection(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    smtp_server.refuse(address("k-1"), "421 4.3.2 Shutting down", times=1)
    assert send(store, workspace).done == len(KEYS)
    assert smtp_server.mails_per_recipient() == {address(key): 1 for key in KEYS}


def test_connection_lost_before_the_mail_was_on_its_way_is_tried_again(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    smtp_server.drop(address("k-1"), "before_data")
    assert send(store, workspace).done == len(KEYS)
    assert smtp_server.mails_per_recipient()[address("k-1")] == 1


def test_connection_lost_after_the_mail_went_is_unknown_and_never_sent_again(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    smtp_server.drop(address("k-1"), "after_data")
    report = send(store, workspace)
    assert report.done == len(KEYS) - 1
    assert [message.recipient for message in unknown(store)] == ["k-1"]
    send(store, workspace)
    assert smtp_server.mails_per_recipient()[address("k-1")] == 1


def test_unknown_mail_is_decided_on_purpose(store: Store, workspace: Workspace, smtp_server: SmtpServer) -> None:
    smtp_server.drop(address("k-1"), "after_data")
    smtp_server.drop(address("k-2"), "after_data")
    send(store, workspace)
    assert resolve(store, workspace, "k-1", sent=True, evidence="mail log") == ["invitation"]
    assert resolve(store, workspace, "k-2", sent=False, evidence="mail log") == ["invitation"]
    assert [due.key for due in plan_invitations(store, workspace).due] == ["k-2"]


def test_server_that_refuses_everything_stops_the_run_with_the_reason(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    smtp_server.refuse_everyone("554 5.7.1 Relay access denied")
    with pytest.raises(MailServerUnusable, match="Relay access denied"):
        send_batch(store, workspace, plan_invitations(store, workspace).due, connections=1, sleep=no_pause)
    assert len(plan_invitations(store, workspace).due) == len(KEYS)


def test_server_that_is_not_there_leaves_no_claim(store: Store, workspace: Workspace) -> None:
    with pytest.raises(MailServerUnusable, match="cannot be reached"):
        send(store, replace(workspace, smtp_url="smtp://127.0.0.1:9"))
    assert unknown(store) == []


def test_two_senders_at_once_share_without_a_duplicate(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    due = plan_invitations(store, workspace).due
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: send_batch(store, workspace, due), range(2)))
    assert sum(report.done for report in reports) == len(KEYS)
    assert smtp_server.mails_per_recipient() == {address(key): 1 for key in KEYS}


def test_answer_that_came_meanwhile_stops_that_invitation(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    due = plan_invitations(store, workspace).due
    record_reply(store, workspace, a_reply("k-0"))
    assert send_batch(store, workspace, due).skipped == 1
    assert address("k-0") not in smtp_server.mails_per_recipient()


def test_no_invitation_leaves_after_the_deadline(store: Store, workspace: Workspace, smtp_server: SmtpServer) -> None:
    late = replace(workspace, now=lambda: workspace.campaign.deadline.replace(day=13))
    assert plan_invitations(store, late).due == ()
    assert send_batch(store, late, plan_invitations(store, workspace).due).done == 0
    assert smtp_server.deliveries == []


def test_address_that_objected_in_whatever_campaign_gets_none(store: Store, workspace: Workspace) -> None:
    record_reply(store, workspace, a_reply("k-4", intent=Intent.OBJECTION))
    plan = plan_invitations(store, workspace)
    assert "k-4" not in [due.key for due in plan.due]
    assert plan.left_out == {"wants no further invitations": 1}


def test_missing_letter_fails_that_recipient_only(store: Store, workspace: Workspace) -> None:
    workspace.letter_path("k-5").unlink()
    report = send(store, workspace)
    assert (report.done, [failure.key for failure in report.failures]) == (len(KEYS) - 1, ["k-5"])
    assert state(store, "k-5") == "queued"


def test_reminder_goes_to_the_open_ones_and_not_twice_within_days(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    send(store, workspace)
    record_reply(store, workspace, a_reply("k-0", intent=Intent.NO))
    plan = plan_reminders(store, workspace)
    assert {due.wave for due in plan.due} == {"reminder-1"}
    assert plan.left_out == {"has answered": 1}
    send_batch(store, workspace, plan.due)
    assert plan_reminders(store, workspace).due == ()
    later = replace(workspace, now=lambda: NOW.replace(day=27))
    assert {due.wave for due in plan_reminders(store, later).due} == {"reminder-2"}
    assert smtp_server.deliveries[-1].message["Auto-Submitted"] == "auto-generated"


def test_each_answer_is_confirmed_once_and_a_change_again(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    record_reply(store, workspace, a_reply("k-0"))
    send_batch(store, workspace, plan_confirmations(store, workspace).due)
    assert plan_confirmations(store, workspace).due == ()
    record_reply(store, workspace, a_reply("k-0", intent=Intent.NO, dedupe="2"))
    send_batch(store, workspace, plan_confirmations(store, workspace).due)
    subjects = [first_line(delivery) for delivery in smtp_server.deliveries]
    assert subjects == ["Ihre Zusage ist notiert", "Ihre Absage ist notiert"]


def test_claim_of_a_killed_run_is_unknown_and_left_alone(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    with store.writing() as tx:
        append(tx, "k-1", SendClaimed(wave="invitation", attempt=1, message_id="<x@x.example>"), at=NOW)
    assert send(store, workspace).done == len(KEYS) - 1
    assert address("k-1") not in smtp_server.mails_per_recipient()
    assert [message.recipient for message in unknown(store)] == ["k-1"]


# --- killed in the middle ---------------------------------------------------------------------------------------------

_RUN = """
import sys
from pathlib import Path
from dataclasses import replace
from tests.builders import a_campaign, a_workspace
from invite_pipeline.mail.send import send_batch
from invite_pipeline.mail.waves import plan_invitations
from invite_pipeline.store.database import Store
campaign = replace(a_campaign(), mail=replace(a_campaign().mail, rate=""))
workspace = a_workspace(Path(sys.argv[1]), smtp_url=sys.argv[2], campaign=campaign)
store = Store.open(workspace.store_url, campaign.id)
send_batch(store, workspace, plan_invitations(store, workspace).due)
"""


@pytest.mark.slow
def test_kill_9_in_the_middle_mails_nobody_twice_and_loses_nobody(
    workspace: Workspace, smtp_server: SmtpServer, tmp_path: Path
) -> None:
    everybody = [a_recipient(f"m-{number}") for number in range(120)]
    store = a_store(workspace, everybody)
    for one in everybody:
        workspace.letter_path(one.key).write_bytes(b"%PDF-1.7 a letter")
    for kill_after in (10, 45, 80, None):
        command = [sys.executable, "-c", _RUN, str(tmp_path), smtp_server.url]
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        )
        while kill_after is not None and len(smtp_server.deliveries) < kill_after and process.poll() is None:
            time.sleep(0.005)
        if kill_after is not None:
            process.send_signal(signal.SIGKILL)
        process.wait(timeout=120)
    mails = smtp_server.mails_per_recipient()
    unsure = {message.recipient for message in unknown(store)}
    assert max(mails.values()) == 1
    for one in everybody:
        delivered, known = mails[one.email], state(store, one.key)
        assert (known == "sent" and delivered == 1) or (known == "claimed" and one.key in unsure)
