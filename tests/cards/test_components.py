"""The parts of cards: what they take is what Metaflow's take, and they draw themselves as HTML."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import altair
import matplotlib
import pandas as pd
import PIL.Image
import pytest

import nbflow.cards
from nbflow.cards import (
    Artifact,
    Error,
    EventsTimeline,
    Image,
    JSONViewer,
    Markdown,
    MetaflowCardComponent,
    ProgressBar,
    PythonCode,
    Table,
    ValueBox,
    VegaChart,
    YAMLViewer,
)

matplotlib.use("agg")
THEIRS = """
import inspect, json, metaflow.cards as cards
kinds = {name: kind for name, kind in vars(cards).items() if inspect.isclass(kind)}
print(json.dumps({
    name: [list(inspect.signature(kind).parameters), [one for one in dir(kind) if one.startswith("from_")]]
    for name, kind in kinds.items()
    if issubclass(kind, cards.MetaflowCardComponent) and name not in ("MetaflowCardComponent", "PageComponent")
}))
"""


def test_the_components_of_metaflow_are_there_and_take_the_same() -> None:
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", THEIRS], capture_output=True, text=True, check=True)
    theirs = json.loads(ended.stdout)
    assert len(theirs) >= 12
    for name, (parameters, makers) in theirs.items():
        ours = getattr(nbflow.cards, name)
        assert (name, list(inspect.signature(ours).parameters)) == (name, parameters)
        assert set(makers) <= set(dir(ours))


class Balance(HTMLParser):
    """Counts the elements that are open."""

    VOID = ("img", "br", "hr", "input", "meta")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def double(n: int) -> int:
    return 2 * n


PICTURE = PIL.Image.new("RGB", (2, 2))
PARTS = [
    (Markdown("# A\n\n- one\n- two"), Markdown.update, ("*b* <i>",), ["<em>b</em>", "&lt;i&gt;"]),
    (Table([[1, Markdown("**x**")]], ["n", "m"]), Table.update, ([[2, 3]],), ["<th>n</th>", "<td>2</td>"]),
    (Table.from_dataframe(pd.DataFrame({"n": range(200)})), Table.update, ([[5]], ["k"]), ["<th>k</th>", "<td>5</td>"]),
    (
        Image.from_pil_image(PIL.Image.new("RGB", (2, 2)), "two"),
        Image.update,
        (PIL.Image.new("L", (1, 1)), "one"),
        ["one<"],
    ),
    (Artifact([1, 2], "xs"), Artifact.update, ({"a": "<"},), ["xs", "&lt;"]),
    (Error(ValueError("no"), "oh"), Error.update, (KeyError("k"),), ["KeyError", "oh"]),
    (PythonCode(double), PythonCode.update, (None, "x = 1"), ["background", "1"]),
    (
        VegaChart({"mark": "bar"}),
        VegaChart.update,
        (altair.Chart({"values": [{"a": 1}]}).mark_bar().encode(x="a:Q"),),
        ["bar"],
    ),
    (ProgressBar(max=10, label="rows"), ProgressBar.update, (4, "now"), ['value="4"', "4 / 10 now"]),
    (ValueBox("n", 3, "rows"), ValueBox.update, (None, 5), ["<b>5</b>", "rows"]),
    (JSONViewer({"a": [1]}), JSONViewer.update, ('{"b": 2}',), ["&quot;b&quot;: 2"]),
    (YAMLViewer({"a": [1]}), YAMLViewer.update, ({"b": 2},), ["b: 2"]),
    (EventsTimeline("what", 1), EventsTimeline.update, ({"step": "two"},), ["<td>two</td>"]),
]


@pytest.mark.parametrize(("part", "update", "given", "texts"), PARTS, ids=lambda one: type(one).__name__)
def test_a_component_draws_itself_and_takes_new_contents(
    part: MetaflowCardComponent, update: Any, given: tuple[Any, ...], texts: list[str]
) -> None:
    before = part.render()
    update(part, *given)
    after = part._repr_html_()
    assert before != after
    for text in texts:
        assert text in after
    for page in (before, after):
        balance = Balance()
        balance.feed(page)
        assert balance.open == []


def test_a_figure_is_a_picture() -> None:
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots()
    assert Image.from_matplotlib(axes, "two").render() == Image.from_matplotlib(figure, "two").render()
    plt.close(figure)


def test_a_chart_is_drawn_on_a_card_and_by_a_notebook_itself() -> None:
    chart = VegaChart.from_altair_chart(altair.Chart({"values": []}).mark_bar())
    assert "<svg " in chart.render()
    bundle = chart._repr_mimebundle_()
    assert any(kind.startswith("application/vnd.vegalite.v") for kind in bundle)
