"""Says where the text of a cell in another language stands, and lets an error of it lead there."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from traceback import walk_tb
from types import TracebackType
from typing import TypeVar

from nbflow.errors import LanguageFailed
from nbflow.run.task.tracebacks import IN_CELL

_Error = TypeVar("_Error", bound=BaseException)


def place_of_call(depth: int = 2) -> tuple[str, int]:
    """Return the file and the line of the call of the function that asks, on which the text of its cell begins."""
    frame = sys._getframe(depth)
    return frame.f_code.co_filename, frame.f_lineno


@dataclass(frozen=True)
class LeadingTo:
    """Lets errors of a language that lead to no line of a cell yet lead to this line.

    It is no generator, because `contextlib` gives an error that a generator raises again its old traceback.
    """

    name: str
    line: int

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, traceback: TracebackType | None) -> None:
        if isinstance(error, LanguageFailed) and not _leads_to_cell(traceback):
            raise raised_at(error, self.name, self.line) from error.__cause__


def _leads_to_cell(traceback: TracebackType | None) -> bool:
    return any(frame.f_globals.get("__name__") == IN_CELL for frame, _ in walk_tb(traceback))


def raised_at(error: _Error, name: str, line: int, function: str = "") -> _Error:
    """Return the error with a traceback that begins at this line of a file, and goes on as before."""
    code = compile(_raising(line), name, "exec").replace(co_name=function or "<module>")
    try:
        exec(code, {"error": error, "__name__": IN_CELL})
    except type(error) as raised:
        return raised.with_traceback(raised.__traceback__ and raised.__traceback__.tb_next)
    raise AssertionError("the code raises")


def _raising(line: int) -> ast.Module:
    """Return `raise error` on a line, without columns: they would mark a part of what the cell has there."""
    tree = ast.parse("raise error")
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.expr):
            node.lineno = node.end_lineno = line
            node.col_offset = node.end_col_offset = -1
    return tree
