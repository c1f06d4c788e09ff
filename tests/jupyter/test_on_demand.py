"""A real kernel loads nbflow when a cell needs it: at its start stands the file that the wheel installs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbflow
from tests.jupyter.kernels import Kernel

STARTUP = Path(nbflow.__file__).parent / "jupyter/startup.py"
PLAIN = "['In', 'Out', 'exit', 'get_ipython', 'open', 'quit']"
LOADED = "'nbflow.jupyter.kernel.magics' in __import__('sys').modules"


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    starts = tmp_path / "ipython/profile_default/startup"
    starts.mkdir(parents=True)
    shutil.copy(STARTUP, starts / "50-nbflow.py")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    (tmp_path / "work").mkdir()
    kernel = Kernel(tmp_path / "work", extension=False)
    yield kernel
    kernel.stop()


def test_the_first_step_finds_its_magic_and_nothing_is_loaded_before(kernel: Kernel) -> None:
    assert kernel.value(LOADED) == "False"
    assert kernel.value("__doc__") == "'Automatically created module for IPython interactive environment'"
    assert kernel.value("[name for name in dir() if not name.startswith('_')]") == PLAIN
    kernel.ok("factor = 3")
    kernel.ok("%%step one\none = factor + 1")
    assert (kernel.value("one"), kernel.value(LOADED)) == ("4", "True")
    assert kernel.ok("%load_ext nbflow").text == ""
    kernel.ok("#| step: two\ntwo = one + 1")
    assert kernel.value("two") == "5"


@pytest.mark.parametrize("source", ["# words\n#| step: one\none = 1", "%%parameters\none: int = 1", "%flow status"])
def test_every_header_and_magic_loads_it(kernel: Kernel, source: str) -> None:
    assert "not found" not in kernel.run(source).frames
    assert kernel.value(LOADED) == "True"


def test_the_tab_key_in_a_header_loads_it(kernel: Kernel) -> None:
    assert kernel.complete("prin") == ["print"]
    assert kernel.value(LOADED) == "False"
    assert kernel.complete("%%step one --fo") == ["--foreach"]
    assert kernel.value(LOADED) == "True"
    assert kernel.complete("%flow rest") == ["restore"]


def test_the_magic_of_another_extension_stays_its_own(kernel: Kernel) -> None:
    kernel.ok("from IPython.core.magic import register_line_magic\n@register_line_magic\ndef flow(line):\n    return 7")
    assert kernel.value("%flow") == "7"
    assert kernel.value(LOADED) == "False"
    assert "write %nbflow instead" in kernel.ok("%%step one\none = 1").text
