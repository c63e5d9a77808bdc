"""QR codes: one pixel a module, so that an image of a few hundred bytes prints with sharp edges at any size."""

from __future__ import annotations

import base64
import io

import zxingcpp
from PIL import Image


def qr_image(text: str) -> str:
    """A QR code (error correction M, without quiet zone) as the data URI of a black-and-white PNG."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = Image.fromarray(code.to_image(scale=1, add_quiet_zones=False)).convert("1")
    target = io.BytesIO()
    image.save(target, "png")
    return "data:image/png;base64," + base64.b64encode(target.getvalue()).decode()
