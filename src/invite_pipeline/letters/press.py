"""The press: prints letters from a plate, each in a fraction of a millisecond."""

from __future__ import annotations

import zlib

from invite_pipeline.letters.pdf_objects import PdfObject
from invite_pipeline.letters.plate import Misfit, OwnObject, Plate, Setting

_QUICK = 1
# To set up a compressor takes longer than it would save the mail.
_WORTH_PACKING = 3000


class Press:
    """Prints from one plate."""

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self._setting = Setting.of(plate)

    def pdf(self, values: tuple[str, ...], identifier: bytes) -> bytes | None:
        """The letter with these values; None where one of them needs more room or other glyphs than the plate has."""
        try:
            own = {one.number: self._made(one, values) for one in self._plate.own}
        except Misfit:
            return None
        return b"".join(self._plate.binding.file(own, identifier))

    def _made(self, one: OwnObject, values: tuple[str, ...]) -> PdfObject:
        written = self._setting.object(one, values)
        if one.form == "string":
            return PdfObject(written)
        if one.form == "file" and self._plate.embedded:
            return self._plate.embedded.holding(written)
        if one.form == "xmp":
            return PdfObject(b"<< /Type /Metadata /Subtype /XML /Length %d >>" % len(written), written)
        if len(written) < _WORTH_PACKING:
            return PdfObject(b"<< /Length %d >>" % len(written), written)
        packed = zlib.compress(written, _QUICK)
        return PdfObject(b"<< /Length %d /Filter /FlateDecode >>" % len(packed), packed)
