"""`check`: everything that could go wrong, found before it does, every problem in one run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from invite_pipeline.domain.recipient import Person, Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import CampaignInvalid, InviteError, Problem
from invite_pipeline.run.workspace import open_workspace

if TYPE_CHECKING:
    from invite_pipeline.recipients.load import Loaded
    from invite_pipeline.recipients.rejects import Reject

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
    rejects: tuple[Reject, ...] = ()
    """The rows of the lists that have errors."""

    def exit_status(self, *, strict: bool = False) -> int:
        """0 all well, 1 problems in the input, 2 broken configuration; warnings count only where `strict`."""
        if self.broken:
            return 2
        fatal = ("error", "warning") if strict else ("error",)
        return int(any(problem.severity in fatal for problem in self.problems))


def check_campaign(
    folder: Path, *, now: str | None = None, more: Sequence[Check] = (), dns: bool = False
) -> CheckResult:
    """Check the campaign in `folder`: its file, templates, images, fonts, lists, mail settings; raises nothing.

    `more` are the checks of rooms above this one; with `dns` the mail servers of all addresses are looked up.
    """
    problems: list[Problem] = []
    workspace: Workspace | None = None
    try:
        workspace = open_workspace(folder, now=now)
    except CampaignInvalid as error:
        problems += error.problems
    except InviteError as error:
        where = "--now" if now and error.message.startswith(f"“{now}”") else "environment"
        problems.append(Problem("error", where, error.message, error.fix))
    if workspace is not None:
        problems += _check_workspace(workspace, more)
    broken = any(problem.severity == "error" for problem in problems)
    loaded, of_lists = _check_lists(folder.resolve(), workspace, dns=dns)
    return CheckResult((*problems, *of_lists), len(loaded.recipients), broken, loaded.rejects)


def _check_workspace(workspace: Workspace, more: Sequence[Check]) -> list[Problem]:
    from invite_pipeline.letters.check import check_letters
    from invite_pipeline.mail.check import check_mail

    problems: list[Problem] = []
    for check in (check_letters, check_mail, *more):
        try:
            problems += check(workspace, _SAMPLE)
        except InviteError as error:
            problems.append(Problem("error", "templates", error.message, error.fix))
    # What two templates include is broken for both, and said once.
    return [*dict.fromkeys(problems), *_check_output(workspace), *_check_keys(workspace)]


_KEY_LENGTH = 22  # characters of base64 for 128 bits


def _check_keys(workspace: Workspace) -> list[Problem]:
    short = [number for number, key in enumerate(workspace.keys, start=1) if len(key) < _KEY_LENGTH]
    message = "The signing key is short: who guesses it can answer for everybody."
    fix = "Take one of at least 22 random characters; `invite init` makes such a key."
    return [Problem("warning", "signing keys", message, fix, row=number) for number in short]


def _check_output(workspace: Workspace) -> list[Problem]:
    """Whether there is a folder to write to, or one in which it can be made."""
    place = workspace.out
    while not place.exists():
        place = place.parent
    if place.is_dir() and os.access(place, os.W_OK):
        return []
    return [Problem("error", workspace.out.name, f"Nothing can be written to {place}.", "Make it a writable folder.")]


def _check_lists(folder: Path, workspace: Workspace | None, *, dns: bool) -> tuple[Loaded, list[Problem]]:
    from invite_pipeline.recipients.load import list_files, read_lists

    if workspace is None:
        loaded = read_lists(list_files(folder, None), folder)
        return loaded, list(loaded.problems)
    loaded = read_lists(list_files(folder, workspace.campaign), folder, workspace.campaign.columns)
    problems = [*loaded.problems, *_missing_translations(workspace, loaded)]
    if dns:
        from invite_pipeline.recipients.deliverable import check_domains

        letters = {one.file: one.letter("email") for one in loaded.sources}
        problems += check_domains(loaded.recipients, {file: letter for file, letter in letters.items() if letter})
    return loaded, problems


def _missing_translations(workspace: Workspace, loaded: Loaded) -> list[Problem]:
    """A warning for each language that recipients read and letters or mails are not written in."""
    from invite_pipeline.formats.templates import FOLDER, Templates
    from invite_pipeline.letters.template import LETTER
    from invite_pipeline.mail.kinds import KINDS

    templates = Templates(workspace.folder)
    names = [LETTER, *(f"{kind.template}.{suffix}" for kind in KINDS.values() for suffix in ("html", "txt"))]
    readers = Counter(one.recipient.language for one in loaded.recipients)
    problems = []
    for language, count in sorted(readers.items()):
        missing = [name for name in names if templates.in_language(name, language) == name]
        if language == workspace.campaign.language or not missing:
            continue
        wanted = ", ".join(name.replace(".", f".{language}.") for name in missing)
        message = (
            f"{count} recipient{'s' * (count != 1)} read “{language}”, but {len(missing)} templates "
            f"are not translated: {wanted}."
        )
        fix = f"Write them beside the others; until then those of “{workspace.campaign.language}” are taken."
        problems.append(Problem("warning", FOLDER, message, fix))
    return problems
