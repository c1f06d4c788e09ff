"""What holds for all tests."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from nbflow.history.report.to_pdf import find_chromium
from nbflow.store.blobs.checks import find_damage
from tests.soundness.warm import start_workers

settings.register_profile(
    "nbflow",
    deadline=None,  # how long an example takes says nothing on a busy machine
    derandomize="NBFLOW_EXPLORE" not in os.environ,  # a change fails for what it does, not for a new example
)
settings.load_profile("nbflow")

gc.disable()  # until the tests are found: they are millions of objects, and none of them is garbage

LONG = (
    *(
        "test_checks",
        "soundness/test_random",
        "notebooks/",
        "export/",
        "run/test_kills",
        "run/test_laws",
        "run/hosts/",
        "labextension/",
        "browser/",
    ),
    *("soundness/", "jupyter/", "script/"),
)
"""The tests that take longest, of which each file is one piece of work: they go first, so that no worker is left
alone with one of them at the end."""

CHROMIUM_MISSING = (
    "Chromium is missing: install it (apt-get install chromium-headless-shell) or name it in NBFLOW_CHROMIUM"
)

SCIENCE = ("soundness/", "notebooks/")
"""The tests whose notebooks import large libraries."""


@pytest.hookimpl(tryfirst=True)  # so that `-m browser` sees the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place_of)
    _mark_browser_tests(items)


def _mark_browser_tests(items: list[pytest.Item]) -> None:
    """Mark every test that drives a browser, and skip it where there is none."""
    is_missing = find_chromium() is None
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
            if is_missing:
                item.add_marker(pytest.mark.skip(reason=CHROMIUM_MISSING))


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()
    gc.enable()
    if any(f"tests/{part}" in item.path.as_posix() for item in session.items for part in SCIENCE):
        start_workers()


def _place_of(item: pytest.Item) -> int:
    return next((n for n, part in enumerate(LONG) if f"tests/{part}" in item.path.as_posix()), len(LONG))


@pytest.fixture(autouse=True)
def _no_damage_is_left() -> Iterator[None]:
    """Take what a test damaged on purpose from the checks of this process, which the next task would be told of."""
    yield
    while find_damage() is not None:
        pass
