"""Tells what is wrong with a script, on standard error; also what a script raises while its class is made."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from nbflow.errors import NbflowError

_Hook = Callable[[type[BaseException], BaseException, TracebackType | None], Any]


def say(first: str, *more: object) -> None:
    """Print a line, and the lines of the other texts below it."""
    print("\n".join([first, *(f"    {line}" for text in more for line in str(text).split("\n"))]), file=sys.stderr)


def say_failed(error: NbflowError, where: str = "") -> None:
    """Print an error that ends a command."""
    say(f"{getattr(error, 'headline', 'Flow failed')}:", f"{where}{error}")


def tell_uncaught() -> None:
    """Let errors of nbflow that end this process be told with the line of the script, without a traceback.

    Only errors that the main script raises by itself count: if it imports another script that raises, the traceback
    shows the way there.
    """
    if getattr(sys.excepthook, "func", None) is not _tell:
        sys.excepthook = functools.partial(_tell, sys.excepthook)


def _tell(other: _Hook, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    line = _line_of_script(trace)
    if line and isinstance(error, NbflowError):
        say_failed(error, f"{Path(sys.argv[0]).name}, line {line}: ")
    else:
        other(kind, error, trace)


def _line_of_script(trace: TracebackType | None) -> int:
    """Return the last line of the main script that a traceback shows; 0 if other modules than nbflow's are below."""
    line = 0
    while trace is not None:
        if _is_main(trace.tb_frame):
            line = trace.tb_lineno
        elif not line or not _is_own(trace.tb_frame):
            return 0
        trace = trace.tb_next
    return line


def _is_main(frame: FrameType) -> bool:
    main = sys.modules.get("__main__")
    return frame.f_globals is getattr(main, "__dict__", None) and hasattr(main, "__file__")


def _is_own(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == "nbflow"
