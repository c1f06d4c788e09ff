"""A notebook made a flow by `nbflow init`, run, and compared with the same cells run in IPython."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from decimal import localcontext
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context

from nbflow.client import DataArtifact, Flow, Run
from nbflow.errors import LostValue
from nbflow.flow.graph.link import link
from nbflow.notebook.read import read_notebook
from tests.cli.shell import Shell
from tests.notebooks.plain import Plain, Ran, steady
from tests.notebooks.values import CODE, alike, portrait
from tests.soundness.warm import start_workers

SHOWN = 160
OF_NUMPY = "_ArrayFunctionDispatcher"
"""The portrait of a function that `from numpy import *` binds below the step."""
LOST = "<lost "
"""Begins the text of what stands in for a value that cannot be stored; whoever reads it is told."""


@dataclass
class Made:
    """What became of a notebook: how far it came, and what is not as in IPython.

    `stage` is the last command that was given, `said` what it says if it refuses or fails.
    """

    stage: str
    said: str = ""
    differences: list[str] = field(default_factory=list)
    steps: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        return not self.said and not self.differences

    def __str__(self) -> str:
        return "\n".join(filter(None, (self.said and f"{self.stage}:\n{self.said}", *self.differences)))


def accept(path: Path, place: Path) -> Made:
    """Give `init` and `check` in a new folder, and tell which of them refuses."""
    place.mkdir()
    with chdir(place):
        for words in (("init", str(path), "-o", path.name), ("check", path.name)):
            answer = Shell(place)(*words)
            if answer.code:
                return Made(words[0], answer.out + answer.err)
    return Made("check")


def make_flow(path: Path, folder: Path, plain: Plain) -> Made:
    """Give `init`, `check` and `run`, and compare. The flow works in `folder/flow`."""
    place = folder / "flow"
    accepted = accept(path, place)
    if not accepted.is_right:
        return accepted
    with chdir(place):
        start_workers()
        answer = Shell(place)("run", path.name, "-j", "2")
    if answer.code:
        return Made("run", answer.out + answer.err)
    return compare(path, place, folder, plain)


def compare(path: Path, place: Path, folder: Path, plain: Plain) -> Made:
    """The original in IPython against the flow in IPython, and that against its run."""
    flow = place / path.name
    steps = {step.place.cell: name for name, step in link(read_notebook(flow)).steps.items()}
    before, after = plain.run(path, folder / "before"), plain.run(flow, folder / "after")
    unsteady = plain.run(path, folder / "again").unlike(before)
    made = Made("run", after.failed, steps=tuple(steps.values()))
    made.differences += [f"init has changed {name}" for name in sorted(after.unlike(before) - unsteady)]
    run = Flow(path.stem, place).latest_run
    assert run is not None
    with loading_from(place):
        made.differences += [*lines_apart(run, steps, after), *values_apart(run, steps, after, unsteady)]
    return made


@contextmanager
def loading_from(place: Path) -> Iterator[None]:
    """Values may be of classes of modules beside the notebook, and functions bring its settings with them."""
    known = set(sys.modules)
    sys.path.insert(0, str(place))
    with rc_context(), np.printoptions(), localcontext():
        yield
    sys.path.remove(str(place))
    for name in set(sys.modules) - known:
        if str(place) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def lines_apart(run: Run, steps: Mapping[int, str], plain: Ran) -> Iterator[str]:
    """Where the steps print something else than the cells did."""
    for number, name in sorted(steps.items()):
        printed = steady("".join(task.stdout for task in run[name].tasks)) if name in run else []
        wanted = plain.printed.get(number, [])
        if printed != wanted:
            yield f"cell {number}, step {name}, prints {printed!r:.{SHOWN}}, not {wanted!r:.{SHOWN}}"


def values_apart(run: Run, steps: Mapping[int, str], plain: Ran, unsteady: set[str]) -> Iterator[str]:
    """Which artifacts are not, at the end, what the names are."""
    found: dict[str, Any] = {}
    for _, name in sorted(steps.items()):
        tasks = run[name].tasks if name in run else ()
        found |= {artifact.id: _loaded(artifact) for task in tasks for artifact in task}
    for name, value in found.items():
        wanted, got = plain.values.get(name), _portrait(value)
        if wanted is None or name in unsteady or isinstance(value, CODE) or wanted.startswith(OF_NUMPY):
            continue
        if LOST not in got and not alike(got, wanted):
            yield f"{name} is {got:.{SHOWN}}, not {wanted:.{SHOWN}}"


def _loaded(artifact: DataArtifact) -> Any:
    try:
        return artifact.data
    except LostValue as error:  # a part of it could not be stored
        return error


def _portrait(value: Any) -> str:
    try:
        return LOST if isinstance(value, LostValue) else portrait(value)
    except LostValue:
        return LOST
