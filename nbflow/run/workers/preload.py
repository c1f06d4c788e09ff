"""Imports the notebook's modules in the fork server, so that every worker starts with them.

A module that cannot be imported is left to the task that needs it: the traceback of that task shows the place.
"""

import atexit
import contextlib
import gc
import importlib
import os
import shutil
from multiprocessing import forkserver
from types import SimpleNamespace

from nbflow.garbage import without_gc

with without_gc():  # hardly anything of what is imported is garbage
    import nbflow.run.workers.process  # every worker needs this and the two below
    import nbflow.run.workers.worker
    import nbflow.store.pickling.codec  # noqa: F401
    from nbflow.run.output.display import BACKEND
    from nbflow.run.output.frontend import SHELL_MODULE, look_like_kernel, prepare_shell
    from nbflow.run.surroundings.children import adopt_orphans, end_workers, lead_session

adopt_orphans()
forkserver.warnings = SimpleNamespace(warn=lambda *_: None)  # type: ignore[attr-defined]  # of each orphan that ends
lead_session()  # else a signal to the group of the driver would end the server before it can end the workers
# a driver that is killed leaves its folder; this server outlives it
atexit.register(shutil.rmtree, os.environ.pop("NBFLOW_SOCKETS", ""), ignore_errors=True)
atexit.register(end_workers)
os.environ["MPLBACKEND"] = BACKEND
if notebook := os.environ.pop("NBFLOW_NOTEBOOK", ""):
    with contextlib.suppress(FileNotFoundError):  # the run on this host is over already
        os.chdir(notebook)
    look_like_kernel()

names = os.environ.pop("NBFLOW_PRELOAD", "").split(",")
with without_gc():
    for name in filter(None, names):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
if SHELL_MODULE in names:
    prepare_shell()
gc.freeze()  # else the collector of each worker would visit, and so copy, all of these objects
