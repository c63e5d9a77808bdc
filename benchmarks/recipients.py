"""How long lists take to load, against pandas merely reading the same file in the same run.

`python -m benchmarks.recipients` measures 1,000, 10,000 and 100,000 rows; `--million` also a million, for its memory.
The exit status is 1 where a figure is missed.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RATIO = 60
"""How many times as long as `pandas.read_csv(dtype=str)` loading may take."""
FLAT = 1.25
"""How much more a row may cost among 100,000 than among 1,000."""
MEMORY = 1.5 * 1024
"""MiB for a million rows."""

_FIRST, _LAST, _TOWNS, _SYLLABLES = (
    [word.replace("|", " ") for word in words.split()]
    for words in (
        "Anna Peter Jürgen Sabine Heinz Ute Klaus Maria Søren Zoë Karl-Heinz Ann-Kathrin Günther Elif Łukasz",
        "Müller Schmidt von|der|Heide Groß Öztürk Klein Leutheusser-Schmitz Weiß Kowalski d'Angelo Graf|Berg",
        "Köln Bonn Düren Wesel Aachen Münster Bad|Salzuflen Mülheim|an|der|Ruhr Rheda-Wiedenbrück Hückeswagen",
        "ber lin ham mün ster dorf feld bach stein hof tal wald see brück kirch weil roth neu alt burg",
    )
)
_OFFICES = ("", "", "Bürgermeister", "Vorsitzender", "Landrat", "Geschäftsführer", "stellv. Vorsitzender")


def write_list(path: Path, rows: int) -> Path:
    """A list as an association of towns might keep it: every row another organisation, person and address."""
    draw = random.Random(rows)
    with path.open("w", encoding="utf-8") as file:
        file.write("Organisation;Anrede;Titel;Vorname;Nachname;Amt;Straße;PLZ;Ort;E-Mail;Telefon;Hinweis\n")
        for number in range(rows):
            town = draw.choice(_TOWNS)
            name = "".join(draw.choices(_SYLLABLES, k=3)).title()
            woman = draw.random() < 0.5
            office = draw.choice(_OFFICES)
            cells = (
                f"Partnerschaftsverein {name} {number}",
                "Frau" if woman else "Herr",
                draw.choice(("", "", "Dr.", "Prof. Dr.")),
                draw.choice(_FIRST),
                draw.choice(_LAST),
                office,
                f"{name}straße {number % 200}",
                f"{10000 + number % 89999}",
                town,
                f"kontakt@{name.lower()}{number}.example".replace("ü", "ue"),
                f"+49 221 {number}",
                "Beispiel",
            )
            file.write(";".join(cells) + "\n")
    return path


def _seconds(work: Callable[[], object], times: int) -> float:
    """Processor time of the fastest of some runs: what else the machine does should not count."""
    found = []
    for _ in range(times):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def measure(folder: Path, rows: int, times: int = 3) -> tuple[float, float]:
    """Seconds that pandas takes to read the list, and seconds that loading it takes."""
    import pandas as pd

    from invite_pipeline.recipients.load import read_lists

    path = write_list(folder / f"list-{rows}.csv", rows)
    yardstick = _seconds(lambda: pd.read_csv(path, sep=";", dtype=str), times)
    loading = _seconds(lambda: read_lists([path], folder), times)
    loaded = read_lists([path], folder)
    if len(loaded.recipients) != rows:
        raise SystemExit(f"only {len(loaded.recipients)} of {rows} rows were read: {loaded.problems[0]}")
    return yardstick, loading


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--million", action="store_true", help="also a million rows, for the memory")
    million = arguments.parse_args().million
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        per_row = {}
        for rows, times in ((1_000, 20), (10_000, 5), (100_000, 2)):
            yardstick, loading = measure(Path(folder), rows, times)
            per_row[rows] = loading / rows
            ratio = loading / yardstick
            print(
                f"{rows:>9,} rows: pandas {yardstick:.3f} s, loading {loading:.2f} s, "
                f"{ratio:.1f} times as long, {per_row[rows] * 1e6:.0f} µs a row"
            )
        if ratio > RATIO:
            missed.append(f"{ratio:.1f} times as long as pandas; at most {RATIO}")
        growth = per_row[100_000] / per_row[1_000]
        print(f"a row among 100,000 costs {growth:.2f} times what it costs among 1,000 (at most {FLAT})")
        if growth > FLAT:
            missed.append(f"a row costs {growth:.2f} times as much among 100,000; at most {FLAT}")
        if million:
            used = _memory_of_a_million(Path(folder))
            print(f"1,000,000 rows take {used:,.0f} MiB (at most {MEMORY:,.0f})")
            if used > MEMORY:
                missed.append(f"{used:,.0f} MiB for a million rows; at most {MEMORY:,.0f}")
    for one in missed:
        print(f"missed: {one}", file=sys.stderr)
    return int(bool(missed))


def _memory_of_a_million(folder: Path) -> float:
    """The peak of a process of its own that reads a million rows, in MiB."""
    import subprocess

    path = write_list(folder / "million.csv", 1_000_000)
    code = (
        "import sys; from pathlib import Path; from invite_pipeline.recipients.load import read_lists; "
        "loaded = read_lists([Path(sys.argv[1])], Path(sys.argv[1]).parent); "
        "assert len(loaded.recipients) == 1_000_000, loaded.problems[:3]"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
