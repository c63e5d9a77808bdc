"""The work of a rendering run, cut into jobs that any process can carry out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from invite_pipeline.domain.invitation import Invitation
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, TemplateBroken
from invite_pipeline.letters.certificates import Signing
from invite_pipeline.letters.fonts import is_common
from invite_pipeline.letters.origin import Origin
from invite_pipeline.letters.plate import Plate
from invite_pipeline.letters.press import Press
from invite_pipeline.letters.slots import Form
from invite_pipeline.letters.template import LetterText, LetterWriter
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.letter_files import letter_name, read_file, remove_file, write_file


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

    def is_done(self, fingerprint: str, workspace: Workspace) -> bool:
        """Whether the letter lies there, made from the same and unharmed."""
        if self.made_from != fingerprint:
            return False
        try:
            return hashlib.sha256(read_file(workspace, letter_name(self.recipient.key))).hexdigest() == self.made
        except OSError:
            return False


def read_orders(store: Store, keys: Sequence[str]) -> list[Order]:
    """The letters of some recipients, in the order of the list."""
    with store.reading() as tx:
        recipients = queries.recipients(tx, keys)
        invitations, made = queries.invitations(tx, keys), queries.letter_hashes(tx, keys)
    return [Order(one, invitations[one.key], *made.get(one.key, ("", ""))) for one in recipients]


Plates = Sequence[tuple[PlateName, Plate]]


@dataclass(frozen=True, slots=True)
class Job:
    """Some letters: only whose they are, so that handing them to a process costs nothing."""

    keys: tuple[str, ...]
    lay_out: bool = False
    """Whether letters without a plate are laid out one by one, or only named with their plate."""
    plates: Plates = ()
    """Those that print them, in case that the process does not have them yet."""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one letter: made, unchanged, failed, or waiting for a plate."""

    key: str
    fingerprint: str = ""
    sha256: str = ""
    failure: str = ""
    unchanged: bool = False
    pressed: bool = False
    waits_for: PlateName | None = None


class Maker:
    """Makes the letters of one run, with the plates that it was given."""

    def __init__(self, store: Store, workspace: Workspace, origin: Origin, writer: LetterWriter) -> None:
        self.workspace = workspace
        self.origin = origin
        self._store = store
        self._writer = writer
        self._presses: dict[PlateName, Press] = {}

    def carry_out(self, job: Job) -> list[Made]:
        """Make the letters of a job. A letter that fails never stops the others."""
        for name, plate in job.plates:
            if name not in self._presses:
                self._presses[name] = Press(plate)
        return [self._made(order, job) for order in read_orders(self._store, job.keys)]

    def _made(self, order: Order, job: Job) -> Made:
        key = order.recipient.key
        name = letter_name(key)
        try:
            letter = self._writer.text(order.recipient, order.invitation)
        except TemplateBroken as error:
            # A column that only some lists have: the other letters go on.
            remove_file(self.workspace, name)
            return Made(key, failure=f"{error.message} {error.fix}".strip())
        fingerprint = self.origin.fingerprint(letter)
        if order.is_done(fingerprint, self.workspace):
            return Made(key, unchanged=True)
        try:
            # Should this fail, no outdated letter may lie there to be mailed.
            remove_file(self.workspace, name)
            plate = plate_of(self.origin, letter)
            press = self._presses.get(plate)
            if press is None and plate.form.has_text and not job.lay_out:
                return Made(key, waits_for=plate)
            data = press.pdf(letter.values, bytes.fromhex(fingerprint[:32])) if press else None
            pressed = data is not None
            if data is None:
                data = self._laid_out(letter)
            if self.origin.signing:
                data = signed(self.origin.signing, data, plate if pressed else None)
            write_file(self.workspace, name, data)
        except OSError as error:
            return Made(key, fingerprint, failure=f"cannot be written: {error.strerror or error}")
        except InviteError as error:
            return Made(key, fingerprint, failure=f"{error.message} {error.fix}")
        except Exception as error:
            return Made(key, fingerprint, failure=f"{type(error).__name__}: {error}")
        return Made(key, fingerprint, hashlib.sha256(data).hexdigest(), pressed=pressed)

    def _laid_out(self, letter: LetterText) -> bytes:
        from invite_pipeline.letters.document import typesetter

        return typesetter(self.workspace.folder).pdf(letter.html, self.origin.style, letter.data)


def plate_of(origin: Origin, letter: LetterText) -> PlateName:
    """Which plate prints a letter."""
    form = letter.form
    printed = "".join([value for kind, value in zip(form.kinds, letter.values, strict=True) if kind.printed])
    return PlateName(origin.digest, form, not is_common(printed))


def signed(signing: Signing, data: bytes, plate: PlateName | None = None) -> bytes:
    """The letter, signed by the hosts; those of one plate have their signatures in the same places."""
    from invite_pipeline.letters.sign import signer

    return signer(signing).signed(data, plate)
