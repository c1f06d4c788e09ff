"""Prepares the standard output and error of this process for any text."""

from __future__ import annotations

import contextlib
import io
import os
import sys


def take_any_text() -> None:
    """Make both streams replace characters that they cannot encode, such as `\\\\udc80` or ·, instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                is_utf8 = stream.encoding.lower().replace("-", "") == "utf8"
                stream.reconfigure(errors="backslashreplace" if is_utf8 else "replace")


def fall_silent() -> None:
    """Discard all output from now on: its reader is gone, as after `| head`, or the disk is full."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
