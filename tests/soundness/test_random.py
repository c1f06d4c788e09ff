"""Random notebooks print in an engine what they print in plain Python, or nbflow says that they do not.

The same ones each time, each in one of the engines; with NBFLOW_EXPLORE=N in the environment N others each time.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.soundness.books import Book
from tests.soundness.comparing import compare
from tests.soundness.engines import Bench
from tests.soundness.random_aliases import alias_notebooks
from tests.soundness.random_effects import effect_notebooks
from tests.soundness.warm import Warm

EXPLORED = int(os.environ.get("NBFLOW_EXPLORE") or 0)
REAL = settings(
    suppress_health_check=list(HealthCheck),
    derandomize=not EXPLORED,
    phases=[Phase.explicit, Phase.generate],  # a smaller example would take minutes to be found
)
SAID = (
    *("random_book.py:", "nbflow.errors.ChangeLeftBehind: "),
    *("nbflow.errors.PreludeChanged: ", "nbflow.errors.UnknownDraw: "),
)
"""What nbflow says against a cell and its line begins so, and so do the errors of a script that cannot go on."""

ENGINE = st.sampled_from(["run", "edited", "kernel", "script"])


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    process = Warm()
    yield process
    process.stop()


@settings(REAL, max_examples=EXPLORED or 16)
@given(alias_notebooks(), ENGINE)
def test_names_that_share_objects_go_on_sharing_them(warm: Warm, text: str, engine: str) -> None:
    assert_equal_or_said(warm, text, engine)


@settings(REAL, max_examples=EXPLORED or 16)
@given(effect_notebooks(), ENGINE)
def test_steps_see_what_the_ordinary_cells_above_them_did(warm: Warm, text: str, engine: str) -> None:
    assert_equal_or_said(warm, text, engine)


def assert_equal_or_said(warm: Warm, text: str, engine: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="nbflow"))
    try:
        (folder / "random_book.py").write_text(text)
        bench = Bench(Book(folder / "random_book.py"), folder, warm)
        note(text)
        problem = compare(bench, engine)
        assert not problem or any(text in problem + bench.check().out for text in SAID), problem
    finally:
        shutil.rmtree(folder, ignore_errors=True)
