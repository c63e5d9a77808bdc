"""The command `invite`: global options, and the door through which every error leaves as a sentence.

Commands import what they need when they run, so that `invite --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from invite_pipeline.domain.workspace import Workspace

DONE, PROBLEMS, WRONG_USAGE, IN_PART = 0, 1, 2, 3
"""The exit statuses of every command."""

app = typer.Typer(
    name="invite",
    help="Invitations from the recipient list to the report: load, render, mail, collect, report.",
    no_args_is_help=True,
    add_completion=False,
    # Help as plain text: the formatted one takes longer to load than most commands to run.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@dataclass(frozen=True)
class Global:
    """The options before the command."""

    folder: Path
    now: str | None

    def workspace(self) -> Workspace:
        """The campaign in the folder, opened. Raises CampaignInvalid."""
        from invite_pipeline.run.workspace import open_workspace

        return open_workspace(self.folder, now=self.now)


@app.callback()
def options(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Option("-C", metavar="DIR", help="The campaign's folder.", show_default="the current one")
    ] = Path(),
    now: Annotated[
        str | None,
        typer.Option("--now", metavar="TIME", help="The rehearsal clock: what counts as now (or INVITE_NOW)."),
    ] = None,
) -> None:
    """Invitations from the recipient list to the report: load, render, mail, collect, report."""
    context.obj = Global(folder, now)


def main() -> None:
    """Run the command and exit with its status; an error leaves as one sentence, never as a traceback."""
    from invite_pipeline.cli import commands  # noqa: F401 - registers the commands
    from invite_pipeline.errors import CampaignInvalid, InviteError, RecipientsInvalid

    try:
        app()
    except (CampaignInvalid, RecipientsInvalid) as error:
        for problem in error.problems:
            _complain(str(problem))
        sys.exit(error.exit_status)
    except InviteError as error:
        _complain(f"{error.message} {error.fix}".rstrip())
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        _complain("Stopped. The same command goes on from here.")
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has enough; Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _complain(text: str) -> None:
    print(f"invite: {text}", file=sys.stderr)
