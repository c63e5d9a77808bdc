"""Making a plate.

WeasyPrint lays the form out twice, with two sets of specimens in its slots. Where the two files differ, and only there,
a letter is personal; what the press writes in these places is compared with both files, byte by byte, before the plate
is used. So a template in which a slot moves anything else, or a font that is shaped in a way of its own, never makes a
plate: such letters are laid out one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from invite_pipeline.letters.document import Typesetter
from invite_pipeline.letters.pdf_objects import PdfObject, a_stream, bind
from invite_pipeline.letters.plate import (
    Gap,
    Misfit,
    OwnObject,
    Part,
    Plate,
    Setting,
    Shapers,
    TextPlace,
    in_file,
    in_string,
    in_xmp,
)
from invite_pipeline.letters.slots import Form, SlotKind
from invite_pipeline.letters.specimen import Sheet, lay_out

# Where a font has one glyph for all blanks, readers find a plain one.
_BLANKS = frozenset("\u00a0\u202f")

# Shorter than that, what stands between two slots is written with them: each stream of its own costs as much.
_WORTH_A_STREAM = 600
_TOLERANCE = 1e-3  # pixels
_CODE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"


def first_sheet(typesetter: Typesetter, style: str, form: Form) -> Sheet:
    """A form laid out with few characters, for all its plates. Raises Misfit, InviteError."""
    if not form.has_text:
        raise Misfit
    return lay_out(typesetter, style, form, _specimens(form, "", ""), {})


def make_plate(typesetter: Typesetter, style: str, form: Form, characters: str, first: Sheet | None = None) -> Plate:
    """Make the plate of a form whose slots will hold texts of these characters.

    Raises Misfit where the form cannot have one, and InviteError where it cannot be laid out.
    """
    first = first or first_sheet(typesetter, style, form)
    found = _find_lines(form, first)
    wanted = {line.font: set(_CODE) for line in found.values()}
    for slot, line in found.items():
        if form.kinds[slot] is not SlotKind.CODE:
            wanted[line.font] |= set(characters)
    second = lay_out(
        typesetter,
        style,
        form,
        _specimens(form, " Ävß & Toffi", "-0ABC"),
        {font: "".join(sorted(needed)) for font, needed in wanted.items()},
    )
    places = _places(form, first, second)
    own = _own_objects(form, second, places)
    _must_agree(own, places, form, first, second)
    return _bound(form, second, places, own)


def _specimens(form: Form, text: str, code: str) -> tuple[str, ...]:
    """Something different for each slot."""
    endings = {SlotKind.TEXT: text, SlotKind.CODE: code, SlotKind.TITLE: text}
    return tuple(
        f"{number}{endings[kind]}" if kind in endings else f"https://slot-{number}.example/{code}"
        for number, kind in enumerate(form.kinds, start=100)
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A slot's line in a content stream, the last of three that set it."""

    stream: int
    index: int
    font: str
    size: float
    y: str


def _find_lines(form: Form, sheet: Sheet) -> dict[int, _Found]:
    """Where each printed slot stands: there, what HarfBuzz makes of its value stands in the file. Raises Misfit."""
    shapers = Shapers(sheet.fonts)
    slots = [slot for slot, kind in enumerate(form.kinds) if kind.printed]
    if not sheet.lines.keys() >= set(slots):
        raise Misfit
    found: dict[int, _Found] = {}
    for stream, content in sheet.file.content.items():
        lines = content.split(b"\n")
        for index, line in enumerate(lines):
            if not line.endswith(b"] TJ") or not lines[index - 1].endswith(b" Tf"):
                continue
            font, size = lines[index - 1].decode()[1:].split(" ")[:2]
            for slot in slots:
                shaped = shapers.of(font, float(size), sheet.lines[slot].language).line(sheet.values[slot])
                if shaped and shaped.shown == line:
                    if slot in found:
                        raise Misfit
                    y = lines[index - 2].decode().split(" ")[5]
                    found[slot] = _Found(stream, index, font, float(size), y)
    if len(found) != len(slots):
        raise Misfit
    return found


def _places(form: Form, first: Sheet, second: Sheet) -> dict[int, TextPlace]:
    """How each line is aligned: what stays where it is when the text grows. Raises Misfit."""
    places = {}
    for slot, found in _find_lines(form, second).items():
        short, long = first.lines[slot], second.lines[slot]
        for align in (0, 0.5, 1):
            anchor = long.left + long.width * align
            if abs(short.left + short.width * align - anchor) < _TOLERANCE and (long.alone or not align):
                available = long.box_width if align else long.right_limit - long.left
                places[slot] = TextPlace(
                    found.font, found.size, long.language, anchor, align, found.y, available + _TOLERANCE
                )
                break
        else:
            raise Misfit
    return places


def _own_objects(form: Form, sheet: Sheet, places: Mapping[int, TextPlace]) -> tuple[OwnObject, ...]:
    """The objects of a sheet in which values stand. Raises Misfit."""
    file = sheet.file
    setting = Setting(form.kinds, places, sheet.fonts)
    whole = range(len(form.kinds))
    shown = {
        slot: setting.object(OwnObject(0, (Gap(slot),), "content"), sheet.values)
        for slot in whole
        if form.kinds[slot].printed or form.kinds[slot] is SlotKind.QR
    }
    strings = {
        slot: in_string(slot, sheet.values) for slot in whole if form.kinds[slot] in (SlotKind.LINK, SlotKind.TITLE)
    }
    titles = {slot: in_xmp(slot, sheet.values) for slot in whole if form.kinds[slot] is SlotKind.TITLE}
    data = {slot: in_file(slot, sheet.values) for slot in whole if form.kinds[slot] is SlotKind.DATA}
    own = [OwnObject(number, _cut(content, shown), "content") for number, content in file.content.items()]
    own += [
        OwnObject(number, _cut(file.objects[number].value, strings), "string") for number in (*file.links, file.info)
    ]
    own.append(OwnObject(file.metadata, _cut(file.xmp, titles), "xmp"))
    if file.embedded:
        own.append(OwnObject(file.embedded.number, _cut(file.embedded.data, data), "file"))
    gaps = [part.slot for one in own for part in one.parts if isinstance(part, Gap)]
    if (
        set(gaps) != set(whole)
        or any(gaps.count(slot) != 1 for slot in shown)
        or any(gaps.count(slot) != 2 for slot in titles)
    ):
        raise Misfit
    return tuple(one for one in own if len(one.parts) > 1 or one.form == "content")


def _cut(whole: bytes, values: Mapping[int, bytes]) -> tuple[Part, ...]:
    """`whole` with gaps where the values stand."""
    parts: list[Part] = [whole]
    for slot, value in values.items():
        cut: list[Part] = []
        for part in parts:
            if isinstance(part, Gap):
                cut.append(part)
                continue
            pieces = part.split(value)
            cut += [one for piece in pieces for one in (Gap(slot), piece)][1:]
        parts = cut
    return tuple(parts)


def _must_agree(
    own: tuple[OwnObject, ...], places: Mapping[int, TextPlace], form: Form, first: Sheet, second: Sheet
) -> None:
    """Whether the first sheet is what the parts of the second make of its values. Raises Misfit."""
    setting = Setting(form.kinds, places, second.fonts)
    made = {one.number: setting.object(one, first.values) for one in own}
    for number, content in first.file.content.items():
        if made.pop(number) != content:
            raise Misfit
    if first.file.metadata in made and made.pop(first.file.metadata) != first.file.xmp:
        raise Misfit
    embedded = first.file.embedded
    if embedded and (made.pop(embedded.number) != embedded.data or second.file.embedded is None):
        raise Misfit
    apart = {*first.file.fonts, *first.file.content, first.file.metadata, *([embedded.number] if embedded else [])}
    left = {number: one for number, one in first.file.objects.items() if number not in apart}
    again = {number: one for number, one in second.file.objects.items() if number not in apart}
    again |= {number: PdfObject(value) for number, value in made.items()}
    if left != again or first.file.fonts != second.file.fonts:
        raise Misfit


# --- binding it -------------------------------------------------------------------------------------------------


def _bound(form: Form, sheet: Sheet, places: dict[int, TextPlace], own: tuple[OwnObject, ...]) -> Plate:
    """The plate: contents cut into streams that all letters share, and streams of each letter's own."""
    file = sheet.file
    last = max(file.objects)
    shared = {number: one for number, one in file.objects.items() if number not in {part.number for part in own}}
    streams: list[OwnObject] = []
    for page, content in file.pages.items():
        numbers = []
        for run in _runs(next(one.parts for one in own if one.number == content)):
            last += 1
            numbers.append(last)
            if len(run) == 1 and isinstance(run[0], bytes):
                shared[last] = a_stream(run[0], 9)
            else:
                streams.append(OwnObject(last, run, "content"))
        array = b"/Contents [%b]" % b" ".join(b"%d 0 R" % number for number in numbers)
        shared[page] = PdfObject(file.objects[page].value.replace(b"/Contents %d 0 R" % content, array))
    streams += [one for one in own if one.form != "content"]
    binding = bind(shared, root=file.root, info=file.info, last=last)
    fonts = {place.font: sheet.fonts[place.font] for place in places.values()}
    glyphs = {name: frozenset(sheet.texts[name]) for name in fonts}
    characters = {name: _BLANKS.union(text for text in sheet.texts[name].values() if len(text) == 1) for name in fonts}
    return Plate(form.kinds, places, fonts, glyphs, characters, binding, tuple(streams), file.embedded)


def _runs(parts: tuple[Part, ...]) -> list[tuple[Part, ...]]:
    """A content in runs: long constants alone, and gaps with the little between them; each ends with its line."""
    runs: list[list[Part]] = [[]]
    for part in parts:
        if isinstance(part, bytes) and len(part) > _WORTH_A_STREAM:
            runs += [[part], []]
        else:
            runs[-1].append(part)
    filled = [run for run in runs if any(part != b"" for part in run)]
    for run, _ in pairwise(filled):
        # A stream may end between any two words, and readers do not agree whether they are then apart.
        run.append(b"\n")
    return [tuple(run) if isinstance(run[0], Gap) or len(run) > 2 else (b"".join(run),) for run in filled]  # type: ignore[arg-type]
