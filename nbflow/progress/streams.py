"""Standard output and error of this process, as a place where any text may be written."""

from __future__ import annotations

import contextlib
import io
import os
import sys


def take_any_text() -> None:
    """Have both streams show what they cannot encode, instead of raising: `\\\\udc80`, or ? where even · is foreign."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                is_utf8 = stream.encoding.lower().replace("-", "") == "utf8"
                stream.reconfigure(errors="backslashreplace" if is_utf8 else "replace")


def fall_silent() -> None:
    """Write into nothing from now on: nobody reads any more, as after `| head`, or there is no room."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
