"""In which order steps must run because of files: what one writes another reads, below or above it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from nbflow.flow.bindings import Bound
from nbflow.flow.code import parse, parse_expression
from nbflow.flow.files import Access, FileUse, may_use_files, uses_of
from nbflow.flow.paths import UNKNOWN, Space, parameter, paths_of
from nbflow.flow.step import Definition, Step


def uses_of_step(
    step: Step, closure: Sequence[Definition], parameters: frozenset[str], artifacts: Mapping[str, Sequence[Step]]
) -> tuple[FileUse, ...]:
    """Return what a step does to files. `artifacts` are the names that it reads, each with the steps that write it."""
    if not any(may_use_files(text) for text in (step.body, *(one.source for one in closure))):
        return ()
    known = {name: (parameter(name),) for name in sorted(parameters)}
    known |= {name: _held(name, tuple(writers), closure) for name, writers in artifacts.items()}
    try:
        statements = parse(step.body).body
    except (SyntaxError, ValueError):
        return ()
    return uses_of(statements, space_of_step(step, _space(tuple(closure), tuple(known.items()))))


def _held(name: str, writers: tuple[Step, ...], closure: Sequence[Definition]) -> tuple[str, ...]:
    """Return the texts that an artifact may hold, as far as the steps that write it say so."""
    spaces = (space_of_step(writer, _space(tuple(closure), ())) for writer in writers)
    texts = [text for space in spaces for text in paths_of(ast.Name(name, ast.Load()), space)]
    return tuple(dict.fromkeys(texts)) or (UNKNOWN,)


@lru_cache(256)
def _space(closure: tuple[Definition, ...], known: tuple[tuple[str, tuple[str, ...]], ...]) -> Space:
    statements = [node for one in closure for node in _parsed(one.source)]
    return Space.of(statements, Space(known=dict(known)))


@lru_cache(4096)
def _parsed(source: str) -> tuple[ast.stmt, ...]:
    try:
        return tuple(parse(source).body)
    except (SyntaxError, ValueError):
        return ()


def space_of_step(step: Step, outer: Space) -> Space:
    """Return the names of a step, the variable of its foreach included."""
    space = Space.of(_parsed(step.body), outer)
    if step.foreach is None:
        return space
    try:
        items = Bound("each", parse_expression(step.foreach.expr))
    except (SyntaxError, ValueError):
        return space
    return Space(
        {**space.bound, step.foreach.var: (items, *space.bound.get(step.foreach.var, ()))},
        functions=space.functions, classes=space.classes, origins=space.origins, outer=outer,
    )  # fmt: skip


# order


def conflicts(above: Sequence[FileUse], below: Sequence[FileUse]) -> Iterator[tuple[FileUse, FileUse]]:
    """Yield the uses of two steps that must not change places."""
    for one in above:
        yield from ((one, other) for other in below if conflict(one, other))


def conflict(above: FileUse, below: FileUse) -> bool:
    if above.access is Access.MAKE:
        return below.access is not Access.MAKE and may_be_inside(below.path, above.path)
    if below.access is Access.MAKE:
        return above.access is Access.WRITE and above.path == below.path
    return (above.access.writes or below.access.writes) and may_be_same(above.path, below.path)


def may_be_same(one: str, other: str) -> bool:
    """Whether two paths may mean one file, or one of them a folder or a name without ending of the other."""
    if one == other:
        return one != UNKNOWN
    if UNKNOWN in (one, other):
        return False
    if not _is_pattern(one + other):
        return any(_reaches(short, long) for short, long in ((one, other), (other, one)))
    return _intersect(_tokens(one), _tokens(other))


def may_be_inside(path: str, folder: str) -> bool:
    if not _is_pattern(path + folder):
        return folder == "." or path == folder or path.startswith(f"{folder}/") or path.endswith(f"/{folder}")
    return path != UNKNOWN and _intersect(_tokens(path), [*_tokens(folder), "/", None])


def covers(pattern: str, path: str) -> bool:
    """Whether a file is what a use means, or below it, or has an ending that the use leaves to a library."""
    expression = "".join(".*" if token is None else re.escape(token) for token in _tokens(pattern))
    return re.fullmatch(rf"(?:.*/)?{expression}(?:[/.].*)?", path, re.DOTALL) is not None


def _is_pattern(text: str) -> bool:
    return any(letter in text for letter in (UNKNOWN, "\1", "*", "?", "["))


def _reaches(short: str, long: str) -> bool:
    return long.startswith((f"{short}/", f"{short}.")) or long.endswith(f"/{short}") or f"/{short}/" in long


@lru_cache(4096)
def _tokens(path: str) -> list[str | None]:
    """The letters of a path; None for any text at all, such as the value of a parameter."""
    parts = re.split("\0|\1\\w*\1|\\*+|\\?|\\[[^\\]]*\\]", path)
    found: list[str | None] = list(parts[0])
    for part in parts[1:]:
        found += [None, *part]
    return found


def _intersect(one: Sequence[str | None], other: Sequence[str | None]) -> bool:
    """Whether some text is what both patterns mean."""
    reached = [all(token is None for token in other[:j]) for j in range(len(other) + 1)]
    for letter in one:
        before, reached = reached, [reached[0] and letter is None]
        for j, token in enumerate(other, 1):
            if letter is None or token is None:
                reached.append(before[j] or reached[j - 1])
            else:
                reached.append(before[j - 1] and letter == token)
    return reached[-1]
