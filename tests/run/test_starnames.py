"""Star imports are looked up in a process of its own, once for each state of a module."""

from __future__ import annotations

import json
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


def test_a_module_beside_the_notebook_is_read_and_not_executed(tmp_path: Path, own_cache: Path) -> None:
    module = tmp_path / "counted.py"
    loud = f"open({str(tmp_path / 'log')!r}, 'a').write('x')\n"
    module.write_text(f"{loud}first, _second = 1, 2\nimport math as m\ndef third(): pass\nfourth = 4\ndel fourth\n")
    look_beside(tmp_path / "nb.ipynb")
    assert star_names("counted") == {"first", "third", "m"}
    module.write_text(f"{loud}__all__ = ['_second']\n_second = first = 1\n")
    assert star_names("counted") == {"_second"}
    assert not (tmp_path / "log").exists()
    assert not own_cache.exists()


def test_stars_of_modules_beside_the_notebook_lead_on(tmp_path: Path) -> None:
    (tmp_path / "parts" / "deep").mkdir(parents=True)
    (tmp_path / "all.py").write_text("from parts import *\nfrom all import *\nfrom cmath import *")
    (tmp_path / "parts" / "__init__.py").write_text("from .one import *\nfrom .deep.two import *")
    (tmp_path / "parts" / "one.py").write_text("here = 1")
    (tmp_path / "parts" / "deep" / "two.py").write_text("from ..one import *\nthere = 2")
    look_beside(tmp_path / "nb.ipynb")
    assert {"here", "there", "phase"} < (star_names("all") or set())


def test_an_installed_module_is_imported_once_and_not_here(own_cache: Path) -> None:
    module = "colorsys"  # no other test asks for it: a process remembers what it was told
    assert "rgb_to_hls" in (star_names(module) or ())
    assert [names for key, names in json.loads(own_cache.read_text()).items() if f" {module} " in key]


def test_a_module_that_cannot_be_read_has_no_names(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("1 +")
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
