"""Tokens of the JSON interface: `token add`, `token list`, `token revoke`."""

from __future__ import annotations

from typing import Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import dump, say, show_table

tokens = typer.Typer(
    name="token",
    help="Read-only tokens of the JSON interface.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(tokens)

Name = Annotated[str, typer.Argument(help="What the token is called: the program or person that reads with it.")]


@tokens.command("add")
def add(context: typer.Context, name: Name) -> None:
    """Make a token and print it, this once."""
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.tokens import add_token
    from invite_pipeline.run.workspace import wall_clock

    options: Global = context.obj
    token = add_token(open_store(options.workspace()), name, at=wall_clock())
    say(f"The token of {name}, shown this once; send it as “Authorization: Bearer …” to /api/v1/:")
    print(token)


@tokens.command("list")
def list_(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Every token by its name; the tokens themselves are known to nobody."""
    from invite_pipeline.run.local import open_store
    from invite_pipeline.store.token_queries import tokens as all_tokens

    options: Global = context.obj
    with open_store(options.workspace()).reading() as tx:
        found = all_tokens(tx)
    if as_json:
        dump([{"name": one.name, "created_at": one.created_at.isoformat()} for one in found])
    else:
        show_table(("name", "since"), [(one.name, f"{one.created_at:%Y-%m-%d}") for one in found])


@tokens.command("revoke")
def revoke(context: typer.Context, name: Name) -> None:
    """Take a token away: it opens nothing from now on."""
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.tokens import revoke_token
    from invite_pipeline.run.workspace import wall_clock

    options: Global = context.obj
    revoke_token(open_store(options.workspace()), name, at=wall_clock())
    say(f"The token of {name} opens nothing any more.")
