"""Star imports are looked up in a process of its own, once for each state of a module."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.link import link
from nbflow.notebook.read import read_notebook
from nbflow.run.program.star_names import look_beside, star_names
from tests.flow.reading import graph_of, problems_of


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "nbflow" / "names.json"


def test_a_module_is_imported_once_and_not_here(tmp_path: Path, own_cache: Path) -> None:
    module = tmp_path / "counted.py"
    module.write_text(
        f"open({str(tmp_path / 'log')!r}, 'a').write('x')\nprint('loud')\nfirst, _second = 1, 2\ndef third(): pass\n"
    )
    look_beside(tmp_path / "nb.ipynb")
    assert star_names("counted") == {"first", "third"}
    assert (star_names("counted"), "counted" in sys.modules) == ({"first", "third"}, False)
    assert list(json.loads(own_cache.read_text()).values()) == [["first", "third"]]
    module.write_text("__all__ = ['_second']\n_second = first = 1\n")
    os.utime(module, (1, 1))
    assert star_names("counted") == {"_second"}


def test_a_module_that_fails_has_no_names(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("1 / 0")
    look_beside(tmp_path / "nb.ipynb")
    assert star_names("broken") is None
    assert star_names("no.such.module") is None


def test_a_step_that_imports_everything_is_linked_by_name(tmp_path: Path) -> None:
    path = tmp_path / "nb.py"
    path.write_text(
        "# %%\nfrom math import *\n\n# %%\n# %%step a\nfrom statistics import *\nx = mean([sqrt(4), pi])\n\n"
        "# %%\n# %%step b\ny = median([x, floor(x)])\n"
    )
    graph = link(read_notebook(path))
    assert check_flow(graph) == ()
    assert graph.steps["a"].source.body == "from statistics import mean, median\nx = mean([sqrt(4), pi])"
    assert graph.prelude.definitions[0].names == {"floor", "pi", "sqrt"}


def test_what_a_later_import_brings_replaces_the_name() -> None:
    graph = graph_of("from math import *\n---\nfrom cmath import *\n---\n%%step a\ny = sqrt(-1)")
    assert [one.source for one in graph.closure("a")][-1:] == ["from cmath import sqrt"]


def test_pylab_is_the_imports_that_it_stands_for() -> None:
    assert problems_of("%pylab inline\n---\n%%step a\ny = linspace(0, 1, 3)\nz = np.sum(y) + pi") == []
