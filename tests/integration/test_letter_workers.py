"""Processes that make letters: one that is ended, one letter that fails, errors that cross from one to the other."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline import errors
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, LetterFailed, Problem, RecipientsInvalid, TemplateBroken
from invite_pipeline.letters import render
from invite_pipeline.letters.render import render_batch
from tests.builders import ROOT, a_recipient, a_store, a_workspace

_MANY = [a_recipient(f"k-{number}", street=f"Musterstraße {number}") for number in range(60)]


def with_room(folder: Path) -> Workspace:
    """A campaign whose letter names a room, which not every list has."""
    shutil.copytree(ROOT / "templates", folder / "templates")
    shutil.copytree(ROOT / "assets", folder / "assets")
    text = folder / "templates" / "invitation.html"
    text.write_text(text.read_text(encoding="utf-8") + "<p>Raum {{ recipient.extra.raum }}</p>", encoding="utf-8")
    return replace(a_workspace(folder), folder=folder)


def test_run_goes_on_where_its_processes_were_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_CHUNK", 2)
    workspace = a_workspace(tmp_path)
    store = a_store(workspace, _MANY)

    def kill(_done: int, _total: int) -> None:
        for child in multiprocessing.active_children():
            os.kill(child.pid or 0, signal.SIGKILL)

    with pytest.raises(InviteError, match="ended from outside") as caught:
        render_batch(store, workspace, jobs=2, progress=kill)
    assert "--jobs 1" in caught.value.fix
    again = render_batch(store, workspace, jobs=1)
    assert (again.done + again.skipped, again.failures) == (60, ())
    assert again.done > 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_template_that_fails_for_one_recipient_stops_no_other(tmp_path: Path, jobs: int) -> None:
    workspace = with_room(tmp_path)
    recipients = [replace(one, extra={"raum": "E 3"}) for one in _MANY[:40]]
    recipients[7] = replace(recipients[7], extra={})
    report = render_batch(a_store(workspace, recipients), workspace, jobs=jobs)
    assert report.done == 39
    (failure,) = report.failures
    assert (failure.key, "templates/invitation.html" in failure.message) == ("k-7", True)


def test_template_that_fails_for_everybody_is_said_once(tmp_path: Path) -> None:
    workspace = with_room(tmp_path)
    with pytest.raises(TemplateBroken, match=r"templates/invitation\.html"):
        render_batch(a_store(workspace, _MANY[:5]), workspace, jobs=1)


@pytest.mark.parametrize(
    "error",
    [
        TemplateBroken("templates/letter.html", 3, "an undefined name", "Write it right."),
        LetterFailed("k-bonn", "no room", "Make room."),
        RecipientsInvalid([Problem("error", "l.csv", "no e-mail", "Write one.")]),
        errors.UnknownRecipient("k-bonn"),
    ],
)
def test_error_is_the_same_in_another_process(error: InviteError) -> None:
    there = pickle.loads(pickle.dumps(error))
    assert (type(there), str(there), vars(there)) == (type(error), str(error), vars(error))
