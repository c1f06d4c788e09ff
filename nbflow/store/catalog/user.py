"""Finds the name of the user who runs flows."""

from __future__ import annotations

import getpass
import os


def user_name() -> str:
    """Return METAFLOW_USER or NBFLOW_USER where one is set, else the name of the login; `unknown` without one."""
    for variable in ("METAFLOW_USER", "NBFLOW_USER"):
        if os.environ.get(variable):
            return os.environ[variable]
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container whose user has no name
        return "unknown"
