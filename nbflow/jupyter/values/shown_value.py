"""Answers what is asked about one loaded value."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from nbflow.jupyter.protocol.sent import Misunderstood
from nbflow.jupyter.protocol.value_messages import (
    ValueDisplay,
    ValueFace,
    ValueFacts,
    ValuePart,
    ValueParts,
    ValueText,
)  # fmt: skip
from nbflow.jupyter.values.asked import LONGEST_PART, Asked
from nbflow.jupyter.values.value_parts import count_parts, list_parts, part_at
from nbflow.run.output.display import bundle_of
from nbflow.store.values.summary import describe_briefly
from nbflow.store.values.user_code import answer_of, repr_of

MOST_PARTS = 500  # in one answer
SECONDS_FOR_WHOLE_TEXT = 20.0
_PLAIN = (str, bytes, int, float, complex, bool, type(None), dict, list, tuple, set, frozenset)


class ShownValue:
    """Shows a value, with what it was `before` if two versions are compared. `way` leads to it from the artifact."""

    def __init__(self, name: str, value: Any, way: tuple[ValuePart, ...], before: Any = None) -> None:
        self.name, self._value, self._way, self._before = name, value, way, before

    @cached_property
    def sheet(self) -> Any:
        """Return the value as a table; None if it is none. Raises Misunderstood if only one version is a table."""
        if not _may_be_table(self._value):
            return None
        from nbflow.jupyter.values.sheets import Sheet, table_of  # noqa: PLC0415 - needs NumPy

        table, before = table_of(self._value), None if self._before is None else table_of(self._before)
        if table is not None and self._before is not None and before is None:
            raise Misunderstood(f"'{self.name}' was no table in the other run: choose another run to compare with")
        return None if table is None else Sheet(table, before)

    def facts(self, asked: Asked) -> ValueFacts:
        """Return how the value can be shown, with the first window of a table."""
        summary, sheet = describe_briefly(self._value), self.sheet
        faces = tuple(self._faces())
        return ValueFacts(
            self.name,
            summary.type,
            summary.text,
            faces,
            self._way,
            sheet and sheet.facts(),
            sheet and sheet.window(asked),
            summary.shape,
        )

    def _faces(self) -> Iterator[ValueFace]:
        if self.sheet is not None:
            yield ValueFace.TABLE
        if self._is_picture:
            yield ValueFace.DISPLAY
        if self._is_map:
            yield ValueFace.HEAT
        if self.sheet is None and not self._is_picture and self.outputs:
            yield ValueFace.DISPLAY
        if self.sheet is None and count_parts(self._value):
            yield ValueFace.TREE
        yield ValueFace.TEXT

    @property
    def _is_map(self) -> bool:
        array = _as_array(self._value)
        if array is None:
            return False
        from nbflow.jupyter.values.heat_map import is_map  # noqa: PLC0415 - needs NumPy

        return is_map(array)

    @property
    def _is_picture(self) -> bool:
        """Return whether an array has the form of a picture: rows, columns and three or four colours of a byte each."""
        array = _as_array(self._value)
        return array is not None and array.ndim == 3 and array.shape[2] in (3, 4) and str(array.dtype) == "uint8"

    @cached_property
    def outputs(self) -> tuple[dict[str, Any], ...]:
        """Return how the value shows itself; nothing for one that only has a text."""
        if isinstance(self._value, _PLAIN):
            return ()
        data = bundle_of(_as_image(self._value) if self._is_picture else self._value)
        is_rich = any(mime != "text/plain" for mime in data)
        return ({"output_type": "display_data", "data": data, "metadata": {}},) if is_rich else ()

    def display(self) -> ValueDisplay:
        """Return how the value shows itself."""
        return ValueDisplay(self.outputs)

    def heat(self) -> Any:
        """Return the value as a heat map. Raises Misunderstood if it is no array with two dimensions."""
        if not self._is_map:
            raise Misunderstood(f"'{self.name}' is no array of numbers with two dimensions")
        from nbflow.jupyter.values.heat_map import heat_map  # noqa: PLC0415 - needs NumPy

        return heat_map(self._value)

    def parts(self, asked: Asked) -> ValueParts:
        """Return the parts of the value from `rows[0]` on."""
        first, last = asked.rows[0], min(asked.rows[1], asked.rows[0] + MOST_PARTS)
        return ValueParts(first, count_parts(self._value), tuple(list_parts(self._value, first, last)))

    def text(self, asked: Asked) -> ValueText:
        """Return the text of the value from the character `rows[0]` on."""
        first = asked.rows[0]
        return ValueText(first, len(self._text), self._text[first : first + LONGEST_PART])

    @cached_property
    def _text(self) -> str:
        if isinstance(self._value, str):
            return str.__str__(self._value)
        write = str if _may_be_table(self._value) else repr
        return answer_of(
            lambda: str.__str__(write(self._value)), lambda _: repr_of(self._value), SECONDS_FOR_WHOLE_TEXT
        )


def go_to(value: Any, part: Iterable[int]) -> tuple[Any, tuple[ValuePart, ...]]:
    """Return a part of a value, and the parts on the way to it. Raises Misunderstood."""
    way: list[ValuePart] = []
    for place in part:
        key, value = part_at(value, place)
        summary = describe_briefly(value)
        way.append(ValuePart(place, key, summary.type, summary.text, count_parts(value)))
    return value, tuple(way)


def _may_be_table(value: Any) -> bool:
    packages = {kind.__module__.partition(".")[0] for kind in type(value).__mro__}
    return not packages.isdisjoint({"pandas", "numpy", "pyarrow", "polars"})


def _as_array(value: Any) -> Any:
    numpy = sys.modules.get("numpy")
    return value if numpy is not None and isinstance(value, numpy.ndarray) else None


def _as_image(array: Any) -> Any:
    """Return an array as an image of PIL, or as it is where that is not installed."""
    try:
        from PIL import Image  # noqa: PLC0415 - an extra of the environment
    except ImportError:
        return array
    return Image.fromarray(array)
