"""The campaign's input: `init` and `check`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import as_document, counted, dump, say, show_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invite_pipeline.recipients.rejects import Reject


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the new campaign goes.")]) -> None:
    """Write a new campaign folder that passes `check` at once."""
    from invite_pipeline.run.init import init_campaign

    for name in init_campaign(folder, datetime.now().astimezone().date()):
        say(f"wrote {folder / name}")
    say(f"Next: change campaign.toml and templates/, put your lists into recipients/, then: invite -C {folder} check")


@app.command()
def check(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    dns: Annotated[
        bool, typer.Option("--dns", help="Ask name servers whether each address's domain takes mail.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar="FILE", help="Write the rows with errors as a list to mend (CSV)."),
    ] = None,
) -> None:
    """Everything that could go wrong, found before it does; every problem in one run."""
    from invite_pipeline.run.check import check_campaign
    from invite_pipeline.web.check import check_pages

    options: Global = context.obj
    result = check_campaign(options.folder, now=options.now, more=[check_pages], dns=dns)
    if as_json:
        dump({"problems": [as_document(problem) for problem in result.problems], "recipients": result.recipients})
    else:
        show_problems(result.problems)
        # A notice says what was understood or left open: nothing has to be mended.
        count = sum(problem.severity != "notice" for problem in result.problems)
        say(f"{counted(count, 'problem')}, {counted(result.recipients, 'recipient')}.")
    if rejects is not None:
        _write_rejects(rejects, result.rejects)
    if result.exit_status(strict=strict):
        raise typer.Exit(result.exit_status(strict=strict))


def _write_rejects(path: Path, rejects: Sequence[Reject]) -> None:
    from invite_pipeline.errors import InviteError
    from invite_pipeline.recipients.rejects import rejects_csv

    if not rejects:
        say("No row has errors: nothing to mend.")
        return
    try:
        # A list that stands there already may be the one with the good rows.
        with path.open("xb") as file:
            file.write(rejects_csv(rejects))
    except FileExistsError:
        raise InviteError(f"{path} is there already, and nothing was written.", "Name another file.") from None
    except OSError as error:
        raise InviteError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error
    say(f"{len(rejects)} rows to mend: {path}")
