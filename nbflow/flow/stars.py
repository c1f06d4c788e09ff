"""`from module import *` as the import of those of its names that the notebook mentions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping

from nbflow.flow.cell import Cell
from nbflow.flow.lines import lines_of
from nbflow.flow.trees import every_node

Stars = tuple[tuple[str, tuple[str, ...]], ...]
"""Modules, each with the names that are imported from it."""

NamesOf = Callable[[str], frozenset[str] | None]
"""Returns what a star import of a module binds; None where nobody can tell."""

_STAR = re.compile(r"^\s*from\s+([\w.]+)\s+import\s*\(?\s*\*", re.MULTILINE)
_PYLAB = re.compile(r"^\s*%pylab\b", re.MULTILINE)
_names_of: NamesOf = lambda module: None  # noqa: E731 - a flow by itself looks at no module


def ask(names_of: NamesOf) -> None:
    """Have star imports looked up from now on."""
    global _names_of
    _names_of = names_of


def stars_of(cells: Iterable[Cell]) -> Stars:
    """Look up the star imports of a notebook. Where it mentions no name of a module, one stands for the import."""
    sources = [cell.source for cell in cells]
    modules = {found for source in sources if "*" in source for found in _STAR.findall(source)}
    if any("%pylab" in source and _PYLAB.search(source) for source in sources):
        modules |= {"pylab", "numpy"}
    if not modules:
        return ()
    words = frozenset(word for source in sources for word in re.findall(r"[^\W\d]\w*", source))
    known = {module: names for module in sorted(modules) if (names := _names_of(module))}
    return tuple((module, tuple(sorted(names & words)) or (min(names),)) for module, names in known.items())


def with_names(source: str, tree: ast.Module, stars: Mapping[str, tuple[str, ...]]) -> str:
    """Put the names in the place of each star whose module is known; lines keep their numbers."""
    lines = [line.encode() for line in lines_of(source)]
    imports = [node for node in every_node(tree) if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
    for node in sorted(imports, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        if not node.level and node.module and node.module in stars:
            star = node.names[0]
            line, names = lines[star.lineno - 1], ", ".join(stars[node.module])
            lines[star.lineno - 1] = line[: star.col_offset] + names.encode() + line[star.col_offset + 1 :]
    return b"\n".join(lines).decode()
