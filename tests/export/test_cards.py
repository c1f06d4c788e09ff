"""What a cell displays is on the card of its step, under both engines."""

from __future__ import annotations

import base64
import re

import pytest

from nbflow.export.marks import Target
from tests.export.engines import Engines, exported_of, graph_of

CELLS = (
    "import pandas as pd\nfrom IPython.display import Markdown, display",
    "%%step table\nframe = pd.DataFrame({'films': [1, 2]})\ndisplay(Markdown('**bold**'), None, 12345)\nframe",
)
FIGURE = ("import matplotlib.pyplot as plt", "%%step figure\nfig, ax = plt.subplots()\nax.plot([1, 2])")


@pytest.mark.parametrize("target", [*Target])
def test_frames_markdown_and_values_are_on_the_card(engines: Engines, target: Target) -> None:
    (page,) = engines.cards(exported_of(graph_of(*CELLS), target), "table")
    # Metaflow's page holds what it shows as JSON in base64
    coded = re.findall(r'"([\w+/=]{200,})"', page)
    texts = [page, *(base64.b64decode(one).decode("utf-8", "replace") for one in coded)]
    wanted = ["films", "bold", "12345"]
    assert [text for text in wanted if any(text in one for one in texts)] == wanted


def test_a_figure_is_on_the_card_once(engines: Engines) -> None:
    (page,) = engines.cards(exported_of(graph_of(*FIGURE)), "figure")
    assert page.count("data:image/png") == 1
