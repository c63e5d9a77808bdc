"""The words that stand over columns: German and English headers in the variants that offices use."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from invite_pipeline.recipients.cells import tidy

_VARIANTS = {
    # Running numbers are no keys: they change with the order of the rows.
    "key": "Schlüssel, Key, ID, Kennung, Schlüsselnummer",
    "kind": "Art, Kind, Typ, Type, Kategorie, Category, Gruppe, Group, Empfängerart, Zielgruppe",
    "organisation": "Organisation, Organization, Einrichtung, Institution, Firma, Company, Verein, Behörde, Kommune, "
    "Gemeinde, Stadt/Gemeinde, Gemeinde/Stadt, Name der Organisation, Organisationsname, Name der Einrichtung, "
    "Körperschaft, Vereinsname, Name des Vereins, Name der Kommune, Name der Stadt, Name der Gemeinde, "
    "Gemeindename, Stadtname, Firmenname, Firma/Organisation, Organisation/Firma, Institution/Organisation, "
    "Organisation/Institution, Org., Stelle, Verband, Partner, Mitglied, Company Name, Organisation Name, "
    "Organization Name, Verein/Organisation, Kommune/Verein, Verein/Kommune, Gebietskörperschaft, Ministerium",
    "unit": "Abteilung, Unit, Department, Einheit, Referat, Amt/Abteilung, Abteilung/Amt, Dienststelle, Fachbereich, "
    "Organisationseinheit, Zusatz, Adresszusatz, Organisation 2, Organisationszusatz, Zusatzzeile, Anschriftzusatz, "
    "Name der Abteilung, Fachbereich/Abteilung, Division, Address Line 2, Sachgebiet, Abt., Büro, Dezernat",
    "street": "Straße, Street, Straße / Hausnr., Straße und Hausnummer, Straße Hausnummer, Str., Straße/Postfach, "
    "Street Address, Address Line 1, Straße Nr., Straße und Nr., Straße u. Nr., Straße u. Hausnr., Str. / Nr., "
    "Str. Nr., Straße mit Hausnummer, Straße mit Hausnr., Straßenname, Strasse oder Postfach, Street and Number, "
    "Straße, Hausnummer oder Postfach, Postfach oder Straße, Postfach/Straße, Hausanschrift, Address 1, Straße HNr.",
    "house_number": "Hausnummer, Hausnr., Hnr., House Number, Haus-Nr., H.-Nr., HsNr., Street Number",
    "postcode": "PLZ, Postleitzahl, Postcode, Postal Code, Zip, Zip Code, Post Code, Postleitz., Plz.",
    "city": "Ort, City, Stadt, Town, Wohnort, Ortsname, Sitz, Town/City, City/Town, Ort/Stadt, Place",
    "place": "PLZ Ort, PLZ und Ort, Postleitzahl Ort, Postleitzahl und Ort, PLZ u. Ort, PLZ mit Ort, PLZ, Ort, "
    "Postleitzahl Stadt, PLZ Stadt, PLZ Wohnort, Postcode City, Postcode Town, Zip City, Postal Code City",
    "country": "Land, Country, Staat, Ländercode, Country Code, Länderkennzeichen, Länderkürzel, Nation",
    "region": "Region, Bezirk, Regierungsbezirk, Bundesland, District, Reg.-Bez., RegBez, State",
    "email": "E-Mail, Mail, E-Mail-Adresse, Mailadresse, Email Address, E-Mail-Anschrift, elektronische Post, "
    "Mail-Adr., E-Mail-Adr., Mailanschrift, E-Mail Kontakt, Kontakt E-Mail, Kontaktmail, Kontakt-E-Mail",
    "phone": "Telefon, Phone, Tel., Telefonnummer, Rufnummer, Phone Number, Tel.-Nr., Telefon-Nr., Telephone, Fon, "
    "Durchwahl, Telefon Durchwahl, Festnetz",
    "language": "Sprache, Language, Korrespondenzsprache, Sprachcode, Briefsprache",
    "salutation": "Briefanrede, Salutation, Anredezeile, Anredeformel, Grußformel, Persönliche Anrede, "
    "Anrede im Brief, Brief-Anrede, Anredetext, Anrede Brief, Letter Salutation",
    "address": "Adresse, Address, Anschriftfeld, Adressblock, Address Block, Postanschrift, Anschrift, Adressfeld, "
    "Vollständige Anschrift, Vollständige Adresse, Full Address, Mailing Address, Postal Address, Postadresse",
    "order": "Reihenfolge, Order, Adressreihenfolge",
}
_PERSON_VARIANTS = {
    "gender": "Anrede, Gender, Geschlecht, Form of Address, Mr/Ms, Herr/Frau, Frau/Herr, m/w, m/w/d, w/m/d, Sex, "
    "Anredeform, Anredeschlüssel",
    "degree": "Titel, Degree, Title, Akad. Titel, Akademischer Titel, Akademischer Grad, Grad, Akad. Grad, "
    "Titel (akad.), Dr./Prof., Titel/Grad, Doktortitel, Ehrentitel",
    "first_name": "Vorname, First Name, Given Name, Vornamen, Firstname, Rufname, Forename, Vorn., Christian Name",
    "last_name": "Nachname, Last Name, Surname, Familienname, Zuname, Family Name, Lastname, Nachn., Fam.-Name",
    "office": "Amt, Office, Funktion, Position, Amtsbezeichnung, Dienststellung, Role, Dienstbezeichnung, Amtsbez., "
    "Amt/Funktion, Funktion/Amt, Aufgabe, Rolle, Stellung, Job Title, Function, Amtstitel, Funktionsbezeichnung, "
    "Berufsbezeichnung, Ehrenamt",
    "suffix": "Namenszusatz, Suffix, Zusatz zum Namen, Mandat, Name Suffix, Titel nachgestellt, Nachgestellter Titel",
    "contact": "Ansprechpartner, Ansprechpartnerin, Ansprechperson, Contact, Contact Person, Kontakt, Kontaktperson, "
    "z. Hd., zu Händen, zu Händen von, Ansprechpartner/in, Ansprechpartner:in, Ansprechpartner*in, "
    "Ansprechpartner(in), Vorsitz, Vor- und Nachname, Vorname Nachname, Full Name, Name Vorname, Nachname Vorname, "
    "Vor- und Zuname, Vorname Name, Vorname und Name, Name und Vorname, Vorname und Nachname, Nachname und Vorname, "
    "Titel Vorname Name, Titel Vorname Nachname, Person, Empfänger, Adressat, Adressatin, Attn, Attention, "
    "Ansprechpartner Name, Name Ansprechpartner, Name des Ansprechpartners, Name der Ansprechperson, "
    "Ansprechpersonen, Vertreter, Vertretung durch, Vertreten durch, Repräsentant, Kontakt Name, Contact Name, "
    "Vorstand, Vorsitzende/r, Vorsitzender, Vorsitzende, Bürgermeister/in, Bürgermeister, Bürgermeisterin, "
    "Hauptverwaltungsbeamte, HVB, Amtsinhaber, Amtsinhaber/in, Amtsträger, Vollständiger Name, Gesamtname, "
    "Nachname/Vorname, Kontakt/Ansprechpartner, Ansprechpartner/Kontakt, Recipient, Addressee, Landrat, Landrätin, "
    "Landrat/Landrätin, Oberbürgermeister, Oberbürgermeisterin, Oberbürgermeister/in, (Ober-)Bürgermeister/in, "
    "Vereinsvorsitz, Vereinsvorsitzende/r, Vereinsvorsitzender, Vereinsvorsitzende, Präsident, Präsidentin, "
    "Präsident/in, Geschäftsführer, Geschäftsführerin, Geschäftsführer/in",
}
PERSON_FIELDS = tuple(_PERSON_VARIANTS)

# What says whose or which, and not what: "E-Mail (dienstl.)", "Vorname des Ansprechpartners".
_QUALIFIERS = re.compile(
    r"^(?:dienst(?:l|lich|liche|licher)?|geschäft(?:l|lich|liche)?|gesch|büro|rathaus|offiziell[er]?|zentral[er]?|"
    r"haupt|official|business|work|office|der|des|die|das|of|the|person|empfängers?|adressat(?:en)?|"
    r"ansprechpartner(?:s|in|innen)?|ansprechperson|kontaktperson|kontakt|contact|aktuell[er]?|neu|new|pflichtfeld|"
    r"optional|falls|vorhanden|bekannt|text|iso|nr|in|z|zb|b|frau|herr|mdl|usw|ggf|1|erste[nr]?)$"
)


@lru_cache(maxsize=4096)
def spelling(header: str) -> str:
    """A header reduced to what distinguishes it: letters and digits, case folded."""
    text = unicodedata.normalize("NFC", tidy(header)).casefold()
    return re.sub(r"[\W_]+", "", text)


def _dictionary() -> dict[str, str]:
    names = {spelling(one): field for field, variants in _VARIANTS.items() for one in (*variants.split(","), field)}
    names[spelling("PLZ, Ort")], names["plz"], names["ort"] = "place", "postcode", "city"
    for field, variants in _PERSON_VARIANTS.items():
        for one in (*variants.split(","), field):
            names |= {spelling(one): field, spelling(one) + "1": field, spelling(one) + "2": field + "2"}
    # "Zusatz" and "Organisation 2" are units; a bare "Name" depends on its neighbours.
    return names | dict.fromkeys(("name", "name1", "name2"), "")


FIELDS = _dictionary()
"""By spelling: the field, "" for a name whose meaning depends on the other columns."""

_HELD_BY = re.compile(
    r"(?P<first>(?:1\.|erste[rn]?(?:/r)?)\s+)?\(?(?P<office>ober-?\)?bürgermeister|bürgermeister|landr[aä]t|"
    r"(?:vereins)?vorsitzende|präsident|geschäftsführer)(?:in|r|/-?in|/-?r|[:*_]in|[:*_]r|\(in\)|\(r\)|/landrätin)*",
    re.IGNORECASE,
)
_HELD = {"landrät": "Landrat", "vereinsvorsitzende": "Vorsitzender", "vorsitzende": "Vorsitzender"}


def office_in(header: str) -> str:
    """The office, in the masculine, whose holders a column names: "1. Vorsitzende/r"; empty where it names none."""
    found = _HELD_BY.fullmatch(unicodedata.normalize("NFC", tidy(header)))
    if not found:
        return ""
    word = re.sub(r"[-()]", "", found["office"].casefold())
    return ("1. " if found["first"] else "") + _HELD.get(word, word.capitalize())


ALL_FIELDS = frozenset((*_VARIANTS, *PERSON_FIELDS, *(field + "2" for field in PERSON_FIELDS)))

# Where a list has both, the town that an association belongs to is not the organisation.
WEAK_ORGANISATIONS = frozenset(
    spelling(one) for one in ("Kommune", "Gemeinde", "Stadt/Gemeinde", "Gemeinde/Stadt", "Partner", "Mitglied")
)


@lru_cache(maxsize=4096)
def field_of(header: str) -> str | None:
    """The field that a header names, "" for a bare name, None where it is not known."""
    whole = spelling(header)
    if whole in FIELDS:
        return FIELDS[whole]
    words = [word for word in re.split(r"[\W_]+", unicodedata.normalize("NFC", tidy(header)).casefold()) if word]
    kept = [word for word in words if not _QUALIFIERS.match(word)]
    found = FIELDS.get("".join(kept)) if kept and len(kept) < len(words) else None
    if found is None:
        return _composed(words) or _composed(kept)
    return "contact" if found == "" and kept == ["name"] else found


_CONNECTORS = frozenset({"und", "u", "mit", "and", "oder", "bzw", "sowie", "with", "od"})
_COMPOSITIONS = (
    ({"street"}, {"house_number"}, "street"),
    ({"postcode", "city"}, {"country"}, "place"),
    ({"street", "postcode"}, {"house_number", "city", "country"}, "address"),
    ({"street", "city"}, {"house_number", "postcode", "country"}, "address"),
    ({"last_name"}, {"first_name", "degree", "gender", "office", ""}, "contact"),
    ({""}, {"first_name", "degree", "gender", "office"}, "contact"),
    ({"contact"}, {"first_name", "last_name", "degree", "gender", "office", ""}, "contact"),
    ({"organisation"}, {"kind", ""}, "organisation"),
    ({"country"}, {"region"}, "country"),
    ({"gender"}, {"degree"}, "gender"),
    ({"office"}, {"suffix", "degree"}, "office"),
)
"""What several fields in one header mean together: those that must be there, those that may, and the whole."""


def _composed(words: list[str]) -> str | None:
    """The field of a header that names several: "Straße, Hausnr.", "Titel Vorname Name"."""
    parts = [word for word in words if word not in _CONNECTORS]
    fields = [_PARTS.get(word, FIELDS.get(word)) for word in parts]
    if len(fields) < 2 or None in fields:
        return None
    named = set(fields)
    return next((whole for must, may, whole in _COMPOSITIONS if must <= named <= must | may), None)


_PARTS = {"nr": "house_number", "nummer": "house_number", "no": "house_number", "number": "house_number"}
