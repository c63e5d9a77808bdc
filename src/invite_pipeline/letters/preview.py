"""A letter to look at: its PDF and a picture of every page."""

from __future__ import annotations

import io
from pathlib import Path

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.letters.files import write_atomically
from invite_pipeline.letters.render import letter_pdf
from invite_pipeline.store.database import Store

_POINTS_PER_INCH = 72


def preview_letter(store: Store, workspace: Workspace, key: str) -> list[Path]:
    """Make one recipient's letter as it would be now: out/preview/KEY/letter.pdf and letter.png (letter-2.png, …).

    Raises UnknownRecipient, TemplateBroken, LetterFailed.
    """
    folder = workspace.out / "preview" / key
    pdf = letter_pdf(store, workspace, key)
    written = {folder / "letter.pdf": pdf}
    for number, picture in enumerate(pictures(pdf), start=1):
        written[folder / ("letter.png" if number == 1 else f"letter-{number}.png")] = picture
    for path, content in written.items():
        write_atomically(path, content)
    return list(written)


def pictures(pdf: bytes, dpi: int = 150) -> list[bytes]:
    """Each page of a PDF as a PNG."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    # Digital signatures are shown by form fields.
    document.init_forms()
    try:
        return [_png(page.render(scale=dpi / _POINTS_PER_INCH).to_pil()) for page in document]
    finally:
        document.close()


def _png(image: object) -> bytes:
    target = io.BytesIO()
    image.save(target, "png")  # type: ignore[attr-defined]
    return target.getvalue()
