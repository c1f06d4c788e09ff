"""Finds the R of this machine, and tells its version, which is part of the keys of tasks in R."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache

from nbflow.errors import RMissing


def find_rscript() -> str:
    """Return the path of Rscript. Raises RMissing."""
    found = shutil.which("Rscript")
    if found is None:
        raise RMissing
    return found


def r_version() -> str:
    """Return how R names its version, such as `Rscript (R) version 4.2.2`; "" where there is none."""
    path = shutil.which("Rscript")
    return _version_of(path, os.stat(path).st_mtime_ns) if path else ""


@lru_cache
def _version_of(path: str, _changed: int) -> str:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return (said.stdout + said.stderr).strip()
