"""How the tables of the panel sort, filter and mark, which no page is needed for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.labextension.modules import Module

BIG = str(2**60)
DAY = {"text": "2026-01-02", "number": 1767312000, "kind": "instant"}
HOUR = {"text": "1:00:00", "number": 3600, "kind": "seconds"}
TENTH = {"text": "0.10", "number": 0.1, "kind": "number"}
LEVEL = {"text": "LOW", "number": 1, "kind": "name"}


@pytest.fixture(scope="module")
def table() -> Iterator[Module]:
    module = Module("state/table.ts")
    yield module
    module.close()


@pytest.mark.parametrize(
    ("cells", "descending", "expected"),
    [
        ([3, 1, 2], False, [1, 2, 3]),
        ([3, 1, 2], True, [3, 2, 1]),
        ([3, None, 1, "nan"], False, [1, 3, None, "nan"]),
        ([3, None, 1, "nan"], True, [3, 1, None, "nan"]),
        (["inf", 2, "-inf", BIG], False, ["-inf", 2, BIG, "inf"]),
        (["b10", "b9", "a", None], False, ["a", "b9", "b10", None]),
        ([True, False, True], False, [False, True, True]),
        ([0.1, "tree", -5], False, [-5, 0.1, "tree"]),
        ([DAY, HOUR, TENTH, LEVEL], False, [TENTH, LEVEL, HOUR, DAY]),
    ],
)
def test_rows_are_sorted_by_numbers_then_texts_and_empty_ones_stay_last(
    table: Module, cells: list[Any], descending: bool, expected: list[Any]
) -> None:
    places = table.call("sortedPlaces", cells, descending)
    assert [cells[place] for place in places] == expected


def test_equal_rows_keep_their_order(table: Module) -> None:
    assert table.call("sortedPlaces", [1, 0, 1, 0], False) == [1, 3, 0, 2]
    assert table.call("sortedPlaces", [1, 0, 1, 0], True) == [0, 2, 1, 3]


@pytest.mark.parametrize(
    ("cells", "best", "expected"),
    [
        ([0.5, 0.9, None], "highest", 0.9),
        ([0.5, 0.9, "nan"], "lowest", 0.5),
        ([0.5, 0.9], "unknown", None),
        ([0.5], "highest", None),
        (["a", "b"], "highest", None),
    ],
)
def test_the_best_value_is_that_of_the_better_side(table: Module, cells: list[Any], best: str, expected: Any) -> None:
    assert table.call("bestValue", cells, best) == expected


ROW = {
    "r2": 0.81, "kind": "tree", "n": None, "max_depth": 4, "good": True, "day": DAY, "took": HOUR, "price": TENTH,
    "level": LEVEL,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("", True),
        ("TREE", True),
        ("tree forest", False),
        ("r2>0.8", True),
        ("r2 > 0.8 kind=tree", True),
        ("r2>0.8 kind=forest", False),
        ("R2<=0.81", True),
        ("r2!=0.81", False),
        ("n<5", False),
        ("max_depth==4", True),
        ("max_depth<10", True),
        ("lr<3", False),
        ("a=b", True),
        ("good=TRUE", True),
        ("day>=2026-01", True),
        ("day<2026-01-02", False),
        ("day=2026", True),
        ("day>2026-01", False),
        ("day<=2026-01", True),
        ("price<0.25", True),
        ("took>1000", True),
        ("level=low", True),
    ],
)
def test_a_filter_has_words_and_conditions(table: Module, text: str, passes: bool) -> None:
    row = {"cells": list(ROW.values()), "text": "fit[3] tree a=b 0.81"}
    assert table.call("passing", text, list(ROW), [row], {"code": "row => row"}) == [row] * passes


def test_numbers_are_shown_with_six_digits(table: Module) -> None:
    cells = [0.1 + 0.2, 1234567, 1e-9 / 3, True, None, "nan", 12.5, TENTH]
    assert [table.call("cellText", cell) for cell in cells] == [
        "0.3", "1234567", "3.33333e-10", "True", "", "nan", "12.5", "0.10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "title"),
    [([HOUR, None, HOUR], "took (s)"), ([HOUR, 3], "took"), ([DAY], "took"), ([TENTH, 2], "took"), ([None], "took")],
)
def test_an_axis_of_lengths_of_time_names_its_unit(table: Module, cells: list[Any], title: str) -> None:
    assert table.call("axisTitle", "took", cells) == title


def test_lengths_of_time_are_numbers(table: Module) -> None:
    assert table.call("isNumeric", [HOUR, None, 3])
