"""Finds the packages that a flow needs, in the versions that are installed here."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NBFLOW = "jupyter-nbflow"

_NOT_FOR_USERS = re.compile(r"all|full|complete|.*(?:test|dev|doc|lint|typing|bench|build|ci)s?.*")
"""Matches the extras of libraries that nobody needs who uses them, or that repeat the others."""


@dataclass(frozen=True, order=True)
class Pinned:
    """Is a package in the version that is installed here; `source` is the folder or file that it was installed from."""

    name: str
    version: str
    source: Path | None = None

    @property
    def line(self) -> str:
        """Return the line of a requirements.txt."""
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class PackageList:
    """Holds the packages that modules need, and the modules of which no installed package is known."""

    pinned: tuple[Pinned, ...]
    unknown: tuple[str, ...]


def packages_for(modules: Iterable[str], extras: Iterable[str]) -> PackageList:
    """Return the packages of these modules, of nbflow with these extras, and all that they need in turn.

    What a library can use if it is there, such as pyarrow for pandas, is needed too if it is installed here.
    """
    owners, unknown = packages_distributions(), []
    wanted: set[_Wanted] = {(canonicalize_name(NBFLOW), frozenset(extras))}
    for module in sorted({name.partition(".")[0] for name in modules} - sys.stdlib_module_names - {"nbflow"}):
        found = owners.get(module)
        if found is None:
            unknown.append(module)
        for name in found or ():
            wanted |= {(canonicalize_name(name), frozenset()), *_usable(name)}
    return PackageList(tuple(sorted(_pin(name) for name in _closure(wanted))), tuple(unknown))


_Wanted = tuple[str, frozenset[str]]  # a package, with extras of it


def _usable(name: str) -> Iterator[_Wanted]:
    """Yield the installed packages that a library can use: those of its extras."""
    for extra in distribution(name).metadata.get_all("Provides-Extra") or ():
        if not _NOT_FOR_USERS.fullmatch(extra):
            yield from (one for one in _needs(name, frozenset({extra})) if _is_installed(one[0]))


def _closure(wanted: set[_Wanted]) -> set[str]:
    seen: set[_Wanted] = set()
    agenda = [*wanted]
    while agenda:
        one = agenda.pop()
        if one not in seen and _is_installed(one[0]):
            seen.add(one)
            agenda.extend(_needs(*one))
    return {name for name, _ in seen}


@cache
def _needs(name: str, extras: frozenset[str]) -> tuple[_Wanted, ...]:
    requirements = map(Requirement, distribution(name).requires or ())
    places = [{"extra": extra} for extra in ("", *extras)]
    return tuple(
        (canonicalize_name(one.name), frozenset(one.extras))
        for one in requirements
        if one.marker is None or any(one.marker.evaluate(place) for place in places)
    )


@cache
def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _pin(name: str) -> Pinned:
    found = distribution(name)
    return Pinned(name, found.version, _source_of(found))


def _source_of(found: Distribution) -> Path | None:
    """Return the folder or file from which a package was installed, if it did not come from an index (PEP 610)."""
    facts = json.loads(found.read_text("direct_url.json") or "{}")
    address = urlsplit(facts.get("url", ""))
    return Path(unquote(address.path)) if address.scheme == "file" else None
