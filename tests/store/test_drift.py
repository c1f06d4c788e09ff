"""A change is never silent, and reading is never a change."""

from __future__ import annotations

import collections
import copy
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot
from sklearn.ensemble import RandomForestClassifier

from nbflow.store.blobs.local import LocalBlobs
from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.blobs.protocol import BlobStore
from nbflow.store.pickling.codec import encode
from nbflow.store.pickling.heap import Heap
from nbflow.store.values.encoded import Encoded

from .conftest import Notebook, heap_of
from .test_frames import LARGE, SMALL, mixed


@dataclass
class Task:
    """What one task has loaded."""

    encoded: Encoded
    heap: Heap
    values: dict[str, Any]

    def changed(self) -> set[str]:
        """The names that reach into something that is no longer what the store holds."""
        self.heap.compare()
        return set(self.heap.reached(self.encoded.artifacts))


def load(values: dict[str, object], blobs: BlobStore, home: Notebook) -> Task:
    encoded = encode(values, blobs, home)
    heap = heap_of(encoded, blobs, home)
    return Task(encoded, heap, heap.load({one.name: one for one in encoded.artifacts}))


class Model:
    def __init__(self) -> None:
        self.weights = np.arange(1000.0)
        self.name = "".join(["mo", "del"])
        self.names = {"model", self.name, *(str(i) for i in range(50))}
        self.parent = self


class Single:
    """Has one object; a notebook may define such a class."""

    __module__ = "__main__"
    _one: Single | None = None

    def __new__(cls) -> Single:
        cls._one = cls._one or super().__new__(cls)
        return cls._one


def single() -> Single:
    made = Single()
    made.__dict__["rows"] = [1]
    return made


def forest() -> Any:
    features = np.random.default_rng(0).random((200, 5))
    return RandomForestClassifier(5, random_state=0).fit(features, features[:, 0] > 0.5)


def figure() -> Any:
    matplotlib.use("agg")
    made, axes = pyplot.subplots()
    axes.plot([1, 2, 3])
    pyplot.close(made)
    return made


def use_frame(frame: pd.DataFrame) -> None:
    frame.describe()
    frame.groupby("cat", observed=True)["f"].mean()
    frame.to_numpy()
    frame[["f", "f2"]].sum()
    frame.loc[frame.index[:3]]
    frame.sort_values("f")
    repr(frame)
    frame.memory_usage(deep=True)
    frame.columns.get_loc("f")
    frame.dropna()
    frame.copy()
    len(frame.index.unique())


def unconsolidated(n: int) -> pd.DataFrame:
    frame = mixed(n)
    frame["later"] = 1.5
    frame["again"] = 2.5
    return frame


ZOO: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "list": (lambda: [1, "a", ["a" + "b" * i for i in range(5)]], lambda v: sorted(map(str, v))),
    "set": (lambda: {f"s{i}" for i in range(100)}, lambda v: [x for x in v if "s5" in v]),
    "dict": (lambda: {str(i): [i] for i in range(100)}, lambda v: {**v, "x": 1}),
    "default dict": (lambda: collections.defaultdict(list, a=[1]), lambda v: v.get("b")),
    "model": (Model, lambda v: (v.weights.sum(), vars(v), hash(v), v == v)),
    "small array": (lambda: np.arange(100.0), lambda v: (v.sum(), v[2:5] * 2, v.reshape(10, 10))),
    "large array": (lambda: np.arange(500_000.0), lambda v: (v.sum(), np.sort(v), v[::2].copy())),
    "array and view": (lambda: (lambda a: [a, a[10:100_000]])(np.arange(500_000.0)), lambda v: v[1].sum()),
    "fortran array": (lambda: np.asfortranarray(np.ones((600, 700))), lambda v: v @ v.T),
    "small frame": (lambda: mixed(SMALL), use_frame),
    "large frame": (lambda: mixed(LARGE), use_frame),
    "small frame in pieces": (lambda: unconsolidated(SMALL), use_frame),
    "large frame in pieces": (lambda: unconsolidated(LARGE), use_frame),
    "series": (lambda: pd.Series(["a", "b"] * 50, name="s"), lambda v: (v.value_counts(), v.str.upper())),
    "index": (lambda: pd.date_range("2020", periods=100), lambda v: (v.get_loc("2020-01-05"), v.month, v.is_unique)),
    "categorical": (lambda: pd.Categorical(["x", "y"] * 9), lambda v: (v.codes, v.categories.get_loc("x"))),
    "random": (lambda: random.Random(1), lambda v: v.getstate()),
    "function": (lambda: lambda x=[1]: x, lambda v: v()),
    "iterator": (lambda: iter([1, 2, 3]), lambda v: v.__length_hint__()),
    "forest": (forest, lambda v: (v.predict(np.zeros((3, 5))), v.feature_importances_, repr(v))),
    "figure": (figure, lambda v: (v.axes[0].get_title(), len(v.axes[0].lines))),
}  # fmt: skip


@pytest.mark.parametrize("kind", ZOO)
def test_reading_is_not_a_change(kind: str, blobs: LocalBlobs, notebook: Notebook) -> None:
    make, read = ZOO[kind]
    loaded = load({"v": make(), "other": [1]}, blobs, notebook)
    assert loaded.changed() == set()
    read(loaded.values["v"])
    assert loaded.changed() == set()


MUTATIONS: dict[str, tuple[Callable[[], Any], Callable[[Any], object]]] = {
    "append": (lambda: [1], lambda v: v.append(2)),
    "equal but another type": (lambda: [1], lambda v: v.__setitem__(0, True)),
    "deep": (lambda: {"a": [{"b": [1]}]}, lambda v: v["a"][0]["b"].clear()),
    "set": (lambda: {"a", "b"}, lambda v: v.add("c")),
    "order of a dict": (lambda: {"a": 1, "b": 2}, lambda v: v.update(a=v.pop("a"))),
    "attribute": (Model, lambda v: setattr(v, "name", "other")),
    "attribute of the only object of its class": (single, lambda v: setattr(v, "rows", [2])),
    "array inside": (Model, lambda v: v.weights.__setitem__(3, -1)),
    "small array": (lambda: np.arange(10.0), lambda v: v.__setitem__(3, -1)),
    "large array": (lambda: np.arange(500_000.0), lambda v: v.__setitem__(400_000, -1)),
    "array through its view": (lambda: (lambda a: [a, a[5:]])(np.arange(500_000.0)), lambda v: v[1].__setitem__(0, -1)),
    "cell of a small frame": (lambda: mixed(SMALL), lambda v: v.__setitem__("i", v["i"] + 1)),
    "cell of a large frame": (lambda: mixed(LARGE), lambda v: v.iloc.__setitem__((5, 0), 99)),
    "string of a large frame": (lambda: mixed(LARGE), lambda v: v.loc.__setitem__((5, "s"), "x")),
    "new column": (lambda: mixed(LARGE), lambda v: v.insert(0, "new", 1)),
    "renamed column": (lambda: mixed(SMALL), lambda v: setattr(v, "columns", [f"c{i}" for i in range(v.shape[1])])),
    "attrs": (lambda: mixed(LARGE), lambda v: v.attrs.__setitem__("x", 1)),
    "iterator": (lambda: iter([1, 2, 3]), next),
    "random": (lambda: random.Random(1), lambda v: v.random()),
    "function attribute": (lambda: lambda: 1, lambda v: setattr(v, "calls", 1)),
}


@pytest.mark.parametrize("kind", MUTATIONS)
def test_a_change_is_reported(kind: str, blobs: LocalBlobs, notebook: Notebook) -> None:
    make, mutate = MUTATIONS[kind]
    loaded = load({"v": make(), "other": [1]}, blobs, notebook)
    mutate(loaded.values["v"])
    assert loaded.changed() == {"v"}


def test_names_that_share_objects_change_together(notebook: Notebook) -> None:
    shared = [0]
    loaded = load({"a": {"s": shared, "own": [1]}, "b": [shared], "c": [2]}, MemoryBlobs(), notebook)
    loaded.values["a"]["own"].append(2)
    assert loaded.changed() == {"a", "b"}


def test_a_tie_that_is_new_counts_for_the_name_that_changed(notebook: Notebook) -> None:
    blobs = MemoryBlobs()
    loaded = load({"a": [1], "b": [2]}, blobs, notebook)
    loaded.values["a"].append(loaded.values["b"])
    assert loaded.changed() == {"a"}


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
NESTED = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=25,
)


def places(value: Any) -> list[Any]:
    """Every list and dict inside, the outermost first."""
    here = [value] if isinstance(value, list | dict) else []
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return here + [place for one in inside for place in places(one)]


@settings(max_examples=150)
@given(st.lists(NESTED, min_size=1, max_size=4), st.randoms(use_true_random=False), st.data())
def test_no_change_anywhere_is_silent(value: list[Any], rng: random.Random, data: st.DataObject) -> None:
    blobs, home = MemoryBlobs(), Notebook()
    loaded = load({"v": value}, blobs, home)
    copy.deepcopy(loaded.values["v"])
    assert loaded.changed() == set()
    place = rng.choice(places(loaded.values["v"]))
    before = copy.deepcopy(loaded.values["v"])
    if isinstance(place, list):
        place.insert(rng.randrange(len(place) + 1), data.draw(LEAVES))
    else:
        place[data.draw(st.text())] = object
    assert loaded.values["v"] != before
    assert loaded.changed() == {"v"}
