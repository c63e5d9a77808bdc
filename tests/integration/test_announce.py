"""What is told to many after the invitations: once to each, with a calendar entry of a higher version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.mail.announce import What
from invite_pipeline.replies.record import record_reply
from invite_pipeline.run import outgoing
from invite_pipeline.store.database import Store
from tests.builders import ROOT, a_campaign, a_recipient, a_reply, a_store, a_workspace
from tests.mails import parsed
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.smtp

KEYS = ["k-0", "k-1"]


@pytest.fixture
def workspace(tmp_path: Path, smtp_server: SmtpServer) -> Workspace:
    campaign = a_campaign()
    campaign = replace(campaign, mail=replace(campaign.mail, rate="", warm_up=0))
    made = a_workspace(tmp_path, smtp_url=smtp_server.url, campaign=campaign)
    for path in (*map(made.letter_path, KEYS), made.out / "programme.pdf"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-1.7 a letter")
    (tmp_path / "templates").mkdir(exist_ok=True)
    for template in (ROOT / "templates").glob("*.*"):
        (tmp_path / "templates" / template.name).write_bytes(template.read_bytes())
    return replace(made, folder=tmp_path)


@pytest.fixture
def store(workspace: Workspace) -> Store:
    made = a_store(workspace, [a_recipient(key) for key in KEYS])
    outgoing.mail(made, workspace, outgoing.due_mails(made, workspace))
    return made


def elsewhere(workspace: Workspace, venue: str = "Rathaus") -> Workspace:
    campaign = workspace.campaign
    return replace(workspace, campaign=replace(campaign, event=replace(campaign.event, venue=venue)))


def announced(store: Store, workspace: Workspace, what: What) -> int:
    return outgoing.mail(store, workspace, outgoing.due_announcement(store, workspace, what)).done


def calendar(server: SmtpServer) -> str:
    parts = parsed(server.deliveries[-1].content).walk()
    return next(str(part.get_content()) for part in parts if part.get_content_type() == "text/calendar")


def test_new_venue_goes_to_all_who_were_invited_with_a_higher_sequence(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    assert "SEQUENCE:0" in calendar(smtp_server)
    assert announced(store, elsewhere(workspace), "update") == 2
    found = calendar(smtp_server)
    assert "SEQUENCE:1" in found
    assert "Rathaus" in found


def test_same_update_goes_to_nobody_twice(store: Store, workspace: Workspace) -> None:
    assert announced(store, elsewhere(workspace), "update") == 2
    assert announced(store, elsewhere(workspace), "update") == 0


def test_unchanged_event_is_no_update(store: Store, workspace: Workspace) -> None:
    with pytest.raises(InviteError, match="as they were told"):
        outgoing.due_announcement(store, workspace, "update")


def test_called_off_cancels_the_entry_and_stops_invitations(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    assert announced(store, workspace, "cancel") == 2
    found = calendar(smtp_server)
    assert all(line in found for line in ("METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1"))
    again = outgoing.due_reminders(store, workspace)
    assert (again.due, again.left_out) == ((), {"the event is called off": 2})


def test_message_goes_only_to_those_who_said_yes(store: Store, workspace: Workspace) -> None:
    (workspace.folder / "templates" / "message_text.html").write_text("<p>{{ salutation }}</p><p>Einlass ab neun.</p>")
    record_reply(store, workspace, a_reply("k-0"))
    assert [one.key for one in outgoing.due_announcement(store, workspace, "message").due] == ["k-0"]
    assert announced(store, workspace, "message") == 1
    assert announced(store, workspace, "message") == 0


def test_correction_with_another_text_is_another_wave(store: Store, workspace: Workspace) -> None:
    text = workspace.folder / "templates" / "correction_text.html"
    for words in ("Der Saal ist im ersten Stock.", "Der Saal ist im zweiten Stock."):
        text.write_text(f"<p>{words}</p>")
        assert announced(store, workspace, "correction") == 2


def test_message_without_a_text_names_the_file(store: Store, workspace: Workspace) -> None:
    with pytest.raises(InviteError, match=r"templates/message_text\.html"):
        outgoing.due_announcement(store, workspace, "message")


def test_calendar_that_asks_names_only_this_recipient(
    store: Store, workspace: Workspace, smtp_server: SmtpServer
) -> None:
    campaign = elsewhere(workspace).campaign
    asking = replace(workspace, campaign=replace(campaign, mail=replace(campaign.mail, calendar="request")))
    assert announced(store, asking, "update") == 2
    found = calendar(smtp_server).replace("\r\n ", "").replace("\n ", "")
    assert "METHOD:REQUEST" in found
    assert found.count("ATTENDEE") == 1
    assert f"mailto:{smtp_server.deliveries[-1].recipients[0]}" in found
