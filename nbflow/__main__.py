"""Runs the command `nbflow`, also as `python -m nbflow`."""

from __future__ import annotations

from nbflow.cli.main import nbflow
from nbflow.notebook.jupytext_import import import_little


def main() -> None:
    """Run the command line of nbflow."""
    import_little()
    nbflow(prog_name="nbflow")


if __name__ == "__main__":
    main()
