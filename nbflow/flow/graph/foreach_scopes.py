"""Computes foreach scopes: which steps run once per item, and what a join closes.

A scope is a tuple of the names of foreach steps, outermost first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

ForeachScope = tuple[str, ...]


def is_within(inner: ForeachScope, outer: ForeachScope) -> bool:
    """Return whether `inner` is `outer` or inside it."""
    return inner[: len(outer)] == outer


def deepest(scopes: Iterable[ForeachScope]) -> ForeachScope:
    """Return the scope of a step that reads from all of these: the first of the longest ones."""
    return max(scopes, key=len, default=())


def disagreement(scopes: Iterable[ForeachScope]) -> tuple[ForeachScope, ForeachScope] | None:
    """Return two scopes that no single task can be inside of, or None."""
    every = sorted(set(scopes), key=lambda scope: (len(scope), scope))
    return next(((a, b) for i, a in enumerate(every) for b in every[i + 1 :] if not is_within(b, a)), None)


def opened_by(closed: ForeachScope, above: Mapping[str, ForeachScope], joins: Set[ForeachScope]) -> ForeachScope:
    """Return the deepest scope inside `closed` that no join above has closed yet; of several, the nearest above.

    `above` maps the steps above the join to their scopes in document order; `joins` are the scopes that joins among
    them closed.
    """
    found = closed
    for scope in above.values():
        inner = [scope[:length] for length in range(len(closed) + 1, len(scope) + 1)]
        is_open = is_within(scope, closed) and not any(level in joins for level in inner)
        if is_open and len(scope) >= len(found):
            found = scope
    return found


def joined_by(closed: ForeachScope, opened: ForeachScope, above: Mapping[str, ForeachScope]) -> tuple[str, ...]:
    """Return the steps whose artifacts a view of one task shows: all steps of its per-item chain."""
    return tuple(name for name, scope in above.items() if is_within(scope, closed) and is_within(opened, scope))
