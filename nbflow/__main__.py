"""Runs the command `nbflow`, also as `python -m nbflow`."""

from __future__ import annotations

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # `python -m` searches the working directory first, and a `click.py` there is not ours

from nbflow.cli.main import nbflow
from nbflow.garbage import collect_rarely
from nbflow.notebook.jupytext_import import import_little


def main() -> None:
    """Run the command line of nbflow."""
    collect_rarely()
    import_little()
    nbflow(prog_name="nbflow")


if __name__ == "__main__":
    main()
