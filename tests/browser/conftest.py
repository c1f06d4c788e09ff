"""A JupyterLab and a browser for these tests in a worker; a folder with a store of its own for each.

They end with the last of these tests: while Playwright runs, so does its event loop, and no other can (`asyncio.run`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from nbflow.history.report.to_pdf import find_chromium
from tests.browser.cells import write_notebook
from tests.browser.lab import Lab
from tests.browser.window import Window

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

OpenNotebook = Callable[..., Window]


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def folder(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Where the notebooks of a test are, and their store."""
    folder = lab.root / re.sub(r"\W+", "-", request.node.name)
    (folder / ".nbflow").mkdir(parents=True)
    yield folder
    lab.end_kernels()
    lab.forget_settings()


class Pages:
    """Keeps a page with JupyterLab for the tests that leave it tidy: to load it takes longer than most tests."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._kept: Window | None = None

    def new(self, **settings: Any) -> Window:
        size = {"width": 1400, "height": 900}
        context = self._browser.new_context(reduced_motion="reduce", **{"viewport": size, **settings})
        context.set_default_timeout(120_000)
        return Window(context.new_page())

    def take(self) -> Window:
        window, self._kept = self._kept or self.new(), None
        return window

    def give_back(self, window: Window, *, keep: bool) -> None:
        if keep and window.tidy_up():
            self._kept = window
        else:
            window.page.context.close()


@pytest.fixture(scope="package")
def pages(browser: Browser) -> Pages:
    return Pages(browser)


@pytest.fixture
def window(pages: Pages, request: pytest.FixtureRequest) -> Iterator[Window]:
    """A page that at the end must not have complained. A parameter is how the browser is set, for a page of its own."""
    settings, failed = getattr(request, "param", None), request.session.testsfailed
    window = pages.new(**settings) if settings else pages.take()
    yield window
    complaints = list(window.complaints)
    is_well = not complaints and request.session.testsfailed == failed
    if not is_well or "NBFLOW_EXPLORE" in os.environ:
        window.screenshot(re.sub(r"\W+", "-", request.node.name))
    pages.give_back(window, keep=is_well and not settings)
    assert complaints == []


@pytest.fixture
def notebook(lab: Lab, folder: Path, window: Window) -> OpenNotebook:
    """Open cells as a notebook, with a live kernel."""

    def open_(cells: Sequence[str], name: str = "demo", kind: str = "lab/tree") -> Window:
        path = folder / f"{name}.ipynb"
        write_notebook(path, cells)
        if kind == "lab/tree" and window.has_lab():
            window.open_here(lab, path)
        else:
            window.open(lab.page(path, kind))
        return window

    return open_
