"""The browser of the tests, once for all benchmarks: Playwright runs only once in a process."""

from __future__ import annotations

from nbflow.garbage import collect_rarely
from tests.browser.conftest import browser, folder, lab, notebook, pages, window
from tests.browser.renderer.conftest import script, stage

__all__ = ["browser", "folder", "lab", "notebook", "pages", "script", "stage", "window"]

collect_rarely()  # as each command does
