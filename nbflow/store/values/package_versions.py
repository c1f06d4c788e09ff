"""Finds the versions of the packages that the types of a value come from."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable
from functools import cache

PackageVersions = tuple[tuple[str, str], ...]
"""Holds the names of packages, as they are imported, and their versions."""

_WITHOUT = sys.stdlib_module_names | {"__main__", "nbflow"}


def versions_of(kinds: Iterable[type]) -> PackageVersions:
    """Return the versions of the packages from which types come; modules without a version are left out.

    Python is among them if there is code of functions.
    """
    kinds = frozenset(kinds)
    packages = {str(kind.__module__).partition(".")[0] for kind in kinds} - _WITHOUT
    found = tuple((name, version) for name in sorted(packages) if (version := package_version(name)))
    return (("python", python_version()), *found) if types.CodeType in kinds else found


def python_version() -> str:
    """Return the version of Python that the code of functions is for."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


@cache
def package_version(package: str) -> str:
    """Return the version of a package by the name under which it is imported; "" if it has none, or is not here."""
    if package == "python":
        return python_version()
    found = getattr(sys.modules.get(package), "__version__", None)
    if isinstance(found, str):
        return found
    from importlib import metadata  # noqa: PLC0415 - which reads mail: most packages say their version themselves

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def differing(versions: PackageVersions) -> list[tuple[str, str, str]]:
    """Return name, version there and version here of the packages that are not the same here."""
    here = ((name, there, package_version(name)) for name, there in versions)
    return [one for one in here if one[1] != one[2]]
