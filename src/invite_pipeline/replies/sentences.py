"""A reply's own text as sentences and clauses, ready for phrases: folded to small letters without umlauts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_MAX_SENTENCES = 60
_MAX_LENGTH = 600
_CLAUSE_END = re.compile(
    r"\s*[,()]\s*|\s+(?=(?:sondern|but)\b)"
    r"|\s+und\s+(?=(?:ich|wir|herr|frau|meine?|unsere?|es|dafür|stattdessen|schicke|entsende)\b)",
    re.IGNORECASE,
)
_INFINITIVE = re.compile(r"(?:\bzu|zu)\s*\w+(?:en|ein)$|\bto \w+$", re.IGNORECASE)
_SUBJECT = re.compile(r"\b(?:ich|wir|we|I)\b", re.IGNORECASE)
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "'", "´": "'", "`": "'", "\xa0": " "})


@dataclass(frozen=True)
class Sentence:
    """One statement: `text` as it was written."""

    text: str

    @cached_property
    def folded(self) -> str:
        """Small letters, umlauts spelled out, single spaces."""
        return fold(self.text[:_MAX_LENGTH]).rstrip(".!? ")

    @cached_property
    def question(self) -> bool:
        """Whether it asks, with or without a question mark."""
        asks = re.match(
            r"(?:kann|koennen|koennte\w*|darf|duerfen|duerfte\w*) (?:ich|wir|man|auch|mein\w*|unser\w*)\b", self.folded
        )
        asks = asks or re.match(r"(?:gibt es|ist es moeglich|waere es|ist eine|bitte teilen sie)\b", self.folded)
        return self.text.rstrip(' "“”)').endswith("?") or bool(asks and "nicht" not in self.folded)

    @cached_property
    def clauses(self) -> list[Sentence]:
        """The clauses; an infinitive clause stays with the one it depends on."""
        found: list[str] = []
        for piece in _CLAUSE_END.split(self.text[:_MAX_LENGTH].rstrip(".!? ")):
            if found and piece and _INFINITIVE.search(piece) and not _SUBJECT.search(piece):
                found[-1] += " " + piece
            elif piece:
                found.append(piece)
        return [Sentence(piece) for piece in found]


def fold(text: str) -> str:
    """Small letters, umlauts spelled out, single spaces: what phrases are written against."""
    return " ".join(text.lower().translate(_FOLD).split())


def sentences(text: str) -> list[Sentence]:
    """The statements of a text, without salutations, unticked boxes and what stands in quotation marks."""
    found: list[Sentence] = []
    for block in _blocks(text):
        for piece in _split(_without_salutation(block)):
            if re.search(r"\w", piece) and len(found) < _MAX_SENTENCES:
                found.append(Sentence(piece.strip()))
    return found


# --- lines ------------------------------------------------------------------------------------------------------

_UNTICKED = re.compile(r"^\s*(?:\[\s*\]|☐|□|\(\s*\)|_{2,})\s*\S")
_TICK = re.compile(r"^\s*(?:\[\s*[xX✓✔]\s*\]|☒|☑|✓|✔|\([xX]\))\s*")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d\))\s+")
_WRAPPED = 45
"""A line shorter than this was ended by the writer, not by their mail program."""
_GOES_ON = re.compile(
    r"(?:,|\b(?:mit|zu|zum|zur|und|oder|von|für|der|die|das|den|dem|wir|ich|an|am|bei|in|im|ein\w*|\d+))$",
    re.IGNORECASE,
)


def _blocks(text: str) -> list[str]:
    """Lines that one statement may run over, joined."""
    blocks: list[str] = []
    open_line = ""
    for raw in text.split("\n"):
        line = raw.strip()
        if not line or _UNTICKED.match(line):
            open_line = _close(blocks, open_line)
            continue
        starts_anew = bool(_BULLET.match(line) or _TICK.match(line))
        line = _BULLET.sub("", _TICK.sub("", line))
        if open_line and (starts_anew or _ended(open_line, line)):
            open_line = _close(blocks, open_line)
        open_line = f"{open_line} {line}".strip()
    _close(blocks, open_line)
    return blocks


def _close(blocks: list[str], line: str) -> str:
    if line:
        blocks.append(line)
    return ""


def _ended(line: str, following: str) -> bool:
    last = line[-_WRAPPED:]
    if len(line) >= _WRAPPED or _GOES_ON.search(last) or following[:1].islower():
        return bool(re.search(r"[.!?:]$", last)) and len(line) < _WRAPPED
    return True


# --- sentences --------------------------------------------------------------------------------------------------

_SALUTATION = re.compile(
    r"""^\s*(?:
        sehr\s+(?:geehrte[rsn]?|verehrte[rsn]?)\b[^,!\n]{0,120}
      | (?:liebe[rs]?|werte[rs]?|verehrte[rs]?)\s+[^,!\n.]{1,80}(?=[,!])
      | (?:hallo|moin(?:\s+moin)?|servus|grüß\s+gott|guten\s+(?:tag|morgen|abend)|dear|hello|hi|bonjour)\b
        [^,!\n.?]{0,60}(?=[,!]|$)
    )[,!]?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_MONTH = r"(?:jan|feb|mär|maer|apr|mai|jun|jul|aug|sep|okt|nov|dez)"
# A full stop that ends no sentence becomes this sign for a while.
_DOT = "․"
_NO_END = re.compile(
    rf"""\b(?:[A-Za-zÄÖÜäöü]|Dr|Prof|Hr|Fr|ca|bzw|usw|evtl|ggf|inkl|einschl|max|min|Nr|Str|St)\.
      | \b(?:Tel|Pers|Abt|vgl|Mag|Dipl|Ing|zzgl|bspw|Mr|Mrs|Ms)\.
      | \b(?:am|dem|den|vom|bis|zum|der|beim|des|im|ein)\s+\d{{1,2}}\.
      | \b\d{{1,2}}\.(?=\s?(?:\d|{_MONTH}|Tag\b))
      | \d\.(?=\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_LABEL = re.compile(
    r"(?:teilnehm\w*|nehmen teil|nimmt teil|personen\w*|anzahl|namen?|vertretung|antwort|rueckmeldung|kommen|"
    r"folgend\w*|zusage|absage|"
    r"anmeld\w*"
    r"|begleit\w*|gaeste)\b[^:]{0,40}$"
)


def _without_salutation(block: str) -> str:
    for _ in range(4):
        shorter = _SALUTATION.sub("", block, count=1)
        if shorter == block:
            break
        block = shorter
    return block


def _split(block: str) -> list[str]:
    block = re.sub(r"[„“\"»][^„“”\"«»]{15,}[“”\"«]", " ", block)
    block = _NO_END.sub(lambda found: found.group().replace(".", _DOT), block)
    pieces: list[str] = []
    for piece in re.split(r"(?<=[.!?…])\s+|\s*;\s*|\s+[–—-]\s+", block):
        pieces += _at_colon(piece)
    return [piece.replace(_DOT, ".") for piece in pieces]


def _at_colon(piece: str) -> list[str]:
    """Cut at a colon, but not between a label and what it labels."""
    before, colon, after = piece.partition(": ")
    if not colon or _LABEL.search(fold(before)):
        return [piece]
    return [before, *_at_colon(after)]
