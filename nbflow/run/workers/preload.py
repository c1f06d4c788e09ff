"""Imported by the fork server: brings in the modules that the notebook imports, so that each worker has them at once.

A module that cannot be imported is left to the task that needs it, whose traceback then says where.
"""

import contextlib
import gc
import importlib
import os

import nbflow.run.workers.worker  # noqa: F401 - what every worker needs
from nbflow.run.output.display import BACKEND
from nbflow.run.output.frontend import SHELL_MODULE, look_like_kernel, prepare_shell

os.environ["MPLBACKEND"] = BACKEND
if notebook := os.environ.pop("NBFLOW_NOTEBOOK", ""):
    os.chdir(notebook)
    look_like_kernel()

names = os.environ.pop("NBFLOW_PRELOAD", "").split(",")
for name in filter(None, names):
    with contextlib.suppress(Exception):
        importlib.import_module(name)
if SHELL_MODULE in names:
    prepare_shell()
gc.freeze()  # or each worker would look through all of it, and copy it by that
