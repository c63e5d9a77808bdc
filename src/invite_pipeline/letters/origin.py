"""What all letters of a campaign are made from, beside their own HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from invite_pipeline import __version__
from invite_pipeline.domain.campaign import LANGUAGES
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.templates import FOLDER, Templates
from invite_pipeline.letters.certificates import Signing, signing
from invite_pipeline.letters.references import files
from invite_pipeline.letters.template import LETTER, LETTER_STYLE, LetterText


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
    for name, content in _shown(workspace, templates, style):
        common.update(f"\0{name}\0".encode() + content)
    signed = signing(workspace)
    if signed:
        common.update(f"\0{version('pyhanko')}\0{signed.digest}".encode())
    return Origin(style, common.hexdigest(), signed)


def _shown(workspace: Workspace, templates: Templates, style: str) -> Iterator[tuple[str, bytes]]:
    """Every file that letters can show, by its name in the campaign: assets, signatures, whatever a template names."""
    folder = workspace.folder.resolve()
    names = {templates.in_language(LETTER, language) for language in LANGUAGES}
    sources = [templates.source(one) for name in sorted(names) for one in sorted(templates.included(name))]
    found = files(folder, folder / FOLDER, [style, *sources])
    found |= {path for path in (folder / "assets").rglob("*") if path.is_file()}
    found |= {
        path for host in workspace.campaign.hosts if host.signature and (path := folder / host.signature).is_file()
    }
    # By their names here, not by their places: letters are the same in every folder.
    named = {path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name: path for path in found}
    return ((name, named[name].read_bytes()) for name in sorted(named))
