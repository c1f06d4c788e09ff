"""Writes a plan into an `.ipynb`: only what the plan changes is rewritten, every other byte stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from json.decoder import JSONDecoder
from typing import Any
from uuid import uuid4

from nbflow.notebook.init.cell_edits import NewCell

_SPACE = re.compile(r"[ \t\r\n]*")
_read = JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Span:
    """Marks where a value is in the text of a file."""

    start: int
    end: int


def count_cells(text: str) -> int:
    """Return the number of cells of every kind."""
    return sum(1 for _ in elements(text, members(text, 0)["cells"].start))


def rewrite_notebook(text: str, cells: Sequence[NewCell]) -> str:
    """Return the text of a notebook with these cells instead of its own."""
    spans = list(elements(text, members(text, 0)["cells"].start))
    style = _Style.of(text, spans)
    written = [style.cell(text, spans, cell) for cell in cells]
    if not spans:
        return text
    first, last = spans[0], spans[-1]
    between = text[first.end : spans[1].start] if len(spans) > 1 else f",\n{style.outer}"
    return text[: first.start] + between.join(written) + text[last.end :]


def identify(text: str) -> str:
    """Return the text of a notebook with an id in its metadata, by which its runs are found after it was renamed."""
    span = members(text, 0).get("metadata")
    if span is None or text[span.start] != "{":
        return text
    metadata, style = _read(text, span.start)[0], _Style.of(text, list(elements(text, members(text, 0)["cells"].start)))
    facts = metadata.get("nbflow", {})
    if not isinstance(facts, dict) or "id" in facts:
        return text
    held, margin = members(text, span.start), style.unit
    new = facts | {"id": str(uuid4())}
    if "nbflow" in held:
        return _replaced(text, Span(0, len(text)), {held["nbflow"]: style.value(new, margin * 2)})
    if not held:
        return _replaced(text, Span(0, len(text)), {span: style.value({"nbflow": new}, margin)})
    last = max(one.end for one in held.values())
    before = f",\n{margin * 2}" if margin else ", "
    return f'{text[:last]}{before}"nbflow": {style.value(new, margin * 2)}{text[last:]}'


@dataclass(frozen=True, slots=True)
class _Style:
    """Holds the layout of a file: its indentation, whether it escapes non-ASCII text, whether cells have ids."""

    outer: str  # before a cell
    unit: str
    ascii_only: bool
    with_ids: bool

    @classmethod
    def of(cls, text: str, spans: Sequence[Span]) -> _Style:
        found = re.search(r"\n([ \t]+)\"", text)
        start = spans[0].start if spans else 0
        line = text.rfind("\n", 0, start) + 1
        outer = text[line:start] if spans and not text[line:start].strip() else ""
        has_ids = bool(spans) and "id" in members(text, start)
        return cls(outer, found[1] if found and outer else "", "\\u" in text and text.isascii(), has_ids)

    def cell(self, text: str, spans: Sequence[Span], cell: NewCell) -> str:
        if cell.base:
            whole = spans[cell.base - 1]
            return text[whole.start : whole.end] if cell.is_kept else self._changed(text, whole, spans, cell)
        content: dict[str, Any] = {"cell_type": "code", "execution_count": None}
        content |= {"id": uuid4().hex[:8]} if self.with_ids else {}
        return self.value(content | {"metadata": {}, "outputs": [], "source": _lines(cell.source)}, self.outer)

    def _changed(self, text: str, whole: Span, spans: Sequence[Span], cell: NewCell) -> str:
        """Return the cell with its new source; outputs of the cells merged into it come before its own."""
        inside = members(text, whole.start)
        held = inside["source"]
        source = _lines(cell.source) if text[held.start] == "[" else cell.source
        new = {held: self.value(source, self.outer + self.unit)}
        if cell.swallowed and (outputs := inside.get("outputs")):
            every = [members(text, spans[number - 1].start).get("outputs") for number in cell.swallowed]
            new[outputs] = self._joined(text, [*filter(None, every), outputs])
        return _replaced(text, whole, new)

    def _joined(self, text: str, lists: Sequence[Span]) -> str:
        parts = [text[one.start : one.end] for span in lists for one in elements(text, span.start)]
        if not parts or not self.unit:
            return f"[{', '.join(parts)}]"
        inner = f"\n{self.outer}{self.unit * 2}"
        return f"[{inner}{f',{inner}'.join(parts)}\n{self.outer}{self.unit}]"

    def value(self, value: Any, margin: str) -> str:
        text = json.dumps(value, indent=self.unit or None, ensure_ascii=self.ascii_only)
        return text.replace("\n", f"\n{margin}") if self.unit else text


def _lines(source: str) -> list[str]:
    return [f"{line}\n" for line in source.split("\n")[:-1]] + [source.split("\n")[-1]] if source else []


def _replaced(text: str, whole: Span, new: Mapping[Span, str]) -> str:
    parts, at = [], whole.start
    for span in sorted(new, key=lambda one: one.start):
        parts += [text[at : span.start], new[span]]
        at = span.end
    return "".join([*parts, text[at : whole.end]])


def members(text: str, start: int) -> dict[str, Span]:
    """Return the span of each value of an object, by key. The object begins at `start` or after spaces."""
    return {_read(text, key.start)[0]: value for key, value in _pairs(text, _skip(text, start))}


def _pairs(text: str, start: int) -> Iterator[tuple[Span, Span]]:
    at = _skip(text, start + 1)
    while text[at] != "}":
        key = Span(at, _read(text, at)[1])
        begin = _skip(text, _skip(text, key.end) + 1)
        value = Span(begin, _read(text, begin)[1])
        yield key, value
        at = _next(text, value.end)


def elements(text: str, start: int) -> Iterator[Span]:
    """Yield the span of each element of the list that begins at `start`."""
    at = _skip(text, start + 1)
    while text[at] != "]":
        value = Span(at, _read(text, at)[1])
        yield value
        at = _next(text, value.end)


def _next(text: str, end: int) -> int:
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None  # the pattern also matches the empty text
    return found.end()
