"""What could go wrong with letters and programme, found before anything is rendered."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from invite_pipeline.domain.campaign import LANGUAGES, inside
from invite_pipeline.domain.invitation import Invitation, InvitationState
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import Problem, TemplateBroken
from invite_pipeline.formats.campaign_file import NAME
from invite_pipeline.formats.template_rules import check_template
from invite_pipeline.formats.templates import FOLDER, Templates, campaign_context
from invite_pipeline.letters.accessibility import Mistake, mistakes, style_mistakes
from invite_pipeline.letters.certificates import check_certificates
from invite_pipeline.letters.fonts import missing_fonts
from invite_pipeline.letters.print_run import SLIP, SLIP_STYLE
from invite_pipeline.letters.references import reached, references
from invite_pipeline.letters.template import (
    LETTER,
    LETTER_STYLE,
    PROGRAMME,
    PROGRAMME_STYLE,
    letter_context,
)

_IMAGES = (".svg", ".png", ".jpg", ".jpeg")


def check_letters(workspace: Workspace, sample: Recipient) -> list[Problem]:
    """Every problem of the letters' templates, styles, images and fonts; `sample` is tried as a recipient."""
    templates = Templates(workspace.folder)
    invitation = Invitation(sample.key, "0000000000", 1, InvitationState.DRAFT)
    contexts = {
        LETTER: letter_context(workspace, sample, invitation),
        PROGRAMME: campaign_context(workspace.campaign),
    }
    contexts |= {
        name: contexts[LETTER] for language in LANGUAGES if (name := templates.in_language(LETTER, language)) != LETTER
    }
    problems: list[Problem] = []
    for name, context in contexts.items():
        problems += check_template(templates, name, context, needs="" if name == PROGRAMME else "link")
        problems += _accessibility(workspace.folder, templates, name)
    styles = [LETTER_STYLE, PROGRAMME_STYLE]
    if (workspace.templates / SLIP).is_file() or (workspace.templates / SLIP_STYLE).is_file():
        # A campaign without both prints no reply slips.
        slip = {**campaign_context(workspace.campaign), "slips": [contexts[LETTER]]}
        problems += check_template(templates, SLIP, slip, needs="")
        problems += _accessibility(workspace.folder, templates, SLIP)
        styles.append(SLIP_STYLE)
    for name in styles:
        problems += templates.check(name, {}) or _of(name, style_mistakes(templates.source(name)))
        problems += _references(workspace.folder, templates, name)
    return problems + _images(workspace) + check_certificates(workspace) + missing_fonts()


def _accessibility(folder: Path, templates: Templates, name: str) -> list[Problem]:
    problems: list[Problem] = []
    try:
        for one in sorted(templates.included(name)):
            problems += _of(one, mistakes(templates.source(one)))
            problems += _references(folder, templates, one)
    except TemplateBroken:
        # Said by the check of the template itself.
        return []
    return problems


def _of(name: str, found: list[Mistake]) -> list[Problem]:
    return [Problem(one.severity, f"{FOLDER}/{name}", one.message, one.fix, row=one.line) for one in found]


def _references(folder: Path, templates: Templates, name: str) -> list[Problem]:
    """The files named in a template or style that it may not read, or that are not there."""
    try:
        found = references(templates.source(name))
    except TemplateBroken:
        return []
    problems = []
    for one in found:
        path = reached(folder, folder / FOLDER, one.url)
        message = (
            f"A letter may only use files of the campaign folder, not {one.url}."
            if path is None
            else f"{one.url} does not exist."
            if not path.is_file()
            else ""
        )
        if message:
            fix = "Put the file into assets/ and name it there."
            problems.append(Problem("error", f"{FOLDER}/{name}", message, fix, row=one.line))
    return problems


def _images(workspace: Workspace) -> list[Problem]:
    problems = []
    for number, host in enumerate(workspace.campaign.hosts, start=1):
        if host.signature:
            message, fix = _image_fault(workspace.folder, host.signature)
            if message:
                problems.append(Problem("error", NAME, message, fix, column=f"hosts[{number}].signature"))
        else:
            message = f"{host.name} has no signature image: the place stays empty for signing by hand."
            problems.append(Problem("notice", NAME, message, column=f"hosts[{number}].signature"))
    return problems


def _image_fault(folder: Path, name: str) -> tuple[str, str]:
    path = folder / name
    if not inside(name):
        return f"{name} lies outside the campaign folder.", "Copy it into assets/."
    if not path.is_file():
        return f"The signature image {name} does not exist.", "Put it there, or remove the line."
    if path.suffix.lower() not in _IMAGES:
        return f"{name} is no image that a letter can show.", f"Save it as one of: {', '.join(_IMAGES)}."
    if not _is_image(path):
        return f"The signature image {name} cannot be read.", "Save it anew as SVG, PNG or JPEG."
    return "", ""


def _is_image(path: Path) -> bool:
    if path.suffix.lower() == ".svg":
        try:
            return ET.parse(path).getroot().tag.endswith("svg")  # noqa: S314 - the organiser's own file
        except (ET.ParseError, OSError):
            return False
    from PIL import Image

    try:
        with Image.open(path) as image:
            image.verify()
    except (OSError, SyntaxError):
        return False
    return True
