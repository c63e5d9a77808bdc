"""QR codes as vector paths, small enough to stand in every letter."""

from __future__ import annotations

import base64

import numpy as np
import zxingcpp


def qr_path(text: str) -> tuple[str, int]:
    """A QR code (error correction M) as an SVG path of horizontal runs, and its side in modules, without quiet zone."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    dark = np.array(code.to_image(scale=1, add_quiet_zones=False)) < 128
    runs = []
    for y, row in enumerate(dark):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
        runs += [f"M{start} {y}h{end - start}v1h-{end - start}z" for start, end in edges.reshape(-1, 2)]
    return "".join(runs), len(dark)


def qr_image(text: str) -> str:
    """A QR code as the data URI of an SVG image."""
    path, side = qr_path(text)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
