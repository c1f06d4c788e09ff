"""Whose runs are seen."""

from __future__ import annotations

from pathlib import Path

from nbflow.errors import MetaflowNamespaceMismatch
from nbflow.store.user import user_name

_chosen: list[str | None] = []  # what `namespace` was last called with
_spins: list[Path] = []  # what `inspect_spin` was last called with


def namespace(name: str | None) -> str | None:
    """See only runs with this tag, such as `user:NAME`; None sees all. Returns it."""
    _chosen[:] = [name]
    return name


def get_namespace() -> str | None:
    """Return what `namespace` was last called with, None for all runs; at first it is `user:` and your name."""
    return _chosen[0] if _chosen else f"user:{user_name()}"


def default_namespace() -> str | None:
    """See your own runs again, as at first."""
    _chosen.clear()
    return get_namespace()


def is_default() -> bool:
    """Whether nobody has chosen a namespace. Then the runs of notebooks are all seen, whoever ran them."""
    return not _chosen


def inspect_spin(datastore_root: str = ".") -> None:
    """See the tasks that were spun instead of runs, those in the store of a folder, until `default_metadata`."""
    _spins[:] = [Path(datastore_root).resolve()]


def default_metadata() -> str:
    """See runs again, as before `inspect_spin`. Returns where they are, as Metaflow writes it."""
    _spins.clear()
    return f"local@{Path.cwd()}"


def spins_seen() -> Path | None:
    """Return the folder whose spun tasks are seen; None where runs are."""
    return _spins[0] if _spins else None


def require_seen(namespace: str | None, tags: frozenset[str]) -> None:
    """Raise MetaflowNamespaceMismatch for what has other tags than that of the namespace."""
    if not is_seen(namespace, tags):
        raise MetaflowNamespaceMismatch(namespace)


def is_seen(namespace: str | None, tags: frozenset[str]) -> bool:
    return namespace is None or namespace in tags
