"""Persons out of one cell and out of several."""

from __future__ import annotations

import pytest

from invite_pipeline.domain.recipient import Person
from invite_pipeline.recipients.names import gender_of, is_degree
from invite_pipeline.recipients.persons import person
from invite_pipeline.recipients.several import read_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z. Hd. Frau Meier", Person(gender="f", last_name="Meier")),
        ("zu Händen Herrn Dr. Jan Meier", Person(gender="m", degree="Dr.", first_name="Jan", last_name="Meier")),
        ("Frau Eva Muster MdL", Person(gender="f", first_name="Eva", last_name="Muster", suffix="MdL")),
        ("Meier, Anna", Person(first_name="Anna", last_name="Meier")),
        ("Anna Meier, Vorsitzende", Person(first_name="Anna", last_name="Meier", office="Vorsitzende")),
        (
            "Herrn Bürgermeister Max Müller",
            Person(gender="m", first_name="Max", last_name="Müller", office="Bürgermeister"),
        ),
        (
            "Frau Prof. Dr. Dr. h. c. Susanne von der Heide",
            Person(gender="f", degree="Prof. Dr. Dr. h. c.", first_name="Susanne", last_name="von der Heide"),
        ),
        (
            "Mathilde Gräfin von Hohenadel",
            Person(gender="f", first_name="Mathilde", last_name="Gräfin von Hohenadel"),
        ),
        ("K. Brenner", Person(first_name="K.", last_name="Brenner")),
        ("Brenner", Person(last_name="Brenner")),
        ("Frau Sabine Finster M. A.", Person(gender="f", first_name="Sabine", last_name="Finster", suffix="M. A.")),
    ],
)
def test_a_name_as_people_write_it(text: str, expected: Person) -> None:
    assert read_names(text) == (expected,)


def test_two_persons_in_one_cell() -> None:
    assert read_names("Frau Christiane Müller und Herrn Martin Schmidt") == (
        Person(gender="f", first_name="Christiane", last_name="Müller"),
        Person(gender="m", first_name="Martin", last_name="Schmidt"),
    )


def test_a_suffix_behind_the_last_name_is_set_apart() -> None:
    found = person(Person(gender="m", first_name="Jan", last_name="Muster MdL"))
    assert found == Person(gender="m", first_name="Jan", last_name="Muster", suffix="MdL")


def test_empty_cells_are_nobody() -> None:
    assert person(Person(gender="f", degree="Dr.")) is None


@pytest.mark.parametrize(
    ("word", "gender"),
    [
        ("Frau", "f"),
        ("Herrn", "m"),
        ("Hr.", "m"),
        ("divers", "d"),
        ("W", "f"),
        ("Mrs.", "f"),
        ("", ""),
        ("Firma", None),
    ],
)
def test_forms_of_address_tell_the_gender(word: str, gender: str | None) -> None:
    assert gender_of(word) == gender


def test_degrees_are_told_from_names() -> None:
    assert is_degree("Prof. Dr. h. c.")
    assert not is_degree("Dr. Muster")
    assert not is_degree("")
