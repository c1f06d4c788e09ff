"""Prepares a worker for the tasks of a notebook."""

from __future__ import annotations

import os
import sys
from multiprocessing import process
from pathlib import Path

from nbflow.run.output.frontend import prepare_shell
from nbflow.run.output.needs_shell import needs_shell
from nbflow.run.output.stage import NotebookCapture
from nbflow.run.program.program import Program
from nbflow.run.task.namespace import Namespace, become_main
from nbflow.run.task.performer import Performer
from nbflow.run.task.task_store import TaskStore
from nbflow.store.pickling.reduce.crossing import expect_crossing


def perform_cells(program: Program, store: TaskStore) -> Performer:
    """Prepare this process for the tasks of a notebook, and return what performs them."""
    _stand_in(program)
    expect_crossing(program.crosses)
    capture = NotebookCapture(program.live)
    if needs_shell(program):
        prepare_shell()
    home = Namespace(program, store.code)
    become_main(home)
    return Performer(program, store, home, capture)


def _stand_in(program: Program) -> None:
    """Set the working folder and the import path as a kernel of the notebook has them.

    In a kernel the folder stands behind the standard library, as an empty entry. The script that started the driver,
    and its folder, have nothing to do with the notebook.
    """
    started_in = vars(process)["ORIGINAL_DIR"]  # the driver's folder; child processes use it for the empty entry
    path = sys.path[1:] if sys.path[:1] in ([started_in], [str(Path(sys.argv[0]).parent)]) else sys.path[:]
    if "" not in path:
        packages = (n for n, entry in enumerate(path) if Path(entry).name in ("site-packages", "dist-packages"))
        path.insert(next(packages, 0), "")
    sys.path[:] = path
    os.chdir(program.folder)
    vars(process)["ORIGINAL_DIR"] = str(program.folder)
