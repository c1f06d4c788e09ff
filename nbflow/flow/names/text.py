"""Parses cell texts as Python: IPython lines become Python, and every other line keeps its place."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from nbflow.flow.names.code import parse
from nbflow.flow.names.stars import Stars, with_star_names
from nbflow.flow.source.ipython import (
    SHELL_CALL,
    TOLD,
    TRANSPARENT,
    MagicRefused,
    as_automatic,
    plain_cell,
    plain_line,
    read_cell,
    read_line,
)
from nbflow.flow.source.lines import lines_of

Refused = tuple[int, str, MagicRefused]
"""The number of a line, its text, and the reason why a step cannot contain it."""


def is_magic(line: str) -> bool:
    """Return whether a line is an IPython line, not Python."""
    return read_line(line) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Holds a cell as Python. `source` has as many lines as the cell.

    `magic` are the numbers of the lines that only IPython can execute; `refused` are the lines that no step may
    contain.
    """

    tree: ast.Module
    source: str
    magic: frozenset[int] = frozenset()
    refused: tuple[Refused, ...] = ()


def parse_ordinary(source: str, stars: Stars = ()) -> Text:
    """Parse an ordinary cell, which may contain magics and shell lines. Raises SyntaxError.

    Lines that need IPython are replaced by code that binds the same names.
    """
    return _with_names(_parse(_as_typed(lines_of(source)), partial(_ordinary, stars)), stars)


def _ordinary(stars: Stars, line: str) -> str:
    try:
        python = _plain(stars, line).partition(TOLD)[0]
    except MagicRefused:
        python = SHELL_CALL
    if SHELL_CALL not in python or python.lstrip().startswith("__import__"):
        return python
    read = read_line(line)
    assert read is not None
    return f"{read.margin}{read.target}{SHELL_CALL if read.target else 'pass'}"


def parse_step(source: str, stars: Stars = ()) -> Text:
    """Parse the body of a step as the code that IPython would execute for it. Raises SyntaxError."""
    lines = _as_typed(lines_of(source))
    refused = list(_unwrap(lines))
    text = _with_names(_parse(lines, partial(_plain, stars)), stars)
    return Text(text.tree, text.source, text.magic, (*refused, *text.refused))


def _with_names(text: Text, stars: Stars) -> Text:
    if not stars:
        return text
    source, tree = with_star_names(text.source, text.tree, dict(stars))
    return Text(tree, source, text.magic, text.refused)


def _unwrap(lines: list[str]) -> Iterator[Refused]:
    """Replace the cell magics on top of a body, and yield those that a step cannot contain."""
    for number, line in enumerate(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            if not line.startswith("%%") or line.rstrip().endswith("?"):
                return
            cell = read_cell(line, lines[number + 1 :])
            try:
                lines[number] = plain_cell(cell)
            except MagicRefused as refusal:
                lines[number] = "pass"
                yield number + 1, line, refusal
            if cell.name not in TRANSPARENT:
                lines[number + 1 :] = [""] * len(lines[number + 1 :])
                return


def _plain(stars: Stars, line: str) -> str:
    read = read_line(line)
    assert read is not None
    return plain_line(read, dict(stars))


def _parse(lines: list[str], plain: Callable[[str], str]) -> Text:
    """Parse lines, and replace only those that Python refuses: a `%` at the start of a line may be part of a string."""
    magic: set[int] = set()
    refused: list[Refused] = []
    while True:
        try:
            source = "\n".join(lines)
            return Text(parse(source), source, frozenset(magic), tuple(sorted(refused, key=lambda one: one[0])))
        except SyntaxError as found:
            error = found
            lines[:] = [as_automatic(lines[0])] if len(lines) == 1 else lines
            line = (error.lineno or 0) - 1
            if not 0 <= line < len(lines) or not is_magic(lines[line]):
                raise
        command, end = _whole(lines, line)
        try:
            python = plain(command)
        except MagicRefused as refusal:
            refused.append((line + 1, command, refusal))
            python = f"{read_line(command).margin}pass"  # type: ignore[union-attr]  # it is an IPython line
        if python == command:
            raise error
        if python.strip() == "pass" or SHELL_CALL in python:
            magic.update(range(line + 1, end + 2))
        lines[line : end + 1] = [python, *[""] * (end - line)]


def _whole(lines: list[str], start: int) -> tuple[str, int]:
    """Return a line joined with those that continue it after a backslash, and the number of the last one."""
    end = start
    while lines[end].endswith("\\") and end + 1 < len(lines):
        end += 1
    parts = [*(line.rstrip()[:-1] for line in lines[start:end]), lines[end].rstrip()]
    return " ".join(parts), end


def is_quiet(source: str) -> bool:
    """Return whether a cell ends with a semicolon, which hides its value."""
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return next((one.string == ";" for one in reversed([*tokens]) if one.type not in skipped), False)


# what IPython removes before it parses

_INDENT = re.compile(r"[ \t]+")
_PROMPTS = re.compile(r"^(?:>>>|\.\.\.)(?: |$)|^(?:In \[\d+\]|\s*\.{3,}): ?")


def _as_typed(lines: list[str]) -> list[str]:
    """Return the lines without the indentation of the first line, and without prompts in pasted code."""
    first = next((line for line in lines if line.strip()), "")
    if indent := _INDENT.match(first):
        lines = [line.removeprefix(indent[0]) for line in lines]
        first = first.removeprefix(indent[0])
    if _PROMPTS.match(first):
        lines = [_PROMPTS.sub("", line, count=1) for line in lines]
    return lines


def blank(source: str, lines: int) -> str:
    """Return the text with its first lines emptied, so that the other lines keep their numbers."""
    rest = lines_of(source)[lines:]
    return "\n" * lines + "\n".join(rest)
