import pytest

from nbflow.errors import NoDrawing
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.progress.dot import to_dot, to_svg
from nbflow.progress.pictures import to_mermaid, to_text
from tests.flows import FOREACH, LINEAR, NESTED, OVER_PARAMETER, SHAPES, SWITCH


def graph_of(*cells: str) -> Graph:
    return link(read_flow([Cell(n, text) for n, text in enumerate(cells, 1)], "flow", "flow.ipynb"))


def test_text_has_one_line_per_step_in_document_order() -> None:
    assert to_text(FOREACH.graph) == (
        "foreach · 3 steps\n\ngrid\n  fit  ← grid  foreach cfg in grid\nbest   ← fit   join fit\n"
    )


def test_text_indents_what_runs_per_item_by_its_depth() -> None:
    lines = to_text(NESTED.graph).splitlines()[2:]
    assert [len(line) - len(line.lstrip()) for line in lines] == [0, 2, 4, 2, 0]


def test_text_names_parameters_and_guards() -> None:
    assert to_text(SWITCH.graph) == (
        "switch · 4 steps · parameters route\n\n"
        "load\n"
        "full   ← load         if route == 'full'\n"
        "short  ← load         else route\n"
        "end    ← full, short\n"
    )
    assert "foreach size in sizes" in to_text(OVER_PARAMETER.graph)


def test_text_says_where_the_steps_stand() -> None:
    text = to_text(LINEAR.graph, {"start": "done", "shout": "stale"})
    assert [line.split()[-1] for line in text.splitlines()[2:]] == ["done", "stale", "shout"]


def test_mermaid_keeps_its_own_words_apart_from_step_names() -> None:
    assert to_mermaid(FOREACH.graph, {"grid": "done", "best": "failed"}) == (
        "graph LR\n"
        '    step_grid["grid"]\n'
        '    step_fit["fit<br/>foreach cfg in grid"]\n'
        '    step_best["best<br/>join fit"]\n'
        "    step_grid --> step_fit\n"
        "    step_fit --> step_best\n"
        "    classDef done fill:#c8e6c9\n"
        "    class step_grid done\n"
        "    classDef failed fill:#ffcdd2\n"
        "    class step_best failed\n"
    )


def test_mermaid_escapes_what_an_expression_may_hold() -> None:
    graph = graph_of('%%step work --foreach i in [x for x in "ab" if x < "b"]\nj = i')
    assert "work<br/>foreach i in [x for x in #34;ab#34; if x #60; #34;b#34;]" in to_mermaid(graph)


def test_dot_boxes_a_foreach_and_dashes_edges_without_data() -> None:
    dot = to_dot(graph_of("%%step a\nx = 1", "%%step b --after a --foreach i in [1]\ny = i"), {"a": "failed"})
    assert 'a [label=a fillcolor="#ffcdd2"]' in dot
    assert "subgraph cluster_b" in dot
    assert "a -> b [style=dashed]" in dot


def test_dot_says_what_travels_along_an_edge() -> None:
    assert "start -> shout [tooltip=message]" in to_dot(LINEAR.graph)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_shape_is_drawn_with_all_its_steps(shape) -> None:
    graph = shape.graph
    for drawn in (to_text(graph), to_dot(graph), to_mermaid(graph)):
        assert all(name in drawn for name in graph.links)


def test_svg_without_graphviz_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoDrawing, match=r"'dot' is not installed: install Graphviz .* or use --mermaid"):
        to_svg(LINEAR.graph)
