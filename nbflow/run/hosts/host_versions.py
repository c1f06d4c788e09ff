"""Compares what is installed where a run is driven, scheduled and performed: values cross between these processes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = {"jupyter-nbflow": "nbflow", "cloudpickle": "cloudpickle", "pandas": "pandas", "numpy": "numpy"}
OF_SCHEDULER = frozenset({"nbflow", "Python", "cloudpickle"})
"""What the scheduler needs as the driver has it: it reads messages, but runs no task."""

COMPARED = tuple(_PACKAGES)
"""The distributions whose versions count."""


def versions_here() -> dict[str, str]:
    """Return the versions that count in this process, by the names under which people know them."""
    return {
        "Python": f"{sys.version_info[0]}.{sys.version_info[1]}",
        **{_PACKAGES[one]: _version(one) for one in COMPARED},
    }


def versions_told(packages: Mapping[str, str | None]) -> dict[str, str]:
    """Return the versions that count from what dask tells of a process."""
    python = ".".join((packages.get("python") or "").split(".")[:2])
    return {"Python": python, **{name: packages.get(one) or "" for one, name in _PACKAGES.items()}}


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Say in words what another process has in another version; "" if nothing differs."""
    found = [
        f"{name} is {theirs[name] or 'missing'} instead of {wanted}"
        for name, wanted in ours.items()
        if wanted and name in theirs and theirs[name] != wanted
    ]
    return ", ".join(found)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
