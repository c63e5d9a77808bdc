"""Signed letters a second: three signatures on each, made with two processes, against one process in the same run."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks._table import Row
from invite_pipeline.domain.workspace import Workspace

ROOT = Path(__file__).parent.parent


def signature_rows(folder: Path, letters: int) -> list[Row]:
    """The row of the table, measured with so many letters in `folder`."""
    signed, plain = _workspaces(folder)
    two, one = _seconds(signed, letters, 2), _seconds(signed, letters, 1)
    _all_hold(signed)
    unsigned = _seconds(plain, letters, 1)
    each = (one - unsigned) / letters / len(signed.campaign.hosts)
    return [
        Row(
            "letters with three signatures a second, two processes, start and plate included",
            letters / two,
            10,
            f"one process {letters / one:.1f}/s; {each * 1000:.0f} ms a signature",
        )
    ]


def _workspaces(folder: Path) -> tuple[Workspace, Workspace]:
    """The example campaign with certificates, and without."""
    from invite_pipeline.run.demo.certificates import with_test_certificates
    from invite_pipeline.run.workspace import open_workspace

    now = datetime(2023, 11, 6, 9, tzinfo=UTC)
    environ = {"INVITE_SECRET_KEYS": "a-signing-key-for-benchmarks-only"}
    opened = replace(open_workspace(ROOT, environ=environ), out=folder / "out", now=lambda: now)
    return with_test_certificates(opened, folder / "certificates", "benchmark"), opened


def _seconds(workspace: Workspace, letters: int, jobs: int) -> float:
    """How long all the letters take, in a store of their own."""
    from invite_pipeline.letters.render import render_batch
    from invite_pipeline.run import local
    from invite_pipeline.store import queries

    shutil.rmtree(workspace.out, ignore_errors=True)
    store_file = workspace.out.parent / "store.db"
    store_file.unlink(missing_ok=True)
    workspace = replace(workspace, store_url=f"sqlite:///{store_file}")
    store = local.open_store(workspace)
    try:
        local.load(store, workspace)
        with store.reading() as tx:
            keys = queries.listed_keys(tx)[:letters]
        began = time.perf_counter()
        report = render_batch(store, workspace, keys, jobs=jobs)
        if report.done != letters:
            raise SystemExit(f"{report.done} of {letters} letters were made: {report.failures[:3]}")
        return time.perf_counter() - began
    finally:
        store.close()


def _all_hold(workspace: Workspace) -> None:
    from invite_pipeline.letters.verify import verify_letter

    for path in sorted((workspace.out / "letters").glob("*.pdf"))[::100]:
        assert verify_letter(path).unchanged
