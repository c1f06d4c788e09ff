"""Foreach scopes: which steps run once per item, and what a join closes. A scope names foreach steps from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

ForeachScope = tuple[str, ...]


def is_within(inner: ForeachScope, outer: ForeachScope) -> bool:
    """Whether `inner` is `outer` or inside it."""
    return inner[: len(outer)] == outer


def deepest(scopes: Iterable[ForeachScope]) -> ForeachScope:
    """The scope of a step that reads from all of these; the first of the longest if they do not fit together."""
    return max(scopes, key=len, default=())


def disagreement(scopes: Iterable[ForeachScope]) -> tuple[ForeachScope, ForeachScope] | None:
    """Two scopes that no single task can be inside of."""
    every = sorted(set(scopes), key=lambda scope: (len(scope), scope))
    return next(((a, b) for i, a in enumerate(every) for b in every[i + 1 :] if not is_within(b, a)), None)


def opened_by(closed: ForeachScope, above: Mapping[str, ForeachScope], joins: Sequence[ForeachScope]) -> ForeachScope:
    """The deepest scope inside `closed` that no join above has closed already; the nearest above if several.

    `above` holds the scopes of the steps above the join in document order, `joins` what the joins among them closed.
    """
    found = closed
    for scope in above.values():
        inner = [scope[:length] for length in range(len(closed) + 1, len(scope) + 1)]
        is_open = is_within(scope, closed) and not any(level in joins for level in inner)
        if is_open and len(scope) >= len(found):
            found = scope
    return found


def joined_by(closed: ForeachScope, opened: ForeachScope, above: Mapping[str, ForeachScope]) -> tuple[str, ...]:
    """The steps whose artifacts a view of one task sees: those of its whole per-item chain."""
    return tuple(name for name, scope in above.items() if is_within(scope, closed) and is_within(opened, scope))
