"""Indents and dedents code. Lines inside a text of several lines do not move, because they are content."""

from __future__ import annotations

import io
import sys
import tokenize
from collections.abc import Iterator

from nbflow.flow.source.lines import lines_of

_START = getattr(tokenize, "FSTRING_START", None)  # f-strings have tokens of their own since Python 3.12
_END = getattr(tokenize, "FSTRING_END", None)


def indent_block(source: str, by: int) -> str:
    """Indent every line except those that begin inside a text."""
    inside = frozenset(_lines_inside_texts(source))
    lines = lines_of(source)
    return "\n".join(line if n in inside or not line.strip() else " " * by + line for n, line in enumerate(lines, 1))


def dedent(source: str, by: int) -> str:
    """Dedent every line by up to `by` spaces except those that begin inside a text."""
    # the tokenizer rejects a body that is still indented, unless it is below a header
    inside = {n - 1 for n in _lines_inside_texts(f"if 1:\n{source}")}
    lines = enumerate(lines_of(source), 1)
    return "\n".join(line if n in inside else line[min(by, _depth(line)) :] for n, line in lines)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _lines_inside_texts(source: str) -> Iterator[int]:
    """Yield the lines that begin inside a text, counted from 1."""
    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.STRING:
                yield from range(token.start[0] + 1, token.end[0] + 1)
            elif sys.version_info >= (3, 12) and token.type == _START:
                opened.append(token.start[0])
            elif sys.version_info >= (3, 12) and token.type == _END:
                yield from range(opened.pop() + 1, token.end[0] + 1)
    except (tokenize.TokenError, IndentationError):
        return
