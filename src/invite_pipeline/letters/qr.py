"""QR codes as vectors: in a template, <img src="qr:TEXT" alt="…"> is the QR code of TEXT.

WeasyPrint takes tens of milliseconds to draw such a code from SVG, more than for all the rest of a letter. What it
asks of an image is a size and to draw itself, which a QR code can do at once.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any
from urllib.parse import unquote

import numpy as np
import zxingcpp

SCHEME = "qr:"

# Readers take each of the eight masks that a code may have. To find the one that looks most even, an encoder makes
# all eight, which takes eight times as long.
_MASK = 3


@lru_cache(maxsize=1000)
def qr_drawing(text: str) -> bytes:
    """PDF operators that fill the modules of a QR code (error correction M, no quiet zone) within a unit square.

    All modules are one path: drawn one by one, hairlines would show between them.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", dataMask=_MASK)
    dark = np.asarray(code.to_image(add_quiet_zones=False)) == 0
    side = dark.shape[0]
    octets = np.packbits(dark, axis=1).ravel()
    path = "".join(map(_bars(side).__getitem__, (_places(octets.size) | octets).tolist()))
    return f"{1 / side:.8f} 0 0 {1 / side:.8f} 0 0 cm 0 0 0 rg{path} f".encode()


@cache
def _places(octets: int) -> np.ndarray:
    return np.arange(octets) << 8


class _Bars(dict[int, str]):
    """The operators of eight modules, by place and pattern: to look them up is quicker than to write them anew."""

    def __init__(self, side: int) -> None:
        self._octets = (side + 7) // 8

    def __missing__(self, octet: int) -> str:
        row, column = divmod(octet >> 8, self._octets)
        bars = [(column * 8 + one.start(), len(one[0])) for one in re.finditer("1+", f"{octet & 255:08b}")]
        self[octet] = "".join(f" {start} {row} {length} 1 re" for start, length in bars)
        return self[octet]


_bars = cache(_Bars)


class QrCode:
    """The QR code of a text as an image of WeasyPrint's."""

    def __init__(self, text: str) -> None:
        self._drawing = qr_drawing(text)

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[float, float, float]:
        """Width and height in CSS pixels, and their ratio: 24 mm, which a telephone reads at arm's length."""
        return _SIDE, _SIDE, 1

    def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
        """Fill the modules, stretched to the size that the style sheet gives."""
        stream.transform(a=width, d=height)
        stream.stream.append(self._drawing)


_SIDE = 24 / 25.4 * 96


class Images(dict[str, Any]):
    """WeasyPrint's cache of images, in which a QR code is found without being kept: no two letters have the same."""

    def __contains__(self, url: object) -> bool:
        return str(url).startswith(SCHEME) or super().__contains__(url)

    def __getitem__(self, url: str) -> Any:
        return QrCode(unquote(url.removeprefix(SCHEME))) if url.startswith(SCHEME) else super().__getitem__(url)
