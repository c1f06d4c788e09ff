"""What holds for every flow: random cells, and random changes of real code."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph import linking
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.names import assignment, code, scope
from nbflow.flow.names.code import code_digest, names_of
from nbflow.flow.reading import cells
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax import parameter_cell

NAMES = ["a", "b", "c", "d"]
name = st.sampled_from(NAMES)
value = st.one_of(name, st.just("1"), st.builds("{} + {}".format, name, name))
line = st.one_of(
    st.builds("{} = {}".format, name, value),
    st.builds("{} += 1".format, name),
    st.builds("if {}: {} = {}".format, name, name, value),
    st.builds("{}.append({})".format, name, value),
    st.builds("for _i in {}: {} = _i".format, name, name),
    st.builds("def f(): return {}".format, name),
)
options = st.one_of(
    st.just(""),
    st.builds(" --if {}".format, name),
    st.builds(" --if not {}".format, name),
    st.builds(" --else {}".format, name),
    st.builds(" --foreach item in {}".format, name),
    st.builds(" --join s{}".format, st.integers(0, 5)),
    st.builds(" --after s{}".format, st.integers(0, 5)),
    st.builds(" --while {}".format, name),
)
body = st.lists(line, max_size=4).map("\n".join)
documents = st.lists(st.tuples(options, body), max_size=7).map(
    lambda made: [f"%%step s{n}{option}\n{text}" for n, (option, text) in enumerate(made)]
)
plain_documents = st.lists(body, max_size=7).map(lambda made: [f"%%step s{n}\n{text}" for n, text in enumerate(made)])


def graph_of(sources: list[str]) -> Graph:
    return link(read_flow([Cell(n, source) for n, source in enumerate(sources, 1)], "nb", "nb.ipynb"))


@given(documents)
def test_writers_stand_above_the_reader_nearest_first(sources: list[str]) -> None:
    graph = graph_of(sources)
    order = list(graph.steps)
    for reader, linked in graph.links.items():
        for binding in linked.bindings:
            places = [order.index(writer) for writer in binding.writers]
            assert places == sorted(set(places), reverse=True)
            assert max(places) < order.index(reader)
            assert all(binding.name in graph.links[writer].writes for writer in binding.writers)


@given(documents)
def test_between_the_writers_and_the_reader_nobody_else_writes_the_name(sources: list[str]) -> None:
    graph = graph_of(sources)
    order = list(graph.steps)
    for reader, linked in graph.links.items():
        for binding in linked.bindings:
            span = order[order.index(binding.writers[-1]) : order.index(reader)]
            assert set(binding.writers) == {step for step in span if binding.name in graph.links[step].writes}


@given(documents)
def test_document_order_is_valid_and_scopes_are_of_steps_above(sources: list[str]) -> None:
    graph = graph_of(sources)
    order = list(graph.steps)
    for step, linked in graph.links.items():
        assert [*linked.upstream] == [other for other in order[: order.index(step)] if other in linked.upstream]
        assert linked.rank == 1 + max((graph.links[above].rank for above in linked.upstream), default=-1)
        assert all(order.index(outer) <= order.index(step) for outer in linked.scope)
        assert not linked.joined or len(linked.opened) > len(linked.scope)
    check_flow(graph)


numbers = st.one_of(
    st.builds("{} = {} + {}".format, name, name, name),
    st.builds("{} += {}".format, name, name),
    st.builds("if {} % 2: {} = {}".format, name, name, name),
    st.builds("if {0} % 2: {1} = 1\nelse: {1} = {2}".format, name, name, name),
    st.builds("for _i in range({} % 3): {} += _i; {} = {}".format, name, name, name, name),
    st.builds("def f(): return {}\n{} = f()".format, name, name),
    st.builds("try:\n    {} = 1 // ({} % 2)\nexcept ZeroDivisionError:\n    {} = 5".format, name, name, name),
    st.builds("{} = [{} for {} in range({} % 4)][-1:] == []".format, name, name, name, name),
    st.builds("_t = {0} + {1}\ndel {0}\n{0} = _t".format, name, name),
)
bodies = st.lists(st.lists(numbers, max_size=3).map("\n".join), max_size=7)


@given(bodies)
def test_steps_fed_by_their_bindings_end_with_the_values_of_the_cells_run_top_to_bottom(made: list[str]) -> None:
    sources = [f"%%step s{n}\n{text}" for n, text in enumerate(["a = 1\nb = 2\nc = 3\nd = 4", *made])]
    graph = graph_of(sources)
    notebook: dict[str, Any] = {}
    artifacts: dict[str, dict[str, Any]] = {}
    for step, linked in graph.links.items():
        exec(graph.steps[step].source.body, notebook)
        space = {
            read.name: next(artifacts[above][read.name] for above in read.writers if read.name in artifacts[above])
            for read in linked.bindings
        }
        exec(graph.steps[step].source.body, space)
        artifacts[step] = {name: space[name] for name in linked.writes if name in space}
        assert artifacts[step] == {name: notebook[name] for name in artifacts[step]}
        assert linked.writes - graph.steps[step].names.maybe_writes <= artifacts[step].keys()


@given(plain_documents, st.data())
def test_swapping_neighbours_that_share_no_name_changes_no_binding(sources: list[str], data: st.DataObject) -> None:
    if len(sources) < 2:
        return
    n = data.draw(st.integers(0, len(sources) - 2))
    one, other = (names_of(source.partition("\n")[2]) for source in sources[n : n + 2])
    if (one.writes & (other.free | other.writes)) or (other.writes & one.free):
        return
    swapped = [*sources[:n], sources[n + 1], sources[n], *sources[n + 2 :]]
    before, after = graph_of(sources), graph_of(swapped)
    assert {step: linked.bindings for step, linked in before.links.items()} == {
        step: linked.bindings for step, linked in after.links.items()
    }


@given(st.text(max_size=60))
def test_reading_any_text_never_raises(text: str) -> None:
    for source in (text, f"%%step a\n{text}", f"%%step {text}", f"%%parameters\n{text}", f"%%shared\n{text}"):
        check_flow(graph_of([source]))


MODULES = [assignment, cells, code, linking, parameter_cell, scope]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_a_digest_survives_another_layout(module: object) -> None:
    source = inspect.getsource(module)  # type: ignore[arg-type]
    assert code_digest(ast.unparse(ast.parse(source))) == code_digest(source)


@settings(max_examples=50)
@given(st.data())
def test_a_digest_sees_a_change_anywhere(data: st.DataObject) -> None:
    """Rename, renumber or drop one node of real code, wherever it is not a docstring."""
    source = inspect.getsource(linking)
    tree = ast.parse(source)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute | ast.arg | ast.FunctionDef)]
    node = data.draw(st.sampled_from(nodes))
    match node:
        case ast.Name():
            node.id += "_"
        case ast.Attribute():
            node.attr += "_"
        case ast.arg():
            node.arg += "_"
        case ast.FunctionDef():
            node.body.append(ast.Pass())
    assert code_digest(tree) != code_digest(source)
