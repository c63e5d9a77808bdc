"""Stage 2, render: a PDF letter for each recipient; only what changed is made again.

Most letters come from the press. Those of a form that fewer than three share, and those that do not fit their plate,
are laid out one by one.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from invite_pipeline.domain.stage import Failure, Progress, StageReport, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, LetterFailed, TemplateBroken
from invite_pipeline.formats.templates import Templates
from invite_pipeline.letters.fonts import characters
from invite_pipeline.letters.jobs import Job, Made, Maker, Order, PlateName, Plates, plate_of, read_orders, signed
from invite_pipeline.letters.origin import origin
from invite_pipeline.letters.plate import Plate
from invite_pipeline.letters.slots import Form
from invite_pipeline.letters.template import LetterWriter
from invite_pipeline.letters.workers import Workers
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store

if TYPE_CHECKING:
    from invite_pipeline.letters.specimen import Sheet

_CHUNK = 100
# Starting a process costs about as much as a thousand letters from the press, or as twenty laid out.
_PRESSED_WORTH_A_PROCESS, _LAID_OUT_WORTH_A_PROCESS = 1000, 20
_LETTERS_WORTH_A_PLATE = 3
_SAMPLE = 200
_TEST_CODE = "TEST000000"
_Item = TypeVar("_Item")


def due(store: Store, workspace: Workspace) -> list[str]:
    """The keys of the recipients whose letter is missing, or no longer what it should be. Raises TemplateBroken."""
    templates = Templates(workspace.folder)
    source, writer = origin(workspace, templates), LetterWriter(templates, workspace)
    found, broken, written = [], [], 0
    for order in _orders(store, _listed(store)):
        key = order.recipient.key
        try:
            fingerprint = source.fingerprint(writer.text(order.recipient, order.invitation))
        except TemplateBroken as error:
            broken.append(error)
            found.append(key)
            continue
        written += 1
        if not order.is_done(fingerprint, workspace):
            found.append(key)
    _must_serve_somebody(broken, written)
    return found


def _orders(store: Store, keys: Sequence[str]) -> Iterator[Order]:
    # Some at a time: a hundred thousand recipients would fill the memory.
    return (order for some in _chunks(keys, _CHUNK) for order in read_orders(store, some))


def _must_serve_somebody(broken: Sequence[TemplateBroken], written: int) -> None:
    """A template that nobody's letter can be written with ends the run; one that fails for some, only theirs."""
    if broken and not written:
        raise broken[0]


def render_batch(
    store: Store,
    workspace: Workspace,
    keys: Sequence[str] | None = None,
    *,
    jobs: int | None = None,
    progress: Progress = silent,
    kept: Kept | None = None,
) -> StageReport:
    """Make the letters of `keys` (None: of everybody) that are missing or changed, with at most `jobs` processes.

    `kept` is what earlier batches of the same run have made ready.

    What is made is noted in the store letter by letter, so that an interrupted run goes on where it ended. A letter
    that fails never stops the others. Raises TemplateBroken before anything is made.
    """
    keys = _listed(store) if keys is None else list(keys)
    return _Run(store, kept or keep(store, workspace), keys, jobs, progress).report()


def letter_pdf(store: Store, workspace: Workspace, key: str, *, test: bool = False) -> bytes:
    """One recipient's letter, made now; a `test` carries a code that opens nothing.

    Raises UnknownRecipient, TemplateBroken, LetterFailed.
    """
    from invite_pipeline.letters.document import typesetter

    templates = Templates(workspace.folder)
    with store.reading() as tx:
        recipient, invitation = queries.recipient(tx, key), queries.invitation(tx, key)
    letter = LetterWriter(templates, workspace).text(
        recipient, replace(invitation, code=_TEST_CODE) if test else invitation
    )
    source = origin(workspace, templates)
    try:
        pdf = typesetter(workspace.folder).pdf(letter.html, source.style, letter.data)
        return signed(source.signing, pdf) if source.signing else pdf
    except InviteError as error:
        raise LetterFailed(key, error.message, error.fix) from error


def _listed(store: Store) -> list[str]:
    with store.reading() as tx:
        return queries.listed_keys(tx)


def _chunks(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    remaining = iter(items)
    while chunk := tuple(islice(remaining, size)):
        yield chunk


@dataclass(slots=True)
class Kept:
    """What is read and made once for many batches: the templates, the plates with their presses."""

    maker: Maker
    writer: LetterWriter
    plates: dict[PlateName, Plate | None] = field(default_factory=dict)
    sheets: dict[Form, Sheet] = field(default_factory=dict)
    lone: set[PlateName] = field(default_factory=set)
    """Those that too few letters of the whole list share."""


def keep(store: Store, workspace: Workspace) -> Kept:
    """Read the campaign's templates for a run. Raises TemplateBroken."""
    templates = Templates(workspace.folder)
    writer = LetterWriter(templates, workspace)
    # Letters know no clock, and a clock cannot go to another process.
    return Kept(Maker(store, replace(workspace, now=_no_clock), origin(workspace, templates), writer), writer)


class _Run:
    """One rendering run: first all that a sample's plates can print, then what is left."""

    def __init__(self, store: Store, kept: Kept, keys: Sequence[str], jobs: int | None, progress: Progress) -> None:
        self._store = store
        self._jobs = jobs
        self._keys = keys
        self._progress = progress
        self._kept = kept
        self._maker, self._writer = kept.maker, kept.writer
        self._origin, self._workspace = kept.maker.origin, kept.maker.workspace
        self._plates, self._sheets = kept.plates, kept.sheets
        self._done: Counter[str] = Counter()
        self._failures: list[Failure] = []

    def report(self) -> StageReport:
        """Make the letters, and say what was made."""
        began = time.perf_counter()
        with Workers(self._maker) as workers:
            workers.start(self._processes(len(self._keys), _PRESSED_WORTH_A_PROCESS))
            self._make_plates(self._sample())
            waiting = self._note(workers.run(self._in_jobs(self._keys, self._ready())))
            if waiting:
                self._second(workers, waiting)
        return self._summary(time.perf_counter() - began)

    def _summary(self, seconds: float) -> StageReport:
        pressed, laid_out = self._done["pressed"], self._done["laid out"]
        plates = sum(1 for plate in self._plates.values() if plate)
        counts = f"{pressed} from the press with {plates} plate{'s' * (plates != 1)}, {laid_out} laid out one by one"
        notes = (f"{counts}, {seconds:.1f} s",) if pressed or laid_out else ()
        return StageReport(pressed + laid_out, self._done["unchanged"], tuple(self._failures), notes)

    def _sample(self) -> Counter[PlateName]:
        """How many of the first letters share each plate; only the plates of letters that have to be made.

        Raises TemplateBroken where none of them can be written.
        """
        counts: Counter[PlateName] = Counter()
        needed, broken = set(), []
        for order in read_orders(self._store, self._keys[:_SAMPLE]):
            try:
                letter = self._writer.text(order.recipient, order.invitation)
            except TemplateBroken as error:
                broken.append(error)
                continue
            name = plate_of(self._origin, letter)
            counts[name] += 1
            if not order.is_done(self._origin.fingerprint(letter), self._workspace):
                needed.add(name)
        _must_serve_somebody(broken, counts.total())
        return Counter({name: letters for name, letters in counts.items() if name in needed})

    def _second(self, workers: Workers, waiting: Sequence[Made]) -> None:
        """The letters of forms that the sample did not have, or not often enough."""
        self._make_plates(self._on_the_list(Counter([one.waits_for for one in waiting if one.waits_for])))
        ready = self._ready()
        names = {name for name, _ in ready}
        pressed = [one.key for one in waiting if one.waits_for in names]
        others = [one.key for one in waiting if one.waits_for not in names]
        if pressed:
            workers.start(self._processes(len(pressed), _PRESSED_WORTH_A_PROCESS))
            self._note(workers.run(self._in_jobs(pressed, ready)))
        if others:
            workers.start(self._processes(len(others), _LAID_OUT_WORTH_A_PROCESS))
            self._note(workers.run(self._in_jobs(others, lay_out=True)))

    def _on_the_list(self, waiting: Counter[PlateName]) -> Counter[PlateName]:
        """How many letters of the whole list share each plate, as far as that matters.

        What a letter is printed with must not depend on which others are made in the same run: its bytes would.
        """
        counts = Counter(waiting)
        known = self._plates.keys() | self._kept.lone
        rare = {name for name in waiting if waiting[name] < _LETTERS_WORTH_A_PLATE and name not in known}
        listed = _listed(self._store)
        if not rare or (len(self._keys) == len(listed) and not self._done["unchanged"]):
            return counts
        counts.subtract({name: waiting[name] for name in rare})
        for order in _orders(self._store, listed):
            with suppress(TemplateBroken):
                name = plate_of(self._origin, self._writer.text(order.recipient, order.invitation))
                if name in rare:
                    counts[name] += 1
                    if counts[name] == _LETTERS_WORTH_A_PLATE:
                        rare.remove(name)
                        if not rare:
                            break
        self._kept.lone |= rare
        return counts

    def _make_plates(self, wanted: Counter[PlateName]) -> None:
        from invite_pipeline.letters.document import typesetter
        from invite_pipeline.letters.plate_maker import first_sheet, make_plate

        sets, style = typesetter(self._workspace.folder), self._origin.style
        for name, letters in wanted.items():
            if name in self._plates or letters < _LETTERS_WORTH_A_PLATE or not name.form.has_text:
                continue
            try:
                if name.form not in self._sheets:
                    self._sheets[name.form] = first_sheet(sets, style, name.form)
                repertoire = characters(rare=name.rare)
                self._plates[name] = make_plate(sets, style, name.form, repertoire, self._sheets[name.form])
            except Exception:
                # It can have none, or not even be laid out: what is wrong is said of each letter, made on its own.
                self._plates[name] = None

    def _ready(self) -> list[tuple[PlateName, Plate]]:
        return [(name, plate) for name, plate in self._plates.items() if plate]

    def _in_jobs(self, keys: Iterable[str], plates: Plates = (), *, lay_out: bool = False) -> Iterator[Job]:
        quick = not lay_out and not self._origin.signing
        for some in _chunks(keys, _CHUNK if quick else _LAID_OUT_WORTH_A_PROCESS // 2):
            yield Job(some, lay_out, plates)

    def _processes(self, letters: int, worth_one: int) -> int:
        wanted = os.cpu_count() or 1 if self._jobs is None else self._jobs
        if self._origin.signing:
            # To sign a letter takes as long as to lay it out.
            worth_one = _LAID_OUT_WORTH_A_PROCESS
        return max(1, min(wanted, letters // (worth_one if self._jobs is None else _LAID_OUT_WORTH_A_PROCESS)))

    def _note(self, batches: Iterable[list[Made]]) -> list[Made]:
        """Note in the store what was made; the letters that wait for a plate."""
        waiting: list[Made] = []
        for batch in batches:
            made = [one for one in batch if one.sha256]
            if made:
                with self._store.writing() as tx:
                    queries.save_letters(tx, [(one.key, one.fingerprint, one.sha256) for one in made])
            waiting += [one for one in batch if one.waits_for]
            self._failures += [Failure(one.key, one.failure) for one in batch if one.failure]
            self._done["unchanged"] += sum(one.unchanged for one in batch)
            self._done["pressed"] += sum(one.pressed for one in made)
            self._done["laid out"] += sum(not one.pressed for one in made)
            self._progress(self._done.total() + len(self._failures), len(self._keys))
        return waiting


def _no_clock() -> datetime:
    raise InviteError("A letter asked for the time.", "Write the date of the letter into campaign.toml.")
