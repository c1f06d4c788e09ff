"""Finds local modules, which are files of the project that steps import; their code is part of a task's key."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from blake3 import blake3

from nbflow.flow.names.code import called_module
from nbflow.flow.source.trees import every_node
from nbflow.store.regular_file import read_regular


def local_modules(names: Iterable[str], folders: Iterable[Path]) -> Mapping[str, Path]:
    """Return the files, by module, of those modules that lie below `folders`, and of the modules that they import."""
    roots = tuple(folders)
    found: dict[str, Path] = {}
    agenda = list(names)
    while agenda:
        name = agenda.pop()
        path = None if name in found else _find(name, roots)
        if path is not None:
            found[name] = path
            agenda.extend(imported_by(path, name))
    return found


def digest_modules(names: Iterable[str], folders: Iterable[Path]) -> tuple[tuple[str, str], ...]:
    """Return (module, BLAKE3 of its file) for each local module, sorted by name."""
    return tuple(
        (name, blake3(read_regular(path)).hexdigest()) for name, path in sorted(local_modules(names, folders).items())
    )


def _find(name: str, folders: tuple[Path, ...]) -> Path | None:
    """Return the file of a module; for a name inside a package, the file of the package."""
    package = name.rpartition(".")[0]
    places = (path for one in (name, package) if one for folder in folders for path in _places(one, folder))
    return next((path for path in places if path.is_file()), None)


def _places(name: str, folder: Path) -> tuple[Path, Path]:
    relative = Path(*name.split("."))
    return folder / relative.with_suffix(".py"), folder / relative / "__init__.py"


def imported_by(path: Path, name: str = "") -> Iterator[str]:
    """Yield the modules that a Python file imports; `name` is its own, for what it imports relative to itself."""
    try:
        tree = ast.parse(read_regular(path))
    except (SyntaxError, ValueError):
        return  # the import in the task will report it
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for statement in every_node(tree):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            base = _absolute(statement, package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in statement.names)
        elif isinstance(statement, ast.Call):
            yield from called_module(statement)


def _absolute(statement: ast.ImportFrom, package: str) -> str:
    if not statement.level:
        return statement.module or ""
    parts = package.split(".")
    kept = parts[: len(parts) - statement.level + 1]
    return ".".join([*kept, statement.module] if statement.module else kept)
