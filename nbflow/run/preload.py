"""Imported by the fork server: brings in the modules that the notebook imports, so that each worker has them at once.

A module that cannot be imported is left to the task that needs it, whose traceback then says where.
"""

import contextlib
import importlib
import os

import nbflow.run.worker  # noqa: F401 - what every worker needs
from nbflow.run.display import BACKEND

os.environ["MPLBACKEND"] = BACKEND

for name in filter(None, os.environ.pop("NBFLOW_PRELOAD", "").split(",")):
    with contextlib.suppress(Exception):
        importlib.import_module(name)
