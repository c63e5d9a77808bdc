"""Letters a second: the press against WeasyPrint, Typst and LibreOffice, all in one run on the same machine.

python -m benchmarks.letters [--large N]   (N: how many letters "many" are; 50,000 without it, the issue says 100,000)
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from benchmarks._signatures import signature_rows
from benchmarks._table import Row, finish
from invite_pipeline.domain.workspace import Workspace

ROOT = Path(__file__).parent.parent
_WARM, _ONE_BY_ONE = 3, 30
_FEW, _SIGNED = 1_000, 400
# Enough that the start of LibreOffice does not count.
_CONVERTED = 200


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=50_000)
    parser.add_argument("--render", nargs=3, metavar=("FOLDER", "LETTERS", "JOBS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.render:
        folder, letters, jobs = options.render
        print(json.dumps(_render(Path(folder), int(letters), int(jobs))))
        return
    # In memory where there is such a place: what is compared is making letters, not one disk or another.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        finish("letters", _rows(folder, options.large))


def _rows(folder: Path, large: int) -> list[Row]:
    _fill(folder, large)
    pages = [str(one) for one in _letters_html(folder, _ONE_BY_ONE + _WARM)]
    one_by_one = _weasyprint(folder, pages)
    before = _rate(one_by_one, _ONE_BY_ONE)
    typst = _rate(_typst(folder, 200), 200)
    few, many = _in_process(folder, _FEW, 1), _in_process(folder, large, 1)
    # Once before and once after: what else the machine does meanwhile meets both sides.
    weasyprint = (before + _rate(one_by_one, _ONE_BY_ONE)) / 2
    two = _in_process(folder, large, 2)
    press = large / many["seconds"]
    rows = [
        Row(
            "press against WeasyPrint one by one, one process",
            press / weasyprint,
            100,
            f"{press:.0f}/s : {weasyprint:.1f}/s",
        ),
        Row("press against Typst, one warm compiler", press / typst, 6, f"{press:.0f}/s : {typst:.0f}/s"),
        Row(
            "two processes against one, once they run",
            many["marginal"] / two["marginal"],
            1.7,
            f"{two['marginal'] * 1000:.2f} ms a letter; with plates and start {many['seconds'] / two['seconds']:.2f}",
        ),
        Row(
            f"time per letter, {_FEW:,} to {large:,}",
            (many["marginal"] / few["marginal"]),
            -1.15,
            f"{few['marginal'] * 1000:.2f} ms, {many['marginal'] * 1000:.2f} ms",
        ),
        Row(
            "peak memory of a process, MiB",
            max(many["peak"], two["peak"]),
            -400,
            f"one process {many['peak']:.0f}, of two {two['peak']:.0f}; {few['peak']:.0f} for {_FEW:,} letters",
        ),
        *signature_rows(folder / "signed", _SIGNED),
    ]
    office = shutil.which("soffice")
    if office:
        libreoffice = _rate(_libreoffice(folder, office, _CONVERTED), _CONVERTED)
        rows.append(Row("press against LibreOffice", press / libreoffice, 30, f"{press:.0f}/s : {libreoffice:.1f}/s"))
    else:
        print("LibreOffice is not installed: its row is left out.")
    return rows


def _rate(run: Callable[[], None], letters: int) -> float:
    began = time.perf_counter()
    run()
    return letters / (time.perf_counter() - began)


# --- the press, each run in a process of its own -------------------------------------------------------------------


def _in_process(folder: Path, letters: int, jobs: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.letters", "--render", str(folder), str(letters), str(jobs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def _render(folder: Path, letters: int, jobs: int) -> dict[str, float]:
    """Seconds in all, seconds for each letter once the plates are made, and the peak memory of one process in MiB."""
    from invite_pipeline.letters.render import render_batch
    from invite_pipeline.run.local import open_store
    from invite_pipeline.store import queries

    workspace = replace(_workspace(folder), out=folder / f"out-{letters}-{jobs}")
    store = open_store(workspace)
    with store.reading() as tx:
        keys = queries.listed_keys(tx)[:letters]
    first: list[float] = []

    def tell(_done: int, _total: int) -> None:
        first.append(time.perf_counter())

    began = time.perf_counter()
    report = render_batch(store, workspace, keys, jobs=jobs, progress=tell)
    ended = time.perf_counter()
    if report.failures or report.done != letters:
        sys.exit(f"letters failed: {report.failures[:3]}")
    print(report.notes[0], file=sys.stderr)
    steps = len(first) - 1
    whose = (resource.RUSAGE_SELF, *([resource.RUSAGE_CHILDREN] if jobs > 1 else []))
    peak = max(resource.getrusage(one).ru_maxrss for one in whose)
    shutil.rmtree(workspace.out)
    return {
        "seconds": ended - began,
        "marginal": (first[-1] - first[0]) / max(1, steps) / (letters / len(first)),
        "peak": peak / 1024,
    }


# --- what is compared with -----------------------------------------------------------------------------------------


def _weasyprint(folder: Path, pages: list[str]) -> Callable[[], None]:
    from invite_pipeline.letters.document import typesetter

    workspace = _workspace(folder)
    style = (workspace.templates / "letter.css").read_text(encoding="utf-8")
    made = typesetter(workspace.folder)
    for page in pages[:_WARM]:
        made.pdf(page, style)

    def run() -> None:
        for number, page in enumerate(pages[_WARM:]):
            (folder / f"one-{number}.pdf").write_bytes(made.pdf(page, style))

    return run


_TYP = """
#set page(paper: "a4", margin: (left: 25mm, right: 20mm, top: 45mm, bottom: 15mm))
#set text(font: "Source Serif Pro", size: 10pt, lang: "de", hyphenate: true)
#set par(justify: true)
#let one = sys.inputs
#for line in one.address.split("|") [#line \\ ]
#v(20mm)
= Einladung
BODY
#link(one.link)[Link]
#align(right)[#one.code]
#grid(columns: 3, ..range(3).map(number => [*Name* \\ Amt \\ Organisation]))
"""


def _typst(folder: Path, letters: int) -> Callable[[], None]:
    """The same text, address, link and code; without the QR code and the signatures, which is to Typst's advantage."""
    from importlib.resources import files

    import typst

    from invite_pipeline.formats.templates import plain

    html = next(iter(_letters_html(folder, 1)))
    body = plain(html[html.index('<div class="text">') : html.index('<div class="close">')])
    source = folder / "letter.typ"
    source.write_text(_TYP.replace("BODY", "".join(f"\\{one}" if one in "#$*_@<>`=" else one for one in body)))
    fonts = [str(files("font_source_serif_pro").joinpath("files"))]
    compiler = typst.Compiler(str(source), font_paths=fonts, ignore_system_fonts=True)

    def compiled(number: int) -> None:
        inputs = {
            "address": f"Frau|Eva Muster {number}|Musterstraße {number}|53111 Bonn",
            "link": f"https://anmeldung.example/r/{number:050d}/antwort",
            "code": f"CODE{number}",
        }
        (folder / f"typst-{number}.pdf").write_bytes(cast("bytes", compiler.compile(format="pdf", sys_inputs=inputs)))

    for number in range(_WARM):
        compiled(number)

    def run() -> None:
        for number in range(letters):
            compiled(number)

    return run


def _libreoffice(folder: Path, office: str, letters: int) -> Callable[[], None]:
    """As many documents, converted in one run."""
    documents = []
    for number, html in enumerate(_letters_html(folder, letters)):
        path = folder / f"office-{number}.html"
        path.write_text(html, encoding="utf-8")
        documents.append(str(path))
    command = [office, "--headless", "--convert-to", "pdf:writer_web_pdf_Export", "--outdir", str(folder / "office")]

    def run() -> None:
        environ = {**os.environ, "HOME": str(folder)}
        subprocess.run([*command, *documents], capture_output=True, check=True, env=environ)

    return run


# --- the campaign ---------------------------------------------------------------------------------------------------


def _workspace(folder: Path) -> Workspace:
    from invite_pipeline.run.workspace import open_workspace

    environ = {
        "INVITE_STORE_URL": f"sqlite:///{folder / 'store.db'}",
        "INVITE_SECRET_KEYS": "a key for the benchmark only",
        "INVITE_BASE_URL": "https://anmeldung.staedtepartnerschaften.example",
    }
    return open_workspace(ROOT, now="2023-11-06T09:00", environ=environ)


def _fill(folder: Path, letters: int) -> None:
    """A store of the example's recipients, again and again with other numbers of their house."""
    from invite_pipeline.recipients.listed import ListedRecipient
    from invite_pipeline.recipients.load import list_files, read_lists
    from invite_pipeline.recipients.store import store_recipients
    from invite_pipeline.run.local import open_store

    workspace = _workspace(folder)
    listed = read_lists(list_files(workspace.folder, workspace.campaign), workspace.folder).recipients
    many: list[ListedRecipient] = []
    for number in range(letters):
        one = listed[number % len(listed)]
        recipient = replace(one.recipient, key=f"b-{number}", street=f"Musterstraße {number}")
        many.append(replace(one, recipient=recipient))
    store_recipients(open_store(workspace), many, datetime(2023, 11, 6, tzinfo=UTC))


def _letters_html(folder: Path, letters: int) -> list[str]:
    from invite_pipeline.formats.templates import Templates
    from invite_pipeline.letters.template import LetterWriter
    from invite_pipeline.run.local import open_store
    from invite_pipeline.store import queries

    workspace = _workspace(folder)
    writer = LetterWriter(Templates(workspace.folder), workspace)
    with open_store(workspace).reading() as tx:
        keys = queries.listed_keys(tx)[:letters]
        invitations = queries.invitations(tx, keys)
        return [writer.text(one, invitations[one.key]).html for one in queries.recipients(tx, keys)]


if __name__ == "__main__":
    main()
