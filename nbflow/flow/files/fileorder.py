"""Decides in which order steps must run because of files that one writes and another uses."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from nbflow.flow.files.file_use import Access, FileUse, conflict, is_pattern
from nbflow.flow.files.paths import paths_of
from nbflow.flow.files.pathtexts import UNKNOWN, parameter
from nbflow.flow.files.space import Space
from nbflow.flow.files.uses import may_use_files, uses_of
from nbflow.flow.names.code import parse_expression, parsed
from nbflow.flow.names.values import BoundValue
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.specs import StepSpec


def uses_of_step(
    step: StepSpec,
    closure: Sequence[Definition],
    parameters: frozenset[str],
    artifacts: Mapping[str, Sequence[StepSpec]],
    *,
    guess: bool,
) -> tuple[FileUse, ...]:
    """Return what a step does to files.

    `artifacts` maps the names that it reads to the steps that write them. Strings that may name files are only looked
    at if `guess` is true, that is, if some step writes files.
    """
    sources = tuple(one.source for one in closure)
    if not any(may_use_files(text, guess) for text in (step.source.body, _text(step)[2], *sources)):
        return ()
    writers = tuple((name, tuple(map(_text, steps))) for name, steps in artifacts.items())
    return _uses(_text(step), sources, parameters, writers)


PathText = tuple[str, str, str]
"""The body of a step, with the variable and the expression of its foreach."""


def _text(step: StepSpec) -> PathText:
    foreach = step.control.foreach
    return step.source.body, foreach.var if foreach else "", foreach.expr if foreach else ""


@lru_cache(4096)
def _uses(
    step: PathText,
    sources: tuple[str, ...],
    parameters: frozenset[str],
    writers: tuple[tuple[str, tuple[PathText, ...]], ...],
) -> tuple[FileUse, ...]:
    prelude = space_of_prelude(sources)
    outer = replace(prelude, outer=Space(known=_Known(prelude, parameters, dict(writers))))
    body = uses_of(parsed(step[0]), space_of_text(step, outer))
    return (*(replace(use, split=True) for use in uses_of(parsed(step[2]), outer)), *_imports(sources, outer), *body)


def _imports(sources: Sequence[str], space: Space) -> Iterator[FileUse]:
    """Yield the modules that the prelude imports by a name in a string."""
    calling = (node for source in sources if "import_" in source for node in parsed(source))
    yield from (use for use in uses_of(list(calling), space) if use.access is Access.IMPORT)


@dataclass(frozen=True)
class _Known(Mapping[str, tuple[str, ...]]):
    """Maps parameters and artifacts to the texts that they may hold, computed when they are asked for."""

    prelude: Space
    parameters: frozenset[str]
    writers: Mapping[str, tuple[PathText, ...]]

    def __getitem__(self, name: str) -> tuple[str, ...]:
        if name in self.parameters:
            return (parameter(name),)
        spaces = [space_of_text(writer, self.prelude) for writer in self.writers[name]]
        texts = [text for space in spaces for text in paths_of(ast.Name(name, ast.Load()), space)]
        return tuple(dict.fromkeys(texts)) or (UNKNOWN,)

    def __iter__(self) -> Iterator[str]:
        return iter({*self.parameters, *self.writers})

    def __len__(self) -> int:
        return len({*self.parameters, *self.writers})

    def __contains__(self, name: object) -> bool:
        return name in self.parameters or name in self.writers


@lru_cache(256)
def space_of_prelude(sources: tuple[str, ...]) -> Space:
    """Return the names of prelude statements as a space in which paths are looked up."""
    return Space.of([node for source in sources for node in parsed(source)])


def space_of_text(step: PathText, outer: Space) -> Space:
    """Return the names of a step as a space, including its foreach variable."""
    body, var, expr = step
    space = Space.of(parsed(body), outer)
    if not var:
        return space
    try:
        items = BoundValue("each", parse_expression(expr))
    except (SyntaxError, ValueError):
        return space
    return replace(space, bound={**space.bound, var: (items, *space.bound.get(var, ()))})


def uses_of_modules(modules: Iterable[str]) -> tuple[FileUse, ...]:
    """Return the files that imports of these modules would read, as guesses: another step or cell may write them."""
    return tuple(FileUse(f"{name.replace('.', '/')}.py", Access.GUESS) for name in sorted(modules) if name)


# the order of steps


class FileOrder:
    """Keeps the steps so far and their files in document order, indexed so that the uses of one path are found at once.

    Of one path only the last change counts, with the uses since then: a step that waits for these waits for all before.
    """

    def __init__(self) -> None:
        self.has_changes = False
        self.has_modules = False
        self._names: list[str] = []
        self._at: dict[str, dict[FileUse, int]] = {}
        self._by_head: dict[str, set[str]] = {}  # all paths by their first part, or by "" where it is unknown
        self._patterns: dict[str, set[str]] = {}  # the paths among them that have unknown parts
        self._by_name: dict[str, set[str]] = {}  # the paths with this last part
        self._by_folder: dict[str, set[str]] = {}  # the paths inside a folder with this last part

    def add(self, name: str, uses: Sequence[FileUse]) -> None:
        """Add a step with its uses."""
        for use in sorted(_distinct(uses), key=lambda one: one.access.writes) if uses else ():
            self._note(use, len(self._names))
        self._names.append(name)

    def keep_first(self, count: int) -> None:
        """Forget the steps below the first `count`, which have no uses."""
        del self._names[count:]

    def _note(self, use: FileUse, number: int) -> None:
        if use.path not in self._at:
            self._enter(use.path)
        if use.path != UNKNOWN:  # no step waits for it
            self.has_changes |= use.access.writes or use.access is Access.MAKE
        self.has_modules |= use.access.writes and use.path.endswith(".py")
        if use.access.writes:
            self._at[use.path] = {one: at for one, at in self._at[use.path].items() if one.access is Access.MAKE}
        self._at[use.path].pop(use, None)
        self._at[use.path][use] = number

    def _enter(self, path: str) -> None:
        self._at[path] = {}
        self._by_head.setdefault(_head(path), set()).add(path)
        if is_pattern(path):
            self._patterns.setdefault(_head(path), set()).add(path)
            return
        own, *folders = _parts(path)
        self._by_name.setdefault(own, set()).add(path)
        for folder in folders:
            self._by_folder.setdefault(folder, set()).add(path)

    def without_wrong_guesses(self, uses: Sequence[FileUse]) -> tuple[FileUse, ...]:
        """Return the uses without wrong guesses. A guess is right if a step above writes the file; then it becomes a
        read.
        """
        right = (replace(use, access=Access.READ) if use.access is Access.GUESS else use for use in uses)
        guesses = (use.access is Access.GUESS and not self.before([use]) for use in uses)
        return tuple(dict.fromkeys(use for use, wrong in zip(right, guesses, strict=True) if not wrong))

    def before(self, uses: Sequence[FileUse]) -> list[str]:
        """Return the steps that must be over before a step with these uses may start, nearest first."""
        found = {
            number
            for use in _distinct(uses)
            if use.path != UNKNOWN or use.access is Access.MAKE  # such a use has no conflict
            for path in self._near(use.path)
            for other, number in self._at[path].items()
            if conflict(other, use)
        }
        return [self._names[number] for number in sorted(found, reverse=True)]

    def _near(self, path: str) -> Iterator[str]:
        head = _head(path)
        if is_pattern(path):
            yield from self._of_head(self._by_head, head)
            return
        own, *folders = _parts(path)
        yield from self._of_head(self._patterns, head)
        yield from self._by_folder.get(own, ())
        for part in (own, *folders):
            yield from self._by_name.get(part, ())

    def _of_head(self, paths: Mapping[str, set[str]], head: str) -> Iterator[str]:
        for one in (head, "") if head else paths:
            yield from paths.get(one, ())


def _head(path: str) -> str:
    """Return the first part of a path, or "" where it is unknown or may have another spelling."""
    first, slash, _ = path.partition("/")
    return "" if not slash or path.startswith(("/", "~", ".")) or is_pattern(first) else first


def _distinct(uses: Sequence[FileUse]) -> Iterable[FileUse]:
    return dict.fromkeys(replace(use, line=1) for use in uses)


def _parts(path: str) -> list[str]:
    """Return the last part of a path without its endings, and the folders that contain it."""
    *folders, own = path.split("/")
    return [own.partition(".")[0] or own, *(part.partition(".")[0] or part for part in folders)]


def shared_paths(above: Sequence[FileUse], below: Sequence[FileUse]) -> tuple[str, ...]:
    """Return the paths because of which one step waits for another, as the lower step names them."""
    found = (use.path for use in below for other in above if conflict(other, use))
    return tuple(dict.fromkeys(found))
