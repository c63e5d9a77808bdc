"""Staff accounts: `user add`, `user list`, `user password`, `user change`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from invite_pipeline.cli.app import Global, app
from invite_pipeline.cli.output import dump, say, show_table
from invite_pipeline.errors import InviteError

if TYPE_CHECKING:
    from invite_pipeline.domain.staff import StaffRole
    from invite_pipeline.store.account_queries import Account

users = typer.Typer(
    name="user", help="Staff logins.", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)
app.add_typer(users)

Roles = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="view|enter|organise|door", help="What the account may do; may be repeated."),
]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help="Take the password from this file's first line.")
]
Name = Annotated[str, typer.Argument(help="The name of the account.")]


@users.command("add")
def add(context: typer.Context, name: Name, role: Roles = None, password_file: PasswordFile = None) -> None:
    """Add a staff login; the password is asked for, or read from stdin where that is no terminal."""
    from invite_pipeline.run.accounts import add_account
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.workspace import wall_clock

    options: Global = context.obj
    roles = _roles(role or ["view"])
    store = open_store(options.workspace())
    account = add_account(store, name, roles, _password(password_file), at=wall_clock())
    say(f"Added {account.name} ({', '.join(account.roles)}).")


@users.command("list")
def list_(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Every staff login, and what it may do."""
    from invite_pipeline.run.accounts import accounts
    from invite_pipeline.run.local import open_store

    options: Global = context.obj
    found = accounts(open_store(options.workspace()))
    if as_json:
        dump([_as_document(one) for one in found])
        return
    rows = [
        (one.name, ", ".join(one.roles), "yes" if one.totp_secret else "", "closed" if one.disabled else "")
        for one in found
    ]
    show_table(("name", "roles", "second factor", ""), rows)


def _as_document(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "roles": [str(role) for role in account.roles],
        "second_factor": bool(account.totp_secret),
        "disabled": account.disabled,
    }


@users.command("password")
def password(context: typer.Context, name: Name, password_file: PasswordFile = None) -> None:
    """Give a login another password; whoever is logged in with it is logged out."""
    from invite_pipeline.run.accounts import set_password
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.workspace import wall_clock

    options: Global = context.obj
    set_password(open_store(options.workspace()), name, _password(password_file), at=wall_clock())
    say(f"Changed the password of {name}; its sessions have ended.")


@users.command("change")
def change(
    context: typer.Context,
    name: Name,
    role: Roles = None,
    disable: Annotated[bool | None, typer.Option("--disable/--enable", help="Close the login, or open it.")] = None,
    no_second_factor: Annotated[
        bool, typer.Option("--no-second-factor", help="Take a lost second factor away.")
    ] = False,
) -> None:
    """Change what a login may do, close or open it, or take its second factor away; its sessions end."""
    from invite_pipeline.run.accounts import change_account
    from invite_pipeline.run.local import open_store
    from invite_pipeline.run.workspace import wall_clock

    options: Global = context.obj
    roles = _roles(role) if role else None
    if roles is None and disable is None and not no_second_factor:
        raise typer.BadParameter("say what to change: --role, --disable, --enable or --no-second-factor")
    store, at = open_store(options.workspace()), wall_clock()
    account = change_account(store, name, at=at, roles=roles, disabled=disable, without_totp=no_second_factor)
    closed = ", closed" if account.disabled else ""
    say(f"Changed {account.name} ({', '.join(account.roles)}{closed}); its sessions have ended.")


def _roles(names: list[str]) -> tuple[StaffRole, ...]:
    from invite_pipeline.domain.staff import StaffRole

    wanted = [one.strip() for name in names for one in name.split(",") if one.strip()]
    unknown = [one for one in wanted if one not in list(StaffRole)]
    if unknown or not wanted:
        raise typer.BadParameter(f"the roles are {', '.join(StaffRole)}")
    return tuple(StaffRole(one) for one in dict.fromkeys(wanted))


def _password(file: Path | None) -> str:
    """The password: from a file, typed twice at a terminal, or the first line of stdin. Raises InviteError."""
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InviteError(f"The password file {file} cannot be read.", "Name a text file.") from error
        return text.split("\n")[0].rstrip("\r")
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")
