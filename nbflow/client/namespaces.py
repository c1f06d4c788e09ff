"""Whose runs are seen."""

from __future__ import annotations

from nbflow.errors import MetaflowNamespaceMismatch
from nbflow.store.rows import RunRow

_namespace: str | None = None


def namespace(name: str | None) -> str | None:
    """See only runs of `user:NAME`, or runs with that tag; None, as it is at first, for all of them."""
    global _namespace
    _namespace = name
    return name


def get_namespace() -> str | None:
    """What `namespace` was last called with; None for all runs."""
    return _namespace


def default_namespace() -> str | None:
    """See all runs again, as at first: everything in the store is this user's."""
    return namespace(None)


def is_seen(row: RunRow) -> bool:
    return _namespace is None or _namespace == f"user:{row.user}" or _namespace in row.tags


def require_seen(row: RunRow) -> None:
    """Raises MetaflowNamespaceMismatch for a run of another namespace."""
    if not is_seen(row):
        raise MetaflowNamespaceMismatch(_namespace)
