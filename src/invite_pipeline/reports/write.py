"""Stage 5: the reports as files, all from one state of the store."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.reports.figures import Figures, figures_of
from invite_pipeline.reports.known import load
from invite_pipeline.reports.rows import Row, rows_of
from invite_pipeline.store.database import Store

Writer = Callable[[Figures, Sequence[Row], Campaign], bytes]


def write_reports(
    store: Store, workspace: Workspace, formats: Sequence[str], *, as_of: datetime | None = None
) -> list[Path]:
    """Write the reports under out/reports/, each whole or not at all; with `as_of`, what was known then.

    Raises InviteError for an unknown format, before anything is written, or where the folder cannot be written.
    """
    unknown = [name for name in formats if name not in _WRITERS]
    if unknown or not formats:
        what = f"There is no report as “{unknown[0]}”." if unknown else "No format is named."
        raise InviteError(what, f"The formats are: {', '.join(_WRITERS)}.")
    known = load(store, workspace, as_of)
    figures, rows = figures_of(known, workspace), rows_of(known, workspace.campaign)
    paths = []
    for name in dict.fromkeys(formats):
        file, writer = _WRITERS[name]
        path = workspace.out / "reports" / file
        _write(path, writer(figures, rows, workspace.campaign))
        paths.append(path)
    return paths


# The libraries behind the formats are heavy: each is loaded only where its format is wanted.
def _html(figures: Figures, rows: Sequence[Row], campaign: Campaign) -> bytes:
    from invite_pipeline.reports.html import html_report

    return html_report(figures, rows, campaign).encode("utf-8", errors="replace")


def _xlsx(figures: Figures, rows: Sequence[Row], campaign: Campaign) -> bytes:
    from invite_pipeline.reports.xlsx import xlsx_report

    return xlsx_report(figures, rows, campaign)


def _csv(_figures: Figures, rows: Sequence[Row], _campaign: Campaign) -> bytes:
    from invite_pipeline.reports.table import tracking_csv

    return tracking_csv(rows)


def _pdf(figures: Figures, rows: Sequence[Row], campaign: Campaign) -> bytes:
    from invite_pipeline.reports.pdf import pdf_report

    return pdf_report(figures, rows, campaign)


_WRITERS: dict[str, tuple[str, Writer]] = {
    "html": ("report.html", _html),
    "xlsx": ("report.xlsx", _xlsx),
    "csv": ("tracking.csv", _csv),
    "pdf": ("report.pdf", _pdf),
}


def _write(path: Path, content: bytes) -> None:
    """Replace the file at once: whoever has the old report open never sees half of the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InviteError(
            f"The report {path} cannot be written: {error.strerror}.", "Close it in other programs, or free some space."
        ) from error
