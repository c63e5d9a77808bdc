"""QR codes as vectors: in a template, <img src="qr:TEXT" alt="…"> is the QR code of TEXT.

WeasyPrint takes tens of milliseconds to draw such a code from SVG, more than for all the rest of a letter. What it
asks of an image is a size and to draw itself, which a QR code can do at once.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import zxingcpp

SCHEME = "qr:"

_RECTANGLE = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+Z")


class QrCode:
    """The QR code of a text (error correction M, without quiet zone), as an image of WeasyPrint's."""

    def __init__(self, text: str) -> None:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
        svg = code.to_svg(add_quiet_zones=False)
        rectangles = _RECTANGLE.findall(svg)
        self._side = max(int(x) + int(width) for x, _, width, _ in rectangles)
        self._path = "\n".join(f"{x} {y} {width} {height} re" for x, y, width, height in rectangles).encode()

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Width and height in CSS pixels, and their ratio: one pixel a module."""
        return self._side, self._side, 1

    def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
        """Fill all modules as one path: drawn one by one, hairlines would show between them."""
        stream.transform(a=width / self._side, d=height / self._side)
        stream.set_color_rgb(0, 0, 0)
        stream.stream.append(self._path)
        stream.fill()


class Images(dict[str, Any]):
    """WeasyPrint's cache of images, in which a QR code is found without being kept: no two letters have the same."""

    def __contains__(self, url: object) -> bool:
        return str(url).startswith(SCHEME) or super().__contains__(url)

    def __getitem__(self, url: str) -> Any:
        return QrCode(unquote(url.removeprefix(SCHEME))) if url.startswith(SCHEME) else super().__getitem__(url)
