"""The notebooks of this folder: plain text, as people write them, and what is expected of them.

A notebook is expected to print, in every engine, what `python NOTEBOOK` prints in each of its cells; those of the kind
`magics` are run by IPython instead. Comment lines in
it say where that is otherwise:

    # prints: LINE              in a cell that plain Python cannot run (a foreach, an await): what it prints
    # warned: TEXT              `nbflow check` says this, as a warning; the values may differ then
    # refused: ENGINE: TEXT     this engine refuses the notebook, or fails in it, and says this; `check` means all
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.notebook.read import read_cells, read_notebook

FOLDER = Path(__file__).with_name("notebooks")
ENGINES = ("check", "run", "edited", "kernel", "restart", "script")
MARK = "\x1e"
"""Begins the line that a plain run prints before each cell."""

Lines = Mapping[int, list[str]]
"""The printed lines by the number of the cell; cells that print nothing are left out."""

_CELL = re.compile(r"^# %%(?: .*)?$", re.M)
_PRINTS = re.compile(r"^# prints: ?(.*)$", re.M)
_WARNED = re.compile(r"^# warned: (.+)$", re.M)
_REFUSED = re.compile(rf"^# refused: ({'|'.join(ENGINES)}): (.+)$", re.M)


@dataclass(frozen=True)
class Book:
    """One notebook."""

    path: Path

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def cells(self) -> list[Cell]:
        return list(read_cells(self.path))

    @cached_property
    def graph(self) -> Graph:
        return link(read_notebook(self.path))

    @property
    def steps(self) -> dict[int, str]:
        """The name of the step by the number of its cell."""
        return {step.place.cell: name for name, step in self.graph.steps.items()}

    @property
    def repeated(self) -> set[int]:
        """The cells of the steps that run once for each item of a foreach."""
        return {number for number, name in self.steps.items() if self.graph.links[name].scope}

    def before_edit(self, position: int) -> str:
        """An earlier version, in which the step at this position, counted around, lacked its last statement."""
        cells = [cell for cell in self.cells if cell.number in self.steps]
        _, _, body = cells[position % len(cells)].source.partition("\n")
        try:
            *_, last = ast.parse(body).body
        except (SyntaxError, ValueError):
            return self.text
        lines = body.splitlines()
        lines[last.lineno - 1 : last.end_lineno] = ["pass"]
        return self.text.replace(body, "\n".join(lines))

    @property
    def warnings(self) -> list[str]:
        return [found[1] for found in _WARNED.finditer(self.text)]

    def refusal(self, engine: str) -> str | None:
        """The text with which this engine refuses the notebook, if it is said to."""
        refusals = {found[1]: found[2] for found in _REFUSED.finditer(self.text)}
        return refusals.get("run" if engine == "edited" else engine, refusals.get("check"))

    @property
    def stated(self) -> Lines | None:
        """The lines that the notebook itself says it prints, if it says any."""
        said = {cell.number: _PRINTS.findall(cell.source) for cell in self.cells}
        return {number: lines for number, lines in said.items() if lines} or None

    @property
    def script(self) -> str:
        """The same text, which prints before each cell which one it is. Its lines keep their numbers."""
        if self.path.parent.name == "magics":
            return _IN_IPYTHON.format(mark=MARK, cells=[(cell.number, _without_header(cell)) for cell in self.cells])
        count = iter(range(1, 1000))
        return _CELL.sub(lambda _: f"__import__('sys').stdout.write('{MARK}{next(count)}\\n')", self.text)


_TIMES = re.compile("CPU times: |Wall time: ")

_IN_IPYTHON = """
import sys
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell

class Silent(DisplayHook):
    def __call__(self, result=None):
        pass

class Shell(InteractiveShell):
    displayhook_class = Silent
    system = InteractiveShell.system_piped
    def enable_gui(self, gui=None):
        pass

shell = Shell.instance()
for number, source in {cells!r}:
    sys.stdout.write("{mark}" + str(number) + "\\n")
    if not shell.run_cell(source).success:
        sys.exit(1)
"""
"""Runs the cells of a notebook with magics, which plain Python cannot."""


def _without_header(cell: Cell) -> str:
    header, lines = read_header(cell.source), cell.source.split("\n")
    return "\n".join(lines[: header.line - 1] + lines[header.line :]) if header.kind is CellKind.STEP else cell.source


def lines_of(printed: str) -> Lines:
    """What each cell printed, of all that the marked script printed."""
    parts = (part.partition("\n") for part in printed.split(MARK)[1:])
    found = {int(number): [line for line in text.splitlines() if not _TIMES.match(line)] for number, _, text in parts}
    return {number: lines for number, lines in found.items() if lines}
