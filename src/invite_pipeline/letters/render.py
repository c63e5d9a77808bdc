"""Stage 2, render: a PDF letter for each recipient, by several processes; only what changed is made again."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from invite_pipeline import __version__
from invite_pipeline.domain.stage import Failure, Progress, StageReport, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, LetterFailed
from invite_pipeline.formats.templates import Templates
from invite_pipeline.letters.files import write_atomically
from invite_pipeline.letters.template import LETTER_STYLE, letter_html
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store

# Starting a process costs about as much as twenty letters.
_LETTERS_WORTH_A_PROCESS = 20
_CHUNK = 10
_TEST_CODE = "TEST000000"


@dataclass(frozen=True, slots=True)
class _Letter:
    """One letter to be made: all that a process needs, and what it is made from."""

    key: str
    html: str
    path: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Job:
    """Some letters of one campaign folder, in a style."""

    folder: Path
    style: str
    letters: tuple[_Letter, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """What came of one letter: its hash, or why it failed."""

    key: str
    fingerprint: str
    sha256: str = ""
    failure: str = ""


def due(store: Store, workspace: Workspace) -> list[str]:
    """The keys of the recipients whose letter is missing, or no longer what it should be. Raises TemplateBroken."""
    return [letter.key for letter in _plan(store, workspace, None)]


def render_batch(
    store: Store, workspace: Workspace, keys: Sequence[str], *, jobs: int | None = None, progress: Progress = silent
) -> StageReport:
    """Make the letters of `keys` with `jobs` processes (as many as there are cores by default).

    What is made is noted in the store letter by letter, so that an interrupted run goes on where it ended. A letter
    that fails never stops the others. Raises TemplateBroken before anything is made.
    """
    letters = _plan(store, workspace, frozenset(keys))
    style = Templates(workspace.folder).render(LETTER_STYLE)
    chunks = [letters[start : start + _CHUNK] for start in range(0, len(letters), _CHUNK)]
    todo = [_Job(workspace.folder, style, tuple(chunk)) for chunk in chunks]
    failures: list[Failure] = []
    done = 0
    for made in _run(todo, _processes(jobs, len(letters))):
        with store.writing() as tx:
            for one in made:
                if one.failure:
                    failures.append(Failure(one.key, one.failure))
                else:
                    queries.save_letter(tx, one.key, one.fingerprint, one.sha256)
        done += len(made)
        progress(done, len(letters))
    return StageReport(len(letters) - len(failures), len(keys) - len(letters), tuple(failures))


def letter_pdf(store: Store, workspace: Workspace, key: str, *, test: bool = False) -> bytes:
    """One recipient's letter, made now; a `test` carries a code that opens nothing.

    Raises UnknownRecipient, TemplateBroken, LetterFailed.
    """
    from invite_pipeline.letters.document import typesetter

    templates = Templates(workspace.folder)
    with store.reading() as tx:
        recipient, invitation = queries.recipient(tx, key), queries.invitation(tx, key)
    html = letter_html(templates, workspace, recipient, replace(invitation, code=_TEST_CODE) if test else invitation)
    try:
        return typesetter(workspace.folder).pdf(html, templates.render(LETTER_STYLE))
    except InviteError as error:
        raise LetterFailed(key, error.message, error.fix) from error


def _plan(store: Store, workspace: Workspace, keys: frozenset[str] | None) -> list[_Letter]:
    """The letters of `keys` (None: of everybody) that are missing or made from something else."""
    templates = Templates(workspace.folder)
    common = _common(workspace, templates)
    with store.reading() as tx:
        made_from, invitations = queries.letter_fingerprints(tx), queries.invitations(tx)
        recipients = queries.recipients(tx, keys)
    found = []
    for recipient in recipients:
        html = letter_html(templates, workspace, recipient, invitations[recipient.key])
        whole = common.copy()
        whole.update(html.encode())
        letter = _Letter(recipient.key, html, workspace.letter_path(recipient.key), whole.hexdigest())
        if made_from.get(letter.key) != letter.fingerprint or not letter.path.exists():
            found.append(letter)
    return found


def _common(workspace: Workspace, templates: Templates) -> Any:
    """The hash of what all letters are made from: programs, style and images."""
    common = hashlib.sha256(f"{__version__}\0{version('weasyprint')}\0{templates.render(LETTER_STYLE)}".encode())
    for image in sorted((workspace.folder / "assets").rglob("*")):
        if image.is_file():
            common.update(f"\0{image.name}\0".encode() + image.read_bytes())
    return common


def _processes(jobs: int | None, letters: int) -> int:
    return max(1, min(jobs or os.cpu_count() or 1, letters // _LETTERS_WORTH_A_PROCESS))


def _run(todo: Sequence[_Job], processes: int) -> Iterator[list[_Made]]:
    if processes == 1:
        yield from map(_make, todo)
        return
    # Spawned, not forked: a fork would copy open database connections and locks.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_prepare) as pool:
        try:
            yield from pool.map(_make, todo)
        except BrokenProcessPool as error:
            raise InviteError(
                "A process that makes letters was ended from outside, perhaps for want of memory.",
                "Run the command again: it goes on from here. Fewer processes need less memory: --jobs 1.",
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _prepare() -> None:
    """Set up a process that makes letters."""
    # Ctrl-C reaches the whole group: this process ends when the first one has taken what is ready.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import weasyprint  # noqa: F401

    # Each layout makes and drops a hundred thousand objects; looking for circles that often costs a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _make(job: _Job) -> list[_Made]:
    """Make some letters; runs in a process of its own."""
    from invite_pipeline.letters.document import typesetter

    made = []
    for letter in job.letters:
        try:
            # Should this fail, no outdated letter may lie there to be mailed.
            letter.path.unlink(missing_ok=True)
            data = typesetter(job.folder).pdf(letter.html, job.style)
            write_atomically(letter.path, data)
        except OSError as error:
            made.append(_Made(letter.key, letter.fingerprint, failure=f"cannot be written: {error.strerror}"))
        except InviteError as error:
            made.append(_Made(letter.key, letter.fingerprint, failure=f"{error.message} {error.fix}"))
        except Exception as error:
            made.append(_Made(letter.key, letter.fingerprint, failure=f"{type(error).__name__}: {error}"))
        else:
            made.append(_Made(letter.key, letter.fingerprint, hashlib.sha256(data).hexdigest()))
    return made
