"""Whatever points to whatever: after a round trip the same things are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.pickling.codec import encode

from .conftest import Notebook, values_of


class Node:
    pass


class Failed(Exception):
    pass


KINDS = 9


def build(plan: list[tuple[int, list[int]]]) -> list[Any]:
    """Objects of all kinds, wired by number; a view looks at the array before it, a dict is that of a node."""
    made: list[Any] = []
    for kind, _ in plan:
        arrays = [one for one in made if isinstance(one, np.ndarray)]
        nodes = [one for one in made if isinstance(one, Node)]
        view = arrays[-1][1:] if arrays and len(arrays[-1]) > 1 else np.arange(9.0)
        record = np.zeros(2, [("x", int)])[0]
        fresh: list[Any] = [
            [],
            {},
            Node(),
            view,
            vars(nodes[-1]) if nodes else {},
            np.nan,
            float("nan"),
            Failed(),
            record,
        ]
        assert len(fresh) == KINDS
        made.append(fresh[kind])
    for (kind, targets), one in zip(plan, made, strict=True):
        pointed = [made[target % len(made)] for target in targets]
        match kind:
            case 0:
                one.extend(pointed)
            case 1 | 4:
                one.update((f"k{i}", target) for i, target in enumerate(pointed))
            case 2 | 7:
                one.__dict__.update((f"a{i}", target) for i, target in enumerate(pointed))
                led = [target for target in pointed if isinstance(target, Failed)]
                if isinstance(one, Failed) and led:
                    one.__cause__, one.__context__ = led[0], led[-1]
    return made


def shape(roots: list[Any]) -> list[Any]:
    """The graph with objects numbered in the order in which a walk meets them."""
    numbers: dict[int, int] = {}
    facts: list[Any] = []
    agenda = list(reversed(roots))
    while agenda:
        one = agenda.pop()
        known = id(one) in numbers
        facts.append((type(one).__name__, numbers.setdefault(id(one), len(numbers))))
        if isinstance(one, Failed) and not known:
            agenda += [link for link in (one.__cause__, one.__context__) if link]
        if not known and not isinstance(one, np.ndarray | np.void | float):
            inside = one if isinstance(one, list) else one.values() if isinstance(one, dict) else [vars(one)]
            agenda.extend(reversed(list(inside)))
    return facts


PLANS = st.lists(
    st.tuples(st.integers(0, KINDS - 1), st.lists(st.integers(0, 11), max_size=4)), min_size=1, max_size=12
)


@settings(max_examples=200)
@given(PLANS, st.integers(1, 6))
def test_the_same_things_are_the_same(plan: list[tuple[int, list[int]]], names: int) -> None:
    blobs, home = MemoryBlobs(), Notebook()
    objects = build(plan)
    values = {f"n{i}": objects[i % len(objects)] for i in range(names)}
    back = values_of(encode(values, blobs, home), blobs, home)
    assert shape(list(back.values())) == shape(list(values.values()))
    for one in values:
        assert (back[one] is np.nan) == (values[one] is np.nan)
        for other in values:
            if isinstance(values[one], np.ndarray) and isinstance(values[other], np.ndarray):
                assert np.shares_memory(back[one], back[other]) == np.shares_memory(values[one], values[other])
                np.testing.assert_array_equal(back[one], values[one])
