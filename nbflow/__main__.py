"""Runs the command `nbflow`, also as `python -m nbflow`."""

from __future__ import annotations

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # `python -m` searches the working directory first, and a `click.py` there is not ours

from nbflow.garbage import collect_rarely

collect_rarely()  # first, because the imports below make most of the objects of a short command

from nbflow.cli.main import nbflow  # noqa: E402
from nbflow.notebook.jupytext_import import import_little  # noqa: E402


def main() -> None:
    """Run the command line of nbflow."""
    import_little()
    nbflow(prog_name="nbflow")


if __name__ == "__main__":
    main()
