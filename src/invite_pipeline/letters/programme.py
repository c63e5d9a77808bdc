"""The programme that is annexed to letter and mail: one PDF made from the campaign."""

from __future__ import annotations

import hashlib
from pathlib import Path

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.templates import Templates
from invite_pipeline.letters.files import write_atomically
from invite_pipeline.letters.template import PROGRAMME_STYLE, programme_html
from invite_pipeline.store.letter_files import PROGRAMME, local_root, read_file, write_file

NAME = PROGRAMME


def programme_pdf(workspace: Workspace) -> Path:
    """The programme's PDF under the output folder, made again only where its HTML or style has changed.

    Raises TemplateBroken, and InviteError for a file that it may not read.
    """
    templates = Templates(workspace.folder)
    html = programme_html(templates, workspace)
    style = templates.render(PROGRAMME_STYLE)
    path = workspace.out / NAME
    note = path.with_suffix(".sha256")
    made_from = hashlib.sha256((html + style).encode()).hexdigest()
    if not (path.exists() and note.exists() and note.read_text() == made_from):
        from invite_pipeline.letters.document import typesetter

        write_atomically(path, typesetter(workspace.folder).pdf(html, style))
        write_atomically(note, made_from.encode())
    if local_root(workspace) != workspace.out:
        _share(workspace, path.read_bytes())
    return path


def _share(workspace: Workspace, data: bytes) -> None:
    """Put the programme where all machines find it, unless it lies there."""
    try:
        there = read_file(workspace, NAME)
    except OSError:
        there = b""
    if there != data:
        write_file(workspace, NAME, data)
