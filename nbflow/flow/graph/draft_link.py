"""Represents what the walk through a document finds for one step."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.flow.files.file_use import FileUse
from nbflow.flow.graph.foreach_scopes import ForeachScope
from nbflow.flow.graph.writers import NameRead
from nbflow.flow.syntax.specs import Guard


@dataclass(frozen=True, slots=True)
class Region:
    """Says which foreach steps a step runs inside, and, for a join, what it closes and reads."""

    scope: ForeachScope = ()
    opened: ForeachScope = ()
    joined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftLink:
    """Holds what the walk finds for one step. `link` turns it into a `Link`."""

    reads: tuple[NameRead, ...]
    parameters: frozenset[str]
    prelude: frozenset[str]
    upstream: tuple[str, ...]
    region: Region
    rank: int
    writes: frozenset[str]
    maybe_writes: frozenset[str]
    passing: frozenset[str]
    local: frozenset[str]
    ends: frozenset[str]
    ended: tuple[tuple[str, str], ...]
    join: str | None
    branches: tuple[str, ...]
    answers: tuple[Guard, ...]
    unknown: frozenset[str]
    carried: frozenset[str]
    seeded: frozenset[str]
    draws: frozenset[str]
    files: tuple[FileUse, ...]
    modules: tuple[FileUse, ...]
