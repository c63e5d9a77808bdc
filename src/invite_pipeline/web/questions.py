"""The campaign's own questions in the form: fields named `question-ID`, asked where their condition holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from invite_pipeline.domain.campaign import Question

LONGEST = 500


def read_questions(typed: Mapping[str, str], questions: Sequence[Question]) -> dict[str, str]:
    """The answers that count: those to questions that were asked, given the answers before them."""
    answers: dict[str, str] = {}
    for question in questions:
        answer = typed.get(question.id, "")
        if answer and question.is_asked(answers):
            answers[question.id] = answer
    return answers


def question_mistakes(answers: Mapping[str, str], questions: Sequence[Question]) -> Iterator[tuple[str, str]]:
    """What is wrong: the field's name, and a code."""
    for question in questions:
        answer, field = answers.get(question.id, ""), f"question-{question.id}"
        if not answer:
            if question.required and question.is_asked(answers):
                yield field, "question-missing"
        elif question.kind == "choice" and answer not in question.choices:
            yield field, "question-choice"
        elif question.kind == "number" and not re.fullmatch(r"[0-9]{1,9}", answer):
            yield field, "question-number"
        elif len(answer) > LONGEST:
            yield field, "too-long"
