"""What makes a letter accessible (PDF/UA-1) and archivable (PDF/A-3a) at once, beyond what WeasyPrint does."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

DATA_FILE = "einladung.json"
"""The name of the embedded file."""

# Tagged like PDF/UA, with the output intent and the metadata of PDF/A.
_VARIANT, _INTENT = "pdf/a-3a", "--srgb"

# PDF/A wants every foreign XMP property declared, and PDF/UA its part inside the packet's one rdf:RDF (ISO 14289-1,
# clause 5): readers ignore a second one, which is what WeasyPrint's own `xmp_metadata` would write.
_UA_METADATA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1" />\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 that the document conforms to</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


def accessible_xmp(packet: bytes) -> bytes:
    """The XMP of a PDF/A-3a file, which then says that it is PDF/UA-1 too."""
    return packet.replace(b"</rdf:RDF>", _UA_METADATA + b"</rdf:RDF>", 1)


def write_accessible(document: Any, *, identifier: bytes, data: str = "") -> bytes:
    """The PDF of a laid-out WeasyPrint document, whose metadata say PDF/UA-1 besides PDF/A-3a.

    `data` is a JSON text that the file embeds: what it says, for programs.
    """
    plain = document.metadata.generate_rdf_metadata
    # On the way out, not with pikepdf afterwards: reading and writing each letter once more costs milliseconds.
    document.metadata.generate_rdf_metadata = lambda *arguments: accessible_xmp(plain(*arguments))
    document.color_profiles[_INTENT] = _srgb()
    document.output_intent = _INTENT
    made: bytes = document.write_pdf(
        pdf_variant=_VARIANT,
        pdf_tags=True,
        pdf_identifier=identifier,
        output_intent=_INTENT,
        attachments=_embedded(data),
    )
    return made


def _embedded(data: str) -> list[Any]:
    if not data:
        return []
    from weasyprint import Attachment

    # A date of their own would make equal letters differ; that of the letter stands in it.
    made = datetime(2000, 1, 1, tzinfo=UTC)
    return [
        Attachment(
            string=data,
            name=DATA_FILE,
            description="Diese Einladung als Daten",
            created=made,
            modified=made,
            relationship="Data",
        )
    ]


@cache
def _srgb() -> Any:
    """The colour profile that PDF/A wants, read once: WeasyPrint would read it for each document, and not close it."""
    from weasyprint.css import ColorProfile

    data = files("weasyprint").joinpath("pdf", "sRGB2014.icc").read_bytes()

    class Srgb(ColorProfile):  # type: ignore[misc]
        """Written as it is: LittleCMS writes a profile shorter once it has been looked into."""

        content = data

    return Srgb(io.BytesIO(data), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
