"""Makes a small picture of a figure or an image when it is stored."""

from __future__ import annotations

import base64
import io
import sys
import warnings
from typing import Any

_WIDTH = 240
"""Limits the longer side of a picture, in pixels."""

THUMBNAIL_LIMIT = 12_000
"""Limits the size of the PNG, in bytes."""

_COLOURS = 64


def thumbnail(value: object) -> str:
    """Return a PNG in base64; "" if the value is not a picture. May raise what the value raises while it is drawn."""
    figures, images = sys.modules.get("matplotlib.figure"), sys.modules.get("PIL.Image")
    if images is None:
        return ""
    if figures is not None and isinstance(value, figures.Figure):
        return _encode(images.open(io.BytesIO(_draw(value))))
    return _encode(value) if isinstance(value, images.Image) else ""


def _draw(figure: Any) -> bytes:
    """Draw a figure as a PNG, without warnings: the user did not ask for this drawing."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure.savefig(buffer, format="png", dpi=_WIDTH / max(*figure.get_size_inches(), 0.1))
    return buffer.getvalue()


def _encode(image: Any) -> str:
    """Return a PNG in base64, made smaller until it fits; "" if it never does."""
    for width in (_WIDTH, _WIDTH * 2 // 3, _WIDTH // 3):
        data = _png(image, width)
        if len(data) <= THUMBNAIL_LIMIT:
            return base64.b64encode(data).decode("ascii")
    return ""


def _png(image: Any, width: int) -> bytes:
    scale = min(1.0, width / max(image.size))
    size = tuple(max(1, round(side * scale)) for side in image.size)
    small = image.resize(size, reducing_gap=2.0).convert("RGBA").quantize(_COLOURS, method=2)
    buffer = io.BytesIO()
    small.save(buffer, "png", optimize=True)
    return buffer.getvalue()
