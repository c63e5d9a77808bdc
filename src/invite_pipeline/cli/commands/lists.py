"""The recipient lists: what was understood of them, what they change, whose key is whose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invite_pipeline.cli.app import PROBLEMS, Global, app
from invite_pipeline.cli.output import as_document, counted, dump_line, say, show_problems

if TYPE_CHECKING:
    from invite_pipeline.errors import Problem
    from invite_pipeline.recipients.changes import Change, Plan
    from invite_pipeline.recipients.listed import ListedRecipient
    from invite_pipeline.recipients.load import Loaded
    from invite_pipeline.recipients.sheet import Source


@app.command()
def recipients(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="Lists to read instead of the campaign's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each recipient on stdout.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="What the lists would change in the store; writes nothing.")
    ] = False,
    same: Annotated[
        list[str] | None,
        typer.Option("--same", metavar="OLD=NEW", help="The lists' key NEW is the recipient stored as OLD."),
    ] = None,
    other: Annotated[
        list[str] | None, typer.Option("--other", metavar="NEW", help="The lists' key NEW is another recipient.")
    ] = None,
) -> None:
    """What was understood of the lists, recipient by recipient; nothing is stored."""
    options: Global = context.obj
    if same or other:
        _decide(options, files, same or [], other or [])
        return
    loaded = _read(options, files)
    for source in loaded.sources:
        _say_source(source)
    if diff:
        _show_changes(options, loaded, whole=not files, as_json=as_json)
    else:
        _show_recipients(loaded, as_json=as_json)
    show_problems(loaded.problems)
    say(f"{counted(len(loaded.problems), 'problem')}, {counted(len(loaded.recipients), 'recipient')}.")
    if any(problem.severity == "error" for problem in loaded.problems):
        raise typer.Exit(PROBLEMS)


def _read(options: Global, files: list[Path] | None) -> Loaded:
    from invite_pipeline.errors import CampaignInvalid
    from invite_pipeline.recipients.load import list_files, read_lists

    folder = options.folder.resolve()
    if not files:
        campaign = options.workspace().campaign
        return read_lists(list_files(folder, campaign), folder, campaign.columns)
    try:
        columns = options.workspace().campaign.columns
    except CampaignInvalid:
        # A list can be looked at before there is a campaign.
        columns = {}
    return read_lists([path.resolve() for path in files], folder, columns)


def _say_source(source: Source) -> None:
    """How a file was understood."""
    names = {";": "semicolon", ",": "comma", "\t": "tab", "|": "vertical bar"}
    how = [f"encoding {source.encoding}" if source.encoding else f"sheet “{source.sheet}”"]
    how += [f"delimiter {names.get(source.delimiter, source.delimiter)}"] if source.delimiter else []
    say(f"{source.file}: {', '.join(how)}, header in row {source.header_row}, {counted(source.rows, 'row')}.")
    for column, meaning in source.columns.items():
        say(f"  {column}: {'not used, but there for templates' if meaning == 'extra' else meaning}")


def _show_recipients(loaded: Loaded, *, as_json: bool) -> None:
    from invite_pipeline.domain.address import derive

    of_rows: dict[tuple[str, int | None], list[Problem]] = {}
    for problem in loaded.problems:
        of_rows.setdefault((problem.where, problem.row), []).append(problem)
    broken = {(reject.listed.file, reject.listed.row) for reject in loaded.rejects}
    for listed in _everybody(loaded):
        one, addressing = listed.recipient, derive(listed.recipient)
        if as_json:
            of_row = of_rows.get((listed.file, listed.row), [])
            dump_line(_as_line(listed, addressing.lines, addressing.salutation, of_row))
        else:
            who = f"{one.key} ({one.kind}, {one.channel})"
            out = "" if (listed.file, listed.row) not in broken else " [kept out by an error]"
            say(f"{who}: {' / '.join(addressing.lines)} – {addressing.salutation}{out}")


def _everybody(loaded: Loaded) -> list[ListedRecipient]:
    """Every row in its order, also what was understood of one with errors: who mends a list wants to see it."""
    places = {source.file: place for place, source in enumerate(loaded.sources)}
    rows = [*loaded.recipients, *(reject.listed for reject in loaded.rejects)]
    return sorted(rows, key=lambda one: (places.get(one.file, 0), one.row))


def _as_line(
    listed: ListedRecipient, address: Sequence[str], salutation: str, problems: Sequence[Problem]
) -> dict[str, object]:
    one = listed.recipient
    return {
        "key": one.key,
        "kind": one.kind,
        "organisation": one.organisation,
        "address": list(address),
        "salutation": salutation,
        "email": one.email,
        "channel": str(one.channel),
        "language": one.language,
        "problems": [as_document(problem) for problem in problems],
    }


# --- changes ----------------------------------------------------------------------------------------------------


def _show_changes(options: Global, loaded: Loaded, *, whole: bool, as_json: bool) -> None:
    from invite_pipeline.run.lists import compare

    found = compare(options.workspace(), loaded, whole=whole)
    for change in found.changes:
        if as_json:
            dump_line(_change_line(change))
        else:
            _say_change(change)
    for question in found.questions:
        if as_json:
            new = question.listed.recipient.key
            dump_line({"key": new, "change": "question", "stored": question.stored, "message": question.text})
        else:
            say(f"question: {question.text}")
    _say_summary(found)
    if found.questions and not whole:
        say("Answers about a list that is not in the campaign yet name it as well: --same OLD=NEW FILE")


def _say_summary(found: Plan) -> None:
    counts = {
        kind: sum(1 for one in found.changes if one.kind == kind) for kind in ("new", "changed", "returned", "gone")
    }
    parts = [f"{count} {kind}" for kind, count in counts.items() if count]
    parts += [f"{len(found.questions)} to be decided"] if found.questions else []
    say(f"The lists would change: {', '.join(parts) or 'nothing'}. Nothing was written.")


def _say_change(change: Change) -> None:
    marked = " (was written to already)" if change.written_to else ""
    say(f"{change.kind}: {change.key}{marked}")
    for field, (old, new) in _values(change).items():
        say(f"  {field}: {_shown(old)} → {_shown(new)}")


def _change_line(change: Change) -> dict[str, object]:
    return {
        "key": change.key,
        "change": change.kind,
        "fields": {field: [_shown(old), _shown(new)] for field, (old, new) in _values(change).items()},
        "written_to": change.written_to,
    }


def _values(change: Change) -> dict[str, tuple[object, object]]:
    if change.old is None or change.listed is None:
        return {}
    new = change.listed.recipient
    return {field: (getattr(change.old, field), getattr(new, field)) for field in change.fields}


def _shown(value: object) -> str:
    from invite_pipeline.domain.recipient import Person

    if isinstance(value, tuple):
        return "; ".join(
            " ".join(part for part in (one.office, one.name) if part) if isinstance(one, Person) else str(one)
            for one in value
        )
    if isinstance(value, dict):
        return "; ".join(f"{name}: {text}" for name, text in value.items())
    return str(value)


def _decide(options: Global, files: list[Path] | None, same: Sequence[str], other: Sequence[str]) -> None:
    from invite_pipeline.run.lists import Answers, decide

    pairs = [pair.partition("=") for pair in same]
    if not all(old and new for old, _, new in pairs):
        raise typer.BadParameter("write --same OLD=NEW")
    answers = Answers([(old.strip(), new.strip()) for old, _, new in pairs], other)
    for line in decide(options.workspace(), _read(options, files), answers, whole=not files):
        say(line)
