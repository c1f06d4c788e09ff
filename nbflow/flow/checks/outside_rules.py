"""Checks files that ordinary cells write: a run does not write them, so a step may read other content."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from nbflow.flow.checks.scratch_rules import with_step
from nbflow.flow.files.file_use import Access, FileUse, conflict, is_pattern
from nbflow.flow.files.fileorder import FileOrder, space_of_prelude, uses_of_modules
from nbflow.flow.files.pathtexts import show_path
from nbflow.flow.files.uses import may_use_files, normalised, uses_of
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parsed
from nbflow.flow.names.text import parse_ordinary
from nbflow.flow.source.cell import NOWHERE, Cell, Place, Problem
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.definition import Definition, Scratch
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.flow.syntax.specs import StepSpec

_WRITING = frozenset({Access.WRITE, Access.APPEND, Access.UPDATE, Access.TOUCH, Access.MAKE})
_LOOKING = frozenset(
    {"cat", "head", "tail", "ls", "wc", "less", "more", "file", "du", "grep", "md5sum", "pip", "conda"}
)
_SHELLS = frozenset({"bash", "sh", "script", "system", "sx", "!"})


@dataclass(frozen=True, slots=True)
class FileEffect:
    """Says what a line of an ordinary cell does to a file. `done` says that each worker does it too."""

    use: FileUse
    place: Place
    done: bool = False
    magic: bool = False

    @property
    def written(self) -> FileUse:
        """Return the use as it concerns other code: a file is written, or a folder made."""
        return FileUse(self.use.path, Access.MAKE if self.use.access is Access.MAKE else Access.WRITE)


def written_outside(graph: Graph) -> Iterator[Problem]:
    """Find files that ordinary cells write, and report for each the first step that depends on it."""
    steps = list(graph.steps.values())
    found = dict.fromkeys(_all(graph, steps[-1].place if steps else NOWHERE))
    used = {step.name: _used_by(step, graph) for step in steps} if found else {}
    touching = _touching(found, used)
    for one in found:
        below = [graph.steps[name] for name in touching.get(one.written, ()) if graph.steps[name].place > one.place]
        dependent = _dependent(one.use, below, used)
        if dependent is not None:
            yield _told(graph, one, *dependent)


def _used_by(step: StepSpec, graph: Graph) -> Sequence[FileUse]:
    modules = step.source.modules.union(*(one.modules for one in graph.closure(step.name)))
    uses = (*graph.links[step.name].files, *uses_of_modules(modules))
    return sorted(uses, key=lambda use: (not use.split, use.line))


def _touching(found: Iterable[FileEffect], used: Mapping[str, Sequence[FileUse]]) -> Mapping[FileUse, list[str]]:
    """Return the steps that may use each file, without comparing every step with every file."""
    names = {str(number): use for number, use in enumerate({one.written for one in found})}
    order = FileOrder()
    for name, use in names.items():
        order.add(name, [use])
    touching: dict[FileUse, list[str]] = {}
    for step, uses in used.items():
        for name in order.before(uses):
            touching.setdefault(names[name], []).append(step)
    return touching


def _dependent(
    outside: FileUse, below: Iterable[StepSpec], used: Mapping[str, Sequence[FileUse]]
) -> tuple[FileUse, StepSpec] | None:
    """Return the first use of the file, or of a file in the folder, that no step has written before, with its step."""
    written: set[str] = set()
    for step in below:
        for use in used[step.name]:
            is_new = any(use.path == path or use.path.startswith(f"{path}.") for path in written)
            if not is_new and _meet(outside, use) and _depends(outside, use):
                return use, step
            if use.access in (Access.WRITE, Access.MAKE) and use.is_certain and step.control.guard is None:
                written.add(use.path)
    return None


def _told(graph: Graph, one: FileEffect, use: FileUse, step: StepSpec) -> Problem:
    path, cell = show_path(one.use.path), one.place.cell
    sure = one.use.access in (Access.WRITE, Access.APPEND, Access.MAKE) and _is_sure(one.use, use) and not one.magic
    makes = one.use.access is Access.MAKE
    who = "every worker" if one.done else "this"
    verb = "makes" if makes else "writes" if sure else "may write"
    where = "again" if one.done else "outside of any step"
    message = f"{who} {verb} {path} {where}, and step '{step.name}' {'uses' if makes else 'reads'} it"
    problem = Problem("written-outside", message, "", one.place, step.name, warning=not sure)
    if one.magic:
        return replace(problem, fix=f"Write it in a step, in Python; else run cell {cell} before the flow")
    if one.done:
        return replace(problem, fix=f"Write {path} in a step")
    return with_step(graph, problem, ", or write exist_ok=True, so that every worker can do it" if makes else "")


def _meet(outside: FileUse, use: FileUse) -> bool:
    """Return whether both uses may mean one file.

    Two plain paths from one folder are two files, unless one is inside the other.
    """
    if not conflict(replace(outside, access=Access.WRITE) if outside.access is not Access.MAKE else outside, use):
        return False
    pair = (outside.path, use.path)
    if is_pattern("".join(pair)) or any(path.startswith(("/", "~")) for path in pair):
        return True
    return any(long == short or long.startswith((f"{short}/", f"{short}.")) for short, long in (pair, pair[::-1]))


def _depends(outside: FileUse, use: FileUse) -> bool:
    """Return whether a step behaves differently if the file is not as the cell has left it."""
    if outside.access is Access.MAKE:
        return use.access is not Access.FIND or use.path == outside.path
    return use.access.reads or use.access is Access.APPEND


def _is_sure(outside: FileUse, use: FileUse) -> bool:
    if not outside.is_certain or not use.is_certain or use.access is Access.TOUCH:
        return False
    return outside.path == use.path or not (is_pattern(outside.path) or use.path.startswith(("/", "~")))


# the files that ordinary cells write


def _all(graph: Graph, last: Place) -> Iterator[FileEffect]:
    """Yield the files that ordinary cells above a place write."""
    done = [one for one in graph.prelude.definitions if one.kind in ("effect", "shared") and one.place < last]
    above = _Above(graph)
    ordinary: list[tuple[Definition | Scratch, bool]] = [(one, False) for one in graph.flow.scratch]
    ordinary += [(one, True) for one in done]
    for one, again in ordinary:
        if one.place < last and may_use_files(one.source, guess=False):
            for use in _uses(one.source, above.of(one)):
                if use.access in _WRITING and not (again and use.access is Access.MAKE):
                    yield FileEffect(
                        replace(use, line=1), replace(one.place, line=one.place.line + use.line - 1), again
                    )
    steps = {step.place.cell for step in graph.flow.steps}
    for cell in (one for one in graph.flow.cells if one.number not in steps and _MAGIC.search(one.source)):
        if (place := cell.place(graph.flow.document)) < last:
            yield from (FileEffect(use, replace(place, line=line), magic=True) for line, use in _of_magics(cell))


class _Above:
    """Finds the statements of ordinary cells that are needed to understand another one."""

    def __init__(self, graph: Graph) -> None:
        self._prelude = graph.prelude
        self._binders: dict[str, list[Scratch]] = {}
        for one in graph.flow.scratch:
            for name in one.names:
                self._binders.setdefault(name, []).append(one)

    def of(self, statement: Definition | Scratch) -> tuple[str, ...]:
        """Return the sources of the statements above that bind what a statement reads, directly or not."""
        found: dict[Place, Scratch] = {}
        names = set(names_of(parsed(statement.source)).free)
        agenda = list(names)
        while agenda:
            for one in self._binders.get(agenda.pop(), ()):
                if one.place < statement.place and one.place not in found:
                    found[one.place] = one
                    free = names_of(parsed(one.source)).free
                    agenda += free - names
                    names |= free
        definitions = self._prelude.seen_from(statement.place).closure(names, settings=False)
        return (*(one.source for one in definitions), *(found[place].source for place in sorted(found)))


@lru_cache(1024)
def _uses(source: str, above: tuple[str, ...]) -> tuple[FileUse, ...]:
    space = space_of_prelude((*above, source))
    return uses_of(parsed(source), space)


_MAGIC = re.compile(r"^\s*(?:!|%%)", re.MULTILINE)


def _of_magics(cell: Cell) -> Iterator[tuple[int, FileUse]]:
    """Yield the files that shell lines of a cell may write, and the file that `%%writefile` writes."""
    header, lines = read_header(cell.source), lines_of(cell.source)
    if header.kind is CellKind.FOREIGN and header.magic in ("writefile", "file"):
        words = lines[header.line - 1].split()
        yield from ((header.line, use) for use in _of_words(words[-1:], Access.WRITE))
    elif header.kind is CellKind.FOREIGN and header.magic in _SHELLS:
        for number, line in enumerate(lines[header.line :], header.line + 1):
            yield from ((number, use) for use in _of_command(line))
    elif header.kind is CellKind.ORDINARY:
        for number in sorted(_magics(cell.source)):
            command = lines[number - 1].strip()
            yield from ((number, use) for use in _of_command(command.lstrip("!")) if command.startswith("!"))


def _magics(source: str) -> frozenset[int]:
    try:
        return parse_ordinary(source).magic
    except SyntaxError:
        return frozenset()


def _of_command(text: str) -> Iterator[FileUse]:
    """Yield the files that a shell command may write: all that it names, unless it only shows them."""
    for command in re.split(r"&&|\|\||[;|]", text):
        words = _words(re.sub(r"([<>]+)", r" \1 ", command))
        if words and (words[0] not in _LOOKING or ">" in command):
            named = words[words.index(">") + 1 :] if words[0] in _LOOKING and ">" in words else words[1:]
            yield from _of_words(named, Access.MAKE if words[0] == "mkdir" else Access.UPDATE)


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command, comments=True)
    except ValueError:
        return command.split()


def _of_words(words: Iterable[str], access: Access) -> Iterator[FileUse]:
    for word in words:
        path = None if word.startswith(("-", "<", ">", "$", "{")) else normalised(word)
        if path is not None and re.search(r"\w", path):
            yield FileUse(path, access)


OUTSIDE_RULES = (written_outside,)
