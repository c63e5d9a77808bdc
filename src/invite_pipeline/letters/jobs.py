"""The work of a rendering run, cut into jobs that any process can carry out."""

from __future__ import annotations

import gc
import hashlib
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from invite_pipeline.domain.invitation import Invitation
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.formats.templates import Templates
from invite_pipeline.letters.certificates import Signing
from invite_pipeline.letters.files import write_atomically
from invite_pipeline.letters.fonts import is_common
from invite_pipeline.letters.origin import Origin
from invite_pipeline.letters.plate import Plate
from invite_pipeline.letters.press import Press
from invite_pipeline.letters.slots import Form, split
from invite_pipeline.letters.template import LetterText, LetterWriter

# What each process has waiting: enough to be busy, little enough for recipients never to pile up in memory.
_AHEAD = 3


@dataclass(frozen=True, slots=True)
class PlateName:
    """Which plate prints a letter."""

    origin: str
    form: Form
    rare: bool
    """Whether it needs characters that few letters need."""


@dataclass(frozen=True, slots=True)
class Order:
    """One letter that may have to be made; fingerprint and hash are those of the letter that was made last."""

    recipient: Recipient
    invitation: Invitation
    made_from: str
    made: str

    def is_done(self, fingerprint: str, path: Path) -> bool:
        """Whether the letter lies there, made from the same and unharmed."""
        if self.made_from != fingerprint:
            return False
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest() == self.made
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Job:
    """Some letters of one campaign; `plates` are those that the process does not have yet."""

    run: str
    """What tells one run from another in a process that lives longer."""
    workspace: Workspace
    origin: Origin
    orders: tuple[Order, ...]
    lay_out: bool = False
    """Whether letters without a plate are laid out one by one, or only named with their plate."""
    plates: tuple[tuple[PlateName, Plate], ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one letter: made, unchanged, failed, or waiting for a plate."""

    order: Order
    fingerprint: str = ""
    sha256: str = ""
    failure: str = ""
    unchanged: bool = False
    pressed: bool = False
    waits_for: PlateName | None = None


def run_jobs(jobs: Iterable[Job], processes: int, plates: Sequence[tuple[PlateName, Plate]]) -> Iterator[list[Made]]:
    """Carry out jobs, in this process where `processes` is 1, else in as many new ones."""
    if processes == 1:
        # Another run's plates would make letters that depend on what this process did before.
        _PRESSES.clear()
        _take_plates(plates)
        yield from map(carry_out, jobs)
        return
    # Spawned, not forked: a fork would copy open database connections and locks.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_prepare, initargs=(plates,))
    waiting: deque[Future[list[Made]]] = deque()
    with pool:
        try:
            for job in jobs:
                waiting.append(pool.submit(carry_out, job))
                if len(waiting) >= processes * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise InviteError(
                "A process that makes letters was ended from outside, perhaps for want of memory.",
                "Run the command again: it goes on from here. Fewer processes need less memory: --jobs 1.",
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _prepare(plates: Sequence[tuple[PlateName, Plate]]) -> None:
    """Set up a process that makes letters."""
    # Ctrl-C reaches the whole group: this process ends when the first one has taken what is ready.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _take_plates(plates)
    # Each layout makes and drops a hundred thousand objects; looking for circles that often costs a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


_PRESSES: dict[PlateName, Press] = {}


def _take_plates(plates: Iterable[tuple[PlateName, Plate]]) -> None:
    for name, plate in plates:
        _PRESSES[name] = Press(plate)


def carry_out(job: Job) -> list[Made]:
    """Make the letters of a job. A letter that fails never stops the others. Raises TemplateBroken."""
    _take_plates(job.plates)
    writer = _writer(job)
    return [_made(job, writer, order) for order in job.orders]


_WRITERS: dict[str, LetterWriter] = {}


def _writer(job: Job) -> LetterWriter:
    """The writer of a run's letters: made once in each process."""
    if job.run not in _WRITERS:
        _WRITERS.clear()
        _WRITERS[job.run] = LetterWriter(Templates(job.workspace.folder), job.workspace)
    return _WRITERS[job.run]


def _made(job: Job, writer: LetterWriter, order: Order) -> Made:
    letter = writer.text(order.recipient, order.invitation)
    fingerprint = job.origin.fingerprint(letter)
    path = job.workspace.letter_path(order.recipient.key)
    if order.is_done(fingerprint, path):
        return Made(order, unchanged=True)
    try:
        # Should this fail, no outdated letter may lie there to be mailed.
        path.unlink(missing_ok=True)
        name, values = plate_of(job.origin, letter)
        press = _PRESSES.get(name)
        if press is None and name.form.has_text and not job.lay_out:
            return Made(order, waits_for=name)
        data = press.pdf(values, bytes.fromhex(fingerprint[:32])) if press else None
        pressed = data is not None
        if data is None:
            data = _laid_out(job, letter)
        if job.origin.signing:
            data = signed(job.origin.signing, data, name if pressed else None)
        write_atomically(path, data)
    except OSError as error:
        return Made(order, fingerprint, failure=f"cannot be written: {error.strerror}")
    except InviteError as error:
        return Made(order, fingerprint, failure=f"{error.message} {error.fix}")
    except Exception as error:
        return Made(order, fingerprint, failure=f"{type(error).__name__}: {error}")
    return Made(order, fingerprint, hashlib.sha256(data).hexdigest(), pressed=pressed)


def plate_of(origin: Origin, letter: LetterText) -> tuple[PlateName, tuple[str, ...]]:
    """Which plate prints a letter, and what stands in its slots."""
    form, values = split(letter.html, letter.data)
    printed = "".join([value for kind, value in zip(form.kinds, values, strict=True) if kind.printed])
    return PlateName(origin.digest, form, not is_common(printed)), values


def signed(signing: Signing, data: bytes, plate: PlateName | None = None) -> bytes:
    """The letter, signed by the hosts; those of one plate have their signatures in the same places."""
    from invite_pipeline.letters.sign import signer

    return signer(signing).signed(data, plate)


def _laid_out(job: Job, letter: LetterText) -> bytes:
    from invite_pipeline.letters.document import typesetter

    return typesetter(job.workspace.folder).pdf(letter.html, job.origin.style, letter.data)
