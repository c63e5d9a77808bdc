"""The campaign's input: `init`, `check` and `recipients`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invite_pipeline.cli.app import PROBLEMS, Global, app
from invite_pipeline.cli.output import dump, dump_line, say, show_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invite_pipeline.errors import Problem


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
) -> None:
    """Everything that could go wrong, found before it does; every problem in one run."""
    from invite_pipeline.run.check import check_campaign
    from invite_pipeline.web.check import check_pages

    options: Global = context.obj
    result = check_campaign(options.folder, now=options.now, more=[check_pages])
    if as_json:
        dump({"problems": [as_document(problem) for problem in result.problems], "recipients": result.recipients})
    else:
        show_problems(result.problems)
        say(f"{len(result.problems)} problem{'s' * (len(result.problems) != 1)}, {result.recipients} recipients.")
    if result.exit_status(strict=strict):
        raise typer.Exit(result.exit_status(strict=strict))


@app.command()
def recipients(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="Lists to read instead of the campaign's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each recipient on stdout.")] = False,
) -> None:
    """What was understood of the lists, recipient by recipient; nothing is stored."""
    from invite_pipeline.domain.address import derive
    from invite_pipeline.recipients.load import list_files, read_lists
    from invite_pipeline.run.workspace import open_workspace

    options: Global = context.obj
    folder = options.folder.resolve()
    if files:
        loaded = read_lists([path.resolve() for path in files], folder)
    else:
        campaign = open_workspace(folder, now=options.now).campaign
        loaded = read_lists(list_files(folder, campaign), folder)
    of_rows: dict[tuple[str, int | None], list[Problem]] = {}
    for problem in loaded.problems:
        of_rows.setdefault((problem.where, problem.row), []).append(problem)
    for listed in loaded.recipients:
        one, addressing = listed.recipient, derive(listed.recipient)
        of_row = of_rows.get((listed.file, listed.row), [])
        if as_json:
            dump_line(
                {
                    "key": one.key,
                    "kind": one.kind,
                    "organisation": one.organisation,
                    "address": list(addressing.lines),
                    "salutation": addressing.salutation,
                    "email": one.email,
                    "channel": str(one.channel),
                    "language": one.language,
                    "problems": [as_document(problem) for problem in of_row],
                }
            )
        else:
            say(f"{one.key} ({one.kind}, {one.channel}): {' / '.join(addressing.lines)} – {addressing.salutation}")
    _end(loaded.problems, len(loaded.recipients))


def _end(problems: Sequence[Problem], count: int) -> None:
    show_problems(problems)
    say(f"{len(problems)} problem{'s' * (len(problems) != 1)}, {count} recipients.")
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(PROBLEMS)


def as_document(problem: Problem) -> dict[str, object]:
    """A problem as the contract's JSON."""
    return {
        "severity": problem.severity,
        "where": problem.where,
        "row": problem.row,
        "column": problem.column,
        "message": problem.message,
        "fix": problem.fix,
    }
