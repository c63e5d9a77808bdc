"""Rows with errors as a list that can be mended and loaded again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from invite_pipeline.errors import Problem
from invite_pipeline.formats.sheets import to_csv
from invite_pipeline.recipients.cells import tidy
from invite_pipeline.recipients.columns import MEND
from invite_pipeline.recipients.listed import ListedRecipient


@dataclass(frozen=True, slots=True)
class Reject:
    """A row with at least one error: what was understood, its cells as the list has them, and every problem."""

    listed: ListedRecipient
    header: tuple[str, ...]
    cells: tuple[str, ...]
    problems: tuple[Problem, ...]


def rejects_csv(rejects: Sequence[Reject]) -> bytes:
    """The rejected rows of all lists under one header, with a first column that says what is to be mended.

    Lists with other columns add theirs; loading ignores the first column.
    """
    header = list(dict.fromkeys(name for one in rejects for name in map(tidy, one.header) if name))
    rows = []
    for one in rejects:
        cells = dict(zip(map(tidy, one.header), one.cells, strict=False))
        rows.append([_what_to_mend(one), *(cells.get(name, "") for name in header)])
    return to_csv([MEND, *header], rows)


def _what_to_mend(reject: Reject) -> str:
    said = " ".join(f"{one.message} {one.fix}" for one in reject.problems if one.severity == "error")
    return f"{reject.listed.file}, row {reject.listed.row}: {said}"
