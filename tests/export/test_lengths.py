"""What can be told of the items of a foreach without running anything."""

from __future__ import annotations

import pytest

from nbflow.export.plan.lengths import always_has_items, is_list, is_sequence, is_truth
from tests.export.engines import graph_of


@pytest.mark.parametrize(
    ("value", "has_items", "sequence"),
    [
        ("[1, 2]", True, True), ("[]", False, True), ("'ab'", True, True), ("''", False, True), ("{1}", True, False),
        ("[x for x in [1]]", True, True), ("[x for x in [1] if x]", False, True), ("range(3)", True, True),
        ("range(n)", False, True), ("sorted({2, 1})", True, True), ("[*more]", True, True), ("load()", False, False),
        ("[1] if n else [2, 3]", True, True), ("[1] if n else []", False, True), ("{'a': 1}", True, False),
        ("[*load()]", False, True), ("MODELS", True, False), ("sorted(MODELS)", True, True), ("NONE", False, False),
        ("TWICE", False, False), ("range(1, 3)", True, True), ("range(3, 1)", False, True), ("range(LAST)", True, True),
        ("MODELS.items()", True, False), ("{**NONE}", False, False), ("zip(more, 'ab')", True, False),
        ("zip(more, NONE)", False, False), ("enumerate(more)", True, False),
    ],
)  # fmt: skip
def test_a_name_is_what_its_only_writer_assigns(value: str, has_items: bool, sequence: bool) -> None:
    cells = ["%%parameters\nn: int = 1", "more = [1]", "def load():\n    return []"]
    cells += ["MODELS = {'a': 1}\nNONE = {}\nLAST = 3\nTWICE = [1]\nTWICE = []"]
    graph = graph_of(*cells, f"%%step grid\nxs = {value}", "%%step fit --foreach x in xs\ny = x")
    opener = graph.steps["fit"]
    assert (always_has_items(graph, opener), is_sequence(graph, opener)) == (has_items, sequence)


def test_a_constant_is_what_it_is() -> None:
    graph = graph_of("MODELS = ['a']", "%%step fit --foreach x in MODELS\ny = x")
    assert (always_has_items(graph, graph.steps["fit"]), is_sequence(graph, graph.steps["fit"])) == (True, False)


@pytest.mark.parametrize(
    ("expression", "listed"),
    [("[1]", True), ("sorted(xs)", True), ("list(xs)", True), ("xs", False), ("tuple(xs)", False), ("mine(xs)", False)],
)
def test_what_makes_a_list_needs_no_list_around_it(expression: str, listed: bool) -> None:
    graph = graph_of("%%step a\nxs = {1}", f"%%step fit --foreach x in {expression}\ny = x")
    assert is_list(graph, graph.steps["fit"]) is listed
    own = graph_of("def sorted(x):\n    return x", "%%step a\nlist = 1", f"%%step b --foreach x in {expression}\ny = x")
    assert is_list(own, own.steps["b"]) is (expression == "[1]")


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
