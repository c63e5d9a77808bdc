"""A host's release: only what was released goes, to the last letter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.mail.release import Proof, proof, release
from invite_pipeline.mail.send import send_batch
from invite_pipeline.mail.waves import plan_invitations
from invite_pipeline.store.database import Store
from tests.builders import NOW, a_campaign, a_recipient, a_store, a_workspace
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.smtp


@pytest.fixture
def workspace(tmp_path: Path, smtp_server: SmtpServer) -> Workspace:
    campaign = a_campaign()
    campaign = replace(campaign, mail=replace(campaign.mail, rate="", release="required"))
    made = a_workspace(tmp_path, smtp_url=smtp_server.url, campaign=campaign)
    made.letter_path("k-0").parent.mkdir(parents=True)
    for path in (made.letter_path("k-0"), made.letter_path("k-1"), made.out / "programme.pdf"):
        path.write_bytes(b"%PDF-1.7 a letter")
    return made


@pytest.fixture
def store(workspace: Workspace) -> Store:
    return a_store(workspace, [a_recipient("k-0"), a_recipient("k-1")])


def proven(store: Store, workspace: Workspace) -> Proof:
    return proof(store, workspace, plan_invitations(store, workspace).due)


def sent(store: Store, workspace: Workspace) -> int:
    return send_batch(store, workspace, plan_invitations(store, workspace).due).done


def test_nothing_goes_before_a_host_released_it(store: Store, workspace: Workspace) -> None:
    report = send_batch(store, workspace, plan_invitations(store, workspace).due)
    assert report.done == 0
    assert "was not released" in report.failures[0].message


def test_what_was_released_goes_also_on_another_day(store: Store, workspace: Workspace) -> None:
    release(store, workspace, proven(store, workspace), "Klaus Wegener")
    assert sent(store, replace(workspace, now=lambda: NOW.replace(day=22))) == 2


def test_letter_that_changed_since_is_held_back_and_the_other_goes(store: Store, workspace: Workspace) -> None:
    release(store, workspace, proven(store, workspace), "Klaus Wegener")
    workspace.letter_path("k-1").write_bytes(b"%PDF-1.7 another letter")
    report = send_batch(store, workspace, plan_invitations(store, workspace).due)
    assert (report.done, [failure.key for failure in report.failures]) == (1, ["k-1"])
    assert "is not what was released" in report.failures[0].message


def test_hash_over_all_changes_with_any_text(store: Store, workspace: Workspace) -> None:
    before = proven(store, workspace)
    mail = replace(workspace.campaign.mail, subject="Andere Einladung")
    after = proven(store, replace(workspace, campaign=replace(workspace.campaign, mail=mail)))
    assert before.digest == proven(store, workspace).digest != after.digest
    assert before.listing().count("\n") == 2
