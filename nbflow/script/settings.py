"""How a run of a script goes, as its command line says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """How a run goes."""

    max_workers: int | None = None
    max_splits: int | None = 100
    tags: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    run_id_file: Path | None = None
    namespace: str | None = None
    quiet: bool = False
