"""Counts the values of a column: the bars of its histogram and a few statistics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nbflow.jupyter.protocol.value_messages import ColumnBar, ColumnStatistics, SheetCell
from nbflow.jupyter.values.normal_form import Coded, ColumnKind, Measured, Numbers
from nbflow.jupyter.values.sheet_cells import sheet_cell, whole_text
from nbflow.jupyter.values.whole_table import FrameColumn

BARS, TEXT_BARS = 24, 12


def count_column(column: FrameColumn, places: Numbers) -> ColumnStatistics:
    """Return the statistics of these rows of a column."""
    form = column.form
    missing = form.missing[places]
    present = places[~missing]
    counted = _count_codes(form, present) if isinstance(form, Coded) else _count_numbers(column, form, present)
    bars, distinct, others, facts = counted
    return ColumnStatistics(form.kind, tuple(bars), len(places), int(missing.sum()), distinct, others, tuple(facts))


_Counted = tuple[list[ColumnBar], int, int, list[tuple[str, SheetCell]]]


def _count_codes(form: Coded, present: Numbers) -> _Counted:
    counts = np.bincount(form.codes[present], minlength=len(form.distinct))
    top = [int(code) for code in np.lexsort((form.ranks, -counts)) if counts[code]]
    bars = [_text_bar(form.distinct[code], int(counts[code])) for code in top[:TEXT_BARS]]
    others = int(counts.sum()) - sum(bar.count for bar in bars)
    seen = [code for code in top if counts[code]]
    facts: list[tuple[str, SheetCell]] = []
    if seen:
        first, last = min(seen, key=lambda code: form.ranks[code]), max(seen, key=lambda code: form.ranks[code])
        facts = [("first", sheet_cell(form.distinct[first])), ("last", sheet_cell(form.distinct[last]))]
    return bars, len(seen), others, facts


def _text_bar(value: Any, count: int) -> ColumnBar:
    text = whole_text(value)
    return ColumnBar(text if len(text) <= 60 else f"{text[:60]}…", count, text, None)


def _count_numbers(column: FrameColumn, form: Measured, present: Numbers) -> _Counted:
    numbers = form.numbers[present]
    if form.kind is ColumnKind.TRUTH:
        counts = [(value, int((numbers == value).sum())) for value in (True, False)]
        bars = [ColumnBar(str(value), number, str(int(value)), None) for value, number in counts if number]
        return bars, len(bars), 0, []
    finite = numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers
    distinct = _count_distinct(numbers)
    facts = list(_facts(column, form, present, finite)) if len(numbers) else []
    bars = list(_bars(column, form, finite)) if len(finite) else []
    return bars, distinct, len(numbers) - len(finite), facts


def _count_distinct(numbers: Numbers) -> int:
    ordered = np.sort(numbers)  # np.unique hashes whole numbers, which takes twenty times as long
    return int(len(ordered) and 1 + (ordered[1:] != ordered[:-1]).sum())


def _bars(column: FrameColumn, form: Measured, finite: Numbers) -> Iterator[ColumnBar]:
    edges = _edges(finite)
    if finite.dtype.kind == "f":
        counts, _ = np.histogram(finite, np.array(edges))
    else:
        places = np.searchsorted(np.array(edges[1:-1], finite.dtype), finite, side="right")
        counts = np.bincount(places, minlength=len(edges) - 1)
    is_whole = form.kind is ColumnKind.NUMBER and finite.dtype.kind in "iu"
    for place, count in enumerate(counts):
        low, high = edges[place], edges[place + 1]
        closed = finite.dtype.kind == "f" and place == len(counts) - 1
        last = high - 1 if is_whole else high
        texts = dict.fromkeys((_edge_text(form, low), _edge_text(form, last)))
        yield ColumnBar(" – ".join(texts), int(count), repr(low), repr(high), closed)


def _edges(finite: Numbers) -> list[Any]:
    """Return the edges of the bars. A bar ends before its upper edge, but the last one of floats ends with it."""
    low, high = finite.min().item(), finite.max().item()
    if finite.dtype.kind != "f":
        return [*range(low, high + 1, -(-(high + 1 - low) // BARS)), high + 1]
    if low == high:
        return [low, high]
    inner = (low * (1 - part) + high * part for part in np.linspace(0, 1, BARS + 1)[1:-1].tolist())
    return list(dict.fromkeys([low, *(edge for edge in inner if low < edge < high), high]))


def _edge_text(form: Measured, value: Any) -> str:
    if form.kind is ColumnKind.TIME:
        return str(np.array(value).astype(f"M8[{form.unit}]")).replace("T", " ").removesuffix(".000000000")
    if form.kind is ColumnKind.DURATION:
        return f"{value} {form.unit}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _facts(column: FrameColumn, form: Measured, present: Numbers, finite: Numbers) -> Iterator[tuple[str, SheetCell]]:
    keys = form.numbers[present]
    ends = column.at(present[[int(keys.argmin()), int(keys.argmax())]])
    yield "min", sheet_cell(ends[0])
    yield "max", sheet_cell(ends[1])
    if form.kind is ColumnKind.NUMBER and len(finite) == len(keys):
        wide = keys.astype(np.float64)
        with np.errstate(all="ignore"):
            yield "mean", sheet_cell(float(wide.mean()))
            yield "median", sheet_cell(float(np.median(wide)))
            if len(wide) > 1:
                yield "std", sheet_cell(float(wide.std(ddof=1)))
