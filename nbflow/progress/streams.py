"""Prepares the standard output and error of this process for any text."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable

from nbflow.plain import plain_text


def take_any_text() -> None:
    """Make both streams replace characters that they cannot encode, such as `\\\\udc80` or ·, instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                is_utf8 = stream.encoding.lower().replace("-", "") == "utf8"
                stream.reconfigure(errors="backslashreplace" if is_utf8 else "replace")


def leave_out_controls() -> None:
    """Print no control character but colours: with others, a name or a text that is shown could act on the terminal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and "write" not in vars(stream):
            stream.write = _writing_plainly(stream.write)  # type: ignore[method-assign]


def _writing_plainly(write: Callable[[str], int]) -> Callable[[str], int]:
    return lambda text: write(plain_text(text) if isinstance(text, str) else text)  # click tries out what it takes


def let_controls_through() -> None:
    """Print control characters from now on, with which a table is drawn again in its place."""
    for stream in (sys.stdout, sys.stderr):
        vars(stream).pop("write", None)


def fall_silent() -> None:
    """Discard all output from now on: its reader is gone, as after `| head`, or the disk is full."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
