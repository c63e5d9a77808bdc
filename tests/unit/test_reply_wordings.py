"""Wordings of replies that were written before the rules that read them: one answer each, or none."""

from __future__ import annotations

import pytest

from invite_pipeline.replies.text import read_text

ACCEPT = """
Sie dürfen auf uns zählen!
Wir sind natürlich mit von der Partie.
wir kommen zu dritt: Anna Alt, Bernd Bach und Clara Cremer. AG 1, AG 3 und AG 3.
Hallo Frau Schulz, ich wollte nur kurz Bescheid geben, dass es bei mir klappt. Bis dann!
das passt mir gut, ich bin dabei
vielen lieben Dank, wir freuen uns sehr auf den Tag und kommen mit vier Leuten aus dem Vorstand.
Bitte merken Sie für unseren Verein zwei Plätze vor.
Ja, ich komme, bringe noch meinen Stellvertreter mit.
Herr Bürgermeister Kern lässt herzlich danken und sagt seine Teilnahme zu.
Gern teile ich Ihnen mit, dass die Stadt Musterhausen durch den 1. Beigeordneten Uwe Holm vertreten sein wird.
Thank you. We will attend with two people: Jane Doe and John Roe.
An der Veranstaltung nehmen von unserer Seite teil: Frau Dr. Ute Lang (Dezernentin) und Herr Nico Kurz.
Gerne, allerdings kann ich erst gegen 11 Uhr dazustoßen.
Bin dabei 👍
hiermit melde ich mich verbindlich für die o. g. Veranstaltung an. Speed-Dating: ja
Als Rückmeldung: 3 Personen
Mein Mann und ich kommen gerne.
Es wird uns eine Ehre sein, Ihrer Einladung Folge zu leisten.
Wir sind mit 2 Personen dabei, eine davon im Rollstuhl.
Zusage
Zusage 2 Pers.
Notieren Sie mich als Teilnehmer.
Danke für die Erinnerung, ich hatte schon zugesagt.
Bürgermeister Klein nimmt gerne teil; seine Frau wird nicht mitkommen.
ich danke für die Einladung und teile mit, dass ich sehr gerne komme.
Für die Stadt Hürth nehmen Bürgermeister Dirk Breuer und Frau Anja Post teil.
Nach interner Abstimmung kann ich Ihnen mitteilen: Wir sind dabei, und zwar zu viert.
Wie bereits telefonisch besprochen, kommen wir mit 3 Personen.
Herr Bürgermeister hat zugesagt.
Hiermit bestätigen wir die Teilnahme von Herrn Bürgermeister Jansen.
Bitte entschuldigen Sie, dass ich erst jetzt antworte. Ich komme sehr gerne.
Ich antworte im Namen des Vorstands: Zwei Mitglieder werden teilnehmen.
Jawohl, wir kommen!
Ja, sehr gerne, mit zwei Personen.
Geht klar, ich komme.
Eine Teilnahme ist mir möglich.
Wir melden vier Teilnehmer an: A. Alt, B. Bau, C. Ced und D. Dom.
Das Präsidium hat beschlossen, die Einladung anzunehmen.
Bitte melden Sie mich an.
Letztes Jahr konnte ich nicht, dieses Jahr komme ich.
Ich kann nur vormittags teilnehmen.
Ich kann leider nur bis 12 Uhr bleiben, komme aber gern.
Vielen Dank für die Einladung, die ich gerne annehme!
Ich schaffe es!
Yes, I will be there with my wife.
Please register three persons from our association.
Sorry for the late reply. Count me in!
We would be delighted to attend.
"""
DECLINE = """
Wir müssen Ihnen leider einen Korb geben.
wir sagen die Teilnahme ab.
es klappt leider nicht.
Nein, wir können nicht.
Wegen Krankheit muss ich meine Zusage leider zurückziehen.
Wir werden leider keinen Vertreter entsenden können.
I regret to inform you that I will not be able to join.
Ich hatte mich über den Link angemeldet, muss aber jetzt doch absagen.
Aus terminlichen Gründen ist eine Teilnahme leider ausgeschlossen.
Der Termin kollidiert mit unserer Ratssitzung, daher muss ich leider absagen. Gerne ein anderes Mal!
Wir bitten um Verständnis, dass wir nicht teilnehmen.
Wir hätten großes Interesse, sind aber leider an dem Tag in unserer Partnerstadt Lens.
Nach Rücksprache mit Herrn Bürgermeister Voss muss ich Ihnen leider eine Absage erteilen.
Leider nein. Viel Erfolg!
Nichts würde ich lieber tun als kommen, aber ich liege im Krankenhaus.
Ihrer Einladung kann der Bürgermeister nicht Folge leisten.
Absage
Mit Bedauern teile ich mit, dass unsere Delegation am 19.1. nicht anreisen kann.
Danke für die Erinnerung, ich habe bereits abgesagt.
Leider kann ich aufgrund einer Dienstreise nicht dabei sein. Ich bitte um Zusendung der Unterlagen.
Schade, aber an dem Tag haben wir Neujahrsempfang.
Wir sind leider ausgebucht.
Wie telefonisch besprochen, können wir nicht teilnehmen.
Herr Bürgermeister hat abgesagt.
Unsere Vorsitzende ist erkrankt, niemand sonst hat Zeit.
Interesse besteht, Zeit leider nicht.
Vielen Dank, aber wir verzichten.
Danke, kein Interesse.
Nein danke.
Am 19.1. bin ich leider im Urlaub, mein Stellvertreter Jörg Lau springt ein.
Da ich an dem Tag in Brüssel weile, muss ich absagen.
Die Teilnahme ist uns leider nicht möglich.
Das Präsidium hat beschlossen, nicht teilzunehmen.
Bitte melden Sie mich ab.
Gern würde ich kommen, jedoch lässt es mein Kalender nicht zu.
Wir nehmen nicht teil!
Für Ihre Einladung danken wir, müssen sie aber ausschlagen.
Es tut mir leid, aber ich schaffe es nicht.
I am afraid I have to decline.
"""
UNDECIDED = """
Ich komme bestimmt – nicht.
Wir kommen gerne mit Ihnen ins Gespräch.
Am 15. kann ich nicht, am 16. schon.
Die Zusage von Frau Schmitt liegt Ihnen ja vor.
Ich habe den Termin im Kalender des Bürgermeisters notiert und melde mich.
könnten Sie mir bitte mitteilen, ob Parkplätze vorhanden sind? Eine Zusage gebe ich Ihnen dann.
Ich bin nicht mehr Vorsitzender, bitte wenden Sie sich an Frau Neu, neu@verein.example.
Zusage unter Vorbehalt – der Rat tagt am selben Tag.
Ich werde voraussichtlich teilnehmen.
Bitte senden Sie mir das Programm noch einmal zu, der Anhang ließ sich nicht öffnen.
Wäre es möglich, mit fünf Personen zu kommen?
Could you please resend the programme?
Die Einladung ist bei uns falsch, wir sind die Gemeinde Neustadt am Rübenberge, nicht Neustadt/Sachsen.
Wir bitten um Fristverlängerung bis 20.12.
Vielen Dank, ich gebe die Einladung an meine Nachfolgerin weiter.
Daumen hoch! 👍
Ich sage zu, falls mein Kollege mich vertreten kann.
Wir kommen. Oder doch nicht? Ich muss nochmal nachsehen.
Ich kann nicht versprechen, dass ich komme.
Wir können Ihnen leider noch keine Zusage geben.
Die Frist ist ja schon vorbei, kann man sich noch anmelden?
Ich bestätige den Eingang Ihrer Einladung.
Frau Wolters ist in Elternzeit. Ich habe die Mail an ihre Vertretung, Herrn Falk, weitergegeben.
Wir überlegen noch.
Aktuell sieht es so aus, dass ich kommen kann.
Ich habe Interesse.
Kein Bedarf.
Gerne!
Bitte buchen Sie mich aus.
Setzen Sie uns bitte auf die Warteliste, falls voll.
Ich würde mich freuen, wenn Sie mich anmelden.
Leider sehe ich Ihre Einladung erst heute; die Anmeldefrist ist wohl abgelaufen.
Die Einladung richtet sich offenbar an die Stadt. Wir sind nicht zuständig.
Not sure yet.
"""
DEPUTIES = [
    ("Landrat Vogel ist verhindert, an seiner Stelle nimmt Frau Dr. Winter teil.", 1),
    ("Frau Oberbürgermeisterin bedauert, nicht teilnehmen zu können, und entsendet Herrn Beigeordneten Rolf Stein.", 1),
    ("Landrat Weiß ist verhindert. An seiner Stelle wird die stellvertretende Landrätin, Frau Sommer, teilnehmen.", 1),
]


def lines(text: str) -> list[str]:
    """One reply in each line."""
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(ACCEPT))
def test_wording_that_accepts(text: str) -> None:
    assert read_text(text).answer == "yes"


@pytest.mark.parametrize("text", lines(DECLINE))
def test_wording_that_declines(text: str) -> None:
    assert read_text(text).answer == "no"


@pytest.mark.parametrize("text", lines(UNDECIDED))
def test_wording_that_decides_nothing(text: str) -> None:
    assert read_text(text).answer not in ("yes", "no")


def test_number_in_a_line_of_a_form() -> None:
    assert read_text("Teilnahme: ja, Personenzahl: 2").persons == 2


def test_request_for_no_more_letters_is_an_objection() -> None:
    assert read_text("Ich möchte von Ihnen künftig nicht mehr angeschrieben werden.").answer == "objection"


@pytest.mark.parametrize(("text", "number"), DEPUTIES)
def test_who_declines_and_sends_somebody_has_a_deputy(text: str, number: int) -> None:
    reading = read_text(text)
    assert (reading.answer, reading.deputies) == ("no", number)
