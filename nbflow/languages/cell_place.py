"""Says where the text of a cell in another language stands, and lets an error of it lead there."""

from __future__ import annotations

import sys
from typing import TypeVar

from nbflow.run.task.tracebacks import IN_CELL

_Error = TypeVar("_Error", bound=BaseException)


def place_of_call(depth: int = 2) -> tuple[str, int]:
    """Return the file and the line of the call of the function that asks, on which the text of its cell begins."""
    frame = sys._getframe(depth)
    return frame.f_code.co_filename, frame.f_lineno


def raised_at(error: _Error, name: str, line: int, function: str = "") -> _Error:
    """Return the error with a traceback that begins at this line of a file, and goes on as before."""
    code = compile("\n" * (line - 1) + "raise error", name, "exec").replace(co_name=function or "<module>")
    try:
        exec(code, {"error": error, "__name__": IN_CELL})
    except type(error) as raised:
        return raised.with_traceback(raised.__traceback__ and raised.__traceback__.tb_next)
    raise AssertionError("the code raises")
