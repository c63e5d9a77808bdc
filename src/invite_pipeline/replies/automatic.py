"""What no human wrote: out-of-office notes, read receipts, abuse reports. None of them is ever an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from invite_pipeline.replies import parse
from invite_pipeline.replies.parse import Mail
from invite_pipeline.replies.patterns import any_of

_VACATION_SUBJECT = any_of(
    r"^\s*automatische (?:antwort|e-?mail|nachricht|rückantwort|empfangsbest)|^\s*automatic reply|^\s*automatisch",
    r"^\s*auto-?(?:mated)? ?(?:reply|response|antwort)|^\s*auto:|^\s*réponse automatique|^\s*respuesta automática",
    r"^\s*(?:abwesenheit|abwesend|außer haus|ausser haus|nicht im (?:büro|haus)|urlaubsabwesenheit|im urlaub)",
    r"^\s*(?:out[- ]of[- ](?:the )?office|ooo\b)",
    r"^\s*(?:away from (?:my )?(?:mail|desk|office)|on (?:vacation|leave)|i am away)",
    r"\b(?:abwesenheitsnotiz|abwesenheitsassistent|abwesenheitsmeldung|out of office)\b(?!.*\?)",
    r"\bist (?:außer haus|im urlaub|nicht im (?:büro|haus)|abwesend)",
    r"^\W*(?:autom\w+ odpowied|automatisch antwoord|afwezig|risposta automatica|fuori ufficio|autosvar|"
    r"absence du bureau)",
    r"^\W*(?:message d['’]absence|réponse d['’]absence|absent du bureau|fuera de (?:la )?oficina|"
    r"automaattinen vastaus)",
    r"^\W*(?:自动回复|自動返信|自動応答|автоответ|vacation (?:reply|message|response))",
)
# What the sender of a mail must do before it is delivered.
_CHALLENGE = any_of(
    r"(?:click|follow|visit|use|klicken|reply)\b.{0,80}\b(?:to|um|link)\b.{0,80}\b(?:verify|confirm|"
    r"deliver\w*|allow\w*|"
    r"approv\w*|bestätig\w*|zuzustellen|freizuschalten|guest list)",
    r"(?:has been|was|is) (?:waitlisted|quarantined until|held until|being held)|protected by \w+.{0,80}allowed",
    r"(?:absender|nachricht|mail)\w* .{0,60}(?:zu bestätigen|bestätigen sie|freigeschaltet werden)",
    r"spam-?schutz.{0,80}bestätig",
    r"confirm that you are (?:a human|not a spam)|challenge[- /]response",
    flags=re.DOTALL,
)
_LEFT = any_of(
    r"nicht (?:mehr|länger) (?:\w+ ){0,3}?(?:im (?:haus|hause|amt|dienst|unternehmen)|bei (?:uns|der|dem)|"
    r"tätig|beschäftigt|"
    r"in (?:unserem|diesem|der|unserer))",
    r"\bausgeschieden\b|\b(?:im|in den) ruhestand\b|(?:haus|unternehmen|verwaltung|stadt) verlassen\b|verstorben",
    r"no longer (?:works?|with|employed|at|part of|a member)|\bhas left\b|\bhave left (?:the|this)|\bretired\b",
    r"ne (?:fait|travaille) plus|a quitté",
)
_MOVED = any_of(
    r"(?:mail-?)?adresse (?:\w+ ){0,4}?(?:hat sich (?:\w+ )?geändert|geändert|ist (?:\w+ )?(?:ungültig|"
    r"nicht mehr)|wird nicht mehr)",
    r"\bneue (?:e-?mail-?|mail-?)?adresse\b",
    r"(?:ab sofort|künftig|zukünftig) (?:\w+ ){0,3}?(?:unter|an) (?:der |die )?(?:neue|\S+@)",
    r"(?:e-?mail )?address (?:has|was) (?:been )?changed|\bnew (?:e-?mail )?address\b",
    r"no longer (?:in use|valid|monitored)",
    r"nouvelle adresse|wird nicht (?:mehr )?(?:gelesen|abgerufen|bearbeitet)",
)
_RECEIPT_SUBJECT = any_of(
    r"^\s*(?:gelesen|ungelesen|nicht gelesen|ungelesen gelöscht|gelöscht|übermittelt|zugestellt)\s*:",
    r"^\s*(?:read|not read|delivered|lu|deleted)\s*:",
    r"^\s*(?:lesebestätigung|return receipt|read[- ]receipt|disposition notification)",
)
# Two of these, and the mail is an out-of-office note even where its headers do not say so; a person who answers
# may well mention one.
_ABSENT = tuple(
    any_of(*phrases)
    for phrases in (
        (
            r"(?:nicht|außer|ausser) (?:im )?(?:dienst|büro|haus|hause)\b",
            r"\babwesend\b|in meine[rm] (?:abwesenheit|urlaub)|während meine[rs] (?:abwesenheit|urlaubs)",
        ),
        (r"wieder (?:für sie )?(?:persönlich )?(?:erreichbar|im (?:büro|dienst|haus)|da\b|zu erreichen|anwesend)",),
        (r"(?:in|bei) (?:dringenden|eiligen|wichtigen) (?:fällen|angelegenheiten)|bei dringenden",),
        (r"(?:mail|nachricht)\w* (?:wird|werden) (?:in dieser zeit |während\w* .{0,30})?(?:nicht|weder|automatisch)",),
        (
            r"ist eine automati|automati\w+ (?:generiert|erstellt|versandt|antwort)",
            r"bin bis .{0,40}(?:urlaub|abwesend)",
        ),
        (r"(?:meine |die )?vertretung (?:übernimmt|hat|ist|erfolgt)|^\W*vertretung:? (?:frau|herr)",),
        (r"wenden sie sich (?:bitte )?an\b",),
        (r"out of (?:the )?office|on (?:annual |parental )?leave|on vacation|limited access to (?:my )?e?-?mail",),
        (r"will (?:be back|return)|upon my return|(?:urgent|immediate) (?:matters|assistance|cases)",),
        (r"automatic(?:ally)? (?:reply|generated)",),
        (r"bis (?:\w+\.? )?(?:zum )?\d{1,2}\. ?(?:\d{1,2}\.|[a-zä]+).{0,30}(?:nicht im|urlaub|abwesend)",),
    )
)

_AUTOREPLY_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Mail-Autoreply")


Sort = Literal["vacation", "left", "moved", "challenge"]
"""Away for a while; gone for good; another address from now on; asks the sender to prove that they are human."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Automatic:
    """What a machine sent in a person's name; `back` is the first day they can be reached again."""

    kind: Literal["automatic", "receipt", "complaint"]
    reason: str
    back: date | None = None
    sort: Sort = "vacation"
    successor: str = ""
    """The address to write to from now on, where somebody left or moved and the note names it."""


def read_report(mail: Mail) -> Automatic | None:
    """A read receipt (RFC 8098) or an abuse report (RFC 5965), by the type of their parts."""
    if mail.get_content_maintype() != "multipart":
        return None
    for part in parse.parts(mail):
        kind = part.get_content_type()
        if kind == "message/disposition-notification":
            return Automatic(kind="receipt", reason="a read receipt (RFC 8098)")
        if kind == "message/feedback-report":
            return Automatic(kind="complaint", reason="the recipient's mail provider reports it as unwanted (ARF)")
    return None


def read_automatic(mail: Mail) -> Automatic | None:
    """What the headers or the subject say is automatic; None where they do not."""
    subject = parse.header(mail, "Subject")[:300]
    if _RECEIPT_SUBJECT.match(subject):
        return Automatic(kind="receipt", reason=f"the subject “{subject[:40]}” is a read receipt's")
    reason = _header_reason(mail)
    if not reason and _VACATION_SUBJECT.search(subject):
        reason = f"the subject “{subject[:40]}” is an automatic reply's"
    return note(mail, reason) if reason else None


def read_absence(mail: Mail, text: str) -> Automatic | None:
    """An out-of-office note that only its text gives away."""
    signs = sum(bool(sign.search(text[:3000])) for sign in _ABSENT)
    return note(mail, "the text is an out-of-office note") if signs >= 2 else None


def _header_reason(mail: Mail) -> str:
    submitted = parse.header(mail, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return f"Auto-Submitted: {submitted[:30]}"
    if parse.header(mail, "X-Apple-Action").strip().lower() == "vacation":
        return "X-Apple-Action: vacation"
    if parse.header(mail, "Precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return "Precedence: auto_reply"
    # What an incoming X-Auto-Response-Suppress says proves nothing: Exchange sets it on ordinary mail too.
    for name in _AUTOREPLY_HEADERS:
        if mail.get(name) and parse.header(mail, name).strip().lower() not in ("no", "false"):
            return f"a header {name}"
    return ""


def note(mail: Mail, reason: str) -> Automatic:
    """An automatic mail with what it says: of what sort it is, when its sender is back, whom to write to instead."""
    text = f"{parse.header(mail, 'Subject')}\n{parse.body(mail)[:5000]}"
    sort = _sort(text)
    sent = parse.sent_at(mail)
    back = return_date(text, sent.date()) if sent and sort == "vacation" else None
    successor = _successor(mail, text) if sort in ("left", "moved") else ""
    words = {
        "vacation": "",
        "left": "; has left for good",
        "moved": "; has another address",
        "challenge": "; a challenge",
    }
    told = (
        words.get(sort, "") + (f", write to {successor}" if successor else "") + (f"; back on {back}" if back else "")
    )
    return Automatic(kind="automatic", reason=reason + told, back=back, sort=sort, successor=successor)


def _sort(text: str) -> Sort:
    for sort, pattern in _SORTS:
        if pattern.search(text):
            return sort
    return "vacation"


_SORTS: tuple[tuple[Sort, re.Pattern[str]], ...] = (("challenge", _CHALLENGE), ("left", _LEFT), ("moved", _MOVED))


def _successor(mail: Mail, text: str) -> str:
    """The first address in a note that is neither the writer's nor the reader's."""
    known = {*parse.addresses(mail, "From", "To", "Reply-To", "Return-Path", "Cc")}
    return next((one for one in parse.find_addresses(text) if one not in known), "")


def read_challenge(mail: Mail, text: str) -> Automatic | None:
    """A mail that asks its reader to prove that they are human, which no header gives away."""
    return note(mail, "asks the sender to confirm the mail") if _CHALLENGE.search(text[:3000]) else None


# --- the return date --------------------------------------------------------------------------------------------

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("januar", "jänner", "jan", "january"),
            ("februar", "feb", "february"),
            ("märz", "maerz", "mrz", "mär", "march", "mar"),
            ("april", "apr"),
            ("mai", "may"),
            ("juni", "jun", "june"),
            ("juli", "jul", "july"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("oktober", "okt", "october", "oct"),
            ("november", "nov"),
            ("dezember", "dez", "december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_DAY = r"(?P<day>\d{1,2})\.? ?(?:(?P<month>\d{1,2})\.|(?P<name>[A-Za-zä]{3,9})\b\.?)(?: ?(?P<year>\d{4}|\d\d\b))?"
_WEEKDAY_NAMES = r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|[a-z]{3,6}day|mo|di|mi|do|fr)"
_WEEKDAY = rf"(?:{_WEEKDAY_NAMES}\.?,? (?:den |dem )?)?"
_BACK_ON = any_of(
    rf"(?:wieder|zurück|erreichbar|back|return\w*)\b[^.\n]{{0,60}}?\b(?:ab|am|on|from)\b (?:dem |the )?{_WEEKDAY}{_DAY}"
)
_BACK_ON_BEFORE = any_of(rf"\b(?:ab|am) (?:dem )?{_WEEKDAY}{_DAY}[^.\n]{{0,60}}?\b(?:wieder|zurück)\b")
_AWAY_UNTIL = any_of(
    r"\b(?:bis|until|through|till)\b (?:einschließlich |einschl\.? |inklusive |inkl\.? |(?:and )?including |zum )*"
    rf"{_WEEKDAY}{_DAY}"
)


_MONTH_FIRST = re.compile(r"\b((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)\.? (\d{1,2})\b(?!\d|[.:]\d)")


def return_date(text: str, sent: date) -> date | None:
    """The first day somebody is back, read from an out-of-office note that was sent on `sent`.

    "bis einschließlich 5. Juni", and "bis 5. Juni" alike, mean back on the 6th; a date without a year is the next one.
    """
    text = _MONTH_FIRST.sub(r"\2 \1", text[:5000])
    for pattern, later in ((_BACK_ON, 0), (_BACK_ON_BEFORE, 0), (_AWAY_UNTIL, 1)):
        found = pattern.search(text)
        day = _date(found, sent) if found else None
        if day:
            return day + timedelta(days=later)
    return None


def _date(found: re.Match[str], sent: date) -> date | None:
    month = int(found["month"]) if found["month"] else _MONTHS.get((found["name"] or "").lower())
    if not month:
        return None
    year = int(found["year"]) if found["year"] else sent.year
    try:
        day = date(year + 2000 if year < 100 else year, month, int(found["day"]))
        if not found["year"] and day < sent:
            day = day.replace(year=day.year + 1)
    except ValueError:
        return None
    return day
