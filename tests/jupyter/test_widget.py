"""The flow as a widget. Needs the bundle that is built with the package."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from nbflow.jupyter.kernel.bundle import BUNDLE
from tests.jupyter.kernels import Kernel
from tests.jupyter.notebooks import write

VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET = "__import__('nbflow.jupyter.kernel.widget').jupyter.kernel.widget._live.popitem()[1]"

built = pytest.mark.skipif(not BUNDLE.exists(), reason="the panel is not built in this checkout")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("shown")
    kernel = Kernel(folder, write(folder / "shown.ipynb", "%%step one\none = 1", "%%step two\ntwo = one + 1"))
    yield kernel
    kernel.stop()


@built
def test_the_flow_is_shown_by_one_widget_with_a_text_for_other_front_ends(shown: Kernel) -> None:
    (first,) = shown.ok("%flow show").displayed
    (second,) = shown.ok("%flow show").displayed
    assert first[VIEW]["model_id"] == second[VIEW]["model_id"]
    assert first["text/plain"].startswith("shown · 2 steps\n")
    (text,) = shown.ok("%flow show --text").displayed
    assert list(text) == ["text/plain"]


@built
def test_the_widget_follows_what_goes_on(shown: Kernel) -> None:
    (first,) = shown.ok("%flow show").displayed
    shown.ok("%flow run")
    shown.wait_for_snapshot(lambda one: bool(one["run"]["finished"]))
    (again,) = shown.ok("import nbflow\nnbflow.Flow('shown').show()").results
    assert again[VIEW]["model_id"] == first[VIEW]["model_id"]
    shown.ok(f"widget = {WIDGET}\nwhile not widget.snapshot['run']['finished']: pass")
    shown.ok("state, snapshot = widget.state, widget.snapshot")
    assert shown.value("[(line['step'], line['status']) for line in state['lines']]") == (
        "[('one', 'done'), ('two', 'done')]"
    )
    assert shown.value("snapshot['run']['status'], state['run']['number']") == "('succeeded', 1)"


def test_outside_of_a_notebook_the_flow_of_the_newest_run_is_a_text(shown: Kernel) -> None:
    shown.ok("%flow run --to one")
    code = "import nbflow; print(nbflow.Flow('shown').show())"
    printed = subprocess.run([sys.executable, "-c", code], cwd=shown.folder, capture_output=True, text=True, check=True)
    assert printed.stdout.splitlines() == ["shown · 2 steps", "", "one", "two  ← one"]
