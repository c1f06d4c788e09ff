"""Two versions of a table are compared by cell; trees, texts, pictures and maps are shown whole."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nbflow.jupyter.protocol.value_messages import OddCell, ValueFace
from nbflow.jupyter.values.shown_value import ShownValue, go_to
from tests.jupyter.values.columns import COLUMNS, FEW, ask, sheet


def changes(now: Any, before: Any) -> tuple[tuple[int, int, int], list[tuple[str, ...]]]:
    """How many rows are changed, new and gone; and the cells that are changed, with the marks of the rows."""
    found = sheet(now, before)
    facts, window = found.facts(), found.window(ask(only_changed=True))
    cells = [
        tuple(f"{cell.text}>{cell.now}" if isinstance(cell, OddCell) and cell.kind == "changed" else "" for cell in row)
        for row in window.cells
    ]
    counted = (facts.changed_rows, facts.added_rows, facts.removed_rows)
    return counted, [(mark, *row) for mark, row in zip(window.marks, cells, strict=True)]


@pytest.mark.parametrize("kind", COLUMNS)
@FEW
@given(data=st.data())
def test_nothing_has_changed_in_a_copy(kind: str, data: Any) -> None:
    series = data.draw(COLUMNS[kind])
    assert changes(series.to_frame("x"), series.copy(deep=True).to_frame("x")) == ((0, 0, 0), [])


@pytest.mark.parametrize("kind", ["int64", "float64", "Int64", "str", "big ints", "moments", "categories", "decimals"])
@FEW
@given(data=st.data())
def test_changed_cells_are_those_that_pandas_finds(kind: str, data: Any) -> None:
    one, other = data.draw(COLUMNS[kind]), data.draw(COLUMNS[kind])
    length = min(len(one), len(other))
    one, other = one[:length].astype("object"), other[:length].astype("object")
    both = one.isna() & other.isna()
    wanted = [n for n in range(length) if not both[n] and (one[n] == other[n]) is not True]
    found = sheet(one.to_frame("x"), other.to_frame("x")).window(ask(only_changed=True))
    assert list(found.places) == wanted


def test_rows_are_found_by_their_index_and_columns_by_their_labels() -> None:
    before = pd.DataFrame({"a": [1, 2, 3], "gone": 0, "b": ["x", "y", "z"]}, index=["p", "q", "r"])
    now = pd.DataFrame({"b": ["y", "z", "n"], "a": [2, 30, 4], "came": 1}, index=["q", "r", "s"])
    found = sheet(now, before)
    facts = found.facts()
    assert [(one.label, one.mark, one.changed) for one in facts.columns] == [
        ("b", "", 0), ("a", "", 1), ("came", "added", 0), ("gone", "removed", 0)
    ]  # fmt: skip
    assert (facts.rows, facts.changed_rows, facts.added_rows, facts.removed_rows, facts.matched_by) == (
        4,
        1,
        1,
        1,
        "index",
    )
    window = found.window(ask())
    assert [row[0] for row in window.index] == ["q", "r", "s", "p"]
    assert window.marks == ("", "", "added", "removed")
    assert window.cells[1][1] == OddCell("changed", "3", 30)
    assert window.cells[3][:2] == ("x", 1)
    assert found.window(ask(sort=(2, False))).places == (3, 0, 2, 1)


def test_rows_without_unique_names_are_compared_by_position() -> None:
    before = pd.DataFrame({"a": [1, 2, 3]}, index=[0, 0, 1])
    now = pd.DataFrame({"a": [1, 5]}, index=[0, 0])
    assert sheet(now, before).facts().matched_by == "position"
    assert changes(now, before) == ((1, 0, 1), [("", "2>5"), ("removed", "")])


def test_types_that_differ_are_told_and_equal_values_have_not_changed() -> None:
    before, now = pd.DataFrame({"a": [1, 2, 2**53 + 1]}), pd.DataFrame({"a": [1.0, 2.5, float(2**53)]})
    assert sheet(now, before).facts().columns[0].dtype == "int64 → float64"
    assert changes(now, before)[1] == [("", "2>2.5"), ("", f"{2**53 + 1}>{float(2**53)}")]


def test_none_and_nan_are_two_values_and_lists_are_compared_whole() -> None:
    before = pd.DataFrame({"a": pd.Series([None, None, [*range(3000)], [1]], dtype="object")})
    now = pd.DataFrame({"a": pd.Series([None, float("nan"), [*range(2999), 0], [1]], dtype="object")})
    assert [row[1][:8] for row in changes(now, before)[1]] == ["None>NaN", "[0, 1, 2"]


def test_columns_of_one_label_are_compared_in_their_order() -> None:
    before, now = pd.DataFrame([[1, 2]], columns=["x", "x"]), pd.DataFrame([[1, 3, 4]], columns=["x", "x", "x"])
    facts = sheet(now, before).facts()
    assert [(one.mark, one.changed) for one in facts.columns] == [("", 0), ("", 1), ("added", 0)]


def test_other_libraries_and_arrays_are_compared_by_position() -> None:
    assert changes(pl.DataFrame({"a": [1, 3]}), pl.DataFrame({"a": [1, 2]}))[1] == [("", "2>3")]
    assert changes(np.eye(2), np.ones((1, 2)))[1] == [("", "", "1.0>0.0"), ("added", "", "")]


# other values


def shown(value: Any, *part: int) -> ShownValue:
    found, way = go_to(value, part)
    return ShownValue("value", found, way)


class Model:
    def __init__(self) -> None:
        self.weights, self.name = [1, 2], "m"

    def _repr_html_(self) -> str:
        return "<b>model</b>"


@pytest.mark.parametrize(
    ("value", "faces"),
    [
        (pd.DataFrame({"a": [1]}), ["table", "text"]), (np.zeros((3, 3)), ["table", "heat", "text"]),
        (np.zeros(3), ["table", "text"]), (np.zeros((2, 3, 4)), ["tree", "text"]),
        (np.zeros((5, 5, 3), "uint8"), ["display", "tree", "text"]), ("text", ["text"]), ([1], ["tree", "text"]),
        ({}, ["text"]), (Model(), ["display", "tree", "text"]), (3, ["text"]), (np.float64(2), ["text"]),
        (np.zeros((0, 3)), ["table", "text"]), (np.array(["a"]), ["table", "text"]),
    ],
)  # fmt: skip
def test_each_value_has_its_faces(value: Any, faces: list[str]) -> None:
    assert [str(face) for face in shown(value).facts(ask("open")).faces] == faces


def test_parts_lead_to_any_depth() -> None:
    value = {"a": [1, (2, {"deep": pd.DataFrame({"x": [1, 2]})})], 5: {7}, "m": Model()}
    listed = shown(value).parts(ask("parts"))
    assert [(one.key, one.type, one.parts) for one in listed.parts] == [
        ("['a']", "list", 2), ("[5]", "set", 1), ("['m']", f"{__name__}.Model", 2)
    ]  # fmt: skip
    deep = shown(value, 0, 1, 1, 0).facts(ask("open"))
    assert ("".join(one.key for one in deep.way), deep.faces[0]) == ("['a'][1][1]['deep']", ValueFace.TABLE)
    assert [one.key for one in shown(np.zeros((2, 3, 4))).parts(ask("parts")).parts] == ["[0]", "[1]"]
    assert shown(np.zeros((2, 3, 4)), 1).facts(ask("open")).shape == (3, 4)
    many = shown([*range(1000)]).parts(ask("parts", rows=(900, 2000)))
    assert (many.first, many.total, [one.text for one in many.parts]) == (900, 1000, [*map(str, range(900, 1000))])


def test_a_text_is_read_in_parts_and_whole() -> None:
    text = "ä\n" * 400_000
    value, read = shown(text), ""
    while len(read) < len(text):
        read += value.text(ask("text", rows=(len(read), len(read)))).text
    assert read == text


def test_a_heat_map_has_the_means_of_its_blocks() -> None:
    array = np.arange(1000 * 600, dtype=float).reshape(1000, 600)
    array[:2, :2] = np.nan
    found = shown(array).heat()
    points = np.frombuffer(b64decode(found.data), "<f4").reshape(found.rows, found.columns)
    assert (found.step, points.shape) == ((2, 2), (500, 300))
    assert np.isnan(points[0, 0])
    np.testing.assert_allclose(points[1:], array.reshape(500, 2, 300, 2).mean(axis=(1, 3))[1:], rtol=1e-6)
    assert (found.low, found.high) == (pytest.approx(302.5), pytest.approx(599698.5))


def test_a_picture_is_shown_in_its_full_size() -> None:
    (output,) = shown(np.full((70, 50, 3), 9, "uint8")).outputs
    assert Image.open(BytesIO(b64decode(output["data"]["image/png"]))).size == (50, 70)
