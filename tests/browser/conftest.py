"""A JupyterLab and a browser for these tests in a worker; a page and a folder with a store of its own for each.

They end with the last of these tests: while Playwright runs, so does its event loop, and no other can (`asyncio.run`).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.cells import write_notebook
from tests.browser.lab import Lab
from tests.browser.window import Window

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

OpenNotebook = Callable[..., Window]


def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("NBFLOW_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert found, "no chromium: install it (apt-get install chromium), or name it in NBFLOW_CHROMIUM"
    return found


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.start()
    yield lab
    lab.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
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


@pytest.fixture
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Window]:
    """A page of its own, which at the end must not have complained. A parameter is how the browser is set."""
    settings = {"viewport": {"width": 1400, "height": 900}, **getattr(request, "param", {})}
    context = browser.new_context(reduced_motion="reduce", **settings)
    context.set_default_timeout(60_000)
    window = Window(context.new_page())
    yield window
    window.screenshot(re.sub(r"\W+", "-", request.node.name))
    context.close()
    assert window.complaints == []


@pytest.fixture
def notebook(lab: Lab, folder: Path, window: Window) -> OpenNotebook:
    """Open cells as a notebook, with a live kernel."""

    def open_(cells: Sequence[str], name: str = "demo", kind: str = "lab/tree") -> Window:
        path = folder / f"{name}.ipynb"
        write_notebook(path, cells)
        window.open(lab.page(path, kind))
        return window

    return open_
