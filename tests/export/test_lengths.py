"""What can be told of the items of a foreach without running anything."""

from __future__ import annotations

import pytest

from nbflow.export.lengths import always_has_items, is_sequence, is_truth
from tests.export.engines import graph_of


@pytest.mark.parametrize(
    ("value", "has_items", "sequence"),
    [
        ("[1, 2]", True, True), ("[]", False, True), ("'ab'", True, True), ("''", False, True), ("{1}", True, False),
        ("[x for x in [1]]", True, True), ("[x for x in [1] if x]", False, True), ("range(3)", True, True),
        ("range(n)", False, True), ("sorted({2, 1})", True, True), ("[*more]", False, True), ("load()", False, False),
        ("[1] if n else [2, 3]", True, True), ("[1] if n else []", False, True), ("{'a': 1}", False, False),
    ],
)  # fmt: skip
def test_a_name_is_what_its_only_writer_assigns(value: str, has_items: bool, sequence: bool) -> None:
    cells = ["%%parameters\nn: int = 1", "more = [1]", "def load():\n    return []"]
    graph = graph_of(*cells, f"%%step grid\nxs = {value}", "%%step fit --foreach x in xs\ny = x")
    opener = graph.steps["fit"]
    assert (always_has_items(graph, opener), is_sequence(graph, opener)) == (has_items, sequence)


EITHER = "if n:\n    xs = [1]\nelse:\n    xs = []"


@pytest.mark.parametrize("body", ["xs = [1]\nxs.clear()", "xs = [1]\nxs = []", EITHER])
def test_a_name_that_anything_else_touches_may_be_anything(body: str) -> None:
    graph = graph_of("%%parameters\nn: int = 1", f"%%step grid\n{body}", "%%step fit --foreach x in xs\ny = x")
    opener = graph.steps["fit"]
    assert (always_has_items(graph, opener), is_sequence(graph, opener)) == (False, False)


def test_a_name_that_a_later_step_changes_may_be_anything() -> None:
    graph = graph_of("%%step a\nxs = [1]", "%%step b\nxs.pop()", "%%step fit --foreach x in xs\ny = x")
    assert not always_has_items(graph, graph.steps["fit"])


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        ("n < 3", True), ("not n", True), ("n < 3 and n > 1", True), ("bool(n)", True), ("n", False),
        ("0 < n < 3", False),
    ],
)  # fmt: skip
def test_a_comparison_is_true_or_false(value: str, truth: bool) -> None:
    graph = graph_of("%%parameters\nn: int = 1", f"%%step a --while more\nmore = {value}")
    assert is_truth(graph.steps["a"], "more") is truth
