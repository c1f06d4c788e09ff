"""The command `nbflow`, also as `python -m nbflow`."""

from __future__ import annotations

import contextlib
import io
import sys

from nbflow.cli.group import nbflow


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                stream.reconfigure(errors="replace")  # a terminal without UTF-8 shows ? for ·
    nbflow(prog_name="nbflow")


if __name__ == "__main__":
    main()
