"""Finds names that the text of a cell does not show: those bound by `from module import *` and `%run file.py`."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from nbflow.flow.names.code import names_of, parse
from nbflow.flow.source.cell import Cell
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node

Stars = tuple[tuple[str, tuple[str, ...]], ...]
"""Pairs of a module and the names imported from it, or of a file that is run and the names that it binds."""

NamesOf = Callable[[str], frozenset[str] | None]
"""Returns the names that a star import of a module binds, or None if they are unknown."""

TextOf = Callable[[str], str | None]
"""Returns the text of a file beside the notebook, or None."""

_STAR = re.compile(r"^\s*from\s+([\w.]+)\s+import\s*\(?\s*\*", re.MULTILINE)
_PYLAB = re.compile(r"^\s*%pylab\b", re.MULTILINE)
_RUN = re.compile(r"^\s*%run\s+(?!-)(\S+\.py)\s*$", re.MULTILINE)
_WRITES = re.compile(r"(?:%%step .*\n)?%%(?:writefile|file)\s+(?P<file>\S+)[ \t]*\n(?P<text>.*)", re.DOTALL)
_names_of: NamesOf = lambda module: None  # noqa: E731 - the analysis itself imports no module
_text_of: TextOf = lambda file: None  # noqa: E731


def ask(names_of: NamesOf, text_of: TextOf) -> None:
    """Set the functions that look up star imports and files from now on."""
    global _names_of, _text_of
    _names_of, _text_of = names_of, text_of


def may_hide(source: str) -> bool:
    """Return whether a cell may bind names that its text does not show."""
    return "*" in source or "%pylab" in source or "%run" in source


def stars_of(cells: Iterable[Cell]) -> Stars:
    """Look up the names that star imports and `%run` in cells bind.

    If the cells mention no name of a module, one name stands for the import.
    """
    sources = [cell.source for cell in cells]
    modules = {found for source in sources if "*" in source for found in _STAR.findall(source)}
    if any("%pylab" in source and _PYLAB.search(source) for source in sources):
        modules |= {"pylab", "numpy"}
    run = tuple(_run_files(sources))
    if not modules:
        return run
    words = frozenset(word for source in sources for word in re.findall(r"[^\W\d]\w*", source))
    known = {module: names for module in sorted(modules) if (names := _names_of(module))}
    return run + tuple((module, tuple(sorted(names & words)) or (min(names),)) for module, names in known.items())


def _run_files(sources: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the files that cells run, each with the names that it binds for sure. A cell may write the file itself."""
    files = sorted({file for source in sources if "%run" in source for file in _RUN.findall(source)})
    written = {one["file"]: one["text"] for source in sources if files and (one := _WRITES.match(source))}
    for file in files:
        text = written.get(file) or _text_of(file)
        with contextlib.suppress(SyntaxError):
            if text is not None:
                found = names_of(parse(text))
                unsure = found.maybe_writes | found.maybe_passing | found.ends | found.maybe_ends | {"*"}
                yield file, tuple(sorted(found.bound - unsure))


def with_star_names(source: str, tree: ast.Module, stars: Mapping[str, tuple[str, ...]]) -> tuple[str, ast.Module]:
    """Replace each star of a known module by its names, and return the text with its tree. Lines keep their numbers."""
    lines = [line.encode() for line in lines_of(source)]
    found = [node for node in every_node(tree) if isinstance(node, ast.ImportFrom) and _is_known_star(node, stars)]
    for node in sorted(found, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        star = node.names[0]
        line, names = lines[star.lineno - 1], ", ".join(stars[node.module or ""])
        lines[star.lineno - 1] = line[: star.col_offset] + names.encode() + line[star.col_offset + 1 :]
    text = b"\n".join(lines).decode()
    return text, _marked(parse(text), {(node.lineno, node.col_offset) for node in found})


def _is_known_star(node: ast.ImportFrom, stars: Mapping[str, tuple[str, ...]]) -> bool:
    return node.names[0].name == "*" and not node.level and node.module in stars


def _marked(tree: ast.Module, places: set[tuple[int, int]]) -> ast.Module:
    """Mark the imports at these places, (line, column), as stars: their names say nothing of what the code does."""
    for node in every_node(tree):
        if isinstance(node, ast.ImportFrom) and (node.lineno, node.col_offset) in places:
            node.is_star = True  # type: ignore[attr-defined]
    return tree
