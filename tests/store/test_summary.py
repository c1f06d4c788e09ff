"""What is shown of a value, whatever the value does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbflow.store.artifact import Summary
from nbflow.store.summary import summarise


def test_plain_values() -> None:
    assert summarise(3) == Summary("int", "3")
    assert summarise("x" * 1000).text.startswith("'xxx")
    assert len(summarise("x" * 1000).text) <= 80


def test_containers_show_their_beginning() -> None:
    assert summarise(list(range(10**6))) == Summary("list", "1000000 items: [0, 1, 2, 3, 4, 5, ...]")


def test_arrays_show_shape_and_dtype() -> None:
    found = summarise(np.zeros((1000, 20)))
    assert (found.type, found.shape, found.dtype) == ("numpy.ndarray", (1000, 20), "float64")
    assert found.text == "1000×20 float64 [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]"


def test_frames_show_columns_and_a_small_head() -> None:
    frame = pd.DataFrame(np.zeros((1000, 300))).assign(name="<b>")
    found = summarise(frame[["name", 0]])
    assert (found.type, found.shape) == ("pandas.DataFrame", (1000, 2))
    assert found.columns == (("name", "str"), ("0", "float64"))
    assert found.head.count("<tr") == 6
    assert "<b>" not in found.head
    assert len(summarise(frame).columns) == 100
    assert len(summarise(frame).head) < 6000


class Hostile:
    def __repr__(self) -> str:
        raise ValueError

    @property
    def shape(self) -> tuple[int, ...]:
        raise RuntimeError


class Many(list[int]):
    pass


def test_a_hostile_value_is_named() -> None:
    assert "raises" in summarise(Hostile()).text
    assert summarise(Many(range(10_000))).text == "10000 items"
