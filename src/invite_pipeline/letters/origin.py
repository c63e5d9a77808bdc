"""What all letters of a campaign are made from, beside their own HTML."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version

from invite_pipeline import __version__
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.templates import Templates
from invite_pipeline.letters.certificates import Signing, signing
from invite_pipeline.letters.template import LETTER_STYLE, LetterText


@dataclass(frozen=True, slots=True)
class Origin:
    """The letters' style, and a digest of it with the programs and images."""

    style: str
    digest: str
    signing: Signing | None = None
    """Who signs the letters digitally."""

    def fingerprint(self, letter: LetterText) -> str:
        """What names all that one letter is made from."""
        return hashlib.sha256("\0".join((self.digest, letter.form.digest(), *letter.values)).encode()).hexdigest()


def origin(workspace: Workspace, templates: Templates) -> Origin:
    """The origin of a campaign's letters as its files are now. Raises TemplateBroken, CertificateUnusable."""
    style = templates.render(LETTER_STYLE)
    common = hashlib.sha256(f"{__version__}\0{version('weasyprint')}\0{style}".encode())
    for image in sorted((workspace.folder / "assets").rglob("*")):
        if image.is_file():
            common.update(f"\0{image.name}\0".encode() + image.read_bytes())
    signed = signing(workspace)
    if signed:
        common.update(f"\0{version('pyhanko')}\0{signed.digest}".encode())
    return Origin(style, common.hexdigest(), signed)
