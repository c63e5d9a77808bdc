"""The table that every benchmark prints, and its exit status."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: `wanted` is the least it must be, or, where negative, the most."""

    what: str
    measured: float
    wanted: float
    seen: str = ""

    @property
    def reached(self) -> bool:
        """Whether the figure is what it must be."""
        return self.measured >= self.wanted if self.wanted > 0 else self.measured <= -self.wanted


def finish(name: str, rows: Sequence[Row]) -> None:
    """Print the table, and end with status 1 where a figure is missed."""
    print(f"{name}: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | measured | must be | | seen |\n|---|---|---|---|---|")
    for row in rows:
        bound = f"≥ {row.wanted:g}" if row.wanted > 0 else f"≤ {-row.wanted:g}"
        print(f"| {row.what} | {row.measured:.2f} | {bound} | {'reached' if row.reached else 'MISSED'} | {row.seen} |")
    sys.exit(0 if all(row.reached for row in rows) else 1)
