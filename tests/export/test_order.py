"""Any order becomes series-parallel: nothing runs before what it needs, and what waits for nothing new is told."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.export.plan.document_order import Beside, Order, OrderPart, Series

NAMES = tuple("abcdefgh")
Edges = frozenset[tuple[str, str]]
EDGES = st.frozensets(st.sampled_from(list(combinations(NAMES, 2))), max_size=12)


def names_in(part: OrderPart) -> list[str]:
    return [part] if isinstance(part, str) else [name for one in part.parts for name in names_in(one)]


def ordered(part: OrderPart) -> set[tuple[str, str]]:
    """Every pair of which the second waits for the first."""
    if isinstance(part, str):
        return set()
    found = {pair for one in part.parts for pair in ordered(one)}
    if isinstance(part, Series):
        for first, second in combinations(part.parts, 2):
            found |= {(one, other) for one in names_in(first) for other in names_in(second)}
    return found


def needed(order: Order) -> set[tuple[str, str]]:
    return {(above, name) for name in order.names for above in order.above[name]}


@given(EDGES)
def test_everything_is_there_once_and_waits_for_what_it_needs(edges: Edges) -> None:
    order = Order.of(NAMES, edges)
    part = order.arrange()
    assert sorted(names_in(part)) == list(NAMES)
    assert needed(order) <= ordered(part)


@given(EDGES)
def test_what_waits_without_need_is_told_and_nothing_else(edges: Edges) -> None:
    order = Order.of(NAMES, edges)
    part = order.arrange()
    assert order.waits == ordered(part) - needed(order)


def nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.tuples(st.booleans(), st.lists(inner, min_size=2, max_size=3))


@given(st.recursive(st.just("x"), nested, max_leaves=8))
def test_a_series_parallel_order_keeps_all_that_runs_at_once(shape: object) -> None:
    names = iter("abcdefghijklmnopqrstuvwxyz")

    def build(shape: object) -> OrderPart:
        if isinstance(shape, tuple):
            kind = Series if shape[0] else Beside
            return kind(tuple(build(one) for one in shape[1]))
        return next(names)

    part = build(shape)
    order = Order.of(names_in(part), ordered(part))
    assert ordered(order.arrange()) == ordered(part)
    assert order.waits == set()


def test_of_an_order_like_an_n_one_pair_waits() -> None:
    order = Order.of("abcd", [("a", "c"), ("b", "c"), ("b", "d")])
    order.arrange()
    assert len(order.waits) == 1


def test_names_that_stand_before_what_they_need_are_put_behind_it() -> None:
    order = Order.of("abc", [("c", "a"), ("b", "c")])
    assert order.arrange() == Series(("b", "c", "a"))


def test_a_circle_is_refused_with_its_names() -> None:
    with pytest.raises(ValueError, match="b") as caught:
        Order.of("abc", [("b", "c"), ("c", "b")])
    assert caught.value.args == ("b", "c")
