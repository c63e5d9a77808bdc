"""What each sentence of a reply says, before anything is decided: the phrases that stand in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from invite_pipeline.replies import phrases, provisos
from invite_pipeline.replies.people import mentions
from invite_pipeline.replies.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Signals:
    """What one sentence says."""

    sentence: Sentence
    yes: bool = False
    past_yes: bool = False
    no: bool = False
    retract: bool = False
    wish: bool = False
    maybe: bool = False
    hedge: bool = False
    put_off: bool = False
    objection: bool = False
    contact: bool = False
    deputy: bool = False


def read_signals(sentence: Sentence) -> Signals:
    """The phrases that stand in a sentence; a question says nothing but that it asks."""
    folded = sentence.folded
    if sentence.question:
        return Signals(sentence, put_off=True)
    if phrases.OBJECTION.search(folded):
        return _objection(sentence)
    technical = bool(provisos.TECHNICAL.search(folded)) and not provisos.NOT_TECHNICAL.search(folded)
    retract = bool(provisos.RETRACT.search(folded)) and not technical
    wish = bool(provisos.WISH.search(folded))
    return Signals(
        sentence,
        yes=not retract and (_accepts_in_a_clause(sentence) or _accepts_whole(sentence)),
        past_yes=bool(phrases.PAST_YES.search(folded)) and not _elsewhere_or_negated(folded),
        no=not technical and (retract or _declines(sentence, wish)),
        retract=retract,
        wish=wish,
        maybe=bool(provisos.MAYBE.search(folded)),
        hedge=bool(provisos.HEDGE.search(folded)),
        put_off=bool(provisos.PUT_OFF.search(folded)),
        contact=bool(phrases.CONTACT.search(folded)),
        deputy=bool(phrases.DEPUTY.search(folded)) and not phrases.NO_DEPUTY.search(folded),
    )


def accepts(clause: Sentence) -> bool:
    """Whether a clause accepts: not negated, not wished for, and not said of the reader."""
    folded = clause.folded
    return bool(
        phrases.YES.search(folded)
        and not phrases.NEGATION.search(phrases.NOT_REALLY_NEGATED.sub("", folded))
        and not phrases.ADDRESSES_READER.search(folded)
        and not phrases.IDIOM.search(folded)
        and not phrases.ELSEWHERE.search(folded)
        and not (provisos.WISH.search(folded) and "would be" not in folded)
    )


def _accepts_in_a_clause(sentence: Sentence) -> bool:
    """Whether any clause accepts; one with "dass" says no more than the clause that it hangs on."""
    negated = False
    for clause in sentence.clauses:
        if accepts(clause) and not (negated and clause.folded.startswith(("dass ", "das ", "that "))):
            return True
        negated = bool(phrases.NEGATION.search(phrases.NOT_REALLY_NEGATED.sub("", clause.folded)))
    return False


def _accepts_whole(sentence: Sentence) -> bool:
    reported = phrases.YES_OVER_CLAUSES.search(sentence.folded) and not phrases.NEGATION.search(sentence.folded)
    return bool(reported) or _alone(phrases.YES_ALONE, sentence)


def _elsewhere_or_negated(folded: str) -> bool:
    return bool(phrases.ELSEWHERE.search(folded) or phrases.NEGATION.search(folded))


def _alone(pattern: re.Pattern[str], sentence: Sentence) -> bool:
    return pattern.fullmatch(re.sub(r"[,.!]", "", sentence.folded)) is not None


def _declines(sentence: Sentence, wish: bool) -> bool:
    folded = sentence.folded
    if phrases.TAKES_NO_BACK.search(folded):
        return False
    if _alone(phrases.NO_ALONE, sentence):
        return True
    if re.search(r"\b(?:letzte|vergangene)[nrsm]? jahr\b|\bim vorjahr\b", folded):
        return False
    if any(phrases.NO.search(clause.folded) and not phrases.IDIOM.search(clause.folded) for clause in sentence.clauses):
        return not phrases.NOT_REALLY_NEGATED.search(folded)
    return bool(phrases.REASON_AGAINST.search(folded) and (wish or phrases.REGRET.search(folded)))


def _objection(sentence: Sentence) -> Signals:
    """An objection, unless it is negated, or asks to put somebody else in the list."""
    folded = sentence.folded
    about_another = mentions(sentence.text) and not re.search(r"\b(?:mich|uns|mir|ich|wir)\b", folded)
    negated = re.search(r"\bnicht\b(?! (?:mehr|laenger|weiter))", folded)
    return Signals(sentence, objection=not about_another and not negated, contact=bool(about_another))
