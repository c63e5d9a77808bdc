"""What a person's text says: every row of the table of German replies, and what is easily misread."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.replies.quote import cut
from invite_pipeline.replies.text import TextReading, read_text


def read(text: str) -> TextReading:
    return read_text(cut(text).own)


# Text, answer, number of persons (None: open, or nobody).
TABLE = [
    ("Wir nehmen gerne mit 2 Personen teil.", "yes", 2),
    ("Ich komme gern und bringe meine Frau mit.", "yes", 2),
    ("Unser Verein kommt zu dritt.", "yes", 3),
    ("Gerne sage ich zu.", "yes", 1),
    ("Herr Bürgermeister Meier nimmt den Termin gerne wahr.", "yes", 1),
    ("Leider bin ich an diesem Tag verhindert.", "no", None),
    ("Leider verhindert. Herr Schulz wird mich vertreten.", "no", 1),
    ("Die Stadt wird durch den Beigeordneten Klein vertreten.", "yes", 1),
    ("Ich kann nicht, schicke aber zwei Kolleginnen.", "no", 2),
    ("Kann ich eine Begleitperson mitbringen?", "unclear", None),
    ("Danke für die Einladung, ich melde mich.", "unclear", None),
    ("Habe mir den Termin vorgemerkt.", "unclear", None),
    ("Grundsätzlich ja, hängt vom Ausschuss ab.", "maybe", None),
    ("Nicht dass ich es vergesse: Wir kommen!", "yes", None),
    ("Ich würde gern teilnehmen, bin aber im Urlaub.", "no", None),
    ("Das schaffen wir leider nicht.", "no", None),
    ("Komme gern, muss aber um 12 Uhr los.", "yes", 1),
    ("Bitte streichen Sie mich aus dem Verteiler.", "objection", None),
    ("Ich muss meine Zusage leider zurückziehen.", "no", None),
    ("Statt 2 kommen wir nun mit 4 Personen.", "yes", 4),
    ("Wir kommen mit maximal 5 Personen.", "yes", 5),
    ("Teilnehmen werden A. Alt, B. Berg und C. Cron.", "yes", 3),
    ("Habe die Einladung an Frau Klein weitergeleitet.", "unclear", None),
    ("Frau Klein ist nicht mehr im Haus, zuständig ist Herr Groß.", "unclear", None),
    ("Bis 5. Juni nicht im Haus, Vertretung Frau X.", "unclear", None),
    ("Danke, passt. Von meinem iPhone gesendet", "unclear", None),
    ("Zusage\n\n> Bitte sagen Sie bis zum 12. Dezember zu oder ab.", "yes", 1),
    ("Anbei der ausgefüllte Rückmeldebogen.", "unclear", None),
    ("2 × vegetarisch, 1 × vegan bitte.", "unclear", None),
    ("Wir sagen ab. i. A. Zusagebüro", "no", None),
]


@pytest.mark.parametrize(("text", "answer", "persons"), TABLE)
def test_row_of_the_table(text: str, answer: str, persons: int | None) -> None:
    reading = read(text)
    assert (reading.answer, reading.persons) == (answer, persons), reading.reason


@pytest.mark.parametrize(
    ("text", "deputy"),
    [
        ("Leider verhindert. Herr Schulz wird mich vertreten.", "Schulz"),
        ("Die Stadt wird durch den Beigeordneten Klein vertreten.", "Klein"),
        ("Ich kann nicht, schicke aber zwei Kolleginnen.", "N. N., N. N."),
        ("Ich kann leider nicht kommen, Frau Klein nimmt für mich teil.", "Klein"),
        ("Ich kann leider nicht kommen, meine Kollegin Frau Klein kommt gern.", "Klein"),
        ("Herr Bürgermeister Meier ist leider verhindert. Er wird durch Frau Beigeordnete Klein vertreten.", "Klein"),
        ("Leider kann ich nicht, aber mein Stellvertreter Herr Groß kommt.", "Groß"),
        ("In Vertretung von Frau Müller kommt Herr Klein.", "Klein"),
        ("Statt meiner kommt Frau Klein.", "Klein"),
        ("Wir entsenden Herrn Dr. Max Klein.", "Dr. Max Klein"),
        ("Leider verhindert. Meine Stellvertreterin kommt.", "N. N."),
    ],
)
def test_deputy_is_named(text: str, deputy: str) -> None:
    assert read(text).deputy == deputy


@pytest.mark.parametrize(
    "text",
    [
        "Bis 5. Juni nicht im Haus, Vertretung Frau X.",
        "Ich bin bis 12. Dezember nicht im Büro. Meine Vertretung übernimmt Frau Klein.",
        "Ich kann nicht kommen und kann leider auch keine Vertretung schicken.",
        "Ich schicke Ihnen die Unterlagen.",
    ],
)
def test_nobody_is_a_deputy(text: str) -> None:
    assert read(text).deputies == 0


def test_deputy_on_a_condition_is_unclear() -> None:
    assert read("Eventuell wird mich Herr Schulz vertreten.").answer == "unclear"


def test_named_attendees_are_kept_by_name() -> None:
    assert read("Teilnehmen werden A. Alt, B. Berg und C. Cron.").names == ("A. Alt", "B. Berg", "C. Cron")
    assert read("Herr Bürgermeister Meier nimmt den Termin gerne wahr.").names == ("Meier",)


def test_remark_is_kept() -> None:
    assert read("Komme gern, muss aber um 12 Uhr los.").remark == "muss aber um 12 Uhr los."


def test_upper_bound_is_to_be_confirmed() -> None:
    assert read("Wir kommen mit maximal 5 Personen.").estimate


def test_successor_is_the_new_contact() -> None:
    assert read("Frau Klein ist nicht mehr im Haus, zuständig ist Herr Groß.").contact == "Groß"


def test_reason_names_the_passage_it_rests_on() -> None:
    reading = read("Vielen Dank für die Einladung. Wir nehmen gerne teil. Bis bald.")
    assert reading.passage == "Wir nehmen gerne teil."
    assert reading.passage in reading.reason


@pytest.mark.parametrize(
    ("text", "persons"),
    [
        ("Wir kommen zu zweit.", 2),
        ("Wir kommen zu 4.", 4),
        ("Meine Frau und ich kommen gerne.", 2),
        ("Ich komme mit Begleitung.", 2),
        ("Ich nehme mit zwei weiteren Personen teil.", 3),
        ("Zwei Kolleginnen und ich nehmen teil.", 3),
        ("Ich bringe zwei Kollegen mit und komme gern.", 3),
        ("Wir kommen mit zwei Erwachsenen und einem Kind.", 3),
        ("Wir nehmen am 19. Januar 2024 um 10:00 Uhr teil, Tel. 0228 123456, 53111 Bonn.", None),
        ("Wir nehmen am 5. Tag der Städtepartnerschaften mit 3 Personen teil.", 3),
        ("Wir kommen mit 2 bis 3 Personen.", None),
        ("Wir kommen mit 2 Personen, also zu dritt.", None),
        ("Wir kommen, zwei Personen essen vegetarisch, drei Personen vegan.", None),
        ("We will attend with three people.", 3),
    ],
)
def test_heads_are_counted(text: str, persons: int | None) -> None:
    reading = read(text)
    assert (reading.answer, reading.persons) == ("yes", persons)


YES = [
    "Ich nehme gerne teil.",
    "Wir nehmen teil.",
    "Ich komme.",
    "Hiermit sage ich meine Teilnahme verbindlich zu.",
    "Hiermit melde ich mich verbindlich an.",
    "Gerne nehme ich die Einladung an.",
    "Ich nehme Ihre freundliche Einladung gerne an.",
    "Vielen Dank für die freundliche Einladung, die ich gerne annehme.",
    "Ich freue mich, dabei zu sein.",
    "Wir sind gerne dabei!",
    "Ich bin dabei.",
    "Ja, ich komme gern.",
    "Ja",
    "Ja gerne!",
    "Ich werde an der Veranstaltung teilnehmen.",
    "Der Oberbürgermeister wird an der Veranstaltung teilnehmen.",
    "Frau Bürgermeisterin Klein wird gerne teilnehmen.",
    "Bitte melden Sie uns mit drei Personen an.",
    "Ich möchte gerne teilnehmen.",
    "Gerne folgen wir Ihrer Einladung.",
    "Ihrer Einladung folgen wir gerne.",
    "Wir kommen sehr gern mit vier Personen.",
    "Meine Frau und ich kommen gerne.",
    "I will attend with my wife.",
    "We are happy to accept your invitation.",
    "Sie können mit uns rechnen, wir kommen zu zweit.",
    "Herr Meier nimmt teil. Gibt es Parkplätze?",
    "Teilnahme: ja",
    "Ich sage gerne zu und freue mich auf den Tag.",
    "Wie besprochen nehmen wir mit 3 Personen teil.",
    "Der Verein nimmt mit zwei Vertretern teil.",
    "Für die Stadt Musterstadt wird Herr Klein teilnehmen.",
    "Ich nehme am 19. Januar gern an der Veranstaltung teil.",
    "Ich kann teilnehmen.",
    "Wir freuen uns auf die Teilnahme.",
    "Bitte reservieren Sie zwei Plätze.",
    "Ich hatte bereits zugesagt.",
    "Ich kann nun doch teilnehmen.",
    "Wir kommen gern. Zur Zahl der Personen melde ich mich noch.",
    "Haben Sie vielen Dank für die Einladung zum 5. Tag, an der ich sehr gerne teilnehmen werde.",
    "für die Stadt Musterhausen sage ich hiermit die Teilnahme von Frau Bürgermeisterin Klein zu.",
    "Hiermit bestätige ich meine Teilnahme.",
    "wir nehmen die Einladung dankend an und kommen mit drei Personen.",
    "Ich bestätige gerne die Teilnahme von 2 Personen.",
    "Ich werde gerne kommen.",
    "Bürgermeister Meier wird teilnehmen.",
    "Herr Landrat Dr. Kreis hat sich den Termin freigehalten und nimmt gerne teil.",
    "Unsere Vorsitzende nimmt teil.",
    "Zwei Mitglieder unseres Vereins nehmen teil.",
    "Vom Partnerschaftskomitee werden drei Vertreter teilnehmen.",
    "Ich bin gerne mit dabei und bringe eine Kollegin mit.",
    "Wir freuen uns sehr über die Einladung und nehmen gerne teil.",
    "Danke, bin dabei!",
    "Wir sind zu dritt dabei.",
    "Klar, wir kommen!",
    "Ich melde mich hiermit zur Veranstaltung am 19.01.2024 an.",
    "Hiermit möchten wir uns mit 2 Personen anmelden.",
    "Anmeldung für 2 Personen: Max Muster und Erika Beispiel",
    "Ich sage für mich und meinen Stellvertreter zu.",
    "Gerne nimmt die Bürgermeisterin an der Veranstaltung teil.",
    "Wir werden mit einer Delegation von 4 Personen anreisen.",
    "Thank you for the invitation, we will be there with two people.",
    "I would be delighted to attend.",
    "Yes, I will come.",
    "Mit Freude nehmen wir teil.",
    "Für die Gemeinde nehmen teil: Max Muster, Erika Beispiel",
    "Ich nehme an der Tagung teil, muss aber leider schon um 14 Uhr gehen.",
]

NO = [
    "Ich kann leider nicht teilnehmen.",
    "Leider kann ich nicht kommen.",
    "Leider muss ich absagen.",
    "Wir müssen leider absagen.",
    "Ich muss Ihnen leider absagen, da ich im Urlaub bin.",
    "Hiermit sage ich ab.",
    "Leider ist mir eine Teilnahme nicht möglich.",
    "Eine Teilnahme ist uns leider nicht möglich.",
    "Leider ist es mir nicht möglich, an der Veranstaltung teilzunehmen.",
    "Ich kann der Einladung leider nicht folgen.",
    "Ihrer Einladung kann ich leider nicht folgen.",
    "Den Termin kann ich leider nicht wahrnehmen.",
    "Leider kann Herr Bürgermeister Meier den Termin nicht wahrnehmen.",
    "Absage",
    "Nein",
    "Leider nein.",
    "Nein danke",
    "Aus terminlichen Gründen kann ich leider nicht teilnehmen.",
    "Ich bin an dem Tag leider verhindert.",
    "Leider habe ich an diesem Tag bereits einen anderen Termin.",
    "Ich wäre sehr gerne gekommen, bin aber erkrankt.",
    "Unfortunately I cannot attend.",
    "We regret that we are unable to attend.",
    "Leider klappt es bei mir nicht.",
    "Leider passt mir der Termin nicht.",
    "Wir können am 19. Januar leider nicht dabei sein.",
    "Es tut mir leid, ich schaffe es nicht.",
    "Wir nehmen nicht teil.",
    "An der Veranstaltung nehme ich nicht teil.",
    "Wir kommen nicht.",
    "Aufgrund einer Terminüberschneidung kann ich leider nicht dabei sein.",
    "Wir bedauern, nicht teilnehmen zu können.",
    "Leider werden wir nicht teilnehmen können.",
    "Wir verzichten auf eine Teilnahme.",
    "Ich kann nicht kommen und kann leider auch keine Vertretung schicken.",
    "Ich hatte zugesagt, muss aber leider absagen.",
    "Wir müssen unsere Anmeldung leider stornieren.",
    "Leider können wir an der Veranstaltung nicht teilnehmen.",
    "Bedauerlicherweise kann ich den Termin nicht wahrnehmen.",
    "Zu meinem Bedauern muss ich Ihnen mitteilen, dass ich an diesem Tag verhindert bin.",
    "Der Bürgermeister lässt sich entschuldigen.",
    "Ich muss mich leider entschuldigen.",
    "Leider lässt mein Terminkalender eine Teilnahme nicht zu.",
    "Eine Teilnahme ist aufgrund anderer Verpflichtungen leider nicht möglich.",
    "leider müssen wir Ihnen für den 19. Januar absagen.",
    "Wir können leider niemanden schicken.",
    "Aus Termingründen ist Frau Bürgermeisterin Klein leider verhindert.",
    "Ich bin leider an dem Tag nicht in Deutschland.",
    "Leider werde ich nicht kommen können.",
    "Vielen Dank für die Einladung, der ich leider nicht folgen kann.",
    "An diesem Tag findet bei uns eine Ratssitzung statt, daher kann ich leider nicht kommen.",
    "Der Termin passt uns leider nicht.",
    "Leider muss der Bürgermeister seine Teilnahme absagen.",
    "wegen Krankheit kann ich leider nicht kommen",
    "I am sorry, but I can't make it.",
    "Unfortunately, Mayor Klein will not be able to attend.",
    "Es ist mir leider nicht möglich zu kommen.",
    "Diesmal leider nicht.",
]

OBJECTION = [
    "Bitte keine weiteren Einladungen mehr.",
    "Ich möchte keine weiteren E-Mails erhalten.",
    "Löschen Sie bitte meine Daten.",
    "Ich widerspreche der Verarbeitung meiner Daten.",
    "Nehmen Sie uns bitte aus Ihrem Verteiler.",
    "Please remove me from your mailing list.",
    "Leider kann ich nicht kommen. Bitte streichen Sie mich aus dem Verteiler.",
]

MAYBE = [
    "Voraussichtlich komme ich.",
    "Vielleicht",
    "Wahrscheinlich nehmen wir mit 2 Personen teil.",
    "Ich komme vorbehaltlich der Zustimmung des Rates.",
]

# Nothing of this may ever be taken for an answer.
UNCLEAR = [
    "Ich komme gerne auf Sie zu.",
    "Ich komme darauf zurück.",
    "Ob ich komme, kann ich noch nicht sagen.",
    "Ich kann leider noch nicht zusagen.",
    "Der Link funktioniert leider nicht.",
    "Die Anmeldung über den Link war leider nicht möglich.",
    "Vielen Dank für Ihre Zusage.",
    "Ich sage Ihnen bis Freitag zu oder ab.",
    "Wer kommt denn noch?",
    "Kommen Sie auch?",
    "Ich würde gerne teilnehmen.",
    "Meine Zusage folgt.",
    "Ich leite das an den Bürgermeister weiter.",
    "Wir prüfen das intern und kommen dann auf Sie zu.",
    "Vielen Dank für die Einladung!",
    "Ich freue mich auf Ihre Antwort.",
    "Gibt es Parkplätze?",
    "Nehmen auch andere Vereine teil?",
    "Ich nehme an, dass auch andere Vereine kommen.",
    "Ist die Teilnahme kostenlos?",
    "Bis wann müssen wir zusagen?",
    "Wir können uns leider noch nicht festlegen.",
    "Das kann ich leider nicht öffnen.",
    "Die Datei kann ich leider nicht öffnen, daher weiß ich nicht, ob ich kommen kann.",
    "Ich weiß noch nicht, ob ich teilnehmen kann.",
    "Wenn ich Zeit habe, komme ich.",
    "Ich sage nicht ab.",
    "Nimmt der Minister teil?",
    "Es kommt darauf an, ob der Rat tagt.",
    "Wir würden mit 2 Personen kommen.",
    "Bitte sagen Sie mir, ob Herr Meier kommt.",
    "Kann man auch online teilnehmen?",
    "Ich kann nur online teilnehmen.",
    "Ich melde mich nächste Woche, ob ich kommen kann.",
    "Danke für die Information, wir sind dabei, das zu klären.",
    "Der Termin ist notiert.",
    "Können Sie mir die Einladung noch einmal schicken?",
    "Unser Bürgermeister ist im Urlaub, ich gebe Ihnen nach seiner Rückkehr Bescheid.",
    "Bitte nehmen Sie mich in den Verteiler auf.",
    "Ich bin bis 12. Dezember nicht im Büro. Meine Vertretung übernimmt Frau Klein.",
    "Bitte wenden Sie sich an Frau Klein, ich bin nicht mehr zuständig.",
    "Ich komme nicht mit dem Auto.",
    "Ich kann nicht vor 11 Uhr kommen.",
    "Wir kommen nicht zu zweit, sondern zu dritt.",
    "Könnten Sie mir bitte das Programm zusenden?",
    "Wir haben Ihre Einladung erhalten und danken dafür.",
    "Ich habe Ihre Einladung an die Fachabteilung weitergegeben.",
    "Die Einladung wurde an das Büro des Bürgermeisters weitergeleitet. Sie erhalten in Kürze Rückmeldung.",
    "Wir werden Ihre Anfrage prüfen und uns wieder melden.",
    "Bitte senden Sie künftige Einladungen an buergermeister@stadt.example.",
    "Ist der Landtag barrierefrei?",
    "Ich möchte wissen, ob ich meinen Hund mitbringen kann.",
    "Wir sagen Danke und wünschen gutes Gelingen.",
    "Wie viele Personen dürfen kommen?",
    "Falls ich verhindert bin, kommt Frau Klein.",
    "Sollte ich nicht kommen können, melde ich mich.",
    "Ich habe mich für die falsche Veranstaltung angemeldet.",
    "Wir haben Ihnen schon abgesagt?",
    "Ich weiß nicht, ob Herr Meier zugesagt hat.",
    "Bitte bestätigen Sie mir, dass ich angemeldet bin.",
    "Ich habe gehört, dass der Minister kommt.",
    "Sie sagten, dass der Minister kommt.",
    "Es freut mich, dass so viele Vereine teilnehmen werden.",
    "Wir können leider erst nach der Ratssitzung zusagen.",
    "Ich kann Ihnen leider erst nächste Woche zusagen.",
    "Hat Frau Klein sich angemeldet?",
    "Soweit mir bekannt ist, nimmt Herr Meier teil.",
    "Ich denke, ich komme.",
    "Kein Problem, danke für die Information.",
    "Ich bin nicht sicher, ob ich es schaffe.",
    "Können wir noch kurzfristig zusagen?",
    "Ich hoffe, wir können kommen.",
    "Den Fragebogen kann ich leider nicht ausfüllen.",
    "Wir kommen gern, können aber erst im Januar sagen, ob es klappt.",
    "Leider habe ich die Anlage nicht erhalten.",
    "Ein Kollege nimmt an einer anderen Veranstaltung teil.",
    "Ich komme leider nicht in das Formular.",
    "Wir kommen leider nicht auf die Seite.",
    "Letztes Jahr konnten wir leider nicht teilnehmen.",
    "Im vergangenen Jahr haben wir teilgenommen.",
    "Ich nehme Frau Klein in Kopie, sie kann Ihnen sagen, ob wir teilnehmen.",
    "Wir nehmen das zur Kenntnis.",
    "Nein, ich habe noch keine Antwort.",
    "Ja, die Einladung ist angekommen.",
    "Ja, das Programm habe ich erhalten.",
]


@pytest.mark.parametrize("text", YES)
def test_acceptance(text: str) -> None:
    assert read(text).answer == "yes", read(text).reason


@pytest.mark.parametrize("text", NO)
def test_refusal(text: str) -> None:
    assert read(text).answer == "no", read(text).reason


@pytest.mark.parametrize("text", OBJECTION)
def test_objection_is_no_answer(text: str) -> None:
    assert read(text).answer == "objection"


@pytest.mark.parametrize("text", MAYBE)
def test_reservation_is_maybe(text: str) -> None:
    assert read(text).answer == "maybe"


@pytest.mark.parametrize("text", UNCLEAR)
def test_unclear_is_never_decided(text: str) -> None:
    assert read(text).answer == "unclear", read(text).reason


@pytest.mark.parametrize("text", YES + NO)
def test_a_question_mark_takes_the_answer_away(text: str) -> None:
    sentences = text.rstrip(".!").replace(". ", "? ").replace("! ", "? ")
    assert read(sentences + "?").answer in ("unclear", "maybe")


@pytest.mark.parametrize("text", YES)
def test_umlauts_written_out_and_salutation_change_nothing(text: str) -> None:
    for old, new in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(old, new)
    assert read(f"Sehr geehrte Frau Klein, sehr geehrter Herr Groß,\n\n{text}").answer == "yes"


@pytest.mark.parametrize("text", YES + NO)
def test_contradiction_is_unclear_or_the_later_refusal(text: str) -> None:
    both = f"{YES[0]}\n\n{text}\n\n{NO[0]}"
    assert read(both).answer in ("unclear", "no")


def test_empty_text_is_unclear() -> None:
    assert read("").answer == "unclear"


@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert read(text).answer in ("yes", "no", "maybe", "objection", "unclear")
