"""What is shown of a value, whatever the value does."""

from __future__ import annotations

import base64
import io

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from nbflow.store.values import thumbnail
from nbflow.store.values.artifact_ref import Summary
from nbflow.store.values.summary import in_words, summarise


def test_plain_values() -> None:
    assert summarise(3) == Summary("int", "3")
    assert summarise("x" * 1000).text.startswith("'xxx")
    assert len(summarise("x" * 1000).text) <= 80


def test_containers_show_their_beginning() -> None:
    assert summarise(list(range(10**6))) == Summary("list", "1000000 items: [0, 1, 2, 3, 4, 5, ...]")


def test_a_dictionary_of_names_reads_like_arguments() -> None:
    assert summarise({"rate": 0.03, "leaves": 4}).text == "2 items: rate=0.03, leaves=4"
    assert summarise({f"n{i}": i for i in range(8)}).text == "8 items: n0=0, n1=1, n2=2, n3=3, n4=4, n5=5, ..."
    assert summarise({"a b": 1}).text == "1 items: {'a b': 1}"
    assert summarise({1: {"a": 2}}).text == "1 items: {1: {'a': 2}}"
    assert summarise({}).text == "0 items: {}"


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


def picture_of(summary: Summary) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(summary.image)))


def test_figures_and_images_have_a_small_picture() -> None:
    figure = Figure(figsize=(8, 4))
    figure.subplots().plot([1, 3, 2])
    noise = np.random.default_rng(1).integers(0, 255, (900, 1200, 3), np.uint8)
    for value, size in ((figure, (240, 120)), (Image.fromarray(noise), None), (Image.new("1", (3, 3)), (3, 3))):
        found = summarise(value)
        assert len(base64.b64decode(found.image)) <= thumbnail.THUMBNAIL_LIMIT
        assert size in (None, picture_of(found).size)


def test_a_figure_that_cannot_be_drawn_has_no_picture() -> None:
    figure = Figure()
    figure.subplots().set_title("$\\broken{$")
    assert summarise(figure).image == ""


def test_a_few_words_are_said_without_tables_and_pictures() -> None:
    assert in_words(pd.DataFrame({"a": [1]})) == "1 rows × 1 columns: a"
    assert in_words(Figure(figsize=(6.4, 4.8))) == "<Figure size 640x480 with 0 Axes>"
    assert "raises" in in_words(Hostile())
