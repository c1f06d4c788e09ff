"""Runs a flow class that is called in an interactive session: in a process of its own, so the session goes on."""

from __future__ import annotations

import builtins
import inspect
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.definition import Definition, Scratch
from nbflow.store.leftovers import own_name

_MAIN = 'if __name__ == "__main__":\n    {}()\n'


class FlowFailed(MetaflowException):
    """Raised in the cell that has called a flow class, if the run failed. Its output stands above."""

    def __init__(self, flow: str, code: int) -> None:
        self.flow, self.code = flow, code
        super().__init__(f"flow '{flow}' ended with exit code {code}: the reason is printed above")

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class NotDefined(MetaflowException):
    """Raised for a flow class in a cell that uses values which exist only in the session."""

    def __init__(self, flow: str, names: Iterable[str]) -> None:
        self.flow, self.names = flow, sorted(names)
        listed = ", ".join(f"'{name}'" for name in self.names)
        super().__init__(
            f"flow '{flow}' uses {listed}, which a cell computes: its tasks run in other processes, which have only "
            "imports, functions, classes and constants. Compute it in a step, or make it a Parameter"
        )

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


def run_aside(cls: type, shell: Any) -> None:
    """Run the flow as `python FILE run` does, and show its output. Raises FlowFailed and NotDefined."""
    with _script_of(cls, shell) as (file, words):
        path = os.pathsep.join([os.getcwd(), *filter(None, [os.environ.get("PYTHONPATH")])])
        code = _show([sys.executable, str(file), *words], {**os.environ, "PYTHONPATH": path})
    if code:
        raise FlowFailed(cls.__name__, code)


def _show(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Print the output of a process as it comes until it ends. Return its exit code. An interrupt ends it too."""
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="backslashreplace",
    )  # fmt: skip
    assert process.stdout is not None
    with process:
        try:
            for line in process.stdout:
                print(line, end="")
        except BaseException:
            process.terminate()
            raise
    return process.returncode


@contextmanager
def _script_of(cls: type, shell: Any) -> Iterator[tuple[Path, list[str]]]:
    """Yield the file of a script with the class, and its command line: the words of `%run FILE …`, else `run`."""
    written = Path(inspect.unwrap(_any_method(cls)).__code__.co_filename)
    if written.suffix == ".py" and written.exists() and cls.__module__ == "__main__":
        yield written, sys.argv[1:]
        return
    with tempfile.TemporaryDirectory(prefix=own_name("nbflow-")) as folder:
        file = Path(folder, f"{cls.__name__}.py")
        file.write_text(_text_of(cls, shell), "utf-8")
        yield file, ["run"]


def _any_method(cls: type) -> Any:
    return next((value for value in vars(cls).values() if inspect.isfunction(value)), _any_method)


def _text_of(cls: type, shell: Any) -> str:
    """Return the class with the definitions that it needs, from the executed cells; a class of a module is imported."""
    if cls.__module__ != "__main__":
        return f"from {cls.__module__} import {cls.__name__}\n\n" + _MAIN.format(cls.__name__)
    flow = read_flow(_executed(shell.history_manager.input_hist_raw), "", "")
    definitions = flow.prelude.closure([cls.__name__])
    _refuse_computed(cls.__name__, definitions, flow.scratch, shell.user_ns)
    return "\n\n".join([*(one.source for one in definitions), _MAIN.format(cls.__name__)])


def _executed(texts: Sequence[str]) -> list[Cell]:
    """Return the executed cells in order, without those whose names were all bound again later."""
    kept: list[Cell] = []
    bound: set[str] = set()
    for number, text in reversed([*enumerate(texts)]):
        flow = read_flow([Cell(number, text)], "", "")
        names = frozenset().union(
            *(one.names for one in flow.prelude.definitions), *(one.names for one in flow.scratch)
        )
        if not names <= bound:
            kept.append(Cell(number, text))
            bound |= names
    return kept[::-1]


def _refuse_computed(
    flow: str, definitions: Sequence[Definition], scratch: Iterable[Scratch], namespace: Mapping[str, Any]
) -> None:
    """Refuse names that no definition binds, or that another statement has bound after the definition."""
    read = {name for one in definitions for name in one.reads}
    defined = {name: one.place for one in definitions for name in one.names}
    again = {name for one in scratch for name in one.names if name in defined and defined[name] < one.place}
    known = (defined.keys() | set(dir(builtins))) - again
    if computed := {name for name in read - known if name in namespace and not name.startswith("__")}:
        raise NotDefined(flow, computed)
