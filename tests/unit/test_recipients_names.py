"""Names, forms of address and offices of one free cell, and the letter's words that come of them."""

from __future__ import annotations

import pytest

from invite_pipeline.domain.address import derive
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.recipients.names import is_nobody, names_a_unit
from invite_pipeline.recipients.several import read_names

# The cell; the lines above the street, for an organisation "Stadt Z"; the salutation.
_TABLE = """
Frau Oberbürgermeisterin Dr. Eva Muster
Frau Oberbürgermeisterin / Dr. Eva Muster / Stadt Z
Sehr geehrte Frau Oberbürgermeisterin,

Frau OB Eva Muster
Frau Oberbürgermeisterin / Eva Muster / Stadt Z
Sehr geehrte Frau Oberbürgermeisterin,

Herr BM Klaus Klein
Herrn Bürgermeister / Klaus Klein / Stadt Z
Sehr geehrter Herr Bürgermeister,

Herrn Bürgermeister a. D. Ulrich Alt
Stadt Z / Herrn Bürgermeister a. D. / Ulrich Alt
Sehr geehrter Herr Alt,

Bürgermeisterin Eva Amt
Frau Bürgermeisterin / Eva Amt / Stadt Z
Sehr geehrte Frau Bürgermeisterin,

Bürgermeister Max Müller
Bürgermeister / Max Müller / Stadt Z
Guten Tag Max Müller,

Herrn stellvertretenden Bürgermeister Max Mann
Herrn stellvertretenden Bürgermeister / Max Mann / Stadt Z
Sehr geehrter Herr Bürgermeister,

Herrn Vorsitzenden Max Mann
Stadt Z / Herrn Vorsitzenden / Max Mann
Sehr geehrter Herr Mann,

1. Vorsitzende Eva Amt
Stadt Z / Frau 1. Vorsitzende / Eva Amt
Sehr geehrte Frau Amt,

Vorsitzender: Max Müller
Stadt Z / Vorsitzender / Max Müller
Guten Tag Max Müller,

Frau Eva Amt (1. Vorsitzende)
Stadt Z / Frau 1. Vorsitzende / Eva Amt
Sehr geehrte Frau Amt,

Max Müller (CDU)
Stadt Z / Max Müller
Guten Tag Max Müller,

Muster, Dr. Eva, MdL
Dr. Eva Muster MdL / Stadt Z
Guten Tag Dr. Eva Muster,

von der Heide, Susanne
Stadt Z / Susanne von der Heide
Guten Tag Susanne von der Heide,

Frau Erika Muster M.d.L.
Frau / Erika Muster MdL / Stadt Z
Sehr geehrte Frau Abgeordnete,

Landtagsabgeordnete Erika Muster
Frau Landtagsabgeordnete / Erika Muster / Stadt Z
Sehr geehrte Frau Abgeordnete,

Herrn Prof. Dr. Dr. h.c. mult. Karl Klug
Stadt Z / Herrn / Professor Dr. Dr. h. c. mult. Karl Klug
Sehr geehrter Herr Professor Klug,

Frau Dr.-Ing. Petra Plan
Stadt Z / Frau Dr.-Ing. Petra Plan
Sehr geehrte Frau Dr. Plan,

Frau Dipl.-Ing. (FH) Petra Plan
Stadt Z / Frau Dipl.-Ing. (FH) Petra Plan
Sehr geehrte Frau Plan,

Herrn Otto Graf Lambsdorff
Stadt Z / Otto Graf Lambsdorff
Sehr geehrter Graf Lambsdorff,

Mathilde Gräfin von Hohenadel
Stadt Z / Mathilde Gräfin von Hohenadel
Sehr geehrte Gräfin von Hohenadel,

Herr Dr. Jan van der Berg
Stadt Z / Herrn Dr. Jan van der Berg
Sehr geehrter Herr Dr. van der Berg,

Eheleute Müller
Eheleute Müller / Stadt Z
Sehr geehrte Eheleute Müller,

Eheleute Anna und Peter Müller
Eheleute / Anna und Peter Müller / Stadt Z
Sehr geehrte Eheleute Müller,

Familie Müller
Familie Müller / Stadt Z
Sehr geehrte Familie Müller,

Herr und Frau Müller
Stadt Z / Herrn Müller / Frau Müller
Sehr geehrter Herr Müller, sehr geehrte Frau Müller,

Frau Anna Müller / Herrn Karl Schmidt
Stadt Z / Frau Anna Müller / Herrn Karl Schmidt
Sehr geehrte Frau Müller, sehr geehrter Herr Schmidt,

Frau Müller, Herr Schmidt
Stadt Z / Frau Müller / Herrn Schmidt
Sehr geehrte Frau Müller, sehr geehrter Herr Schmidt,

Anna und Peter Müller
Stadt Z / Anna Müller / Peter Müller
Guten Tag Anna Müller, guten Tag Peter Müller,

Herr Max Müller und Frau
Stadt Z / Herrn Max Müller
Sehr geehrter Herr Müller,

z.Hd. Frau Meier
Stadt Z / Frau Meier
Sehr geehrte Frau Meier,

zu Händen von Frau Meier
Stadt Z / Frau Meier
Sehr geehrte Frau Meier,

An die Landrätin
Stadt Z / Die Landrätin
Sehr geehrte Frau Landrätin,

Der Bürgermeister
Stadt Z / Der Bürgermeister
Sehr geehrter Herr Bürgermeister,

Bürgermeister/in
Stadt Z / Bürgermeister/in
Sehr geehrte Damen und Herren,

Herrn Peter Richter
Stadt Z / Herrn Peter Richter
Sehr geehrter Herr Richter,

Frau Meister
Stadt Z / Frau Meister
Sehr geehrte Frau Meister,

PETIT Luc
Stadt Z / Luc Petit
Guten Tag Luc Petit,

Frau Anna Meier geb. Schulz
Stadt Z / Frau Anna Meier
Sehr geehrte Frau Meier,

Herr Staatsminister a.D. Wolfram Kuschke
Stadt Z / Herrn Staatsminister a. D. / Wolfram Kuschke
Sehr geehrter Herr Kuschke,

Herrn Regierungspräsidenten Jan Amt
Herrn Regierungspräsidenten / Jan Amt / Stadt Z
Sehr geehrter Herr Regierungspräsident,

Alt-Bürgermeister Max Müller
Stadt Z / Alt-Bürgermeister / Max Müller
Guten Tag Max Müller,

Präsident des Landtags, Herrn Max Müller
Präsidenten des Landtags / Herrn Max Müller / Stadt Z
Sehr geehrter Herr Präsident,

Damen und Herren
Stadt Z
Sehr geehrte Damen und Herren,

N. N.
Stadt Z
Sehr geehrte Damen und Herren,

Herrn N. N.
Stadt Z / Herrn N. N.
Sehr geehrte Damen und Herren,

Herrn Ersten Beigeordneten Max Klein
Herrn Ersten Beigeordneten / Max Klein / Stadt Z
Sehr geehrter Herr Beigeordneter,

Frau Bürgermeisterin und Stadträtin Eva Amt
Frau Bürgermeisterin und Stadträtin / Eva Amt / Stadt Z
Sehr geehrte Frau Bürgermeisterin,

Herr/Frau Müller
Stadt Z
Sehr geehrte Damen und Herren,

Max Müller und Eva Amt
Stadt Z / Max Müller / Eva Amt
Guten Tag Max Müller, guten Tag Eva Amt,

Max Müller, Eva Amt
Stadt Z / Max Müller / Eva Amt
Guten Tag Max Müller, guten Tag Eva Amt,

Herren Müller und Schmidt
Stadt Z / Herrn Müller / Herrn Schmidt
Sehr geehrter Herr Müller, sehr geehrter Herr Schmidt,

Frau Vizepräsidentin des Landtags Eva Amt
Vizepräsidentin des Landtags / Frau Eva Amt / Stadt Z
Sehr geehrte Frau Vizepräsidentin,

Herrn Bürgermeister der Stadt Bonn Max Müller
Bürgermeister der Stadt Bonn / Herrn Max Müller / Stadt Z
Sehr geehrter Herr Bürgermeister,

Vorsitzende(r) Eva Amt
Stadt Z / Vorsitzende(r) / Eva Amt
Guten Tag Eva Amt,

Frau De la Cruz
Stadt Z / Frau De la Cruz
Sehr geehrte Frau De la Cruz,

Van der Berg, Jan
Stadt Z / Jan Van der Berg
Guten Tag Jan Van der Berg,

Sehr geehrte Frau Muster
Stadt Z / Frau Muster
Sehr geehrte Frau Muster,

Frau Eva Muster, Tel. 0228 123
Stadt Z / Frau Eva Muster
Sehr geehrte Frau Muster,

eva@x.example
Stadt Z
Sehr geehrte Damen und Herren,

Bürgermeister Herr Max Müller
Herrn Bürgermeister / Max Müller / Stadt Z
Sehr geehrter Herr Bürgermeister,

Herr Landrat Dr. Olaf Kreis und Frau Bürgermeisterin Maria Amt
Herrn Landrat Dr. Olaf Kreis / Frau Bürgermeisterin Maria Amt / Stadt Z
Sehr geehrter Herr Landrat, sehr geehrte Frau Bürgermeisterin,

Frau Prof.in Dr.in Eva Amt
Stadt Z / Frau Professorin / Dr. Eva Amt
Sehr geehrte Frau Professorin Amt,

Hans Meier a. D.
Stadt Z / Hans Meier a. D.
Guten Tag Hans Meier,

Herr Bürgermeister Hans Meier i.R.
Stadt Z / Herrn Bürgermeister i. R. / Hans Meier
Sehr geehrter Herr Meier,

Eva Muster Bürgermeisterin
Frau Bürgermeisterin / Eva Muster / Stadt Z
Sehr geehrte Frau Bürgermeisterin,

Herr Peter Klein stellv. Vorsitzender
Stadt Z / Herrn stellv. Vorsitzenden / Peter Klein
Sehr geehrter Herr Klein,

Frau Eva Muster Leiterin Kulturbüro
Stadt Z / Frau Leiterin Kulturbüro / Eva Muster
Sehr geehrte Frau Muster,

Frau Anna Burmeister
Stadt Z / Frau Anna Burmeister
Sehr geehrte Frau Burmeister,

Anna Maria Burmeister
Stadt Z / Anna Maria Burmeister
Guten Tag Anna Maria Burmeister,

Eva Muster, Bürgermeisterin; Peter Klein, Landrat
Landrat Peter Klein / Frau Bürgermeisterin Eva Muster / Stadt Z
Guten Tag Peter Klein, sehr geehrte Frau Bürgermeisterin,

Vorsitzende Eva Muster, Schatzmeister Peter Klein
Stadt Z / Frau Vorsitzende Eva Muster / Schatzmeister Peter Klein
Sehr geehrte Frau Muster, guten Tag Peter Klein,

Eva Muster Vorsitzende und Peter Klein Schatzmeister
Stadt Z / Frau Vorsitzende Eva Muster / Schatzmeister Peter Klein
Sehr geehrte Frau Muster, guten Tag Peter Klein,

Frau Eva Muster, Leiterin für Kultur und Internationale Beziehungen
Stadt Z / Frau Leiterin für Kultur und Internationale Beziehungen / Eva Muster
Sehr geehrte Frau Muster,

Herrn Dr. Peter Klein und Frau Gemahlin
Stadt Z / Herrn Dr. Peter Klein
Sehr geehrter Herr Dr. Klein,

Herrn Peter Klein und Frau Eva
Stadt Z / Herrn Peter Klein
Sehr geehrte Damen und Herren,

Frau Dr. Anna und Herrn Dr. Peter Schmidt
Stadt Z / Frau Dr. Anna Schmidt / Herrn Dr. Peter Schmidt
Sehr geehrte Frau Dr. Schmidt, sehr geehrter Herr Dr. Schmidt,

Frau Klein und Herrn Peter Schmidt
Stadt Z / Frau Klein / Herrn Peter Schmidt
Sehr geehrte Frau Klein, sehr geehrter Herr Schmidt,

Dr. Anna und Peter Schmidt
Stadt Z / Dr. Anna Schmidt / Peter Schmidt
Guten Tag Dr. Anna Schmidt, guten Tag Peter Schmidt,

Sehr geehrtes Ehepaar Schmidt
Ehepaar Schmidt / Stadt Z
Sehr geehrtes Ehepaar Schmidt,

Gräfin Mathilde von Hohenadel
Stadt Z / Mathilde Gräfin von Hohenadel
Sehr geehrte Gräfin von Hohenadel,

Baron Max von Hohenadel
Stadt Z / Max Baron von Hohenadel
Sehr geehrter Baron von Hohenadel,

Frau Professor Dr. Klug
Stadt Z / Frau Professorin / Dr. Klug
Sehr geehrte Frau Professorin Klug,

Prof.in Dr.in Eva Klug
Stadt Z / Frau Professorin / Dr. Eva Klug
Sehr geehrte Frau Professorin Klug,

Herr Professorin Klug
Stadt Z / Professor Klug
Sehr geehrte Damen und Herren,

Herr MdB Jan Muster
Herrn / Jan Muster MdB / Stadt Z
Sehr geehrter Herr Abgeordneter,

MdL Erika Muster
Erika Muster MdL / Stadt Z
Guten Tag Erika Muster,

Frau Erika Muster (MdL)
Frau / Erika Muster MdL / Stadt Z
Sehr geehrte Frau Abgeordnete,

Herrn Jan Muster MdB a. D.
Stadt Z / Herrn Jan Muster MdB a. D.
Sehr geehrter Herr Muster,

Herrn Jan Muster, Mitglied des Deutschen Bundestages
Herrn / Jan Muster MdB / Stadt Z
Sehr geehrter Herr Abgeordneter,

Herr Bürgermeisterin Klein
Bürgermeisterin Klein / Stadt Z
Sehr geehrte Damen und Herren,

Herrn Vorsitzenden und Abgeordneten Peter Klein
Herrn Vorsitzenden und Abgeordneten / Peter Klein / Stadt Z
Sehr geehrter Herr Abgeordneter,

M.A. Sabine Finster
Stadt Z / Sabine Finster M. A.
Guten Tag Sabine Finster,

Frau Sabine Finster (M.A.)
Stadt Z / Frau Sabine Finster M. A.
Sehr geehrte Frau Finster,

Sr. Exzellenz Botschafter Dr. Paul Kim
Herrn Botschafter / Dr. Paul Kim / Stadt Z
Sehr geehrter Herr Botschafter,

I. E. Frau Botschafterin Dr. Ines Bo
Frau Botschafterin / Dr. Ines Bo / Stadt Z
Sehr geehrte Frau Botschafterin,

Frau RAin Dr. Julia Jus LL.M.
Stadt Z / Frau RAin Dr. Julia Jus LL.M.
Sehr geehrte Frau Dr. Jus,

Herr RegDir. Dr. Tom Amt
Stadt Z / Herrn RegDir. Dr. Tom Amt
Sehr geehrter Herr Dr. Amt,

Rechtsanwalt Jan Recht
Stadt Z / Rechtsanwalt / Jan Recht
Guten Tag Jan Recht,

Pater Anselm Grün OSB
Stadt Z / Pater / Anselm Grün OSB
Guten Tag Anselm Grün,

Hans Pastor
Stadt Z / Hans Pastor
Guten Tag Hans Pastor,

Prof. em. Dr. Otto Oben
Stadt Z / Professor Dr. Otto Oben
Guten Tag Prof. Otto Oben,
"""
NAMES = [tuple(entry.split("\n")) for entry in _TABLE.strip().split("\n\n")]


@pytest.mark.parametrize(("cell", "lines", "words"), NAMES)
def test_a_cell_becomes_the_letters_words(cell: str, lines: str, words: str) -> None:
    found = derive(Recipient(key="k", kind="k", organisation="Stadt Z", persons=read_names(cell)))
    assert " / ".join(found.lines).replace("\u202f", " ") == lines
    assert found.salutation == words


@pytest.mark.parametrize(
    "cell", ["Büro Internationales", "Büro des Oberbürgermeisters", "Sekretariat", "Kulturamt", "Vorstand"]
)
def test_a_part_of_the_organisation_is_no_person(cell: str) -> None:
    assert names_a_unit(cell)


@pytest.mark.parametrize("cell", ["Vorstand Max Müller Schmitz", "Bürger Max", "Anna Amtmann", "Büroth, Hans"])
def test_a_person_is_no_part_of_the_organisation(cell: str) -> None:
    assert not names_a_unit(cell)


@pytest.mark.parametrize("cell", ["N.N.", "N. N.", "NN", "vakant", "derzeit unbesetzt", "Damen und Herren", "-"])
def test_a_cell_that_says_nobody_is_nobody(cell: str) -> None:
    assert is_nobody(cell)
    assert read_names(cell) == ()


def test_a_name_is_somebody() -> None:
    assert not is_nobody("Nora Niemand")
