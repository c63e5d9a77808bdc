"""`check`: everything that could go wrong, found before it does, every problem in one run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from invite_pipeline.domain.recipient import Person, Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import CampaignInvalid, InviteError, Problem
from invite_pipeline.run.workspace import open_workspace

Check = Callable[[Workspace, Recipient], list[Problem]]

_SAMPLE = Recipient(
    key="sample",
    kind="sample",
    organisation="Stadt Musterstadt",
    persons=(Person(gender="f", degree="Dr.", first_name="Eva", last_name="Muster", office="Bürgermeisterin"),),
    street="Rathausplatz 1",
    postcode="40213",
    city="Musterstadt",
    email="rathaus@musterstadt.example",
)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Every problem, and how many recipients could be read."""

    problems: tuple[Problem, ...]
    recipients: int
    broken: bool = False
    """The campaign itself is broken, not only its lists."""

    def exit_status(self, *, strict: bool = False) -> int:
        """0 all well, 1 problems in the input, 2 broken configuration; warnings count only where `strict`."""
        if self.broken:
            return 2
        fatal = ("error", "warning") if strict else ("error",)
        return int(any(problem.severity in fatal for problem in self.problems))


def check_campaign(folder: Path, *, now: str | None = None, more: Sequence[Check] = ()) -> CheckResult:
    """Check the campaign in `folder`: its file, templates, images, fonts, lists, mail settings; raises nothing.

    `more` are the checks of rooms above this one.
    """
    problems: list[Problem] = []
    workspace: Workspace | None = None
    try:
        workspace = open_workspace(folder, now=now)
    except CampaignInvalid as error:
        problems += error.problems
    except InviteError as error:
        problems.append(Problem("error", "environment", error.message, error.fix))
    if workspace is not None:
        problems += _check_workspace(workspace, more)
    broken = any(problem.severity == "error" for problem in problems)
    found, of_lists = _check_lists(folder.resolve(), workspace)
    return CheckResult((*problems, *of_lists), found, broken)


def _check_workspace(workspace: Workspace, more: Sequence[Check]) -> list[Problem]:
    from invite_pipeline.letters.check import check_letters
    from invite_pipeline.mail.check import check_mail

    problems: list[Problem] = []
    for check in (check_letters, check_mail, *more):
        try:
            problems += check(workspace, _SAMPLE)
        except InviteError as error:
            problems.append(Problem("error", "templates", error.message, error.fix))
    return problems + _check_output(workspace)


def _check_output(workspace: Workspace) -> list[Problem]:
    """Whether there is a folder to write to, or one in which it can be made."""
    place = workspace.out
    while not place.exists():
        place = place.parent
    if place.is_dir() and os.access(place, os.W_OK):
        return []
    return [Problem("error", workspace.out.name, f"Nothing can be written to {place}.", "Make it a writable folder.")]


def _check_lists(folder: Path, workspace: Workspace | None) -> tuple[int, list[Problem]]:
    from invite_pipeline.recipients.load import list_files, read_lists

    files = list_files(folder, workspace.campaign) if workspace else sorted((folder / "recipients").glob("*.csv"))
    loaded = read_lists(files, folder)
    return len(loaded.recipients), list(loaded.problems)
