"""A notebook that is linked again after each edit has the links of one that is linked for the first time.

`NBFLOW_EXPLORE=1` tries many more edits.
"""

from __future__ import annotations

import os
from dataclasses import astuple, replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.graph.link_memory import LinkMemory
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.reading.reading_memory import ReadingMemory
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.specs import FlowSource
from tests.counting import count_calls

NAMES = ["a", "b", "c", "_d", "Kind"]
name = st.sampled_from(NAMES)
line = st.one_of(
    st.builds("{} = {} + 1".format, name, name),
    st.builds("{}.append({})".format, name, name),
    st.builds("for {} in {}: pass".format, name, name),
    st.builds("del {}".format, name),
    st.builds("def {}(): return {}".format, name, name),
    st.builds("f = lambda: {}".format, name),
    st.builds("b = f({})".format, name),
    st.builds("Kind.total = {}".format, name),
    st.builds("open('{}.txt', 'w').write('')".format, name),
    st.builds("a = open('{}.txt').read()".format, name),
    st.builds("{} = '{}.txt'".format, name, name),
    st.builds("b = open({}).read()".format, name),
    st.builds("{} = [one.a for one in inputs]".format, name),
    st.builds("{} = globals()[b]".format, name),
    st.sampled_from(["import random", "random.seed(1)", "c = random.random()", "from math import pi as a"]),
)
body = st.lists(line, max_size=3).map("\n".join)
option = st.one_of(
    st.sampled_from(["", "", " --seed 3", " --join s1", " --after s0", " --while a", " --foreach c in b"]),
    st.builds(" --if {}".format, name),
    st.builds(" --else {}".format, name),
    st.builds(" --env {}".format, name),
)
number = st.integers(0, 5)
step = st.builds("%%step s{}{}\n{}".format, number, option, body)
ordinary = st.one_of(
    body,
    st.builds("%%parameters\n{}: int = 1".format, name),
    st.builds("%%shared\ndef f(x):\n    global {}\n    {} = x\n    return {}".format, name, name, name),
    st.builds("class Kind:\n    total = {}".format, name),
    st.builds("%%environment {}\npolars".format, name),
    st.sampled_from(["random.seed(2)", "from __future__ import annotations", "os.chdir('..')", "def (", "!echo $a"]),
)
cell = st.one_of(step, step, ordinary)
edit = st.tuples(st.sampled_from(["put", "put", "insert", "remove", "swap", "learn"]), number, cell, name)


def flow_of(sources: list[str], memory: ReadingMemory | None = None) -> FlowSource:
    return read_flow([Cell(n, source) for n, source in enumerate(sources, 1)], "nb", "nb.ipynb", memory)


def facts_of(graph: Graph) -> dict[str, Any]:
    """Return all that a graph says, also what does not count where links are compared."""
    holds = {step.name: step.names.holds for step in graph.flow.steps}
    return {"flow": graph.flow, "holds": holds, **{step: astuple(linked) for step, linked in graph.links.items()}}


def change(sources: list[str], learned: dict[str, frozenset[str]], kind: str, at: int, text: str, name: str) -> None:
    place = at % (len(sources) or 1)
    match kind:
        case "insert":
            sources.insert(place, text)
        case "learn":
            learned[f"s{at}"] = learned.get(f"s{at}", frozenset()) ^ {name}
        case "put" if sources:
            sources[place] = text
        case "remove" if sources:
            del sources[place]
        case "swap" if sources:
            sources[place], sources[-1] = sources[-1], sources[place]


@settings(max_examples=5000 if os.environ.get("NBFLOW_EXPLORE") else 150, deadline=None)
@given(st.lists(cell, max_size=6), st.lists(edit, max_size=6))
@example(["%%step s0\n_d = 1", "%%step s1\na = 1"], [("put", 1, "%%step s1\na = _d", "a")])
@example(["%%step s0\na = 1", "%%step s1\nb = a.append(1)"], [("learn", 0, "", "b"), ("learn", 1, "", "a")])
@example(["%%step s0\na = 1", "def g(): return 1"], [("put", 1, "def a(): return 1", "a")])
@example(
    ["%%step s0\na = 'x'", "%%step s1\nopen('b.txt', 'w').write('')", "%%step s2\nb = open(a).read()"],
    [("put", 0, "%%step s0\na = 'b.txt'", "a")],
)
@example(["%%step s0\nb = 1", "%%step s1\na = 1", "%%step s2\nc = b"], [("learn", 1, "", "b")])
@example(
    ["%%step s0\na = 1", "%%step s1 --if a\nb = 1", "%%step s2 --else a\nb = 2"],
    [("put", 1, "%%step s1 --if not a\nb = 1", "a")],
)
@example(["%%step s0\na = 1", "%%step s1\nf = lambda: a", "%%step s2\nb = f()"], [("put", 1, "%%step s1\nf = 1", "a")])
def test_an_edited_notebook_has_the_links_of_a_new_one(
    sources: list[str], edits: list[tuple[str, int, str, str]]
) -> None:
    reading, links, learned = ReadingMemory(), LinkMemory(), dict[str, frozenset[str]]()
    link(flow_of(sources, reading), learned, links)
    for one in edits:
        change(sources, learned, *one)
        known, new = link(flow_of(sources, reading), dict(learned), links), link(flow_of(sources), learned)
        assert facts_of(known) == facts_of(new)
        assert check_flow(known) == check_flow(new)


def test_a_step_with_a_seed_is_linked_again_when_a_step_below_begins_to_draw() -> None:
    head = ["import random", "%%step s0 --seed 3\nb = random.random()"]
    before, after = flow_of([*head, "%%step s1\na = 1"]), flow_of([*head, "%%step s1\na = random.random()"])
    after, memory = replace(after, steps=(before.steps[0], after.steps[1])), LinkMemory()
    link(before, memory=memory)
    assert facts_of(link(after, memory=memory)) == facts_of(link(after))


def test_steps_above_an_edit_are_not_linked_again() -> None:
    def calls(size: int) -> int:
        sources = [f"%%step s{n}\nx{n} = " + (f"x{n - 1} + 1" if n else "0") for n in range(size)]
        memory = LinkMemory()
        before = link(flow_of(sources), memory=memory)
        flow = flow_of([*sources[:-1], f"{sources[-1]} + 1"])
        found = count_calls(lambda: link(flow, memory=memory))
        above = list(before.links)[:-1]
        after = link(flow, memory=memory)
        assert all(after.links[one] is before.links[one] for one in above)
        return found

    few, many = calls(10), calls(40)
    assert many - few < 30 * 80  # to link a step takes hundreds of calls
