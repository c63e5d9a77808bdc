"""What a person's mail says: yes, no, maybe, an objection, or unclear; how many; who instead.

A small grammar over tables of phrases. Precision goes before coverage: whatever is asked, hoped, negated twice or
contradicted elsewhere is unclear, and a human looks at it. "No" is never concluded from silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from invite_pipeline.replies import phrases, provisos
from invite_pipeline.replies.deputies import contact_of, deputies_of, instead
from invite_pipeline.replies.headcount import count_heads
from invite_pipeline.replies.people import listed, mentions
from invite_pipeline.replies.sentences import sentences
from invite_pipeline.replies.signals import Signals, read_signals

Answer = Literal["yes", "no", "maybe", "objection", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReading:
    """How a text is read, why, and on which passage that rests."""

    answer: Answer
    reason: str
    passage: str = ""
    persons: int | None = None
    """How many come, deputies included; None where the text leaves it open."""
    estimate: bool = False
    """The number has to be confirmed."""
    names: tuple[str, ...] = ()
    deputies: int = 0
    deputy_names: tuple[str, ...] = ()
    """As many as are named; the other deputies' names are open."""
    contact: str = ""
    """Who is responsible instead, or what the text says of it."""
    remark: str = ""
    silent: bool = False
    """Unclear because the text says nothing, not because it says something doubtful."""

    @property
    def deputy(self) -> str:
        """The deputies in one line, open names as "N. N."."""
        return ", ".join(self.deputy_names + ("N. N.",) * (self.deputies - len(self.deputy_names)))

    @property
    def clear(self) -> bool:
        """Whether the text decides by itself."""
        return self.answer in ("yes", "no")


def read_text(text: str) -> TextReading:
    """Read a sender's own text, quotes and signature cut before."""
    found = [read_signals(sentence) for sentence in sentences(text)]
    if not found:
        return TextReading(answer="unclear", reason="the mail has no text of its own", silent=True)
    reading = _decide(found)
    if reading.answer == "yes" and not reading.deputies:
        reading = _with_people(reading, found)
    return replace(reading, remark=_remark(found, reading) if reading.clear else "")


# --- deciding ---------------------------------------------------------------------------------------------------


def _decide(found: Sequence[Signals]) -> TextReading:
    absent = any(phrases.ABSENT.search(one.sentence.folded) for one in found)
    deputy = None if absent else _first(found, lambda one: one.deputy)
    rules = (_read_objection, _read_retraction)
    for rule in rules:
        if reading := rule(found):
            return reading
    if deputy or (deputy := None if absent else instead(found)):
        return _read_deputy(found, deputy)
    return _read_answer(found, absent)


def _read_objection(found: Sequence[Signals]) -> TextReading | None:
    objection = _first(found, lambda one: one.objection)
    if not objection:
        return None
    if any(one.yes for one in found):
        return _unclear("accepts, and asks for no further mails", objection)
    return _reading("objection", "asks for no further invitations", objection)


def _read_retraction(found: Sequence[Signals]) -> TextReading | None:
    retraction = _first(found, lambda one: one.retract and not one.hedge)
    if not retraction or any(one.deputy for one in found):
        return None
    if any(one.yes for one in found if one is not retraction):
        return _unclear("takes an acceptance back, and accepts", retraction)
    return _reading("no", "takes an acceptance back", retraction)


def _read_deputy(found: Sequence[Signals], deputy: Signals) -> TextReading:
    names, number = deputies_of(deputy)
    declined = _first(found, lambda one: one.no)
    if deputy.hedge or deputy.maybe or deputy.wish:
        return replace(_unclear("speaks of a deputy without deciding", deputy), deputies=number, deputy_names=names)
    who = ", ".join(names) or (f"{number} without names" if number > 1 else "no name given")
    if declined:
        reading = _reading("no", f"cannot come; a deputy comes ({who})", deputy)
    else:
        reading = _reading("yes", f"a deputy comes ({who})", deputy)
    return replace(reading, deputies=number, deputy_names=names, persons=number)


def _read_answer(found: Sequence[Signals], absent: bool) -> TextReading:
    yes = _first(found, lambda one: one.yes)
    past = _first(found, lambda one: one.past_yes)
    no = _first(found, lambda one: one.no)
    contact = _first(found, lambda one: one.contact)
    if yes and no:
        return _unclear("says yes and no", no)
    if no:
        return _read_no(no, found)
    if contact and not yes:
        return replace(_unclear("names another contact", contact), contact=contact_of(contact))
    if yes or past:
        return _read_yes(yes or past or found[0], found)
    return _read_neither(found, absent)


def _read_no(no: Signals, found: Sequence[Signals]) -> TextReading:
    if (no.hedge and not _about_deputy(no)) or no.maybe:
        return _unclear("declines with a reservation", no)
    if colleague := _first(found, lambda one: bool(provisos.TO_COLLEAGUE.search(one.sentence.folded))):
        return _unclear("seems to be written to a colleague", colleague)
    if provisos.PART.search(no.sentence.folded):
        return _unclear("declines a part of the programme", no)
    if not phrases.NO.search(no.sentence.folded) and any(one.put_off for one in found):
        return _unclear("gives a reason against, but puts the answer off", no)
    return _reading("no", "declines", no)


def _read_yes(yes: Signals, found: Sequence[Signals]) -> TextReading:
    if irony := _first(found, lambda one: bool(provisos.IRONY.search(one.sentence.folded))):
        return _unclear("may not be meant as it is said", irony)
    second = _first(found, lambda one: bool(provisos.SECOND_THOUGHT.search(one.sentence.folded)))
    if second and not _about_company(second):
        return _unclear("accepts, and has second thoughts", second)
    doubt = _first(found, lambda one: one.maybe)
    if doubt:
        return _reading("maybe", "accepts with a reservation", doubt)
    if yes.hedge:
        return _unclear("accepts on a condition", yes)
    if yes.put_off:
        return _unclear("accepts and puts off in one sentence", yes)
    later = _first(
        found, lambda one: one.hedge and bool(re.search(r"\b(?:ob|noch nicht|nicht sicher)\b", one.sentence.folded))
    )
    if later and not _about_company(later):
        return _unclear("accepts, but leaves something open", later)
    return _reading("yes", "accepts", yes)


def _read_neither(found: Sequence[Signals], absent: bool) -> TextReading:
    maybe = _first(found, lambda one: one.maybe and not phrases.NEGATION.search(one.sentence.folded))
    if maybe and (
        re.search(r"\b(?:ja|yes|gern[e]?)\b", maybe.sentence.folded)
        or len(maybe.sentence.folded.split()) <= 3
        or maybe.wish
    ):
        return _reading("maybe", "neither accepts nor declines for certain", maybe)
    if absent:
        return _unclear("reads like an out-of-office note", found[0])
    for says, reason in (
        (lambda one: one.sentence.question, "asks something"),
        (lambda one: one.put_off, "puts the answer off"),
        (lambda one: one.wish, "says what they would like, not what they will do"),
    ):
        if one := _first(found, says):
            return _unclear(reason, one)
    return replace(_unclear("says nothing that accepts or declines", found[0]), silent=True)


# --- who and how many -------------------------------------------------------------------------------------------


def _with_people(reading: TextReading, found: Sequence[Signals]) -> TextReading:
    """The same with names and the number of heads, taken from every sentence that is no question."""
    speaking = [one.sentence for one in found if not one.sentence.question]
    names = next((names for sentence in speaking if (names := listed(sentence.text))), ())
    if not names:
        accepting = [one.sentence for one in found if one.yes]
        names = tuple(dict.fromkeys(one.name for sentence in accepting for one in mentions(sentence.text)))
    heads = count_heads([sentence.folded for sentence in speaking], named=len(names))
    if heads.persons is not None and heads.persons < len(names):
        names = ()
    reason = reading.reason
    if heads.conflicting:
        reason += "; the number is not clear"
    elif heads.estimate and heads.persons:
        reason += "; the number is to be confirmed"
    return replace(
        reading, persons=heads.persons, estimate=heads.estimate or heads.conflicting, names=names, reason=reason
    )


def _about_deputy(signals: Signals) -> bool:
    """Whether what is open is only who comes instead: the clauses that decline leave nothing open."""
    hedged = [clause for clause in signals.sentence.clauses if provisos.HEDGE.search(clause.folded)]
    return all(re.search(r"\b(?:vertret\w+|ersatz)\b", clause.folded) for clause in hedged)


def _about_company(signals: Signals) -> bool:
    return bool(
        re.search(
            r"\b(?:begleit\w*|frau|mann|personen|namen|zahl|anzahl|essen|vegetar\w*|anreise|hotel)\b",
            signals.sentence.folded,
        )
    )


_POLITE = re.compile(r"\b(?:dank\w*|freu\w*|thank\w*|gruss\w*|gruesse\w*|schoen\w* tag)\b")


def _remark(found: Sequence[Signals], reading: TextReading) -> str:
    """What the sender says besides: questions, wishes, restrictions."""
    rest = [one.sentence.text for one in found if one.sentence.text != reading.passage and not one.yes and not one.no]
    remark = " ".join(text for text in rest if not _POLITE.search(text.lower()) and len(text.split()) > 2)
    aside = re.search(r",\s*((?:muss|müssen|aber|allerdings|jedoch|kann|können|bitte)\b.*)", reading.passage)
    if reading.answer == "yes" and aside and not reading.deputies:
        remark = f"{aside[1]} {remark}".strip()
    return remark[:500]


# --- small helpers ----------------------------------------------------------------------------------------------


def _first(found: Iterable[Signals], says: Callable[[Signals], bool]) -> Signals | None:
    return next((one for one in found if says(one)), None)


def _reading(answer: Answer, reason: str, signals: Signals) -> TextReading:
    passage = signals.sentence.text[:300]
    return TextReading(answer=answer, reason=f"{reason}: “{passage}”", passage=passage)


def _unclear(reason: str, signals: Signals) -> TextReading:
    return _reading("unclear", reason, signals)
