"""Every notebook is a test file, with a test for each engine: `pytest tests/soundness -k bank`, `-k "bank and run"`.

What takes longest, a kernel that is restarted between the steps and a run before and after an edit, runs every third
notebook each, and all of them with NBFLOW_EXPLORE in the environment.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from tests.soundness.books import ENGINES, FOLDER, Book
from tests.soundness.comparing import check, compare
from tests.soundness.engines import Bench
from tests.soundness.known_failures import KNOWN
from tests.soundness.warm import Warm

LONG = (("edited",), ("restart",), ("edited", "restart"))
"""The engines that are left out, each for two thirds of the notebooks."""

WARM = pytest.StashKey[Warm]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Notebook | None:
    """Those named on the command line are collected by pytest itself, by the hook below."""
    return None if parent.session.isinitpath(file_path) else notebook_of(file_path, parent)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Notebook | None:
    return notebook_of(module_path, parent)


def notebook_of(path: Path, parent: pytest.Collector) -> Notebook | None:
    if path.suffix == ".py" and path.parent.parent == FOLDER:
        return Notebook.from_parent(parent, path=path)
    return None


def warm_process(config: pytest.Config) -> Warm:
    """One for all notebooks of this process."""
    if WARM not in config.stash:
        config.stash[WARM] = Warm()
        config.add_cleanup(config.stash[WARM].stop)
    return config.stash[WARM]


class Notebook(pytest.File):
    """A notebook and the folder in which the engines run it."""

    bench: Bench

    def collect(self) -> Iterator[pytest.Item]:
        known = KNOWN.get(Book(self.path).name, "").split()
        long = () if "NBFLOW_EXPLORE" in os.environ else LONG[crc32(self.path.stem.encode()) % 3]
        for engine in (one for one in ENGINES if one not in long):
            item = Engine.from_parent(self, name=engine)
            if engine in known:
                item.add_marker(pytest.mark.xfail(strict=True))
            yield item

    def setup(self) -> None:
        self.bench = Bench(Book(self.path), Path(tempfile.mkdtemp(prefix="nbflow")), warm_process(self.config))

    def teardown(self) -> None:
        shutil.rmtree(self.bench.folder, ignore_errors=True)


class Wrong(Exception):
    """An engine does not do what the notebook is expected to do; the text is for whoever mends it."""


class Engine(pytest.Item):
    """One engine prints what plain Python prints, or says why not in the words that the notebook states."""

    parent: Notebook

    def runtest(self) -> None:
        bench = self.parent.bench
        if self.name == "check":
            problem = check(bench)
        elif bench.book.warnings:
            pytest.skip("the check says where the values may differ")
        else:
            problem = compare(bench, self.name)
        if problem:
            raise Wrong(problem)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **more: Any) -> Any:
        return str(excinfo.value) if excinfo.errisinstance(Wrong) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[os.PathLike[str], int | None, str]:
        return self.path, None, f"{Book(self.path).name} · {self.name}"
