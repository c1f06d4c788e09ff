from __future__ import annotations

import subprocess
import sys

import pytest

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.link import link
from nbflow.flow.syntax.specs import Comparison as Asks
from nbflow.flow.syntax.specs import Guard
from tests.flow.reading import flow_of, graph_of, problems_of, writers


def test_a_read_binds_to_the_nearest_writer_above() -> None:
    graph = graph_of("%%step a\ndf = 1\n---\n%%step b\ndf = df + 1\n---\n%%step c\nx = df\n---\n%%step d\ndf = 0")
    assert [writers(graph, step) for step in "abcd"] == [{}, {"df": ("a",)}, {"df": ("b",)}, {}]


def test_a_read_looks_past_steps_that_may_not_bind_the_name() -> None:
    graph = graph_of(
        "%%step a\nx = 0\n---\n%%step b\nx = 1\n---\n%%step c --if b\nx = 2\n---\n"
        "%%step d\nif q: x = 3\n---\n%%step e\nprint(x)"
    )
    assert writers(graph, "e") == {"x": ("d", "c", "b")}


def test_exclusive_guards_that_all_write_a_name_end_the_search() -> None:
    text = "%%step a\nx = 0\nr = 1\n---\n%%step b --if r == 1\nx = 1\n---\n%%step c --if r == 2\nx = 2\n---\n"
    graph = graph_of(text + "%%step d --else r\nx = 3\n---\n%%step e\ny = x")
    assert writers(graph, "e") == {"x": ("d", "c", "b")}
    assert graph.links["d"].answers == (Guard("r", Asks.EQUALS, 1), Guard("r", Asks.EQUALS, 2))


def test_if_and_if_not_are_exclusive_too() -> None:
    graph = graph_of(
        "%%step a\nx = 0\nr = 1\n---\n%%step b --if r\nx = 1\n---\n%%step c --if not r\nx = 2\n---\n%%step e\ny = x"
    )
    assert writers(graph, "e") == {"x": ("c", "b")}


def test_an_else_answers_only_to_the_ifs_since_the_last_else() -> None:
    text = "%%parameters\nr = 1\n---\n%%step a --if r == 1\nx = 1\n---\n%%step b --else r\nx = 2\n---\n"
    graph = graph_of(text + "%%step c --if r == 5\ny = 1\n---\n%%step d --else r\ny = 2")
    assert graph.links["d"].answers == (Guard("r", Asks.EQUALS, 5),)


def test_a_step_that_is_skipped_with_its_inputs_does_not_end_the_search() -> None:
    text = "%%step a\nm = 0\nr = 1\n---\n%%step b --if r\nd = 1\n---\n%%step c\nm = d\n---\n%%step e\ny = m"
    assert writers(graph_of(text), "e") == {"m": ("c", "a")}


def test_a_join_that_is_skipped_with_its_foreach_does_not_end_the_search() -> None:
    text = "%%step a\nm = 0\nr = 1\n---\n%%step b --if r --foreach i in [1]\nd = i\n---\n"
    text += "%%step c --join b\nm = inputs.d\n---\n%%step e\ny = m"
    assert writers(graph_of(text), "e") == {"m": ("c", "a")}


def test_a_step_that_runs_is_one_to_rely_on_though_it_may_leave_a_name_unbound() -> None:
    text = "%%step a\nr = 1\nfor i in q: x = i\n---\n%%step b --if r\ny = x\n---\n%%step c\nz = x\n---\n"
    graph = graph_of(text + "%%step d\nx = z\n---\n%%step e\nw = y, z")
    facts = {name: {b.name: (b.sure, b.always) for b in graph.links[name].bindings} for name in "ce"}
    assert facts == {"c": {"x": (False, True)}, "e": {"y": (False, False), "z": (True, True)}}


def test_of_exclusive_guards_one_runs_though_neither_may_bind_the_name() -> None:
    text = "%%step a\nr = 1\n---\n%%step b --if r\nif q: x = 1\n---\n%%step c --if not r\nif q: x = 2\n---\n"
    (binding,) = graph_of(text + "%%step d\ny = x").links["d"].bindings
    assert (binding.writers, binding.sure, binding.always) == (("c", "b"), False, True)


def test_a_guard_is_read_like_any_other_name() -> None:
    graph = graph_of(
        "%%parameters\nmode = 'x'\n---\n%%step a\nr = 1\n---\n%%step b --if r\n---\n%%step c --if mode == x"
    )
    assert (graph.links["b"].upstream, writers(graph, "b")) == (("a",), {"r": ("a",)})
    assert graph.links["c"].parameters == {"mode"}


def test_soft_reads_are_bound_but_not_required() -> None:
    graph = graph_of("%%step a\nx = 1\n---\n%%step b\nif q: x = 2\nprint(x)\n---\n%%step c\nif 1: w = 2\nprint(w)")
    (binding,) = graph.links["b"].bindings
    assert (binding.name, binding.writers, binding.required) == ("x", ("a",), False)
    assert [set(graph.links[step].unknown) for step in "bc"] == [{"q"}, set()]


def test_what_a_function_of_the_prelude_reads_is_read_by_the_step_that_uses_it() -> None:
    graph = graph_of(
        "%%parameters\ntop_k = 3\n---\nLIMIT = top_k\ndef f(): return g()\ndef g(): return df[:LIMIT]\n---\n"
        "%%step load\ndf = 1\n---\n%%step use\ny = f()\n---\n%%step other\nz = 1"
    )
    assert writers(graph, "use") == {"df": ("load",)}
    assert [graph.links[name].parameters for name in ("use", "other")] == [{"top_k"}, frozenset()]
    assert graph.links["use"].prelude == {"f"}


def test_builtins_are_no_reads_unless_somebody_writes_them() -> None:
    graph = graph_of(
        "%%step a\nx = max(1, 2)\n---\n%%step b\nmax = 3\n---\n%%step c\ny = max\n---\n%%step d\ndisplay(y)"
    )
    assert [writers(graph, step) for step in "abcd"] == [{}, {}, {"max": ("b",)}, {"y": ("c",)}]
    assert all(linked.unknown == frozenset() for linked in graph.links.values())


def test_upstream_and_rank_follow_data_and_after() -> None:
    graph = graph_of("%%step a\nx = 1\n---\n%%step b\ny = x\n---\n%%step c --after b\nz = 1\n---\n%%step d\nw = x, z")
    assert {name: (linked.upstream, linked.rank) for name, linked in graph.links.items()} == {
        "a": ((), 0),
        "b": (("a",), 1),
        "c": (("b",), 2),
        "d": (("a", "c"), 3),
    }


NESTED = """
%%step outer --foreach a in range(3)
rows = a
---
%%step middle
total = rows
---
%%step inner --foreach b in range(rows)
cell = b
---
%%step leaf
twice = cell
---
%%step aside --after leaf
alone = 1
"""


def scopes(text: str) -> dict[str, tuple[str, ...]]:
    return {name: linked.scope for name, linked in graph_of(text).links.items()}


def test_a_step_that_reads_a_per_item_name_runs_once_per_item() -> None:
    assert scopes(NESTED) == {
        "outer": ("outer",),
        "middle": ("outer",),
        "inner": ("outer", "inner"),
        "leaf": ("outer", "inner"),
        "aside": (),
    }


def test_a_join_closes_one_level() -> None:
    linked = graph_of(NESTED + "---\n%%step join --join leaf\nx = inputs.twice").links["join"]
    assert (linked.scope, linked.opened) == (("outer",), ("outer", "inner"))
    assert (linked.joined, linked.upstream) == (("inner", "leaf"), ("inner", "leaf"))


def test_a_join_of_an_outer_level_closes_all_levels_flattened() -> None:
    linked = graph_of(NESTED + "---\n%%step join --join middle\nx = inputs.twice").links["join"]
    assert (linked.scope, linked.opened) == ((), ("outer", "inner"))
    assert linked.joined == ("outer", "middle", "inner", "leaf")


def test_a_join_does_not_open_what_is_joined_already() -> None:
    text = NESTED + "---\n%%step first --join inner\nx = inputs.cell\n---\n%%step second --join outer\ny = inputs.x"
    linked = graph_of(text).links["second"]
    assert (linked.scope, linked.opened, linked.joined) == ((), ("outer",), ("outer", "middle", "first"))


def test_one_foreach_can_be_joined_twice() -> None:
    text = "%%step f --foreach i in range(3)\nx = i\n---\n%%step p --join f\na = 1\n---\n%%step q --join f\nb = 1"
    assert graph_of(text).links["q"].joined == ("f",)
    assert scopes(text) == {"f": ("f",), "p": (), "q": ()}


def test_a_join_reads_other_names_as_any_step() -> None:
    text = "%%step n\nk = 1\n---\n%%step f --foreach i in range(k)\nx = i\n---\n%%step j --join f\ny = inputs[k].x"
    graph = graph_of(text)
    assert (writers(graph, "j"), graph.links["j"].upstream) == ({"k": ("n",)}, ("n", "f"))
    assert problems_of(text) == []


def test_inputs_outside_a_join_reach_a_branch_by_its_name() -> None:
    graph = graph_of("%%step a\nx = 1\n---\n%%step b\nx = 2\n---\n%%step c\ny = inputs.a.x + x")
    assert (graph.links["c"].branches, graph.links["c"].upstream) == (("a",), ("a", "b"))
    assert graph.links["c"].unknown == frozenset()


def test_a_loop_reads_its_own_names_from_above_at_first() -> None:
    graph = graph_of(
        "%%step a\ntotal = 0\n---\n%%step b --while again\ntotal += 1\nagain = total < 3\n---\n%%step c\nx = total"
    )
    assert [writers(graph, step) for step in "bc"] == [{"total": ("a",)}, {"total": ("b",)}]


# cells, and what a step binds in passing that counts
PASSING = {
    "nobody asks": ("%%step a\nfor i in range(3): pass\n---\n%%step b\ni = 1\ny = i", "a", ""),
    "a step below reads it": ("%%step a\nfor i in range(3): pass\n---\n%%step b\ny = i", "a", "i"),
    "a function reads it": ("def f(): return i\n---\n%%step a\nfor i in range(3): pass\n---\n%%step b\nf()", "a", "i"),
    "a step above writes it": ("%%step a\ni = 1\n---\n%%step b\nfor i in range(3): pass", "b", "i"),
    "a join asks its tasks": (
        "%%step a --foreach k in [1]\nif (n := k): pass\n---\n%%step b --join a\nx = [t.n for t in inputs]", "a", "k n"
    ),
    "it repeats the step": ("%%step a --while go\nif (go := False): pass", "a", "go"),
    "the prelude has the same": ("import m as n\n---\n%%step a\nimport m as n\n---\n%%step b\ny = n.x", "a", ""),
    "the prelude has another": ("import q as n\n---\n%%step a\nimport m as n\n---\n%%step b\ny = n.x", "a", ""),
    "a function": ("%%step a\ndef f(): pass\n---\n%%step b\ny = f()", "a", ""),
    "a function bound anew": ("%%step a\ndef f(): pass\nf = g(f)\n---\n%%step b\ny = f()", "a", "f"),
    "a function of a value": ("%%step a\nk = 1\ndef f(x=k): pass\n---\n%%step b\ny = f()", "a", "f k"),
    "a function that may be defined": ("%%step a --if q\ndef f(): pass\n---\n%%step b\ny = f()", "a", "f"),
    "a name of its own": ("%%step a\n_x = 1\n---\n%%step b\ny = 1", "a", ""),
    "what --out leaves out": ("%%step a --out x\nx = z = 1\n---\n%%step b\ny = x", "a", "x"),
    "what --out leaves out and somebody reads": ("%%step a --out x\nx = z = 1\n---\n%%step b\ny = z", "a", "x z"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "step", "writes"), PASSING.values(), ids=PASSING)
def test_a_name_bound_in_passing_is_an_artifact_where_somebody_asks_for_it(text: str, step: str, writes: str) -> None:
    assert graph_of(text).links[step].writes == set(writes.split())


def test_a_loop_that_may_run_zero_times_leaves_the_name_as_it_is() -> None:
    graph = graph_of("%%step a\ni = 1\n---\n%%step b\nfor i in q: pass\n---\n%%step c\ny = i")
    assert writers(graph, "c") == {"i": ("b", "a")}


def test_a_name_that_may_be_deleted_is_handed_on_by_the_step_while_it_is_there() -> None:
    graph = graph_of("%%step a\nx = c = 1\n---\n%%step b\nif c: del x\n---\n%%step d\ny = x")
    assert (writers(graph, "b"), writers(graph, "d")) == ({"c": ("a",), "x": ("a",)}, {"x": ("b",)})
    assert (graph.links["b"].ends, graph.links["b"].maybe_writes) == ({"x"}, {"x"})


def test_a_name_is_gone_below_the_step_that_deletes_it_until_it_is_bound_again() -> None:
    text = "%%step a\nx = 1\n---\n%%step b\ndel x\n---\n%%step c\nif 0: print(x)\n---\n"
    graph = graph_of(text + "%%step d\nx = 2\n---\n%%step e\ny = x")
    assert [writers(graph, step) for step in "ce"] == [{}, {"x": ("d",)}]
    assert graph.links["c"].ended == (("x", "b"),)


def test_a_step_that_may_be_skipped_ends_a_name_only_when_it_runs() -> None:
    text = "%%parameters\np = 1\n---\n%%step a\nx = 1\n---\n%%step b --if p\ndel x\n---\n%%step c\ny = x"
    (binding,) = graph_of(text).links["c"].bindings
    assert (binding.writers, binding.sure) == (("b", "a"), False)


def test_a_step_writes_what_functions_change_that_it_uses() -> None:
    functions = "N = 0\nLOG = []\ndef bump():\n    global N\n    N += 1\ndef twice(): return bump(), bump()\n---\n"
    cells = "%%step a\ntwice()\n---\n%%step b\nx = N\n---\n%%step c\nLOG.append(x)\n---\n%%step d\ny = LOG, N"
    graph = graph_of(functions + cells)
    assert [set(graph.links[step].writes) for step in "abcd"] == [{"N"}, {"x"}, {"LOG"}, {"y"}]
    assert [writers(graph, step) for step in "bcd"] == [{"N": ("a",)}, {"x": ("b",)}, {"LOG": ("c",), "N": ("a",)}]


# a body, and what a step needs that reads x of it, beside x
HOLDING = {
    "a lambda": ("x = lambda: t", "t"),
    "a function": ("def x(): return t\nx.tag = 1", "t"),
    "in a container": ("def f(): return t\nx = {'f': [f]}", "t"),
    "of an object": ("class A:\n    def m(self): return t\nx = A()", "t"),
    "made by a function": ("def make():\n    return lambda: t\nx = make()", "t"),
    "of another function": ("def f(): return t\nx = lambda: f()", "t"),
    "put in later": ("x = []\nx.append(lambda: t)\nx = x", "t"),
    "as an attribute": ("x = q()\nx.f = lambda: t", "t"),
    "called at once": ("x = [1].map(lambda v: v + t)\ny = sorted([], key=lambda v: t)", ""),
    "called for its value": ("def f(): return t\nx = f()", ""),
    "of the prelude": ("x = A()", "t"),
    "of the prelude, called at once": ("x = g()", ""),
    "of the prelude, as it is": ("x = g", "t"),
}


@pytest.mark.parametrize(("body", "names"), HOLDING.values(), ids=HOLDING)
def test_a_step_needs_what_functions_ask_for_that_it_may_call(body: str, names: str) -> None:
    text = "def q(): pass\nclass A:\n    def m(self): return t\ndef g(): return t\n---\n%%step s\nt = 1\n---\n"
    graph = graph_of(text + f"%%step a\n{body}\n---\n%%step b\nt = 2\n---\n%%step c\nprint(x)")
    assert writers(graph, "c") == {"x": ("a",)} | dict.fromkeys(names.split(), ("b",))


def test_an_ordinary_cell_that_defines_a_name_again_ends_what_steps_made_of_it() -> None:
    graph = graph_of("N = 0\n---\n%%step a\nN = 1\n---\n%%step b\nx = N\n---\nN = 2\n---\n%%step c\nx = N")
    assert [writers(graph, step) for step in "bc"] == [{"N": ("a",)}, {}]


def test_state_of_a_foreach_is_seen_by_the_tasks_of_the_item_alone() -> None:
    text = "SEEN = {}\ndef f(x): SEEN[x] = 1\n---\n%%step a --foreach i in [1, 2]\nf(i)\n---\n"
    text += "%%step b\nx = i, SEEN\n---\n%%step c\nf(3)\ny = SEEN"
    graph = graph_of(text)
    assert (writers(graph, "b"), writers(graph, "c")) == ({"SEEN": ("a",), "i": ("a",)}, {})
    (said,) = [problem for problem in problems_of(text) if "once per item" in problem]
    assert said.startswith("nb.ipynb · cell 2, line 1: step 'a' runs once per item and changes 'SEEN' through 'f'")


def test_learned_writes_bind_what_stands_below() -> None:
    text = "import numpy as np\n---\n%%step a\ndf = 1\n---\n%%step b\nhelp(df)\n---\n%%step c\nx = df"
    graph = graph_of(text, {"b": frozenset({"df", "np"})})
    assert writers(graph, "c") == {"df": ("b", "a")}
    assert graph.links["b"].writes == {"df"}


def test_link_is_total() -> None:
    cells = [
        "%%step a --after zzz --join b\nx = nowhere",
        "%%step a --after b",
        "%%step b --else q --join a\ny = inputs",
    ]
    graph = graph_of("\n---\n".join(cells))
    assert list(graph.links) == ["a", "b"]
    assert graph.links["a"].unknown == {"nowhere"}


def test_the_graph_is_made_without_ipython_and_sqlite() -> None:
    code = (
        "import sys, nbflow.flow.graph.link, nbflow.flow.reading.cells, nbflow.flow.checks.rules\n"
        "print(sorted({'IPython', 'sqlite3', 'pickle', 'nbformat', 'nbflow.store'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


REGISTRY = (
    "found = {}\ndef register(f):\n    found[f.__name__] = f\n    return f\n---\n@register\ndef one(): pass\n---\n"
    "%%step a\nx = list(found)\n---\n@register\ndef two(): pass\n---\n%%step b\ny = list(found)"
)


def test_a_step_that_uses_a_registry_does_not_register_anything() -> None:
    graph = graph_of(REGISTRY)
    assert graph.links["a"].writes == {"x"}
    assert [one.source for one in graph.closure("a")][-1].endswith("def one(): pass")
    assert [one.source for one in graph.closure("b")][-1].endswith("def two(): pass")
    assert check_flow(graph) == ()


def test_a_cell_cannot_change_what_a_step_above_has_changed() -> None:
    graph = graph_of(REGISTRY.replace("x = list(found)", "register(len)"))
    assert "found" in graph.links["a"].writes
    (problem,) = check_flow(graph)
    assert problem.message == "this uses 'found', which step 'a' changes; the steps below would not see that"


def test_linking_does_not_look_at_every_change_of_a_constant_again_and_again() -> None:
    """Work is counted, not timed. Each step needs all changes above it, so the count is not proportional."""
    assert calls_for(300) < 4 * calls_for(150)


def calls_for(changes: int) -> int:
    """The calls made to link a notebook that changes one constant this often, with a step below each change."""
    cells = ["SEEN = []", *(f"SEEN.append({n})\n---\n%%step s{n}\nx{n} = SEEN" for n in range(changes))]
    flow, counted = flow_of("\n---\n".join(cells)), 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event == "call"

    sys.setprofile(count)
    try:
        link(flow)
    finally:
        sys.setprofile(None)
    return counted
