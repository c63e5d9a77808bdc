"""Idioms of German offices beside DOMAIN.md section 9: what accepts, what declines, what only sounds so."""

from __future__ import annotations

import pytest

from invite_pipeline.replies.text import read_text

ACCEPTS = (
    ("Den Termin nehme ich gerne wahr.", 1),
    ("Das lassen wir uns nicht nehmen, wir kommen zu fünft.", 5),
    ("Es ist uns eine große Freude, an Ihrer Veranstaltung teilzunehmen.", None),
    ("Mit meiner Teilnahme können Sie rechnen.", 1),
    ("Setzen Sie mich bitte auf die Gästeliste.", 1),
    ("Es bleibt bei unserer Zusage.", None),
    ("Ich muss meine Absage zurücknehmen und komme nun doch.", 1),
    ("Folgende Personen melde ich an: Karin Holt, Uwe Sand, Eva Ritter.", 3),
    ("Nehme mit 2 Pers. teil.", 2),
    ("Statt drei kommen nur zwei Personen.", 2),
    ("Der Bürgermeister lässt ausrichten, dass er kommt.", 1),
    ("Nach Rücksprache mit der Verwaltungsspitze darf ich Ihnen unsere Teilnahme zusagen.", None),
    ("kommen zu dritt", 3),
    ("I will be attending.", 1),
    ("Yes, I'll attend with one guest.", 2),
    ("Ich komme gern mit einer Kollegin.", 2),
)
DECLINES = (
    "Muss leider passen.",
    "Bin leider nicht dabei.",
    "Bitte entschuldigen Sie mich für diesen Termin.",
    "Ich bitte mich zu entschuldigen.",
    "Die Gemeinde verzichtet auf eine Teilnahme.",
    "Von einer Teilnahme sehen wir ab.",
    "Ich muss mich leider wieder abmelden.",
    "Bitte streichen Sie mich von der Gästeliste.",
    "Ihrer Einladung kann ich leider nicht nachkommen.",
    "Ich sehe mich leider außerstande, an der Veranstaltung teilzunehmen.",
    "Leider sehe ich keine Möglichkeit zur Teilnahme.",
    "Mein Terminkalender lässt es leider nicht zu.",
    "Dieses Jahr leider nicht, nächstes Jahr gern.",
    "Mir ist leider etwas dazwischengekommen.",
    "Der Verein ist leider nicht vertreten.",
    "Bitte rechnen Sie nicht mit uns.",
    "Leider nicht möglich.",
    "Ich kann den Termin leider nicht wahrnehmen, werde aber versuchen, eine Vertretung zu finden.",
)
DECIDES_NOTHING = (
    "Na toll, schon wieder ein Pflichttermin. Da komme ich doch sicher gern.",
    "Am Workshop kann ich nicht teilnehmen, am Empfang schon.",
    "Bitte schicken Sie mir weitere Informationen, dann sage ich zu.",
    "Wir nehmen teil, vorausgesetzt der Rat stimmt zu.",
    "Ich sage mal zu, könnte sich aber noch ändern.",
    "Könntest Du da hingehen? Ich kann nicht.",
    "Bitte übernehmen, ich kann an dem Tag nicht.",
    "Ich komme leider erst jetzt dazu, Ihnen zu antworten.",
    "Bitte entschuldigen Sie meine späte Rückmeldung.",
    "Bitte entschuldigen Sie mich für die verspätete Antwort.",
    "Ich werde unter keinen Umständen fehlen.",
    "We'd love to come, but we are away that week.",
    "I can't wait to attend!",
)


@pytest.mark.parametrize(("text", "persons"), ACCEPTS)
def test_idiom_that_accepts_is_a_yes_with_its_number(text: str, persons: int | None) -> None:
    reading = read_text(text)
    assert (reading.answer, reading.persons) == ("yes", persons)


@pytest.mark.parametrize("text", DECLINES)
def test_idiom_that_declines_is_a_no(text: str) -> None:
    assert read_text(text).answer == "no"


@pytest.mark.parametrize("text", DECIDES_NOTHING)
def test_what_only_sounds_like_an_answer_decides_nothing(text: str) -> None:
    assert not read_text(text).clear


@pytest.mark.parametrize("text", ["Bitte melden Sie mich vom Newsletter ab.", "Löschen Sie diese umgehend."])
def test_asking_to_be_forgotten_is_an_objection(text: str) -> None:
    assert read_text(text).answer == "objection"
