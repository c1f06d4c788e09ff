"""Finds the files of a project that steps need where the project's folder is not: those that they name.

They are the local modules, the files of `--watch`, and the files whose paths stand in the code.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from nbflow.flow.files.file_use import Access, FileUse, covers, may_be_same
from nbflow.flow.files.pathtexts import UNKNOWN, fill_in, show_path
from nbflow.flow.names.code import parse
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.encoding import decode_source
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.program.local_modules import local_modules
from nbflow.run.program.program import Program
from nbflow.run.surroundings.pattern_files import files_of_pattern
from nbflow.store.regular_file import read_regular

_LONGEST_PATH = 400  # characters of a text that may be a path


def needed_files(program: Program, steps: Iterable[str]) -> list[Path]:
    """Return the absolute paths of the files that these steps name, each once, sorted."""
    named = {path for step in steps for path in _named_by(program, step)}
    named |= {path for file in _code_among(named) for path in _existing(program, _texts(_source_of(file)))}
    return sorted({_plain(path) for path in named if path.is_file()})


def needed_folders(program: Program, steps: Iterable[str]) -> list[Path]:
    """Return the folders that these steps name, with those in them, and those in which they may write files, sorted."""
    found: set[Path] = set()
    for use in _relative_uses(program, steps):
        place = program.folder / use.path
        if UNKNOWN not in use.path and place.is_dir():
            found |= {one for one, _ in _walk(place)}
        elif not use.access.reads or use.access in (Access.UPDATE, Access.TOUCH):
            found.add(_known_folder(program, use.path))
    if not program.tree.is_read:
        texts = (text for step in steps for text in literal_texts(program, step) if "/" in text)
        found |= {(program.tree.working_folder / text).parent for text in texts if not _is_absolute(text)}
    return sorted(_plain(folder) for folder in found if folder.is_dir())


def base_of(program: Program, steps: Iterable[str], files: Iterable[Path]) -> Path:
    """Return the folder below which everything lies that a host needs of the project, and what these steps write."""
    texts = {text for step in steps for text in (*patterns_of(program, step), *literal_texts(program, step))}
    folders = (_plain(_known_folder(program, text)) for text in texts if text.startswith("../"))
    return Path(os.path.commonpath([*program.tree.folders, *folders, *(file.parent for file in files)]))


def _known_folder(program: Program, path: str) -> Path:
    """Return the folder in which a path lies, as far as it is known."""
    return program.folder / re.split(f"[{UNKNOWN}*?[]", path)[0].rpartition("/")[0]


def _plain(path: Path) -> Path:
    return Path(os.path.normpath(path))


def patterns_of(program: Program, step: str) -> Iterator[str]:
    """Yield the paths that the code and the header of a step name, with UNKNOWN for parts that only a run knows."""
    yield from (use.path for use in _uses(program, step))
    yield from program.graph.steps[step].options.watch


def files_of_unknown_name(program: Program, step: str) -> Iterator[Path]:
    """Yield the files of which a step knows only a part of the path, in the folders that it knows."""
    for path in {use.path for use in _relative_uses(program, [step]) if UNKNOWN in use.path}:
        folder = _known_folder(program, path)
        for place in _below(folder) if folder != program.folder else ():
            if covers(path, os.path.relpath(place, program.folder).replace(os.sep, "/")):
                yield place


def literal_texts(program: Program, step: str) -> frozenset[str]:
    """Return the texts in the code of a step, and in the local modules that it needs, that may be relative paths."""
    sources = [*_sources(program, step), *map(_source_of, _code_among(_named_by(program, step)))]
    return frozenset(text for source in sources for text in _texts(source) if not _is_absolute(text))


def absolute_uses(program: Program, step: str) -> Iterator[FileUse]:
    """Yield what a step does to files that it names by absolute paths, with the values of parameters."""
    return (use for use in _uses(program, step) if _is_absolute(use.path))


def _relative_uses(program: Program, steps: Iterable[str]) -> Iterator[FileUse]:
    return (use for step in steps for use in _uses(program, step) if not _is_absolute(use.path))


def _uses(program: Program, step: str) -> Iterator[FileUse]:
    for use in program.graph.links[step].files:
        yield replace(use, path=fill_in(use.path, program.parameters))


def unreachable_files(program: Program, steps: Iterable[str]) -> Iterator[Problem]:
    """Find files that these steps use and that hosts without the project's folder will not have."""
    for name in steps:
        step = program.graph.steps[name]
        for use in dict.fromkeys(absolute_uses(program, name)):
            if use.access not in _CERTAINLY_THERE:
                yield _problem(step, use, *_words_for_absolute(program, step, use.path, use.access))
        yield from unknown_files(program, name)


def unknown_files(program: Program, name: str, *, silent: bool = False) -> Iterator[Problem]:
    """Find files that a step reads, whose names only a run knows, and that no step writes.

    With `silent`, find only those whose absence on a host raises no error: the step asks whether they exist.
    """
    step = program.graph.steps[name]
    for use in () if step.options.watch else dict.fromkeys(_relative_uses(program, [name])):
        is_meant = use.access in (Access.FIND, Access.LIST) if silent else use.access.reads
        is_meant &= use.path != UNKNOWN or use.access is not Access.TOUCH  # most methods get something that is no path
        if UNKNOWN in use.path and is_meant and use.access not in _CERTAINLY_THERE and not _is_written(program, use):
            message = f"step '{name}' reads {_shown(use.path)}, whose name only a run knows: hosts do not get it"
            yield _problem(step, use, message, f"Write --watch with the files in the header of '{name}'")


_CERTAINLY_THERE = (Access.GUESS, Access.MAKE, Access.IMPORT)


def _is_written(program: Program, read: FileUse) -> bool:
    uses = (use for name in program.graph.links for use in _uses(program, name))
    return any(use.access.writes and may_be_same(use.path, read.path) for use in uses)


def _words_for_absolute(program: Program, step: StepSpec, path: str, access: Access) -> tuple[str, str]:
    inside = os.path.relpath(os.path.expanduser(path), program.folder)
    beside = "a path relative to the notebook" if inside.startswith("..") else f"'{inside}'"
    if access is Access.WRITE or access is Access.APPEND:
        message = f"step '{step.name}' writes {_shown(path)}: on a cluster it stays on the host that writes it"
        return message, f"Write {beside} instead: such files come back"
    message = f"step '{step.name}' reads {_shown(path)}, which hosts that do not share your disk do not get"
    return message, f"Put it into the folder of the notebook and write {beside} instead"


def _shown(path: str) -> str:
    return "a file" if path == UNKNOWN else show_path(path)


def _problem(step: StepSpec, use: FileUse, message: str, fix: str) -> Problem:
    place = step.place if use.split else replace(step.place, line=step.source.body_line + use.line - 1)
    return Problem("file-on-hosts", message, fix, place, step.name, warning=True)


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "~")) or os.path.isabs(path)


def _named_by(program: Program, step: str) -> Iterator[Path]:
    yield from _modules(program, step)
    yield from _named_files(program, step)
    yield from program.own_files


def _modules(program: Program, step: str) -> Iterator[Path]:
    found = local_modules(program.modules(step, program.closure(step)), program.project)
    for path in found.values():
        yield from _package_of(path)


def _package_of(path: Path) -> Iterable[Path]:
    """Return all files of the package in which a module lies; the module alone if it lies in none."""
    top = None
    for folder in path.parents:
        if not (folder / "__init__.py").is_file():
            break
        top = folder
    return _below(top) if top else [path]


def _named_files(program: Program, step: str) -> Iterator[Path]:
    folder = program.folder
    for pattern in program.graph.steps[step].options.watch:
        yield from files_of_pattern(pattern, folder)
    for path in (use.path for use in _relative_uses(program, [step]) if UNKNOWN not in use.path):
        yield from _below(folder / path) if (folder / path).is_dir() else files_of_pattern(path, folder)
        yield folder / path  # a name may have a bracket in it
    yield from _existing(program, (text for source in _sources(program, step) for text in _texts(source)))


def _existing(program: Program, texts: Iterable[str]) -> Iterator[Path]:
    """Yield the files that are named by a whole text in the code, whatever the code does with it."""
    folder = program.tree.working_folder
    for text in {*texts}:
        if not _is_absolute(text) and (folder / text).is_file():
            yield folder / text


def _sources(program: Program, step: str) -> list[str]:
    return [program.graph.steps[step].source.body, *(one.source for one in program.closure(step))]


def _code_among(files: Iterable[Path]) -> Iterable[Path]:
    return {path for path in files if path.suffix == ".py"}


def _source_of(file: Path) -> str:
    try:
        return decode_source(read_regular(file))
    except (OSError, UnicodeError):
        return ""


def _texts(source: str) -> Iterator[str]:
    try:
        tree = parse(source)
    except (SyntaxError, ValueError):
        return
    for node in every_node(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _may_be_path(node.value):
            yield node.value


def _may_be_path(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_PATH and text.isprintable()


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and below it, without hidden folders and compiled code."""
    return (place / name for place, names in _walk(folder) for name in names)


def _walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    for place, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if not one.startswith(".") and one != "__pycache__"]
        yield Path(place), names
