"""Processes that make letters: one that is ended, one letter that fails, errors that cross from one to the other."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pdfplumber
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
            # It may be gone since it was killed the last time.
            with suppress(ProcessLookupError):
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


_PROGRAM = """
import multiprocessing, sys, time
from pathlib import Path
from tests.builders import a_store, a_workspace
from invite_pipeline.formats.templates import Templates
from invite_pipeline.letters.jobs import Job, Maker
from invite_pipeline.letters.origin import origin
from invite_pipeline.letters.render import _no_clock
from invite_pipeline.letters.template import LetterWriter
from invite_pipeline.letters.workers import Workers
from dataclasses import replace

if __name__ == "__main__":
    workspace = replace(a_workspace(Path(sys.argv[1])), now=_no_clock)
    store = a_store(a_workspace(Path(sys.argv[1])))
    templates = Templates(workspace.folder)
    maker = Maker(store, workspace, origin(workspace, templates), LetterWriter(templates, workspace))
    with Workers(maker) as workers:
        workers.start(2)
        list(workers.run([Job(())] * 4))
        print(*(one.pid for one in multiprocessing.active_children()), flush=True)
        time.sleep(600)
"""


@pytest.mark.slow
def test_processes_end_when_the_first_one_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM, encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    command = [sys.executable, str(program), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as first:
        assert first.stdout is not None
        others = [int(one) for one in first.stdout.readline().split()]
        first.send_signal(signal.SIGKILL)
    assert len(others) == 2
    for _ in range(200):
        if not any(map(_runs, others)):
            break
        time.sleep(0.1)
    assert [one for one in others if _runs(one)] == []


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    # One that has ended may wait for a parent to take note of it.
    return state.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("jobs", [1, 2])
def test_template_whose_every_paragraph_is_personal_still_works(tmp_path: Path, jobs: int) -> None:
    workspace = with_room(tmp_path)
    text = workspace.templates / "invitation.html"
    words = ["Guten Tag {0}", "{0}, wir laden Sie ein", "bitte antworten Sie uns, {0}", "Ihre Gastgeber grüßen {0}"]
    personal = "{{ recipient.persons[0].name }} in der {{ recipient.street }}"
    text.write_text("\n".join(f"<p>{one.format(personal)}.</p>" for one in words), encoding="utf-8")
    report = render_batch(a_store(workspace, _MANY), workspace, jobs=jobs)
    assert (report.done, report.failures) == (60, ())
    assert "0 from the press with 0 plates, 60 laid out one by one" in report.notes[0]
    with pdfplumber.open(workspace.letter_path("k-17")) as letter:
        said = letter.pages[0].extract_text()
    assert said.count("Musterstraße 17") == 5
