"""A new campaign folder that passes `check` at once: the example's templates, and a list of three to begin with."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

from babel.dates import format_date

from invite_pipeline.errors import InviteError
from invite_pipeline.formats.campaign_file import NAME, read_campaign
from invite_pipeline.run.workspace import signing_keys

_COLUMNS = "Schlüssel;Art;Organisation;Anrede;Titel;Vorname;Nachname;Amt;Straße;PLZ;Ort;E-Mail;Hinweis"
_ROWS = (
    (
        "b-1;kommune;Stadt Musterstadt",
        "Frau;Dr.;Eva;Muster;Bürgermeisterin",
        "Rathausplatz 1;40213;Musterstadt",
        "rathaus",
    ),
    (
        "b-2;verein;Freundeskreis Musterstadt e. V.",
        "Herr;;Max;Mann;Vorsitzender",
        "Marktstraße 2;40213;Musterstadt",
        "verein",
    ),
    ("b-3;kommune;Gemeinde Beispielhausen", ";;;;Der Bürgermeister", "Dorfstraße 3;44137;Beispielhausen", ""),
)


def _list() -> str:
    """A list of three, as an office would keep it; one of them is reached by post."""
    addresses = (f"{name}@musterstadt.example" if name else "" for *_, name in _ROWS)
    rows = (";".join((*cells, address, "Beispieldaten")) for (*cells, _), address in zip(_ROWS, addresses, strict=True))
    return "\n".join((_COLUMNS, *rows)) + "\n"


_IGNORE = "# State, signing keys and everything that can be made again\n/.invite/\n/out/\n"


def skeleton() -> Path:
    """Where new campaigns are copied from: an installed package's own folder, in a checkout the repository."""
    package = Path(__file__).parent.parent
    installed = package / "skeleton"
    return installed if installed.is_dir() else package.parent.parent


def init_campaign(folder: Path, today: date) -> list[str]:
    """Write a new campaign to `folder`, with an event in three months, and return the names of what was written.

    Raises InviteError where something is there already: nothing is ever overwritten.
    """
    wanted = (NAME, "templates", "assets", "recipients", ".gitignore")
    there = [name for name in wanted if (folder / name).exists()]
    if there:
        raise InviteError(f"{folder} holds {there[0]} already; nothing was written.", "Name an empty or a new folder.")
    source = skeleton()
    (folder / "recipients").mkdir(parents=True)
    (folder / NAME).write_text(_dated((source / NAME).read_text(encoding="utf-8"), today), encoding="utf-8")
    for name in ("templates", "assets"):
        shutil.copytree(source / name, folder / name)
    # As German Excel writes it: a byte-order mark, semicolons, CRLF.
    (folder / "recipients" / "liste.csv").write_text(_list(), encoding="utf-8-sig", newline="\r\n")
    (folder / ".gitignore").write_text(_IGNORE, encoding="utf-8")
    signing_keys(folder, {})
    read_campaign(folder / NAME)
    return [*wanted, ".invite/keys"]


def _dated(text: str, today: date) -> str:
    """The example's settings with dates that lie ahead, and a name of their own."""
    event, deadline = today + timedelta(days=90), today + timedelta(days=60)
    for pattern, value in (
        (r"^start = \d{4}-\d\d-\d\dT", f"start = {event}T"),
        (r"^end = \d{4}-\d\d-\d\dT", f"end = {event}T"),
        (r"^deadline = .*$", f"deadline = {deadline}"),
        (r"^date = .*$", f"date = {today}"),
        (r"(?<=am )19\. Januar 2024", format_date(event, "long", locale="de")),
        (r"(?<=bis zum )12\. Dezember", format_date(deadline, "d. MMMM", locale="de")),
        (r"^id = \"tsp-2024\"$", f'id = "einladung-{today:%Y-%m-%d}"'),
    ):
        text, count = re.subn(pattern, value, text, count=1, flags=re.MULTILINE)
        if count != 1:
            raise InviteError(f"The example's {NAME} has no line for {pattern}.", "Install the package anew.")
    return text
