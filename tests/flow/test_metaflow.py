from __future__ import annotations

import pytest

from nbflow.flow.graph.link import link
from nbflow.flow.syntax.specs import Comparison as Asks
from nbflow.flow.syntax.specs import Foreach, Guard, Next, NextKind
from tests.flow.reading import flow_of, graph_of, problems_of, writers


def test_only_self_names_are_artifacts() -> None:
    body = "df = self.raw.dropna()\nself.rows = len(df)\nself.log.append(1)\nself._x = 1\nif df.a: self.b = np.c"
    (step,) = flow_of(f"%%step a\n{body}\nself.next(self.b)").steps
    assert step.metaflow
    assert (set(step.names.reads), set(step.names.writes), set(step.names.maybe_writes)) == (
        {"raw", "log"},
        {"rows", "log", "b"},
        {"b"},
    )
    assert set(step.names.mentions) == {"len", "np"}


def test_self_of_a_class_or_function_does_not_count() -> None:
    (step,) = flow_of("%%step a\nclass A:\n    def m(self): return self.x\ndef f(self): return self.y\nz = A()").steps
    assert (step.metaflow, set(step.names.reads), set(step.names.writes)) == (False, set(), {"z"})


NEXT = [
    ("self.next(self.b)", Next(NextKind.LINEAR, ("b",))),
    ("self.next(self.b, self.c)", Next(NextKind.BRANCH, ("b", "c"))),
    ("self.next(self.b, foreach='xs')", Next(NextKind.FOREACH, ("b",), foreach="xs")),
    (
        "self.next({'x': self.b, True: self.c}, condition='kind')",
        Next(NextKind.SWITCH, ("b", "c"), condition="kind", cases=(("x", "b"), (True, "c"))),
    ),
]


@pytest.mark.parametrize(("call", "found"), NEXT)
def test_a_transition_is_read_from_the_call(call: str, found: Next) -> None:
    assert flow_of(f"%%step a\n{call}").steps[0].control.next == found


@pytest.mark.parametrize("call", ["self.next()", "self.next(b)", "self.next(self.b, foreach=xs)", "self.next({})"])
def test_another_form_of_transition_is_a_problem(call: str) -> None:
    (problem,) = flow_of(f"%%step a\n{call}").problems
    assert (problem.rule, problem.step) == ("metaflow", "a")
    assert problem.fix.startswith("Write self.next(self.a)")


def test_a_plain_cell_reads_what_a_self_cell_wrote_and_the_other_way_round() -> None:
    graph = graph_of("%%step a\nself.x = 1\n---\n%%step b\ny = x + 1\n---\n%%step c\nself.z = self.y")
    assert (writers(graph, "b"), writers(graph, "c")) == ({"x": ("a",)}, {"y": ("b",)})


FOREACH = """
%%step start
self.xs = [1, 2]
self.next(self.work, foreach="xs")
---
%%step work
self.y = self.input * 2
self.next(self.more)
---
%%step more
self.w = 1
self.next(self.join)
---
%%step join
self.total = sum(task.y for task in inputs)
"""


def test_a_foreach_transition_makes_its_target_a_foreach_and_inputs_a_join() -> None:
    graph = graph_of(FOREACH)
    assert graph.steps["work"].control.foreach == Foreach("input", "xs", frozenset({"xs"}))
    assert {name: linked.scope for name, linked in graph.links.items()} == {
        "start": (),
        "work": ("work",),
        "more": ("work",),
        "join": (),
    }
    assert graph.steps["join"].control.join == "more"
    assert graph.links["join"].joined == ("work", "more")
    assert problems_of(FOREACH) == []


SWITCH = """
%%step start
self.kind = "a"
self.next({"a": self.left, "b": self.right}, condition="kind")
---
%%step left
self.x = 1
self.next(self.left2)
---
%%step left2
self.next(self.end)
---
%%step right
self.x = 2
self.next(self.end)
---
%%step end
self.y = self.x
"""


def test_a_switch_guards_its_targets_and_what_follows_until_the_paths_converge() -> None:
    graph = graph_of(SWITCH)
    assert {name: step.control.guard for name, step in graph.steps.items()} == {
        "start": None,
        "left": Guard("kind", Asks.EQUALS, "a"),
        "left2": Guard("kind", Asks.EQUALS, "a"),
        "right": Guard("kind", Asks.EQUALS, "b"),
        "end": None,
    }
    assert writers(graph, "end") == {"x": ("right", "left")}
    assert graph.links["end"].upstream == ("left", "left2", "right")
    assert problems_of(SWITCH) == []


def test_linking_a_linked_flow_changes_nothing() -> None:
    for text in (FOREACH, SWITCH):
        graph = graph_of(text)
        assert link(graph.flow) == graph
