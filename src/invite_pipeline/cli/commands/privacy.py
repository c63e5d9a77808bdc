"""Data protection: `purge`, `forget`, `export-person` and `processing-record`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import dump, progress, say

_Key = Annotated[str, typer.Argument(metavar="KEY", help="The recipient's key: see `invite recipients`.")]


@app.command()
def purge(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased and change nothing.")] = False,
) -> None:
    """Empty the texts of old mails, and erase all persons once the campaign's retention is over."""
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.privacy import purge as purge_campaign
    from invite_pipeline.run.privacy import retention_ends

    options: Global = context.obj
    workspace = options.workspace()
    with progress("purge") as tell:
        found = purge_campaign(open_store(workspace), workspace, dry_run=dry_run, progress=tell)
    days = workspace.campaign.privacy.mail_retention_days
    done = "would be" if dry_run else "were"
    say(f"Mails older than {days} days, their texts and senders {done} emptied: {found.mails}.")
    if found.waiting:
        say(f"Kept because they wait for review: {found.waiting}. Decide them, then purge again.")
    if found.needs:
        say(f"The event is over; diet and access needs {done} erased for {found.needs} recipients.")
    ends = retention_ends(workspace)
    if found.persons:
        say(f"Kept until {ends:%Y-%m-%d}: {found.persons} recipients {done} erased; answers and counts stay.")
        say("The lists in recipients/, backups, and mails in mailboxes are yours to delete.")
    elif workspace.now() < ends:
        say(f"All persons are due to be erased on {ends:%Y-%m-%d}: purge again then.")


@app.command()
def forget(
    context: typer.Context,
    key: _Key,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase the persons behind one invitation (Art. 17); the organisation, the answer and all counts stay."""
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.privacy import forget as forget_person
    from invite_pipeline.run.privacy import who_is

    options: Global = context.obj
    workspace = options.workspace()
    store = open_store(workspace)
    who = who_is(store, key)
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Erase all persons of {key} ({who})? This cannot be undone.", abort=True, err=True)
    left = forget_person(store, workspace, key)
    say(f"{key} is forgotten: names, addresses, words, letter and link; {who}, the answer and the counts stay.")
    say(f"Still to do: delete {left.listed}, row {left.row}; as long as it is there, loading leaves it out.")
    for path in left.files:
        say(f"  {path} was made before and may name them: make it anew or delete it.")
    say("  Backups, and mails in mailboxes, are yours to delete.")


@app.command("export-person")
def export_person(
    context: typer.Context,
    key: _Key,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout: so it is anyway.")] = True,
) -> None:
    """All that is kept of one recipient (Art. 15), as one JSON document on stdout."""
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.privacy import export_person as export
    from invite_pipeline.store.letter_files import has_file, letter_name

    options: Global = context.obj
    workspace = options.workspace()
    dump(export(open_store(workspace), workspace, key))
    letter = letter_name(key)
    if has_file(workspace, letter):
        say(f"Their letter belongs to it: {workspace.letters_url or workspace.out}/{letter}")


@app.command("processing-record")
def processing_record(context: typer.Context) -> None:
    """The record of processing activities (Art. 30) as German text on stdout, from what campaign.toml says."""
    from invite_pipeline.run.processing_record import record_of_processing

    options: Global = context.obj
    sys.stdout.write(record_of_processing(options.workspace()))
