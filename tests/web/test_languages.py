"""The pages in German, English and French: by the recipient's language, by a switch, for strangers by the browser."""

from __future__ import annotations

import re

import pytest

from invite_pipeline.domain.recipient import Recipient
from tests.builders import a_recipient
from tests.web.pages import Office, dump

HEADINGS = {"de": "Kommen Sie?", "en": "Will you come?", "fr": "Viendrez-vous\u202f?"}


@pytest.fixture
def people() -> list[Recipient]:
    """Bonn, Oxford and Lens, and a partner whose language the pages do not speak."""
    tongues = {"bonn": "de", "oxford": "en", "lens": "fr", "haarlem": "nl"}
    return [a_recipient(f"k-{town}", language=language) for town, language in tongues.items()]


@pytest.mark.parametrize(("number", "language"), list(enumerate(["de", "en", "fr", "de"])))
def test_form_speaks_the_recipients_language(office: Office, number: int, language: str) -> None:
    page = office.get(number=number)
    assert HEADINGS[language] in page.text
    assert f'<html lang="{language}">' in page.text
    assert page.headers["content-language"] == language


def test_dates_and_times_are_the_languages_own(office: Office) -> None:
    assert "Friday, 19 January 2024" in office.get(number=1).text
    french = office.get(number=2).text
    assert "vendredi 19 janvier 2024" in french
    assert "de 10\u00a0h à 16\u00a0h" in french


@pytest.mark.parametrize("page", ["antwort", "danke", "abmelden"])
def test_switch_shows_the_page_in_another_language_and_changes_nothing(office: Office, page: str) -> None:
    before = dump(office.store)
    for language in HEADINGS:
        shown = office.browser.get(office.path(f"{page}?lang={language}"), follow_redirects=True)
        assert f'<html lang="{language}">' in shown.text
        assert "set-cookie" not in shown.headers
    assert dump(office.store) == before


def test_switch_offers_the_other_languages_by_their_own_names(office: Office) -> None:
    page = office.get().text
    assert re.findall(r'href="\?lang=(\w\w)" lang="\1" hreflang="\1">([^<]+)<', page) == [
        ("en", "English"),
        ("fr", "Français"),
    ]


def test_chosen_language_goes_along_through_form_and_confirmation(office: Office) -> None:
    form = office.get("antwort?lang=fr").text
    assert f'action="{office.path("antwort")}?lang=fr"' in form
    nonce = re.findall(r'name="nonce" value="([^"]+)"', form)[0]
    answered = office.post({"nonce": nonce, "answer": "no"}, page="antwort?lang=fr")
    assert answered.headers["location"].endswith("/danke?lang=fr")
    assert "Merci, votre refus est noté" in office.browser.get(answered.headers["location"]).text


def test_mistakes_are_said_in_the_forms_language(office: Office) -> None:
    assert "Please choose whether you will come or not." in office.post({}, number=1).text
    assert "Veuillez indiquer si vous viendrez ou non." in office.post({}, page="antwort?lang=fr", number=1).text


def test_nonsense_as_language_is_passed_over(office: Office) -> None:
    assert '<html lang="de">' in office.get("antwort?lang=%3Cscript%3E").text


@pytest.mark.parametrize(
    "path", ["/", "/code", "/datenschutz", "/impressum", "/barrierefreiheit", "/r/unknown/antwort"]
)
@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "de"), ("fr-CH, fr;q=0.9, en;q=0.8", "fr"), ("nl, en;q=0.7, de;q=0.3", "en"), ("ja", "de"), ("en;q=x", "de")],
)
def test_strangers_see_their_browsers_language(office: Office, path: str, accepted: str, language: str) -> None:
    shown = office.browser.get(path, headers={"accept-language": accepted} if accepted else {})
    assert f'<html lang="{language}">' in shown.text


def test_links_that_open_nothing_look_the_same_in_every_language(office: Office) -> None:
    for language in HEADINGS:
        pages = {office.browser.get(f"/r/{token}/antwort?lang={language}").text for token in ("x", office.token()[:-2])}
        assert len(pages) == 1


def test_no_german_is_left_on_a_foreign_form(office: Office) -> None:
    campaigns_own = re.compile(
        r"<(dd|h1|option|span)[^>]*>.*?</\1>|<footer.*?</footer>|<section.*?</section>", re.DOTALL
    )
    for number in (1, 2):
        rest = campaigns_own.sub("", office.get(number=number).text.partition("<main")[2])
        assert not re.search(r"\b(und|Sie|Bitte|Ihre|freiwillig|Person kommt)\b", rest), rest
