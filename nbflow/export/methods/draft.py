"""Puts one method of a flow together from its parts."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbflow.export.body_text import DEPTH, END
from nbflow.export.marks import cell_comment
from nbflow.export.text_layout import indent_block
from nbflow.flow.source.lines import lines_of

WIDTH = 100
"""The length of a line of a script."""


@dataclass
class MethodDraft:
    """Holds the parts of one method.

    `before` and `after` are the lines that take artifacts in and pass them on; `cell` is the number of the body's cell.
    `place` is that of the lowest cell for which a method without a body decides whether it runs, or how often.
    """

    name: str
    decorators: list[str] = field(default_factory=list)
    takes_inputs: bool = False
    doc: str = ""
    outside: tuple[str, ...] = ()  # names that belong to the module
    before: list[str] = field(default_factory=list)
    cell: int = 0
    place: int = 0
    body: str = ""
    uses_self: bool = False
    figures: str = ""  # the statement that shows them
    after: list[str] = field(default_factory=list)
    next: str = ""

    def lines(self) -> Iterator[str]:
        yield from self.decorators
        yield f"def {self.name}(self{', inputs' if self.takes_inputs else ''}):"
        head = [docstring(self.doc)] if self.doc else []
        first = [f"global {', '.join(self.outside)}"] if self.outside else []
        tail = [*([self.figures] if self.figures else []), *self.after, *([self.next] if self.next else [])]
        marked, before = self._marked(), [*first, *self.before]
        pieces = [before, marked, tail] if marked else [[*before, *tail]]
        parts = ["\n".join(piece) for piece in pieces if piece]
        if not (head or before or tail or _does_something(self.body)):
            parts.append("pass")
        yield indent_block("\n".join([*head, "\n\n".join(parts)]) if parts else head[0], DEPTH - 4)

    def _marked(self) -> list[str]:
        if not self.cell:
            return []
        end = [END] if self.uses_self else []
        return [cell_comment(self.cell), *([self.body] if self.body else []), *end]

    @property
    def text(self) -> str:
        return indent_block("\n".join(self.lines()), DEPTH - 4)


def _does_something(body: str) -> bool:
    """Tell whether a body has code: Python does not accept a body of comments alone."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in lines_of(body))


def docstring(text: str, depth: int = DEPTH) -> str:
    """Return markdown as a docstring: headings without their marks, and no lines that are too long."""
    lines = lines_of("\n".join(_wrapped(text.strip(), WIDTH - depth)).strip("\n"))
    safe = "\n".join(lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    safe = safe[:-1] + '\\"' if safe.endswith('"') else safe
    return f'"""{safe}"""' if len(lines) == 1 else f'"""{safe}\n"""'


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Yield lines; prose is wrapped if a line is too long, but code, tables and pictures stay as they are."""
    prose: list[str] = []
    is_code = False
    for line in [*lines_of(text), ""]:
        is_fence = line.lstrip().startswith("```")
        is_code ^= is_fence
        plain = line if is_code else re.sub(r"^#+\s+", "", line)
        is_prose = not is_code and not is_fence and bool(line.strip()) and not line.startswith(("    ", "|"))
        if prose and (not is_prose or plain is not line or _ITEM.match(plain)):
            yield from _filled(prose, width)
            prose = []
        if is_prose:
            prose.append(plain)
        else:
            yield plain.rstrip()


_ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+")


def _filled(lines: list[str], width: int) -> Iterator[str]:
    if all(len(line) <= width for line in lines):
        yield from (line.rstrip() for line in lines)
        return
    mark = _ITEM.match(lines[0])
    first = lines[0][: mark.end()] if mark else ""
    words = " ".join([lines[0][len(first) :], *(line.strip() for line in lines[1:])])
    yield from textwrap.wrap(words, width, initial_indent=first, subsequent_indent=" " * len(first))
