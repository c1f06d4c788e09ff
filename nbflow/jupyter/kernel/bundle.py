"""Locates the file with the widget's JavaScript."""

from __future__ import annotations

from pathlib import Path

BUNDLE = Path(__file__).parents[2] / "static" / "widget.js"
"""The widget's JavaScript module. It is built with the package; a fresh checkout does not have it."""
