"""Whose runs are seen."""

from __future__ import annotations

from nbflow.errors import MetaflowNamespaceMismatch
from nbflow.store.user import user_name

chosen: list[str | None] = []  # what `namespace` was last called with


def namespace(name: str | None) -> str | None:
    """See only runs with this tag, such as `user:NAME`; None sees all. Returns it."""
    chosen[:] = [name]
    return name


def get_namespace() -> str | None:
    """Return what `namespace` was last called with, None for all runs; at first it is `user:` and your name."""
    return chosen[0] if chosen else f"user:{user_name()}"


def default_namespace() -> str | None:
    """See your own runs again, as at first."""
    chosen.clear()
    return get_namespace()


def is_default() -> bool:
    """Whether nobody has chosen a namespace. Then the runs of notebooks are all seen, whoever ran them."""
    return not chosen


def require_seen(namespace: str | None, tags: frozenset[str]) -> None:
    """Raise MetaflowNamespaceMismatch for what has other tags than that of the namespace."""
    if not is_seen(namespace, tags):
        raise MetaflowNamespaceMismatch(namespace)


def is_seen(namespace: str | None, tags: frozenset[str]) -> bool:
    return namespace is None or namespace in tags
