"""What is shown of a value, whatever the value does."""

from __future__ import annotations

import base64
import io
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from nbflow.store.values import summary, thumbnail
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


class Raising(type):
    """Raises for whatever a class is asked."""

    def __repr__(cls) -> str:
        raise ValueError

    @property
    def __module__(cls) -> str:  # type: ignore[override]
        raise SystemExit

    def __instancecheck__(cls, instance: object) -> bool:
        raise ValueError


class Text(str):
    __slots__ = ()

    def __getitem__(self, key: object) -> str:
        raise ValueError

    def split(self, *_: object) -> list[str]:  # type: ignore[override]
        raise SystemExit


def _leaves(_self: object) -> str:
    raise SystemExit(3)


class _Own(BaseException):
    pass


def _raises_own(_self: object, *_names: object) -> str:
    raise _Own


EVIL = {
    "exits": {"__repr__": _leaves},
    "own base": {"__repr__": _raises_own},
    "no text": {"__repr__": lambda _self: 5},
    "other text": {"__repr__": lambda _self: Text("x" * 500)},
    "huge": {"__repr__": lambda _self: "x" * 10**8},
    "no class": {"__class__": property(_raises_own)},
    "other class": {"__class__": np.ndarray},
    "no length": {"__len__": _leaves},
    "negative": {"__len__": lambda _self: -1},
    "huge shape": {"shape": (10**5000,), "dtype": property(_raises_own)},
    "attributes": {"__getattribute__": _raises_own},
    "unequal": {"__eq__": _raises_own, "__hash__": _raises_own, "__bool__": _raises_own},
    "huge name": {"__qualname__": "x" * 10**7},
    "huge module": {"__module__": "x" * 10**7},
}


@pytest.mark.parametrize("kind", [type, Raising])
@pytest.mark.parametrize("name", EVIL)
def test_whatever_a_value_does_it_is_described_in_a_short_line(name: str, kind: type) -> None:
    value = kind("Evil", (), EVIL[name])()
    for found in (summarise(value), summarise([value])):
        assert 0 < len(found.text) <= 200
        assert len(found.type) <= 401  # a module and a name


def test_a_repr_that_does_not_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "SECONDS_FOR_SUMMARY", 0.01)
    endless = type("Endless", (), {"__repr__": lambda _self: "".join("" for _ in itertools.count())})()
    assert summarise(endless).text == "<tests.store.test_summary.Endless, its repr takes too long>"


def test_an_int_of_more_digits_than_python_writes_is_described_wherever_it_is() -> None:
    number = math.factorial(2000)
    assert summarise(number).text.startswith("0x")
    assert summarise([number]).text.startswith("1 items: [0x")
    assert summarise({"n": number}).text.startswith("1 items: n=0x")
