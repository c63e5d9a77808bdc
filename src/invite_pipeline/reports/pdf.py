"""Two pages for the hosts, to be printed or mailed on: figures, course, working groups, what is outstanding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from invite_pipeline.domain.campaign import Campaign
from invite_pipeline.reports import labels
from invite_pipeline.reports.figures import Figures, Funnel
from invite_pipeline.reports.html import render
from invite_pipeline.reports.rows import Row
from invite_pipeline.reports.table import line

# What the second page holds, where titles take two lines each.
_GROUPS, _KINDS, _REGIONS = 6, 3, 6


def pdf_report(figures: Figures, rows: Sequence[Row], campaign: Campaign) -> bytes:
    """The figures as a PDF of two A4 pages; fonts come with the package, nothing is loaded from elsewhere."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    failed = [line(row) for row in rows if row.to_call and row.delivery.failed]
    shown = {"groups_shown": _GROUPS, "failed_shown": 8 if len(figures.workshops) <= 4 else 4}
    html = render("hosts.html", figures, campaign, parts=_parts(figures), failed=failed, **shown)
    fonts = FontConfiguration()
    style = CSS(string=_font_faces(), font_config=fonts, base_url=None)
    written = HTML(string=html).write_pdf(stylesheets=[style], font_config=fonts)
    assert isinstance(written, bytes)
    return written


def _parts(figures: Figures) -> list[tuple[str, Funnel]]:
    """The kinds, then the regions that are most of the list."""
    kinds = [(labels.kind(name, many=True), group) for name, group in figures.by_kind.items()]
    regions = sorted(figures.by_region.items(), key=lambda one: -one[1].invited)
    return [*kinds[:_KINDS], *((f"Region {labels.region(name)}", group) for name, group in regions[:_REGIONS])]


def _font_faces() -> str:
    import font_source_sans_pro

    files = Path(font_source_sans_pro.font_directory)
    faces = (("SourceSansPro-Regular.ttf", "normal"), ("SourceSansPro-Bold.ttf", "bold"))
    return "".join(
        f'@font-face {{ font-family: "Report Sans"; src: url("{(files / name).as_uri()}"); font-weight: {weight} }}'
        for name, weight in faces
    )
