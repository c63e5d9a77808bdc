"""Where letters and the programme lie: the output folder, a folder that machines share, or an S3-compatible store.

The one place through which letters are written and read, so that any worker can mail what another rendered.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError

PROGRAMME = "programme.pdf"


def letter_name(recipient: str) -> str:
    """The name of a recipient's letter below the root."""
    return f"letters/{recipient}.pdf"


def read_file(workspace: Workspace, name: str) -> bytes:
    """A letter or the programme. Raises OSError where it is not there, InviteError where the store is not reached."""
    root = local_root(workspace)
    if root is not None:
        with open(f"{root}/{name}", "rb", buffering=0) as file:  # noqa: PTH123 - Path costs more than the reading
            return file.read()
    try:
        data: bytes = _bucket(workspace.letters_url).cat_file(_key(workspace, name))
    except FileNotFoundError:
        raise
    except Exception as error:
        raise _unreachable(workspace, error) from error
    return data


def write_file(workspace: Workspace, name: str, data: bytes) -> None:
    """Write a letter or the programme: a reader sees the old one or the new one, never a part. Raises OSError."""
    root = local_root(workspace)
    if root is not None:
        write_atomically(root / name, data)
        return
    try:
        # One PUT: object stores show an object when it is whole.
        _bucket(workspace.letters_url).pipe_file(_key(workspace, name), data)
    except Exception as error:
        raise _unreachable(workspace, error) from error


def remove_file(workspace: Workspace, name: str) -> None:
    """Take a letter away, if it is there."""
    root = local_root(workspace)
    if root is not None:
        (root / name).unlink(missing_ok=True)
        return
    try:
        _bucket(workspace.letters_url).rm_file(_key(workspace, name))
    except FileNotFoundError:
        pass
    except Exception as error:
        raise _unreachable(workspace, error) from error


def has_file(workspace: Workspace, name: str) -> bool:
    """Whether a letter or the programme is there."""
    root = local_root(workspace)
    if root is not None:
        return (root / name).exists()
    try:
        return bool(_bucket(workspace.letters_url).exists(_key(workspace, name)))
    except Exception as error:
        raise _unreachable(workspace, error) from error


def local_root(workspace: Workspace) -> Path | None:
    """The folder that holds letters/ and the programme; None where they lie in no folder of this machine."""
    if not workspace.letters_url:
        return workspace.out
    parts = urlsplit(workspace.letters_url)
    if parts.scheme in ("", "file"):
        return Path(unquote(parts.path)) / workspace.campaign.id
    return None


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` to `path`: a reader sees the old file or the new one, never a part."""
    # Two machines that share the folder may have processes of one number.
    draft = path.with_name(f".{path.name}.{os.uname().nodename}.{os.getpid()}")
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


@cache
def _bucket(url: str) -> Any:
    """The file system of an address, opened once in each process. Raises InviteError."""
    try:
        import fsspec

        # Credentials and the server's address come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL.
        return fsspec.url_to_fs(url, use_listings_cache=False)[0]
    except ImportError as error:
        raise InviteError(
            f"Letters in {url} need a package that is not installed: {error}.",
            "Install: pip install 'invite-pipeline[s3]'",
        ) from error
    except ValueError as error:
        raise InviteError(
            f"“{url}” is no place for letters: {error}.",
            "Write s3://bucket/folder or file:///shared/folder in [store] letters or INVITE_LETTERS_URL.",
        ) from error


def _key(workspace: Workspace, name: str) -> str:
    parts = urlsplit(workspace.letters_url)
    return "/".join(part for part in (parts.netloc, parts.path.strip("/"), workspace.campaign.id, name) if part)


def _unreachable(workspace: Workspace, error: Exception) -> InviteError:
    return InviteError(
        f"The letters' place {workspace.letters_url} does not answer: {error}",
        "Look at the server, and at AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    )
