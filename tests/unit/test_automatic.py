"""What no human wrote: never an answer, and never a deputy."""

from __future__ import annotations

from datetime import date

import pytest

from invite_pipeline.replies.automatic import return_date
from invite_pipeline.replies.read import read_mail
from tests.mails import a_mail

SENT = date(2024, 5, 20)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner=x"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"X_Apple_Action": "vacation"},
        {"Return_Path": "<>"},
        {"Subject": "Automatische Antwort: Einladung"},
        {"Subject": "Abwesenheitsnotiz"},
        {"Subject": "Out of Office: Invitation"},
        {"Subject": "Abwesend: Re: Einladung"},
    ],
)
def test_automatic_reply_is_no_answer_whatever_it_says(headers: dict[str, str]) -> None:
    reading = read_mail(a_mail("Gerne sage ich zu. Vertretung: Frau Klein.", **headers))
    assert (reading.kind, reading.answer, reading.deputy) == ("automatic", None, "")


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "no"}, {"X_Auto_Response_Suppress": "All"}, {"Subject": "AW: Automatische Türen"}],
)
def test_these_headers_prove_nothing(headers: dict[str, str]) -> None:
    assert read_mail(a_mail("Gerne sage ich zu.", **headers)).answer == "yes"


@pytest.mark.parametrize("subject", ["Gelesen: Einladung", "Read: Invitation", "Ungelesen gelöscht: Einladung"])
def test_read_receipt_is_no_answer(subject: str) -> None:
    reading = read_mail(a_mail("Ihre Nachricht wurde gelesen.", Subject=subject))
    assert (reading.kind, reading.answer) == ("receipt", None)


def test_absence_that_only_the_text_tells_is_automatic() -> None:
    text = "Ich bin bis 5. Juni nicht im Büro. In dringenden Fällen wenden Sie sich bitte an Frau Klein."
    assert read_mail(a_mail(text)).kind == "automatic"


def test_person_who_answers_and_mentions_an_absence_has_answered() -> None:
    text = "Gerne sage ich zu. Bis 5. Januar bin ich nicht im Büro, in dringenden Fällen hilft Frau Klein."
    assert read_mail(a_mail(text)).answer == "yes"


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("Ich bin bis einschließlich 5. Juni nicht im Büro.", date(2024, 6, 6)),
        ("Bis 5. Juni nicht im Haus.", date(2024, 6, 6)),
        ("Ich bin bis zum 05.06.24 im Urlaub.", date(2024, 6, 6)),
        ("Ich bin wieder erreichbar ab dem 6. Juni 2024.", date(2024, 6, 6)),
        ("Ab Montag, den 10.06. wieder erreichbar.", date(2024, 6, 10)),
        ("I will be back on Monday, 3 June.", date(2024, 6, 3)),
        ("I am out of the office until June 5.", date(2024, 6, 6)),
        ("Ich bin bis 5. Januar abwesend.", date(2025, 1, 6)),
        ("Ich bin bis 31. Februar abwesend.", None),
        ("Ich bin abwesend.", None),
    ],
)
def test_return_date_is_the_first_day_back(text: str, back: date | None) -> None:
    assert return_date(text, SENT) == back
