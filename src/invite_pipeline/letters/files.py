"""Writing files that are whole or absent, whatever happens meanwhile."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path`: a reader sees the old file or the new one, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(draft, data)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(draft, data)
    try:
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _write(draft: Path, data: bytes) -> None:
    try:
        draft.write_bytes(data)
    except FileNotFoundError:
        raise
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
