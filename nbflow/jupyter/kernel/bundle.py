"""Where the widget's part for the browser is."""

from __future__ import annotations

from pathlib import Path

BUNDLE = Path(__file__).parents[2] / "static" / "widget.js"
"""What the widget is in a browser. It is built with the package; a bare checkout has none."""
