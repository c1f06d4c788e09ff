"""What a cell displays is on the card of its step, under both engines."""

from __future__ import annotations

import base64
import re

import pytest

from nbflow.export.marks import Target
from tests.export.engines import Engines, exported_of, graph_of

ODD = """
class DataFrame:
    def __repr__(self):
        return "another frame"


class Broken:
    def _repr_markdown_(self):
        raise ValueError("no picture")

    def __repr__(self):
        return "broken part"
"""
CELLS = (
    "import pandas as pd\nfrom IPython.display import Markdown, display",
    ODD,
    "%%step others\ndisplay(DataFrame(), Broken(), Broken)",
    "%%step table\nframe = pd.DataFrame({'films': [1, 2]})\ndisplay(Markdown('**bold**'), None, 12345)\nframe",
)
FIGURE = ("import matplotlib.pyplot as plt", "%%step figure\nfig, ax = plt.subplots()\nax.plot([1, 2])")


def shown(page: str, *wanted: str) -> list[str]:
    """Those of the texts that a page shows. Metaflow's page holds them as JSON in base64."""
    coded = re.findall(r'"([\w+/=]{200,})"', page)
    texts = [page, *(base64.b64decode(one).decode("utf-8", "replace") for one in coded)]
    return [text for text in wanted if any(text in one for one in texts)]


@pytest.mark.parametrize("target", [*Target])
def test_frames_markdown_and_values_are_on_the_card(engines: Engines, target: Target) -> None:
    table, others = engines.cards(exported_of(graph_of(*CELLS), target), "table", "others")
    assert shown(table, "films", "bold", "12345") == ["films", "bold", "12345"]
    # as in a notebook, what cannot be drawn fails no step, and a class is no value of it
    wanted = ["another frame", "broken part", "class"]
    assert shown(others, *wanted) == wanted


def test_a_figure_is_on_the_card_once(engines: Engines) -> None:
    (page,) = engines.cards(exported_of(graph_of(*FIGURE)), "figure")
    assert page.count("data:image/png") == 1
