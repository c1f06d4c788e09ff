"""Finds the Chromium that the browser tests drive."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell without windows comes first: it takes a quarter less time than the whole browser."""

MISSING = "Chromium is missing: install it (apt-get install chromium-headless-shell) or name it in NBFLOW_CHROMIUM"


def find_chromium() -> str | None:
    """Return the program, or None where there is none. NBFLOW_CHROMIUM overrides the search."""
    return os.environ.get("NBFLOW_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
