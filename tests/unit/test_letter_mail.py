"""The mails of each wave: what stands in them, and that every mail program can show it."""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import EmailMessage
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.reply import Attendee, Role, Seat
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InvalidToken, InviteError
from invite_pipeline.formats.itip import read_method
from invite_pipeline.formats.rsvp_link import LinkSigner, calendar_uid
from invite_pipeline.formats.templates import plain
from invite_pipeline.mail.check import check_mail
from invite_pipeline.mail.letter_mail import Composer, Outgoing
from tests.builders import KEYS, NOW, ROOT, a_campaign, a_recipient, a_workspace, at
from tests.mails import parsed

INVITED = Invitation("k-bonn", "C0DE000000", 1, InvitationState.ISSUED)
DEPUTY = Attendee(
    role=Role.DEPUTY, name="Max <Muster>", workshop="nrw-usa", workshop_seat=Seat.WAITLISTED, speed_dating=True
)
YES = Tracking(reply="yes", persons=2, attendees=(DEPUTY, Attendee(role=Role.COMPANION)), remark="Mit dem Rad & Bus")
NO = Tracking(reply="no")
WAVES = {"invitation": Tracking(), "reminder-1": Tracking(), "confirmation-7": YES, "confirmation-8": NO}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = a_workspace(tmp_path, base_url="https://anmeldung.example")
    made.letter_path("k-bonn").parent.mkdir(parents=True)
    made.letter_path("k-bonn").write_bytes(b"%PDF-1.7 the letter")
    (made.out / "programme.pdf").write_bytes(b"%PDF-1.7 the programme")
    return made


def composed(workspace: Workspace, wave: str, state: Tracking | None = None, **options: Any) -> Outgoing:
    found = WAVES[wave] if state is None else state
    return Composer(workspace).compose(a_recipient(), INVITED, found, wave, **options)


def texts(mail: Outgoing) -> tuple[str, str]:
    message: EmailMessage = parsed(mail.content)
    found = [message.get_body((kind,)) for kind in ("plain", "html")]
    return tuple(str(part.get_content()).replace("\r\n", "\n") for part in found if part)  # type: ignore[return-value]


def words(text: str) -> str:
    """A text or HTML in one line, with plain blanks."""
    return " ".join(unescape(text).split())


# --- what stands in them ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wave", WAVES)
def test_plain_and_html_hold_the_whole_link_deadline_phone_and_notice(workspace: Workspace, wave: str) -> None:
    token = LinkSigner(KEYS, workspace.campaign.id).token(INVITED.code, 1)
    expected = [
        f"https://anmeldung.example/r/{token}/antwort",
        f"https://anmeldung.example/r/{token}/abmelden",
        "12. Dezember 2023",
        workspace.campaign.rsvp.phone,
        "Landtag Nordrhein-Westfalen und Auslandsgesellschaft.de e. V.",
        "Herkunft Ihrer Anschrift",
        "jederzeit widersprechen",
        "Sehr geehrte Frau Oberbürgermeisterin,",
    ]
    for text in texts(composed(workspace, wave)):
        assert [one for one in expected if one not in words(text)] == []


def test_invitation_holds_the_letters_full_text_in_both_parts(workspace: Workspace) -> None:
    source = re.sub(r"{.*?}+|<[^>]+>|&#8239;", " ", (ROOT / "templates/invitation.html").read_text())
    sentences = [words(one) for one in source.replace("e.", "").split(". ")]
    for text in texts(composed(workspace, "invitation")):
        shown = words(plain(text) if text.startswith("<!DOCTYPE") else text)
        for word in {word for sentence in sentences for word in sentence.split()}:
            assert word in shown or word in "V. &#8239;"


@pytest.mark.parametrize("wave", WAVES)
def test_plain_says_the_same_as_html(workspace: Workspace, wave: str) -> None:
    shown, html = texts(composed(workspace, wave))
    told = set(re.findall(r"\w{4,}", shown.lower()))
    assert set(re.findall(r"\w{4,}", plain(re.sub(r"(?s)<head>.*</head>", "", html)).lower())) - told <= {
        "falls", "schaltfläche", "nicht", "geht", "öffnen", "bitte", "diesen", "link", "hinweise", "mailto",
        "antworten", "zusagen", "oder", "absagen",
    }  # fmt: skip


def test_invitation_carries_letter_programme_and_calendar(workspace: Workspace) -> None:
    attached = list(parsed(composed(workspace, "invitation").content).iter_attachments())
    assert [part.get_filename() for part in attached] == ["Einladung.pdf", "Vorläufiges Programm.pdf", "Termin.ics"]
    assert attached[0].get_payload(decode=True) == b"%PDF-1.7 the letter"
    calendar = attached[2].get_payload(decode=True)
    assert isinstance(calendar, bytes)
    assert read_method(calendar) == "PUBLISH"
    assert calendar_uid(INVITED.code, "staedtepartnerschaften.example").encode() in calendar


@pytest.mark.parametrize(
    ("wave", "files", "automatic"),
    [("reminder-1", [], True), ("confirmation-7", ["Termin.ics"], True), ("invitation", None, False)],
)
def test_only_reminders_and_confirmations_are_automatic(
    workspace: Workspace, wave: str, files: list[str] | None, automatic: bool
) -> None:
    message = parsed(composed(workspace, wave).content)
    assert message["Auto-Submitted"] == ("auto-generated" if automatic else None)
    if files is not None:
        assert [part.get_filename() for part in message.iter_attachments()] == files


def test_confirmation_says_what_was_noted(workspace: Workspace) -> None:
    shown = words(texts(composed(workspace, "confirmation-7"))[0])
    for told in ("2 Personen", "Max <Muster> (in Vertretung)", "auf der Warteliste", "Name noch offen", "Rad & Bus"):
        assert told in shown
    assert "wählen Sie noch eine Arbeitsgruppe" not in shown


def test_yes_without_a_working_group_is_asked_for_one(workspace: Workspace) -> None:
    by_calendar = Tracking(reply="yes", persons=1)
    assert "wählen Sie noch eine Arbeitsgruppe" in texts(composed(workspace, "confirmation-7", by_calendar))[0]


@pytest.mark.parametrize("wave", ["confirmation-7", "confirmation-8"])
def test_nothing_past_is_promised_after_the_deadline(workspace: Workspace, wave: str) -> None:
    late = replace(workspace, now=at(NOW.replace(month=12, day=20)))
    assert "12. Dezember" not in texts(composed(late, wave))[0]


# --- envelope and tests -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wave", [*WAVES, "confirmation-1000000"])
def test_envelope_names_message_and_recipient_within_64_octets(workspace: Workspace, wave: str) -> None:
    mail = composed(workspace, wave, YES)
    local, _, domain = mail.sender.partition("@")
    assert (len(local) <= 64, domain) == (True, "staedtepartnerschaften.example")
    assert LinkSigner(KEYS, "tsp-2024").read_verp(local.removeprefix("bounce+")) == (INVITED.code, wave)
    assert mail.message_id == f"<invite.{INVITED.code}.{wave}@staedtepartnerschaften.example>"


def test_bounce_address_that_leaves_no_room_is_found_by_check(workspace: Workspace) -> None:
    mail = replace(workspace.campaign.mail, bounce="unzustellbare-einladungen@x.example")
    (problem,) = check_mail(replace(workspace, campaign=a_campaign(mail=mail)), a_recipient())
    assert (problem.column, "letters before the @" in problem.fix) == ("mail.bounce", True)


def test_example_campaign_has_no_problem(workspace: Workspace) -> None:
    assert check_mail(workspace, a_recipient()) == []


def test_test_mail_opens_nothing_and_says_so(workspace: Workspace) -> None:
    mail = composed(workspace, "invitation", test_to="ich@x.example")
    signer = LinkSigner(KEYS, workspace.campaign.id)
    whole = "".join(texts(mail)) + str(parsed(mail.content)["List-Unsubscribe"])
    tokens = set(re.findall(r"/r/([^/]+)/", whole))
    assert mail.to == "ich@x.example"
    assert "So sähe die Mail an Stadt Bonn aus" in whole
    for token in tokens:
        with pytest.raises(InvalidToken):
            signer.read(token)


def test_each_test_mail_has_a_message_id_of_its_own(workspace: Workspace) -> None:
    first, second = (composed(workspace, "invitation", test_to="ich@x.example").message_id for _ in range(2))
    assert first != second


@pytest.mark.parametrize("name", ["letters/k-bonn.pdf", "programme.pdf"])
def test_missing_file_is_said_with_the_mend(workspace: Workspace, name: str) -> None:
    (workspace.out / name).unlink()
    with pytest.raises(InviteError) as caught:
        composed(workspace, "invitation")
    assert caught.value.fix == "Run: invite render"


# --- for every mail program -------------------------------------------------------------------------------------------


class Elements(HTMLParser):
    """Every element with its attributes and its inlined style, and those around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}, [*self._open]))
        if tag not in ("br", "meta", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]


@pytest.fixture(params=WAVES)
def elements(request: pytest.FixtureRequest, workspace: Workspace) -> list[tuple[str, dict[str, str], list[str]]]:
    return Elements(texts(composed(workspace, request.param))[1]).found


Found = list[tuple[str, dict[str, str], list[str]]]


def test_layout_is_tables_that_readers_pass_over(elements: Found) -> None:
    tables = [attributes for tag, attributes, _ in elements if tag == "table"]
    assert all(one["role"] == "presentation" for one in tables)
    assert [one.get("width") for one in tables[:2]] == ["100%", "640"]


def test_nothing_is_used_that_words_engine_lacks(elements: Found) -> None:
    styles = " ".join(attributes.get("style", "") for _, attributes, _ in elements)
    assert re.findall(r"flex|grid|max-width|background-image|position|float|opacity|var\(", styles) == []
    assert not {"form", "input", "script", "iframe", "img", "svg", "link"} & {tag for tag, *_ in elements}


def test_styles_are_inlined(elements: Found) -> None:
    cells = [attributes for tag, attributes, _ in elements if tag == "td"]
    assert all("font-family" in one["style"] for one in cells)


def test_button_is_a_cell_around_the_link(elements: Found) -> None:
    (button,) = [attributes for tag, attributes, _ in elements if tag == "td" and attributes.get("class") == "button"]
    assert button["bgcolor"] == "#14508c"
    links = [attributes["href"] for tag, attributes, _ in elements if tag == "a"]
    assert len([link for link in links if link.endswith("/antwort")]) >= 2


def test_page_has_its_language_title_and_one_first_heading(elements: Found) -> None:
    assert elements[0][:2] == ("html", {"lang": "de"})
    assert [tag for tag, *_ in elements if re.fullmatch(r"h\d", tag)] == ["h1"]
    assert "title" in [tag for tag, *_ in elements]


def test_nothing_is_fetched_from_anywhere(elements: Found) -> None:
    for _, attributes, _ in elements:
        assert not {"src", "background", "srcset"} & set(attributes)
        assert "url(" not in attributes.get("style", "")


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_contrast_is_enough_in_light_and_dark(dark: bool) -> None:
    style = (ROOT / "templates/mail_layout.html").read_text().partition("<style>")[2].partition("</style>")[0]
    light_rules, _, dark_rules = style.partition("@media (prefers-color-scheme: dark)")
    rules = dark_rules if dark else light_rules.partition("@media")[0]
    on = {"button": "#9cc9f5", "test": "#fff3c4"} if dark else {"button": "#14508c", "test": "#fff3c4"}
    page = "#182633" if dark else "#ffffff"
    for selector, body in re.findall(r"([^{}]+){([^{}]*)}", rules):
        for colour in re.findall(r"(?<!-)color: (#[0-9a-f]{6})", body):
            behind = next((found for name, found in on.items() if name in selector), page)
            assert contrast(colour, behind) >= 4.5, (selector, colour, behind)
