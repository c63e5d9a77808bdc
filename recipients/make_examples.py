# ruff: noqa: S311 (drawing invented people needs no cryptography)
"""Makes the example lists `kommunen.csv` and `vereine.xlsx` beside this file: always the same bytes.

    python recipients/make_examples.py MUNICIPALITIES.csv PARTNERSHIPS.csv

MUNICIPALITIES has the columns ags;name;typ;kreis;regierungsbezirk;plz;einwohner (from the official register),
PARTNERSHIPS ags;gemeinde;partner;partner_land. Names, keys, postcodes, populations and town pairs are facts;
all persons, streets, associations, mail addresses and telephone numbers are invented. See README.md.
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

import xlsxwriter

SEED = 20240119
NOTE = "Beispieldaten, Person erfunden"
NOTE_WITHOUT_PERSON = "Beispieldaten"
WIDEST = 44
"""Characters in a line of the address block that surely fit into 80 mm."""


def _words(text: str, delimiter: str | None = None) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(delimiter))


WOMEN = _words(
    """
    Anna Andrea Annette Ayşe Barbara Birgit Carla Christiane Claudia Daniela Elif Elke Eva Frauke Gabriele Gudrun
    Hannah Heike Ines Jana Johanna Julia Karin Katrin Kerstin Lea Leonie Margit Maria Marlene Martina Mechthild
    Nadine Petra Regina Sabine Silke Sofia Susanne Tanja Ulrike Ursula Yvonne Zoë
    """
)
MEN = _words(
    """
    Achim Alexander Andreas Benedikt Bernd Björn Cem Christoph Daniel Dirk Emil Frank Georg Gregor Günter Hannes
    Heinz Holger Ingo Jan Jens Joachim Jörg Jürgen Karsten Klaus Lars Lukas Markus Martin Mehmet Michael Niklas Olaf
    Peter Rainer Ralf René Sebastian Stefan Sönke Thomas Tobias Ulrich Volker Werner
    """
)
NEUTRAL = ("Kim", "Luca", "Toni", "Alex", "Robin", "Mika")
SURNAMES = _words(
    """
    Ahlbrecht Amsink Bachhoven Barenkamp Beispiel Birkenfeld Böckmann Brinkhoff Buschkötter Dahlkamp Deppenkemper
    Dornbusch Eickelpasch Eschweger Feldhöfer Finkenrath Fürstenkamp Gerstenmaier Grönefeld Grünewald-Öztürk
    Habichtshof Hagemeier Haselhorst Heidkötter Hölscher Holtkamp Hüttenbrink Imhäuser Jansen-Löhr Kaltenpoth
    Kirchhövel Kleinöder Klosterkamp Krähenbühl Kupferschläger Lerchenfeld Lindhoff Löwenstein Lütkehaus Mühlenkamp
    Muster Mustermann Nachtigäller Niehoff Nüßing Oberschelp Overkamp Pöppelmann Quadbeck Rabenhorst Reckmann
    Rosenbrock Rüschkamp Schlüter-Bonn Schönewald Schürkötter Sieveking Steinhöfel Stöckelmann Süßmilch Tannhoff
    Tenhumberg Uhlenbrock Vennebusch Vößing Wälter Weidenhöfer Wiesmöller Wüllner Yıldızhan Zumbrägel Zurmühlen
    """
)
PARTICLES = ("von der Heydenau", "van den Bosch", "zur Mühlenau", "de Vriesland")
STREETS = _words(
    """
    Rathausplatz Rathausstraße Marktplatz Marktstraße Hauptstraße Kirchplatz Kirchstraße Schulstraße Bahnhofstraße
    Schloßstraße Burgstraße Lindenstraße Gartenstraße Poststraße Mühlenstraße Europaplatz Partnerschaftsallee
    """
)
UNITS = (
    "Büro Internationales",
    "Stabsstelle Städtepartnerschaften",
    "Büro für Städtepartnerschaften",
    "Fachbereich Kultur und Internationales",
    "Referat Europa und Partnerstädte",
    "Büro für Repräsentation",
)
# What the Federal Network Agency keeps free for films and books.
PHONES = ("+49 30 23125", "+49 221 4710", "+49 69 90009", "+49 40 66969", "+49 89 99998")

Cells = dict[str, str]


def main(municipalities: Path, partnerships: Path) -> None:
    """Write both lists."""
    folder = Path(__file__).parent
    towns = _read(municipalities)
    _write_csv(folder / "kommunen.csv", list(municipal_rows(towns)))
    by_key = {town["ags"]: town for town in towns}
    _write_xlsx(folder / "vereine.xlsx", [*association_rows(_read(partnerships), by_key), *rows_abroad()])


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


# --- municipalities ---------------------------------------------------------------------------------------------

MUNICIPAL_COLUMNS = _words(
    """
    Schlüssel; Art; Organisation; Abteilung; Anrede; Titel; Vorname; Nachname; Amt; Anrede 2; Titel 2;
    Vorname 2; Nachname 2; Amt 2; Straße; PLZ; Ort; Kreis; Regierungsbezirk; Einwohner; E-Mail; Telefon;
    Hinweis
    """,
    ";",
)


def municipal_rows(towns: Sequence[Mapping[str, str]]) -> Iterator[Cells]:
    """One row for each municipality, in the register's order."""
    random = Random(SEED)
    for number, town in enumerate(towns):
        row = dict.fromkeys(MUNICIPAL_COLUMNS, "")
        row |= {
            "Schlüssel": f"k-{town['ags']}",
            "Art": "Kommune",
            "Organisation": f"{'Gemeinde' if town['typ'] == 'Gemeinde' else 'Stadt'} {town['name']}",
            "Straße": f"{random.choice(STREETS)} {random.randint(1, 40)}",
            "PLZ": town["plz"],
            "Ort": town["name"],
            "Kreis": town["kreis"],
            "Regierungsbezirk": town["regierungsbezirk"],
            "Einwohner": town["einwohner"],
            "Telefon": _phone(number),
            "Hinweis": NOTE_WITHOUT_PERSON,
        }
        # Aachen has the rights of a town without a district, and an Oberbürgermeister.
        lord = town["typ"] == "Kreisfreie Stadt" or town["name"] == "Aachen"
        local = _addressee(row, random, number, "Oberbürgermeister" if lord else "Bürgermeister")
        if random.random() >= 0.08:
            row["E-Mail"] = f"{local}@{slug(town['name'])}.example"
        yield row


def _addressee(row: Cells, random: Random, number: int, office: str) -> str:
    """Fill in whom the letter goes to; returns the local part of the mail address."""
    draw = random.random()
    if number % 37 == 5:
        return _mayor_and_deputy(row, random, office)
    if draw < 0.60:
        row |= _person(random, office)
        row["Hinweis"] = NOTE
        return _ascii(row["Amt"])
    if draw < 0.75:
        row["Amt"] = random.choice((f"Der {office}", f"Die {office}in"))
        return "rathaus"
    row["Abteilung"] = random.choice(UNITS)
    if draw < 0.82:
        row["Amt"] = random.choice((f"Der {office}", f"Die {office}in"))
    elif draw < 0.95:
        row |= _contact(random)
        row["Hinweis"] = NOTE
    return random.choice(("internationales", "staedtepartnerschaften"))


def _mayor_and_deputy(row: Cells, random: Random, office: str) -> str:
    row |= _of_short_name(random, office)
    row |= {f"{name} 2": value for name, value in _of_short_name(random, "Beigeordneter").items()}
    row["Hinweis"] = "Beispieldaten, Personen erfunden"
    return _ascii(row["Amt"])


def _of_short_name(random: Random, office: str) -> Cells:
    """A person without a degree whose office and name fit into one line."""
    while True:
        person = _person(random, office) | {"Titel": ""}
        if len(f"Herrn {person['Amt']} {person['Vorname']} {person['Nachname']}") < WIDEST:
            return person


def _person(random: Random, office: str) -> Cells:
    """A person of either gender who holds the office."""
    woman = random.random() < 0.42
    titles = ("", "", "", "", "", "", "Dr.", "Dr.", "Dr.-Ing.", "Prof. Dr.", "Dr. h. c.", "M. A.")
    return {
        "Anrede": "Frau" if woman else "Herr",
        "Titel": random.choice(titles) if random.random() < 0.4 else "",
        "Vorname": random.choice(WOMEN if woman else MEN),
        "Nachname": random.choice(PARTICLES) if random.random() < 0.03 else random.choice(SURNAMES),
        "Amt": FEMININE.get(office, office + "in") if woman else office,
    }


FEMININE = {
    "": "",
    "Beigeordneter": "Beigeordnete",
    "Vorsitzender": "Vorsitzende",
    "1. Vorsitzender": "1. Vorsitzende",
}


def _contact(random: Random) -> Cells:
    """Somebody in a unit: some are neither woman nor man, of some only an initial is known."""
    person = _person(random, "")
    draw = random.random()
    if draw < 0.12:
        return person | {"Anrede": "divers", "Titel": "", "Vorname": random.choice(NEUTRAL)}
    if draw < 0.24:
        return person | {"Anrede": "", "Titel": "", "Vorname": person["Vorname"][0] + "."}
    return person


def _phone(number: int) -> str:
    return f"{PHONES[number % len(PHONES)]} {100 + number // len(PHONES):03}"


# --- associations -----------------------------------------------------------------------------------------------

ASSOCIATION_COLUMNS = _words(
    """
    Art; Verein; Abteilung; Anrede; Titel; Vorname; Name; Funktion; Anrede 2; Titel 2; Vorname 2; Name 2;
    Funktion 2; Straße / Hausnr.; PLZ; Ort; Land; Regierungsbezirk; E-Mail (dienstl.); Telefon; Sprache;
    Partnerstadt; Partnerstadt in eigener Schrift; Hinweis
    """,
    ";",
)
ASSOCIATIONS = 176

SOCIETIES = {
    "France": "Deutsch-Französische Gesellschaft",
    "England": "Deutsch-Britische Gesellschaft",
    "Poland": "Deutsch-Polnische Gesellschaft",
    "Israel": "Deutsch-Israelischer Freundeskreis",
    "Turkey": "Deutsch-Türkische Gesellschaft",
    "Netherlands": "Deutsch-Niederländische Gesellschaft",
    "Greece": "Deutsch-Griechische Gesellschaft",
    "Ukraine": "Deutsch-Ukrainische Gesellschaft",
    "Hungary": "Deutsch-Ungarischer Verein",
    "Italy": "Deutsch-Italienische Gesellschaft",
    "Finland": "Deutsch-Finnische Gesellschaft",
}
GERMAN_NAMES = {
    "Warsaw": "Warschau", "Dunkirk": "Dünkirchen", "Kyoto": "Kyōto", "Ypres": "Ypern",
    "Corfu": "Korfu", "Liège": "Lüttich", "Cape Town": "Kapstadt", "Acre": "Akko", "Beijing": "Peking",
    "Leuven": "Löwen", "Chernivtsi": "Czernowitz", "Chernihiv": "Tschernihiw", "Rostov-on-Don": "Rostow am Don",
    "Volgograd": "Wolgograd", "Ulyanovsk": "Uljanowsk", "Bucha": "Butscha", "Kaniv": "Kaniw",
    "Stryi": "Stryj", "Zhytomyr": "Schytomyr", "Newcastle upon Tyne": "Newcastle", "Beersheba": "Be’er Scheva",
    "Sankt Veit an der Glan": "St. Veit an der Glan",
}  # fmt: skip
OWN_SCRIPT = {
    "Chernivtsi": "Чернівці", "Chernihiv": "Чернігів", "Dnipro": "Дніпро", "Kaniv": "Канів", "Bucha": "Буча",
    "Stryi": "Стрий", "Zhytomyr": "Житомир", "Perm": "Пермь", "Volgograd": "Волгоград", "Pskov": "Псков",
    "Ulyanovsk": "Ульяновск", "Novi Sad": "Нови Сад", "Minsk": "Мінск", "Pinsk": "Пінск",
    "Thessaloniki": "Θεσσαλονίκη", "Igoumenitsa": "Ηγουμενίτσα", "Corfu": "Κέρκυρα", "Trikala": "Τρίκαλα",
    "Orestiada": "Ορεστιάδα", "Afantou": "Αφάντου", "Oraiokastro": "Ωραιόκαστρο", "Limassol": "Λεμεσός",
    "Beijing": "北京", "Wuhan": "武汉", "Chongqing": "重庆", "Chengdu": "成都", "Wuxi": "无锡", "Nantong": "南通",
    "Qingdao": "青岛", "Xi'an": "西安", "Ningbo": "宁波", "Taicang": "太仓", "Jinhua": "金华", "Luzhou": "泸州",
    "Ruichang": "瑞昌", "Fushun": "抚顺", "Kyoto": "京都", "Tsukuba": "つくば", "Marugame": "丸亀",
}  # fmt: skip
# The associations that write their partner in its own letters; Greek and Cyrillic, which the letter's font has.
WRITTEN_OUT = ("Chernivtsi", "Dnipro", "Thessaloniki", "Bucha", "Igoumenitsa", "Zhytomyr", "Corfu", "Trikala")


def association_rows(pairs: Sequence[Mapping[str, str]], towns: Mapping[str, Mapping[str, str]]) -> Iterator[Cells]:
    """Associations for town pairs drawn from the list, in the order of their towns."""
    random = Random(SEED + 1)
    used: set[str] = set()
    for number, pair in enumerate(_drawn(pairs, random)):
        town = towns[pair["ags"]]
        row = dict.fromkeys(ASSOCIATION_COLUMNS, "")
        name = _association(random, pair, _short(town["name"]), used)
        used.add(name)
        row |= {
            "Art": "Verein",
            "Verein": name,
            "Straße / Hausnr.": f"{random.choice(STREETS)} {random.randint(1, 90)}",
            "PLZ": town["plz"],
            "Ort": town["name"],
            "Land": "Deutschland",
            "Regierungsbezirk": town["regierungsbezirk"],
            "Sprache": "de",
            "Telefon": _phone(1000 + number),
            "Partnerstadt": _german(pair["partner"]),
            "Partnerstadt in eigener Schrift": OWN_SCRIPT.get(pair["partner"], ""),
            "Hinweis": NOTE_WITHOUT_PERSON,
        }
        _board(row, random, number)
        if random.random() >= 0.15:
            local = random.choice(("vorstand", "info", "kontakt", "geschaeftsstelle"))
            row["E-Mail (dienstl.)"] = f"{local}@{slug(_spelled(name, pair))}.example"
        yield row


def _drawn(pairs: Sequence[Mapping[str, str]], random: Random) -> list[Mapping[str, str]]:
    """Pairs of single towns abroad, three at most for one municipality, those with a script of their own first."""
    plain = [pair for pair in pairs if not re.search(r"[(–/]", pair["partner"]) and pair["partner_land"] != "Germany"]
    random.shuffle(plain)
    plain.sort(key=lambda pair: pair["partner"] not in WRITTEN_OUT)
    taken: list[Mapping[str, str]] = []
    count: Counter[str] = Counter()
    for pair in plain:
        key = (pair["ags"], pair["partner"])
        if count[pair["ags"]] < 3 and key not in {(one["ags"], one["partner"]) for one in taken}:
            count[pair["ags"]] += 1
            taken.append(pair)
    return sorted(taken[:ASSOCIATIONS], key=lambda pair: (pair["ags"], pair["partner"]))


def _association(random: Random, pair: Mapping[str, str], town: str, used: set[str]) -> str:
    """A name that fits into the address field and that no other association bears."""
    partner = _german(pair["partner"])
    if pair["partner"] in WRITTEN_OUT:
        partner = OWN_SCRIPT[pair["partner"]]
    names = [
        f"Partnerschaftsverein {town}–{partner} e. V.",
        f"Städtepartnerschaft {town}–{partner} e. V.",
        f"Freundeskreis {town}–{partner} e. V.",
        f"Partnerschaftskomitee {town}–{partner} e. V.",
        f"Förderverein {town}–{partner} e. V.",
    ]
    society = SOCIETIES.get(pair["partner_land"])
    if society and pair["partner"] not in WRITTEN_OUT:
        names = [f"{society} {town} e. V.", *names]
    random.shuffle(names)
    names += [f"Freundeskreis {partner} e. V.", f"Verein {town}–{partner} e. V.", f"{town}–{partner} e. V."]
    return next(name for name in names if len(name) <= WIDEST and name not in used)


def _board(row: Cells, random: Random, number: int) -> None:
    """Fill in whom the letter goes to: mostly the chair, else an office or nobody in particular."""
    draw = random.random()
    if draw < 0.20:
        return
    office = random.choice(("Vorsitzender", "Vorsitzender", "1. Vorsitzender"))
    person = _person(random, office)
    if draw < 0.30:
        row["Abteilung"] = "Geschäftsstelle"
        person = _contact(random)
    elif draw < 0.33:
        person = person | {"Anrede": "divers", "Titel": "", "Vorname": random.choice(NEUTRAL), "Amt": ""}
    row |= _renamed(person, "")
    row["Hinweis"] = NOTE
    if number % 29 == 7 and not row["Abteilung"]:
        row |= _renamed(_of_short_name(random, "Vorsitzender"), "")
        row |= _renamed(_of_short_name(random, "Vorsitzender"), " 2")
        row["Hinweis"] = "Beispieldaten, Personen erfunden"


def _renamed(person: Cells, which: str) -> Cells:
    names = {"Nachname": "Name", "Amt": "Funktion"}
    return {names.get(name, name) + which: value for name, value in person.items()}


# Sister associations abroad: town, postcode and country are facts, names, streets and persons are not. They read
# German: the example campaign has no translations.
ABROAD = """
Comité de jumelage de Lille|Frau||Claire|Dubois-Exemple|présidente|12 rue de l’Exemple|59800|Lille|Frankreich|de
Comité de jumelage de Saint-Étienne|||||Bureau|4 place de l’Exemple|42000|Saint-Étienne|Frankreich|de
Comité de jumelage de Châtellerault|Herr||Rémi|Modèle|président|7 rue du Modèle|86100|Châtellerault|Frankreich|de
Comité de jumelage de Meaux|Frau||Édith|Lefèvre-Exemple||3 avenue de l’Exemple|77100|Meaux|Frankreich|de
Comité de jumelage de Calais||||||21 rue du Modèle|62100|Calais|Frankreich|de
Towarzystwo Miast Partnerskich Wodzisław|Frau||Ewa|Wzorowska|Vorsitzende|ul. Wzorcowa 8|44-300|Wodzisław Śląski|Polen|de
Towarzystwo Partnerstwa Jelenia Góra|Herr||Paweł|Przykładny|Vorsitzender|ul. Wzorcowa 15|58-500|Jelenia Góra|Polen|de
Klub Miast Partnerskich Żory||||||al. Przykładowa 2|44-240|Żory|Polen|de
Stichting Stedenband Leiden|Herr||Joost|van Voorbeeld|Voorzitter|Voorbeeldstraat 30|2312 AA|Leiden|Niederlande|de
Stichting Stedenband Venlo|Frau||Anneke|Voorbeeld|Voorzitter|Modelplein 6|5911 AA|Venlo|Niederlande|de
Reading Twinning Association|Frau||Anna|Miller-Sample|Chair|1 Sample Street|RG1 1AA|Reading|England|de
Wokingham Twinning Association|Herr|Dr|Thomas|Example|Chair|14 Example Road|RG40 1AA|Wokingham|England|de
Corby Town Twinning Association||||||5 Sample Avenue|NN17 1AA|Corby|England|de
Partnerschaftsverein Wiener Neustadt|Herr|Mag.|Max|Musterhuber|Obmann|Mustergasse 9|2700|Wiener Neustadt|Österreich|de
Szentesi Testvérvárosi Egyesület|Frau||Erzsébet|Példás|Vorsitzende|Példa utca 11|6600|Szentes|Ungarn|de
"""


def rows_abroad() -> Iterator[Cells]:
    """The associations abroad."""
    columns = ("Verein", "Anrede", "Titel", "Vorname", "Name", "Funktion", "Straße / Hausnr.", "PLZ", "Ort", "Land")
    for number, line in enumerate(ABROAD.strip().splitlines()):
        cells = dict(zip((*columns, "Sprache"), line.split("|"), strict=True))
        row = dict.fromkeys(ASSOCIATION_COLUMNS, "") | cells | {"Art": "Verein", "Hinweis": NOTE}
        if not row["Name"]:
            row |= {"Abteilung": row["Funktion"], "Funktion": "", "Hinweis": NOTE_WITHOUT_PERSON}
        if number % 5 != 4:
            row["E-Mail (dienstl.)"] = f"contact@{slug(row['Verein'])}.example"
        yield row


# --- writing ----------------------------------------------------------------------------------------------------


def _write_csv(path: Path, rows: Sequence[Cells]) -> None:
    """As German Excel writes "CSV UTF-8": byte-order mark, semicolons, CRLF."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, MUNICIPAL_COLUMNS, delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_xlsx(path: Path, rows: Sequence[Cells]) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        # The date of making would be different each time.
        book.set_properties({"title": "Partnerschaftsvereine (Beispieldaten)", "created": datetime(2023, 10, 2)})  # noqa: DTZ001
        sheet = book.add_worksheet("Vereine")
        sheet.write_row(0, 0, ASSOCIATION_COLUMNS, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for column, name in enumerate(ASSOCIATION_COLUMNS):
                if row[name]:
                    sheet.write_string(number, column, row[name])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(ASSOCIATION_COLUMNS) - 1)
        sheet.set_column(0, len(ASSOCIATION_COLUMNS) - 1, 18)


# --- names ------------------------------------------------------------------------------------------------------


def _short(town: str) -> str:
    return re.sub(r"\s*\(.*\)", "", town)


def _german(partner: str) -> str:
    return GERMAN_NAMES.get(partner, partner).replace("'", "’")


def _spelled(name: str, pair: Mapping[str, str]) -> str:
    """The association's name with its partner in Latin letters."""
    return name.replace(OWN_SCRIPT.get(pair["partner"], "\0"), _german(pair["partner"]))


def _ascii(text: str) -> str:
    for letter, replacement in ("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ł", "l"), ("œ", "oe"), ("ı", "i"):
        text = text.replace(letter, replacement).replace(letter.upper(), replacement)
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().lower()


def slug(name: str) -> str:
    """A name as a label of a domain: "Bad Münstereifel" is bad-muenstereifel."""
    name = name.removesuffix(" e. V.").replace("–", "-").replace("/", "-")
    return re.sub(r"[^a-z0-9]+", "-", _ascii(_short(name))).strip("-")[:60]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
