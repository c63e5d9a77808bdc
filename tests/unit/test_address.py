"""Every row of the table of German addresses and salutations, and what lies between its rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invite_pipeline.domain import german
from invite_pipeline.domain.address import NEUTRAL, Addressing, address_lines, derive, salutation
from invite_pipeline.domain.recipient import Gender, Person, Recipient


def someone(organisation: str, *persons: Person, **changes: object) -> Recipient:
    values = {"key": "k-1", "kind": "kommune", "organisation": organisation, "persons": persons} | changes
    return Recipient(**values)  # type: ignore[arg-type]


def person(gender: str = "", name: str = "", office: str = "", degree: str = "", suffix: str = "") -> Person:
    """`name` is "First Last": a single word is a last name."""
    first, _, last = name.rpartition(" ")
    return Person(gender=gender, first_name=first, last_name=last, office=office, degree=degree, suffix=suffix)  # type: ignore[arg-type]


LANDTAG = "Landtag Nordrhein-Westfalen"
X = "Partnerschaftsverein X e. V."

TABLE = {
    1: (
        someone("Stadt Bonn", person("f", "Eva Muster", "Oberbürgermeisterin", "Dr.")),
        "Frau Oberbürgermeisterin / Dr. Eva Muster / Stadt Bonn",
        "Sehr geehrte Frau Oberbürgermeisterin,",
    ),
    2: (
        someone("Gemeinde Y", person("m", office="Bürgermeister")),
        "Gemeinde Y / Der Bürgermeister",
        "Sehr geehrter Herr Bürgermeister,",
    ),
    3: (
        someone("Stadt Köln", person("m", office="Oberbürgermeister"), unit="Büro Internationales"),
        "Stadt Köln / Der Oberbürgermeister / Büro Internationales",
        NEUTRAL,
    ),
    4: (
        someone("Stadt Köln", person("f", "Anna Beispiel"), unit="Büro Internationales"),
        "Stadt Köln / Büro Internationales / Frau Anna Beispiel",
        "Sehr geehrte Frau Beispiel,",
    ),
    5: (
        someone("Kreis Wesel", person("m", "Olaf Kreis", "Landrat", "Dr.")),
        "Herrn Landrat / Dr. Olaf Kreis / Kreis Wesel",
        "Sehr geehrter Herr Landrat,",
    ),
    6: (
        someone("Stadt Z", person("f", "Maria Amt", "stellvertretende Bürgermeisterin")),
        "Frau stellvertretende Bürgermeisterin / Maria Amt / Stadt Z",
        "Sehr geehrte Frau Bürgermeisterin,",
    ),
    7: (
        someone(LANDTAG, person("m", "N. N.", "Präsident des Landtags Nordrhein-Westfalen")),
        "Präsidenten des Landtags Nordrhein-Westfalen / Herrn N. N.",
        "Sehr geehrter Herr Präsident,",
    ),
    8: (
        someone(LANDTAG, person("f", "Erika Muster", suffix="MdL")),
        f"Frau / Erika Muster MdL / {LANDTAG}",
        "Sehr geehrte Frau Abgeordnete,",
    ),
    9: (
        someone("", person("m", "Jan Muster", degree="Dr.", suffix="MdL")),
        "Herrn / Dr. Jan Muster MdL",
        "Sehr geehrter Herr Abgeordneter,",
    ),
    10: (
        someone("", person("m", "Karl Klug", degree="Prof. Dr.")),
        "Herrn / Professor Dr. Karl Klug",
        "Sehr geehrter Herr Professor Klug,",
    ),
    11: (
        someone("", person("f", "Susanne Muster", degree="Prof. Dr. Dr. h. c.")),
        "Frau Professorin / Dr. Dr. h. c. Susanne Muster",
        "Sehr geehrte Frau Professorin Muster,",
    ),
    12: (
        someone("", person("m", "Peter Richter", degree="Dr.")),
        "Herrn / Dr. Peter Richter",
        "Sehr geehrter Herr Dr. Richter,",
    ),
    13: (
        someone("", person("f", "Sabine Finster", degree="M. A.")),
        "Frau / Sabine Finster M. A.",
        "Sehr geehrte Frau Finster,",
    ),
    14: (
        someone("", person("m", "Ulrich Alt", "Oberbürgermeister a. D.")),
        "Herrn Oberbürgermeister a. D. / Ulrich Alt",
        "Sehr geehrter Herr Alt,",
    ),
    15: (
        someone(X, person("m", "Max Mann", "Vorsitzender")),
        f"{X} / Herrn Vorsitzenden / Max Mann",
        "Sehr geehrter Herr Mann,",
    ),
    16: (someone(X), f"{X} / Vorstand", NEUTRAL),
    17: (someone("", person("f", "Meier")), "Frau Meier", "Sehr geehrte Frau Meier,"),
    18: (someone("", person("d", "Kim Brenner")), "Kim Brenner", "Guten Tag Kim Brenner,"),
    19: (someone("", person("", "K. Brenner")), "K. Brenner", "Guten Tag K. Brenner,"),
    20: (someone("Stadt Z", person("", "Brenner")), "Stadt Z", NEUTRAL),
    21: (
        someone("", person("f", "Christiane Müller"), person("m", "Martin Schmidt")),
        "Frau Christiane Müller / Herrn Martin Schmidt",
        "Sehr geehrte Frau Müller, sehr geehrter Herr Schmidt,",
    ),
    22: (
        someone("", person("f", "Maria Amt", "Bürgermeisterin"), person("m", "Olaf Kreis", "Landrat")),
        "Herrn Landrat Olaf Kreis / Frau Bürgermeisterin Maria Amt",
        "Sehr geehrter Herr Landrat, sehr geehrte Frau Bürgermeisterin,",
    ),
    23: (
        someone("", Person(gender="f", first_name="Mathilde", last_name="Gräfin von Hohenadel")),
        "Mathilde Gräfin von Hohenadel",
        "Sehr geehrte Gräfin von Hohenadel,",
    ),
    24: (
        someone(
            "Mairie de Lens", street="17 place Jean Jaurès", postcode="62300", city="Lens", country="FR", language="fr"
        ),
        "Mairie de Lens / 17 place Jean Jaurès / 62300 LENS / FRANKREICH",
        "Madame, Monsieur,",
    ),
}


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.mark.parametrize("row", TABLE)
def test_row_of_the_table(row: int) -> None:
    recipient, lines, words = TABLE[row]
    found = derive(recipient)
    assert plain(" / ".join(found.lines)) == lines
    assert plain(found.salutation) == words


@pytest.mark.parametrize("row", TABLE)
def test_only_what_cannot_be_derived_is_noticed(row: int) -> None:
    assert bool(derive(TABLE[row][0]).notices) == (row == 20)


def test_abbreviations_are_kept_together_by_narrow_spaces() -> None:
    lines = address_lines(someone("Verein e.V.", person("f", "Eva Muster", "Bürgermeisterin a.D.", "Dr. h.c.")))
    assert lines == ("Verein e.\u202fV.", "Frau Bürgermeisterin a.\u202fD.", "Dr.\u202fh.\u202fc. Eva Muster")


def test_street_and_town_end_the_block() -> None:
    recipient = someone("Stadt Bonn", street="Markt 2", postcode="53111", city="Bonn")
    assert address_lines(recipient) == ("Stadt Bonn", "Markt 2", "53111 Bonn")


def test_english_letter_puts_the_postcode_after_the_town() -> None:
    place = {"street": "1 High Street", "postcode": "RG1 1AA", "city": "Reading", "country": "GB", "language": "en"}
    found = derive(someone("Reading Twinning Association", person("f", "Anna Miller", "Chair"), **place))
    assert found.lines[1:] == ("Ms Anna Miller, Chair", "1 High Street", "READING RG1 1AA", "VEREINIGTES KÖNIGREICH")
    assert found.salutation == "Dear Ms Miller,"


@pytest.mark.parametrize(
    ("language", "persons", "expected"),
    [
        ("en", [], "Dear Sir or Madam,"),
        ("en", [person("m", "John Smith", degree="Dr")], "Dear Dr Smith,"),
        ("en", [person("f", "Ann Hill", "Lord Mayor")], "Dear Lord Mayor,"),
        ("en", [person("f", "Ann Hill"), person("m", "Tom Hill")], "Dear Ms Hill and Mr Hill,"),
        ("en", [person("", "Kim Hill")], "Dear Kim Hill,"),
        ("en", [person("", "Hill")], "Dear Sir or Madam,"),
        ("en", [person("f", "Ann Hill", "Mayor")], "Dear Mayor,"),
        ("en", [person("f", "Ann Hill", "Mayor of Reading")], "Dear Mayor,"),
        ("en", [person("f", "Ann Hill", "Deputy Mayor")], "Dear Ms Hill,"),
        ("en", [person("m", "Jan Berg", "Bürgermeister")], "Dear Mayor,"),
        ("en", [person("m", "Jan Berg", "Oberbürgermeister")], "Dear Lord Mayor,"),
        ("en", [person("m", "Jan Berg", "Vorsitzender")], "Dear Mr Berg,"),
        ("fr", [person("f", "Anne Petit", "Maire")], "Madame la Maire,"),
        ("fr", [person("f", "Anne Petit", "Bürgermeisterin")], "Madame la Maire,"),
        ("fr", [person("m", "Luc Petit", "Maire de Lens")], "Monsieur le Maire,"),
        ("fr", [person("m", "Luc Petit", "Adjoint au maire")], "Monsieur,"),
        ("fr", [person("m", "Luc Petit", "Ambassadeur")], "Monsieur l’Ambassadeur,"),
        ("fr", [person("f", "Anne Petit", "Directeur")], "Madame la Directrice,"),
        ("fr", [person("f", "Claire Dubois")], "Madame,"),
        ("fr", [person("m", "Luc Petit", "Maire")], "Monsieur le Maire,"),
        ("fr", [person("f", "Anne Petit", "présidente")], "Madame la Présidente,"),
        ("fr", [person("f", "Anne Petit"), person("f", "Claire Dubois")], "Mesdames,"),
        ("fr", [person("", "Claude Petit")], "Madame, Monsieur,"),
    ],
)
def test_salutation_in_the_recipients_language(language: str, persons: list[Person], expected: str) -> None:
    assert salutation(someone("Association", *persons, language=language)) == expected


def test_an_explicit_salutation_wins_and_gets_its_comma() -> None:
    recipient = someone("Stadt Z", person("", "Brenner"), salutation="Lieber Kim")
    assert derive(recipient) == Addressing(("Stadt Z",), "Lieber Kim,")


def test_an_explicit_address_wins() -> None:
    recipient = someone("Stadt Z", person("f", "Eva Amt"), address=("An alle", "Hier"), street="Weg 1")
    assert address_lines(recipient) == ("An alle", "Hier")


def test_the_list_decides_which_comes_first() -> None:
    mayor = person("f", "Eva Amt", "Bürgermeisterin")
    assert address_lines(someone("Stadt Z", mayor, order="organisation"))[0] == "Stadt Z"
    assert address_lines(someone("Stadt Z", person("f", "Eva Amt"), order="person"))[0] == "Frau"


def test_a_womans_office_is_feminine_whatever_the_list_says() -> None:
    found = derive(someone("Stadt Z", person("f", "Eva Amt", "Bürgermeister")))
    assert found.lines[0] == "Frau Bürgermeisterin"
    assert found.salutation == "Sehr geehrte Frau Bürgermeisterin,"


def test_a_mans_feminine_office_is_never_guessed_away() -> None:
    found = derive(someone("Stadt Z", person("m", "Jan Amt", "Bürgermeisterin")))
    assert found.salutation == NEUTRAL
    assert "marked as a man" in found.notices[0]


def test_an_office_without_article_or_name_leaves_the_gender_open() -> None:
    found = derive(someone("Gemeinde Y", person(office="Bürgermeister")))
    assert found.lines == ("Gemeinde Y", "Der Bürgermeister")
    assert found.salutation == NEUTRAL
    assert found.notices


def test_an_article_says_who_holds_the_office() -> None:
    assert salutation(someone("Y", person(office="Die Bürgermeisterin"))) == "Sehr geehrte Frau Bürgermeisterin,"
    assert salutation(someone("Y", person(office="Der Landrat"))) == "Sehr geehrter Herr Landrat,"


def test_a_surname_stands_beside_its_office() -> None:
    assert address_lines(someone("Stadt Z", person("m", "Meier", "Bürgermeister")))[0] == "Herrn Bürgermeister Meier"


def test_one_unknown_of_two_makes_the_salutation_neutral() -> None:
    found = derive(someone("Stadt Z", person("f", "Eva Amt"), person("", "Brenner")))
    assert found.salutation == NEUTRAL
    assert len(found.notices) == 1


@pytest.mark.parametrize(
    ("office", "expected"),
    [
        ("Präsident", "Präsidenten"),
        ("Vorsitzender", "Vorsitzenden"),
        ("stellvertretender Vorsitzender", "stellvertretenden Vorsitzenden"),
        ("Abgeordneter", "Abgeordneten"),
        ("Erster Beigeordneter", "Ersten Beigeordneten"),
        ("Dezernent für Kultur", "Dezernenten für Kultur"),
        ("Referent Internationales", "Referenten Internationales"),
        ("Städtepartnerschaftsbeauftragter", "Städtepartnerschaftsbeauftragten"),
        ("Oberbürgermeister", "Oberbürgermeister"),
        ("Landrat", "Landrat"),
        ("Leiter Kultur", "Leiter Kultur"),
        ("1. stellv. Bürgermeister", "1. stellv. Bürgermeister"),
    ],
)
def test_weak_nouns_decline_and_others_do_not(office: str, expected: str) -> None:
    assert german.accusative(office, "m") == expected
    assert german.accusative(office, "f") == office


@pytest.mark.parametrize(
    ("office", "gender", "expected"),
    [
        ("Bürgermeister/in", "f", "Bürgermeisterin"),
        ("Bürgermeister*in", "m", "Bürgermeister"),
        ("stellvertretender Bürgermeister", "f", "stellvertretende Bürgermeisterin"),
        ("Beigeordneter", "f", "Beigeordnete"),
        ("Leiter Kultur", "f", "Leiterin Kultur"),
        ("Bürgermeister/in", "", "Bürgermeister/in"),
    ],
)
def test_offices_take_their_holders_gender(office: str, gender: Gender, expected: str) -> None:
    assert german.in_gender(office, gender) == expected


def test_an_authoritys_adjectival_noun_follows_its_article() -> None:
    assert german.with_article("Vorsitzender", "m") == "Der Vorsitzende"
    assert german.with_article("Erste Beigeordnete", "f") == "Die Erste Beigeordnete"
    assert german.split_article("Der Vorsitzende") == ("m", "Vorsitzender")


def test_deputies_rank_below_every_holder() -> None:
    order = ["Landrat", "Oberbürgermeisterin", "Bürgermeister", "stellvertretende Landrätin", "Kassenwart"]
    assert [german.rank(office) for office in order] == sorted({german.rank(office) for office in order})


words = st.text(st.sampled_from("aAäßeinrst. -/'éŁ"), max_size=12)
people = st.builds(
    Person,
    gender=st.sampled_from(["f", "m", "d", ""]),
    degree=words,
    first_name=words,
    last_name=words,
    office=words | st.sampled_from(["Bürgermeister", "Die Landrätin", "Präsident des Rates"]),
    suffix=words,
)


@given(
    st.builds(
        Recipient,
        key=st.just("k"),
        kind=words,
        organisation=words,
        unit=words,
        persons=st.lists(people, max_size=2).map(tuple),
        language=st.sampled_from(["de", "en", "fr"]),
        country=st.sampled_from(["DE", "FR", "GB", "XX"]),
        city=words,
    )
)
def test_every_recipient_gets_a_salutation_and_no_blank_line(recipient: Recipient) -> None:
    found = derive(recipient)
    assert found.salutation.endswith(",")
    assert all(found.lines)
