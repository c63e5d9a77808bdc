"""A mail's text cut into what its sender wrote, what they quoted, and the signature.

Own rules for German, English and French layouts run first; mail-parser-reply then looks for the rest. A rule that
cuts too much loses an answer, one that cuts too little lets the invitation's own "zu oder ab" be read as one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAX_LINES = 3000


@dataclass(frozen=True, slots=True)
class Cut:
    """`own` is what the sender wrote, without greeting and signature."""

    own: str
    signature: str = ""
    quoted: str = ""


# A line of this kind ends the sender's text: all that follows is quoted.
_SEPARATOR = re.compile(
    r"""^[\s>*]*(?:
        [-_=]{2,}\s*(?:Urspr(?:ü|ue?)ngliche\s+(?:Nachricht|E-?Mail|Mail)|Original\s*-?\s*(?:Nachricht|Mail)
                    |Original\s+(?:Message|Appointment)|Originaltermin|Weitergeleitete\s+Nachricht
                    |Forwarded\s+message|Message\s+d['’]origine|Message\s+original|Message\s+transféré)\s*[-_=]*
      | (?:Anfang\s+der\s+weitergeleiteten|Begin\s+forwarded)\s+(?:Nachricht|E-?Mail|message)\s*:?
      | [#*=~-]{2,}.{0,80}\b(?:above|oberhalb)\b.{0,60}
      | (?:Zitat\s+von|Quoting|Zitiere)\s+.{1,120}:
      | Début\s+du\s+message\s+(?:réexpédié|transféré)\s*:?
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADER_NAMES = (
    r"Von|Gesendet(?:\s+am)?|Datum|An|Cc|Kopie|Betreff|Antwort an|Priorität|Wichtigkeit"
    r"|From|Sent|Date|To|Subject|Reply-To|De|Envoyé|À|Objet"
)
_HEADER = re.compile(rf"^[\s>*]*(?:{_HEADER_NAMES})\s*\*?\s*:(?!//)\s*\S?", re.IGNORECASE)
_FIRST_HEADER = re.compile(r"^[\s>*]*(?:Von|Gesendet(?:\s+am)?|From|De|Datum|Date|Sent)\s*\*?\s*:", re.IGNORECASE)
_RULE = re.compile(r"^\s*[_-]{10,}\s*$")

# "Am … schrieb …:", over up to three lines; the words in between must look like a date or an address.
_INTRO_START = re.compile(
    r"^[\s>]*(?:Am\b|On\b|Le\b|El\b|Il\b|Op\b|Em\b|.{0,120}\b(?:schrieb|wrote|a\s+écrit)\b|(?:\d{4}[-/]\d\d?[-/]\d\d?|"
    r"\d{1,2}\.\d{1,2}\.\d{2,4})\b)",
    re.IGNORECASE,
)
_INTRO = re.compile(
    r"""^[\s>]*(?:
        (?:Am|On|Le)\b.{6,300}?\b(?:schrieb(?:en)?|geschrieben|wrote|a\s+écrit)\b.{0,200}:
      | (?:El|Il|Op|Em)\b.{6,300}?\b(?:escribió|ha\s+scritto|schreef|escreveu)\b.{0,200}:
      | .{3,200}?\b(?:schrieb(?:en)?|wrote)\b.{0,20}?\b(?:am|on)\b.{6,120}:
      | [^:]{0,120}<[^<>\s]+@[^<>\s]+>\s*(?:schrieb|hat\s+geschrieben|wrote|a\s+écrit)\s*(?:am\b.{0,60})?:
      | \d{4}[-/]\d\d?[-/]\d\d?\b.{0,60}<[^<>\s]+@[^<>\s]+>\s*:?
      | \d{1,2}\.\d{1,2}\.\d{2,4}.{0,120}\b(?:schrieb|wrote)\b.{0,120}:
    )\s*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_DATE_OR_ADDRESS = re.compile(r"\d{1,4}[.:/-]\s?\d{1,2}|@|\b\d{4}\b", re.IGNORECASE)

_PHONE_LINE = re.compile(
    r"""^\s*(?:
        Von\s+mein\w+\s+.{1,60}\s+gesendet\.?
      | Von\s+\S+(?:\s+\S+){0,4}\s+gesendet\.?
      | (?:Gesendet|Verschickt)\s+(?:von|mit|über|aus)\b.{0,100}
      | Diese\s+(?:Nachricht|E-?Mail|Mail)\s+wurde\s+(?:von|mit)\b.{0,80}\b(?:gesendet|verschickt)\b.{0,60}
      | (?:Sent\s+(?:from|with|via)|Get\s+Outlook\s+for|Holen\s+Sie\s+sich\s+Outlook)\b.{0,120}
      | (?:Outlook\s+für\s+(?:iOS|Android)|Envoyé\s+de(?:puis)?\s+mon)\b.{0,120}
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
# The same at the end of a line of text, where a phone's program put no line break.
_PHONE_TAIL = re.compile(
    r"(?<=[.!?,;)])\s+(?:Von\s+mein\w+\s+\w+(?:\s+\w+)?\s+gesendet|Gesendet\s+von\s+\w+.{0,40}|"
    r"Sent\s+from\s+my\s+\w+.{0,20})\s*\.?\s*$",
    re.IGNORECASE,
)
_GREETING_WORDS = r"""(?:
    (?:(?:mit|in)\s+)?(?:\w+\s+){0,2}?(?:freundlich|best|herzlich|lieb|viel|schön|kollegial|sonnig|nett|fröhlich)\w*
        (?:\s+(?:und\s+\w+\s+)?\w+)?\s+(?:gr(?:ü|ue?)(?:ß|ss)e?n?|gr(?:u|ue)(?:ß|ss))
  | (?:gr(?:ü|ue)(?:ß|ss)e|gru(?:ß|ss))(?=\s*(?:[,!.]|$|aus\b|von\b|vom\b|nach\b))
  | mfg | lg | vg | bg | hg | mit\s+freundlichem\s+gru(?:ß|ss)
  | hochachtungsvoll | herzlichst | freundlichst
  | (?:best|kind|warm|kindest|warmest)\s+(?:regards|wishes) | regards | yours\s+(?:sincerely|faithfully|truly)
  | sincerely(?:\s+yours)? | cheers
  | cordialement | bien\s+(?:cordialement|à\s+vous) | (?:meilleures|sincères)\s+salutations | cordiales\s+salutations
)"""
_GREETING = re.compile(rf"^\s*{_GREETING_WORDS}\b(?P<rest>.*)$", re.IGNORECASE | re.VERBOSE)
_GREETING_TAIL = re.compile(
    rf"(?<=[.!?])\s+{_GREETING_WORDS}\b(?:\s*,)?(?:\s+\S+){{0,8}}\s*$", re.IGNORECASE | re.VERBOSE
)
# "On behalf of": nothing of the text follows it.
_ON_BEHALF = re.compile(r"^\s*(?:i\.?\s?[AV]\.|im\s+Auftrag|in\s+Vertretung|gez\.)(?:\s+\S+){0,6}\s*$", re.IGNORECASE)
# A name after a dash without a blank (a list has one), or what law firms put under a mail.
_FOOTER = re.compile(
    r"""^(?:-[A-ZÄÖÜ][\w.]+(?:\s[A-ZÄÖÜ][\w.-]+){0,2}
      | \s*(?:Diese|This)\s+(?:[Ee]-?[Mm]ail|Nachricht|message)\b.{0,60}\b
        (?:vertraulich\w*|confidential|intended|Viren|virus\w*)\b.*)\s*$""",
    re.VERBOSE,
)
# A rule, where what stands under it reaches its sender by other ways; an answer may stand under one too.
_FOOTER_RULE = re.compile(r"^\s*(?:_{3,}|-{3,})\s*$")
_REACHED_BY = re.compile(r"\b(?:tel|fax|mobil|telefon|phone)\b|www\.|https?:|@|\bviren|mailing list", re.IGNORECASE)
_FOOTER_LINES = 12
_POSTSCRIPT = re.compile(r"^\s*(?:P\.?\s?S\.?|NB)\s*:?\s+\S", re.IGNORECASE)
_AFTER_GREETING = 60
"""A line that begins with a greeting and goes on for longer is a sentence, not a closing."""


def cut(text: str) -> Cut:
    """Cut a mail's text; never raises and takes time in proportion to the text."""
    lines = [line.rstrip() for line in text.replace("\xa0", " ").replace("\u200b", "").split("\n")[:_MAX_LINES]]
    own, quoted = _without_quotes(lines)
    own, signature = _without_signature(own)
    remaining = _with_library("\n".join(own).strip("\n"))
    return Cut(remaining.strip(), "\n".join(signature).strip(), "\n".join(quoted).strip("\n"))


# --- quotes -----------------------------------------------------------------------------------------------------


def _without_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    """The sender's lines, and the quoted ones."""
    own: list[str] = []
    quoted: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position]
        length = _intro_length(lines, position)
        if length and _next_is_quoted(lines, position + length):
            # Answers may stand under the quote: only the marked lines go.
            quoted += lines[position : position + length]
            position += length
        elif length or _ends_own_text(lines, position):
            return own, quoted + lines[position:]
        else:
            (quoted if line.lstrip().startswith(">") else own).append(line)
            position += 1
    return own, quoted


def _ends_own_text(lines: list[str], position: int) -> bool:
    line = lines[position]
    if _SEPARATOR.match(line):
        return True
    if _RULE.match(line):
        return _header_block(lines, _next_text(lines, position + 1))
    return bool(_FIRST_HEADER.match(line)) and _header_block(lines, position)


def _header_block(lines: list[str], position: int) -> bool:
    """Whether two or more header lines of a quoted mail stand here; a long one may be wrapped."""
    if position >= len(lines) or not _FIRST_HEADER.match(lines[position]):
        return False
    following = [line for line in lines[position : position + 8] if line.strip()][:5]
    return sum(bool(_HEADER.match(line)) for line in following) >= 2


def _intro_length(lines: list[str], position: int) -> int:
    """How many lines an introduction like "Am … schrieb …:" takes here; 0 where there is none."""
    if not _INTRO_START.match(lines[position][:400]):
        return 0
    for length in (1, 2, 3):
        if position + length > len(lines):
            return 0
        last = lines[position + length - 1].rstrip()
        if not last:
            return 0
        if last.endswith((":", ">")):
            whole = " ".join(line.strip() for line in lines[position : position + length])[:700]
            if _INTRO.match(whole) and _DATE_OR_ADDRESS.search(whole):
                return length
            if last.endswith(":"):
                return 0
    return 0


def _next_text(lines: list[str], position: int) -> int:
    while position < len(lines) and not lines[position].strip():
        position += 1
    return position


def _next_is_quoted(lines: list[str], position: int) -> bool:
    position = _next_text(lines, position)
    return position < len(lines) and lines[position].lstrip().startswith(">")


# --- signatures -------------------------------------------------------------------------------------------------


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    for position, line in enumerate(lines):
        if re.fullmatch(r"--\s?", line) or _PHONE_LINE.match(line[:300]) or _is_footer_rule(lines, position):
            return _inline_tails(lines[:position]), lines[position:]
        if _closes(line, lines[:position]):
            rest = lines[position:]
            # What is added after the name is still the sender's.
            added = next((at for at, one in enumerate(rest) if _POSTSCRIPT.match(one)), len(rest))
            postscript, signature = _without_signature(rest[added:])
            return [*_inline_tails(lines[:position]), *postscript], rest[:added] + signature
    return _inline_tails(lines), []


def _is_footer_rule(lines: list[str], position: int) -> bool:
    if not _FOOTER_RULE.match(lines[position][:200]):
        return False
    below = [line for line in lines[position + 1 :] if line.strip()]
    return len(below) <= _FOOTER_LINES and bool(_REACHED_BY.search(" ".join(below)))


def _closes(line: str, before: list[str]) -> bool:
    if _ON_BEHALF.match(line[:100]) and any(one.strip() for one in before):
        return True
    if _FOOTER.match(line[:200]) and before and not before[-1].strip():
        return True
    found = _GREETING.match(line[:300])
    if not found or len(found["rest"]) > _AFTER_GREETING:
        return False
    # "Viele Grüße nach Köln, wir kommen gern" opens a mail; a closing has nothing that goes on like a sentence.
    return any(one.strip() for one in before) or not re.search(r"[.!?]\s*\w|\b(?:wir|ich)\b", found["rest"])


def _inline_tails(lines: list[str]) -> list[str]:
    return [_GREETING_TAIL.sub("", _PHONE_TAIL.sub("", line)) if len(line) < 2000 else line for line in lines]


# --- what other languages' programs write -----------------------------------------------------------------------

_LIBRARY_LANGUAGES = ["de", "en", "fr", "es", "it", "nl", "pl"]
_LIBRARY_HINT = re.compile(r"^(?=.{0,200}[@\d]).{5,200}:\s*$", re.MULTILINE)


def _with_library(text: str) -> str:
    """What mail-parser-reply leaves of the text; asked only where something like an introduction is left.

    Its expressions take time beyond proportion on long lines: such texts are not given to it.
    """
    if len(text) > 8000 or not _LIBRARY_HINT.search(text) or max(map(len, text.split("\n"))) > 300:
        return text
    from mailparser_reply import EmailReplyParser

    try:
        found = EmailReplyParser(languages=list(_LIBRARY_LANGUAGES)).read(text).replies[0].content
    except Exception:
        return text
    return str(found) if found and found.strip() else text
