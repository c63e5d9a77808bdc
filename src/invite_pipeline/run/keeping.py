"""Keeping a campaign's state: copies between stores, backups while others work on, and restoring them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from invite_pipeline.domain.stage import Progress, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, StoreUnusable
from invite_pipeline.store.copy import Copied, copy_campaign
from invite_pipeline.store.database import Store


def copy_store(
    workspace: Workspace, source: str, target: str, *, replace: bool = False, progress: Progress = silent
) -> Copied:
    """Copy the workspace's campaign from one store to another, each named by its address or a SQLite file's path.

    Raises StoreUnusable.
    """
    source, target = store_url(source), store_url(target)
    if source == target:
        raise InviteError("The two stores are the same.", "Name the store to copy from, then the one to copy to.")
    _must_exist(source)
    with _opened(source, workspace) as ours, _opened(target, workspace) as theirs:
        return copy_campaign(ours, theirs, replace=replace, progress=progress)


def backup_store(workspace: Workspace, file: Path | None = None, *, progress: Progress = silent) -> tuple[Path, int]:
    """Write the store as it stands now into a SQLite file of its own, whoever works on; gives its path and rows.

    The backup of a SQLite store is the whole file, of PostgreSQL the campaign. Raises InviteError where the file is
    there already, StoreUnusable.
    """
    path = file or _backup_path(workspace)
    if path.exists():
        raise InviteError(f"{path} is there already.", "Name another file: a backup overwrites nothing.")
    _must_exist(workspace.store_url)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # It holds names and addresses: for its owner alone, from the first byte.
        draft.touch(mode=0o600)
        url = sa.make_url(workspace.store_url)
        if url.get_backend_name() == "sqlite":
            _copy_file(Path(str(url.database)), draft)
        else:
            draft.unlink()
            copy_store(workspace, workspace.store_url, f"sqlite:///{draft}", progress=progress)
        rows = _check_backup(draft, workspace)
        draft.chmod(0o600)
        draft.rename(path)
    except OSError as error:
        raise InviteError(f"The backup cannot be written to {path}: {error.strerror}.") from error
    finally:
        for left in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
            left.unlink(missing_ok=True)
    return path, rows


def restore_store(workspace: Workspace, file: Path, *, replace: bool = False, progress: Progress = silent) -> Copied:
    """Bring a backup's campaign into the workspace's store. Raises StoreUnusable where the store is not empty."""
    return copy_store(workspace, str(file), workspace.store_url, replace=replace, progress=progress)


def store_url(text: str) -> str:
    """The address of a store that was named by its address or as a SQLite file."""
    return text if "://" in text else f"sqlite:///{Path(text).resolve()}"


def _backup_path(workspace: Workspace) -> Path:
    name = f"{workspace.campaign.id}-{workspace.now():%Y%m%dT%H%M%S}.db"
    return workspace.folder / ".invite" / "backups" / name


@contextmanager
def _opened(url: str, workspace: Workspace) -> Iterator[Store]:
    store = Store.open(url, workspace.campaign.id, workspace.campaign.title)
    try:
        yield store
    finally:
        store.close()


def _must_exist(url: str) -> None:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).is_file():
        raise StoreUnusable(f"There is no store in {parsed.database}.", "Name the file of a store, or its address.")


def _copy_file(source: Path, target: Path) -> None:
    """SQLite's own backup: pages are copied while others write, and the copy is of one moment."""
    with closing(sqlite3.connect(source, timeout=30)) as ours, closing(sqlite3.connect(target)) as theirs:
        ours.backup(theirs, pages=2000, sleep=0.01)


def _check_backup(draft: Path, workspace: Workspace) -> int:
    """Whether the file is whole; gives the events in it."""
    with closing(sqlite3.connect(draft)) as made:
        # One file, without a journal beside it that could be forgotten.
        made.execute("PRAGMA journal_mode = DELETE")
        answer = made.execute("PRAGMA quick_check").fetchone()[0]
        if answer != "ok":
            raise StoreUnusable(f"The backup is damaged: {answer}", "Look after the disk; is the store itself whole?")
        query = "SELECT count(*) FROM events WHERE campaign = ?"
        return int(made.execute(query, [workspace.campaign.id]).fetchone()[0])
