"""Cell texts as Python: IPython's own lines are taken out without moving any other line."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from nbflow.flow.code import parse
from nbflow.flow.lines import lines_of

_MAGIC = re.compile(r"^(\s*)([%!?]|[\w.]+\?\??\s*$)")
_TIMED = re.compile(r"^(\s*)%(?:time|prun|memit)\s+(?=[^-\s])")
_ENVIRONMENT = re.compile(r"^(\s*)%(?:env|set_env)\s+(\w+)(?:\s*=|\s)\s*([^${}]+)$")
_FOLDER = re.compile(r"^(\s*)%cd\s+(?:-q\s+)?([^-~\s${}][^${}]*)$")
_MADE = re.compile(r"^(\s*)!\s*mkdir\s+-p\s+([\w./-]+)\s*$")
_CAPTURED = re.compile(r"^(\s*[\w, ]+=\s*)[%!].*$")


def is_magic(line: str) -> bool:
    """Whether a line is IPython's and not Python's."""
    return bool(_MAGIC.match(line) or _CAPTURED.match(line))


def _plain(line: str) -> str:
    """What to parse instead: a call for a captured value, so that its name counts as computed."""
    if _TIMED.match(line):
        return _TIMED.sub(r"\1", line)
    if _CAPTURED.match(line):
        return _CAPTURED.sub(r"\1get_ipython()", line)
    return _MAGIC.match(line)[1] + "pass" if _MAGIC.match(line) else line  # type: ignore[index]


def _setting(line: str) -> str | None:
    """`%env NAME=value`, `%cd folder` and `!mkdir -p folder` as Python, which workers can do as well."""
    if found := _ENVIRONMENT.match(line):
        margin, name, value = found.groups()
        return f"{margin}__import__('os').environ[{name!r}] = {value.strip()!r}"
    if found := _FOLDER.match(line):
        margin, folder = found.groups()
        return f"{margin}__import__('os').chdir({folder.strip()!r})"
    if found := _MADE.match(line):
        margin, folder = found.groups()
        return f"{margin}__import__('os').makedirs({folder!r}, exist_ok=True)"
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A cell as Python. `source` has as many lines as the cell; those in `magic` were not Python."""

    tree: ast.Module
    source: str
    magic: frozenset[int] = frozenset()


def parse_ordinary(source: str) -> Text:
    """Parse a cell that may hold magics and shell lines. Raises SyntaxError for what is not even that.

    Only lines that Python stumbles over are taken out: a `%` at the start of a line may be part of a text.
    """
    lines = lines_of(source)
    magic: set[int] = set()
    while True:
        try:
            return Text(parse("\n".join(lines)), "\n".join(lines), frozenset(magic))
        except SyntaxError as error:
            line = (error.lineno or 0) - 1
            if not 0 <= line < len(lines) or not is_magic(lines[line]):
                raise
            end = line
            while lines[end].endswith("\\") and end + 1 < len(lines):
                end += 1
            setting = _setting(lines[line]) if end == line else None
            plain = setting or _plain(lines[line].rstrip("\\"))
            if plain == lines[line]:
                raise
            if setting is None:
                magic.update(range(line + 1, end + 2))
            lines[line : end + 1] = [plain, *[""] * (end - line)]


def blank(source: str, lines: int) -> str:
    """The text with its first lines emptied, so that the others keep their numbers."""
    rest = lines_of(source)[lines:]
    return "\n" * lines + "\n".join(rest)
