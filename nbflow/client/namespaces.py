"""Chooses the namespace: the tag that a run must have to be seen."""

from __future__ import annotations

from nbflow.errors import MetaflowNamespaceMismatch
from nbflow.store.catalog.user import user_name

chosen: list[str | None] = []  # the argument of the last call of `namespace`


def namespace(name: str | None) -> str | None:
    """Show only runs that have this tag from now on.

    Args:
        name: A tag, such as `user:ann`; None shows all runs.

    Returns:
        The same `name`.

    Example:
        >>> namespace(None)
        >>> Flow("Films").latest_run
        Run('Films/1')
    """
    chosen[:] = [name]
    return name


def get_namespace() -> str | None:
    """Return the chosen namespace; None means all runs. At first it is `user:` and your user name."""
    return chosen[0] if chosen else f"user:{user_name()}"


def default_namespace() -> str | None:
    """Show your own runs again, as at first.

    Returns:
        The namespace: `user:` and your user name.
    """
    chosen.clear()
    return get_namespace()


def is_default() -> bool:
    """Tell whether no namespace was chosen. Notebooks then show the runs of all users."""
    return not chosen


def require_seen(namespace: str | None, tags: frozenset[str]) -> None:
    """Raise MetaflowNamespaceMismatch unless the namespace shows what has these tags."""
    if not is_seen(namespace, tags):
        raise MetaflowNamespaceMismatch(namespace)


def is_seen(namespace: str | None, tags: frozenset[str]) -> bool:
    """Tell whether the namespace shows what has these tags."""
    return namespace is None or namespace in tags
