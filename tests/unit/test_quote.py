"""Quotes and signatures are cut as German, English and French mail programs write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.replies.quote import cut

OWN = "Gerne sage ich zu."
QUOTED = "Bitte sagen Sie bis zum 12. Dezember zu oder ab."

INTRODUCTIONS = {
    "outlook": "-----Ursprüngliche Nachricht-----\nVon: A <a@b.example>\nGesendet: Montag\n",
    "outlook-umlaut-written-out": "-----Urspruengliche Nachricht-----\n",
    "outlook-english": "-----Original Message-----\nFrom: A <a@b.example>\nSent: Monday\n",
    "outlook-rule": "________________________________\nVon: A <a@b.example>\nGesendet: Montag\nAn: C\n",
    "outlook-headers-only": "Von: A\nGesendet: Montag, 6. November 2023 09:00\nAn: C\nCc: D\nBetreff: E\n",
    "outlook-bold-headers": "*Von:* A <a@b.example>\n*Gesendet:* Montag\n*An:* C\n",
    "gmx": "Gesendet: Montag, 06. November 2023 um 09:00 Uhr\nVon: A <a@b.example>\nAn: C\nBetreff: E\n",
    "samsung": "-------- Originalnachricht --------\nVon: A <a@b.example>\nDatum: 06.11.23 09:00 (GMT+01:00)\n",
    "thunderbird": "Am 06.11.23 um 09:00 schrieb A B:\n",
    "thunderbird-forward": "-------- Weitergeleitete Nachricht --------\nBetreff: E\n",
    "two-lines": "Am 06.11.2023 um 09:00 schrieb Landtag NRW und\nAuslandsgesellschaft.de <a@b.example>:\n",
    "three-lines": "Am Montag, 6. November 2023, 09:00:12\nhat Landtag NRW\n<a@b.example> geschrieben:\n",
    "name-first": "A B <a@b.example> schrieb am Mo., 6. Nov. 2023, 09:00:\n",
    "gmail": "Am Mo., 6. Nov. 2023 um 09:00 Uhr schrieb A <\na@b.example>:\n",
    "apple-forward": "Anfang der weitergeleiteten Nachricht:\n\nVon: A\n",
    "english": "On Mon, 6 Nov 2023 at 09:00, A <a@b.example> wrote:\n",
    "french": "Le lun. 6 nov. 2023 à 09:00, A <a@b.example> a écrit :\n",
}


@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
def test_quote_below_is_cut(introduction: str) -> None:
    found = cut(f"{OWN}\n\n{introduction}\n{QUOTED}\n")
    assert found.own == OWN
    assert QUOTED in found.quoted


@pytest.mark.parametrize("name", ["thunderbird", "two-lines", "name-first", "gmail", "english"])
def test_answer_below_a_marked_quote_is_kept(name: str) -> None:
    assert cut(f"{INTRODUCTIONS[name]}> {QUOTED}\n\n{OWN}\n").own == OWN


def test_answers_between_quoted_lines_are_kept() -> None:
    found = cut(f"> Kommen Sie?\n\n{OWN}\n\n> Mit wie vielen?\n\nZu zweit.\n")
    assert found.own.split() == f"{OWN} Zu zweit.".split()


@pytest.mark.parametrize(
    "closing",
    [
        "Mit freundlichen Grüßen\nEva Muster",
        "Mit freundlichem Gruß\n\ni. A. Muster",
        "Freundliche Grüße aus Bonn\nEva",
        "Viele Grüße, Eva",
        "Beste Grüße\nEva",
        "Liebe Grüße Eva",
        "Mit besten Grüßen\nEva",
        "Mit herzlichen und kollegialen Grüßen\nEva",
        "MfG\nEva",
        "LG Eva",
        "Gruß\nEva",
        "Mit freundlichen Gruessen\nEva",
        "Hochachtungsvoll\nEva",
        "Kind regards,\nEva",
        "Best regards\nEva",
        "Yours sincerely\nEva",
        "Cordialement\nEva",
        "-- \nEva Muster",
        "Von meinem iPhone gesendet",
        "Gesendet von Mail für Windows",
        "Gesendet mit der GMX Mail App",
        "Gesendet von Outlook für iOS",
        "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
        "Sent from my iPhone",
        "Get Outlook for Android",
    ],
)
def test_closing_is_cut(closing: str) -> None:
    found = cut(f"{OWN}\n\n{closing}\n")
    assert found.own == OWN
    assert found.signature


@pytest.mark.parametrize("tail", ["Von meinem iPhone gesendet", "Viele Grüße, Eva", "Beste Grüße Eva Muster"])
def test_closing_in_the_same_line_is_cut(tail: str) -> None:
    assert cut(f"{OWN} {tail}").own == OWN


def test_postscript_is_still_the_senders() -> None:
    assert "Meine Frau kommt mit." in cut(f"{OWN}\n\nViele Grüße\nEva\n\nPS: Meine Frau kommt mit.\n").own


@pytest.mark.parametrize(
    "text",
    [
        "Viele Grüße nach Köln, wir kommen gern.",
        "Von meiner Seite aus sage ich zu.",
        "Am 19. Januar bin ich leider verhindert.",
        "An: diesem Tag bin ich verhindert.",
        "Ich schrieb am Montag schon, dass wir kommen.",
        "Wir kommen mit: Frau Klein",
    ],
)
def test_what_only_looks_like_a_quote_or_closing_stays(text: str) -> None:
    assert cut(text).own == text


def test_other_languages_are_left_to_the_library() -> None:
    found = cut(f"{OWN}\n\nIl giorno 6 nov 2023 alle ore 09:00 A <a@b.example> ha scritto:\n\nTesto\n")
    assert found.own == OWN


@given(st.text(alphabet=st.sampled_from("Am schrieb:\n>-_*Von An@.19, Grüße"), max_size=400))
def test_any_text_is_cut_without_an_error(text: str) -> None:
    found = cut(text)
    assert len(found.own) <= len(text)


@pytest.mark.parametrize(
    "rest",
    [
        "2023/11/20 Jean <jean@mairie.example>\n> Zu oder ab?",
        "Zitat von Jean <jean@mairie.example>:\n\n> Zu oder ab?",
        "Quoting Jean <jean@mairie.example>:\n\n> Zu oder ab?",
        "El 20 nov 2023, Jean <jean@mairie.example> escribió:\n> Zu oder ab?",
        "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##\n\nZu oder ab?",
        "Von Samsung-Tablet gesendet\n\n-------- Ursprüngliche Nachricht --------\nVon: Jean\nBetreff: x\nZu oder ab?",
        "---\nDiese E-Mail wurde von einem Programm auf Viren geprüft.",
        "________\nMax Mann\nTel. 0228 1234",
        "-Max Mann",
        "i. A. Petra Vorzimmer",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der Adressat sind, löschen Sie sie.",
    ],
)
def test_footer_and_quote_of_every_layout_are_cut(rest: str) -> None:
    assert cut(f"Gerne sage ich zu.\n\n{rest}").own == "Gerne sage ich zu."


@pytest.mark.parametrize("list_", ["- Frau Alt\n- Herr Berg", "---\nZusage", "_____\nWir kommen zu zweit."])
def test_list_and_what_stands_under_a_rule_stay(list_: str) -> None:
    assert cut(f"Teilnehmen werden:\n\n{list_}").own == f"Teilnehmen werden:\n\n{list_}"
