"""The notebooks whose scripts are kept under golden/, as cells with the markdown above them.

`python -m tests.export.golden_notebooks` writes these scripts again; look at what has changed.
"""

from __future__ import annotations

from pathlib import Path

from nbflow.export.write_flow import export_flow
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.notebook.read import read_notebook

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FOLDER = Path(__file__).parent / "golden"

NEWSLETTER = """
# A newsletter

Readers get a short letter or a long one, and no letter is longer than it may be.
---
from textwrap import shorten
---
%%parameters
length: str = "long"  # short or long
limit: int = 200  # letters of the alphabet at most
---
## What has happened
---
%%step news
news = ["A bakery has opened.", "The library is closed on Monday.", "It will rain."]
weather = news[-1]
---
A long letter begins with a greeting and has all the news in it.
---
%%step long_letter --if length == "long"
letter = "Dear reader, " + " ".join(news)
---
%%step short_letter --else length
letter = weather
---
Words are taken away until it fits. Every turn is a task of its own.
---
%%step trim --while too_long --retry 2
letter = shorten(letter, width=max(len(letter) - 10, limit), placeholder="…")
too_long = len(letter) > limit
---
%%step end
print(letter)
"""

WEATHER = """
# Which station is the warmest?

Every station reports some days, and a station may be out of order.
---
import statistics

# in degrees
REPORTS = {"harbour": [11, 13], "hill": [9], "airport": [], "market": [15, 14, 16]}
---
%%step stations
names = sorted(REPORTS)
---
One task per station. Those without a report fail, and two of them may.
---
%%step report --foreach station in names --allow-failures 2
days = REPORTS[station]
mean = statistics.mean(days)
---
And one task per day of each.
---
%%step day --foreach degrees in days
is_warm = degrees > 12
---
%%step warm_days --join day
warm = sum(inputs.is_warm)
---
%%step warmest --join report
best = max(inputs, key=lambda task: task.mean).station
warm = {task.station: task.warm for task in inputs}
silent = [task.item for task in inputs.failed]
---
%%step end
print(f"{best}; no word from {', '.join(silent)}")
warm
"""


DICE = """
# A game of dice

The games follow one another, so the whole notebook has one sequence of numbers.
---
import random

import numpy as np

FACES = np.arange(1, 7)


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
---
%%parameters
seed: int = 6  # where the numbers begin
---
seed_everything(seed)
---
%%step order
players = ["Ada", "Ben", "Eve"]
random.shuffle(players)
---
%%step play --foreach player in players
throws = [int(np.random.choice(FACES))]
while throws[-1] != 6:
    throws.append(int(np.random.choice(FACES)))
---
%%step winner --join play
winner = min(inputs, key=lambda task: len(task.throws)).player
---
The next games are another evening.
---
np.random.seed(7)
---
%%step another
sixes = int(np.sum(np.random.choice(FACES, 60) == 6))
---
%%step end
print(winner, random.choice(players), sixes, np.random.rand())
"""


def graph_of_text(name: str, text: str) -> Graph:
    """Parts that begin like a text are markdown, as everybody sees; all others are code."""
    cells: list[Cell] = []
    above: list[str] = []
    for number, part in enumerate((one.strip("\n") for one in text.split("\n---\n")), 1):
        if part[0].isupper() or part.startswith(("# A", "# W", "## ")):
            above.append(part)
        else:
            cells.append(Cell(number, part, f"cell-{number}", above="\n\n".join(above)))
            above = []
    return link(read_flow(cells, name, f"{name}.ipynb"))


GOLDEN = {
    "movie_recommender": link(read_notebook(NOTEBOOKS / "movie_recommender.ipynb")),
    "dice": graph_of_text("dice", DICE),
    "newsletter": graph_of_text("newsletter", NEWSLETTER),
    "weather": graph_of_text("weather", WEATHER),
}


if __name__ == "__main__":
    for name, graph in GOLDEN.items():
        (FOLDER / f"{name}.py").write_text(export_flow(graph).text, "utf-8")
