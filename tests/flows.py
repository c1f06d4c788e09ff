"""The flow shapes that every layer is tested on, as notebooks' cells, with the values they end with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell


@dataclass(frozen=True)
class Shape:
    """`values` are artifacts by task address after a run; `failed` are the tasks that fail, `slow` marks big data."""

    name: str
    text: str
    values: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    slow: bool = False

    @property
    def cells(self) -> list[str]:
        return [cell.strip("\n") for cell in self.text.split("\n---\n")]

    @property
    def graph(self) -> Graph:
        return link(read_flow([Cell(n, text) for n, text in enumerate(self.cells, 1)], self.name, f"{self.name}.ipynb"))

    def notebook(self) -> str:
        """The text of its .ipynb file."""
        return notebook_of(self.cells)


def notebook_of(cells: list[str]) -> str:
    import nbformat  # noqa: PLC0415 - takes seconds to import, and few tests write notebooks

    book = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell, id=f"cell-{n}") for n, cell in enumerate(cells, 1)]
    )
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return str(nbformat.writes(book))


LINEAR = Shape("linear", """
%%step start
message = "hello"
---
%%step shout
message = message.upper()
---
%%step end
length = len(message)
""", {"start.message": "hello", "shout.message": "HELLO", "end.length": 5})  # fmt: skip

BRANCH = Shape("branch", """
%%step load
n = 4
---
%%step left
a = n + 1
---
%%step right
b = n * 10
---
%%step both
total = a + b
""", {"both.total": 45})  # fmt: skip

DIAMOND = Shape("diamond", """
%%step load
x = [1]
---
%%step left
y = x + [2]
---
%%step right
y = x + [3]
---
%%step end
z = y + inputs.left.y
""", {"left.y": [1, 2], "right.y": [1, 3], "end.z": [1, 3, 1, 2]})  # fmt: skip

FOREACH = Shape("foreach", """
%%step grid
grid = [1, 2, 3, 4]
---
%%step fit --foreach cfg in grid
score = cfg * cfg
---
%%step best --join fit
scores = inputs.score
best = max(inputs, key=lambda task: task.score).cfg
count = len(inputs)
""", {"fit[2].score": 9, "best.scores": [1, 4, 9, 16], "best.best": 4, "best.count": 4})  # fmt: skip

NESTED = Shape("nested", """
%%step outer
letters = "ab"
---
%%step each --foreach letter in letters
numbers = [1, 2, 3] if letter == "a" else [10]
---
%%step inner --foreach number in numbers
word = letter * number
---
%%step per_letter --join inner
lengths = [len(word) for word in inputs.word]
---
%%step end --join per_letter
total = [sum(lengths) for lengths in inputs.lengths]
""", {"inner[0,2].word": "aaa", "per_letter[1].lengths": [10], "end.total": [6, 10]})  # fmt: skip

FLATTENED = Shape("flattened", """
%%step each --foreach a in range(2)
b = a * 10
---
%%step inner --foreach c in range(3)
d = b + c
---
%%step end --join each
everything = inputs.d
pairs = [(task.a, task.c) for task in inputs]
""", {"end.everything": [0, 1, 2, 10, 11, 12],
     "end.pairs": [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]})  # fmt: skip

OVER_PARAMETER = Shape("over_parameter", """
%%parameters
sizes: list = [1, 2]  # how large
---
%%step make --foreach size in sizes
made = "x" * size
---
%%step end --join make
everything = "".join(inputs.made)
""", {"end.everything": "xxx"})  # fmt: skip

EMPTY = Shape("empty", """
%%step grid
grid = []
---
%%step fit --foreach cfg in grid
score = cfg
---
%%step best --join fit
scores = inputs.score
""", {"best.scores": []})  # fmt: skip

IN_BRANCH = Shape("in_branch", """
%%step load
n = 3
---
%%step other
side = n * 100
---
%%step work --foreach i in range(n)
square = i * i
---
%%step gather --join work
squares = inputs.square
---
%%step end
result = (side, squares)
""", {"end.result": (300, [0, 1, 4])})  # fmt: skip

CHAIN = Shape("chain", """
%%step work --foreach i in range(3)
a = i + 1
---
%%step double
b = a * 2
---
%%step triple
c = (b * 3, i)
---
%%step end --join work
everything = inputs.c
""", {"double[1].b": 4, "end.everything": [(6, 0), (12, 1), (18, 2)]})  # fmt: skip

SWITCH = Shape("switch", """
%%parameters
route: str = "full"
---
%%step load
n = 2
---
%%step full --if route == full
result = n * 100
---
%%step short --else route
result = n
---
%%step end
answer = result + 1
""", {"full.result": 200, "end.answer": 201})  # fmt: skip

LOOP = Shape("loop", """
%%step start
total = 0
---
%%step grow --while again
total = total + 3
again = total < 10
---
%%step end
answer = total
""", {"grow@0.total": 3, "grow.total": 12, "end.answer": 12})  # fmt: skip

FAILING = Shape("failing", """
%%step grid
grid = [1, 0, 2]
---
%%step divide --foreach x in grid
y = 10 // x
---
%%step end --join divide
everything = inputs.y
""", {"divide[0].y": 10, "divide[2].y": 5}, failed=("divide[1]",))  # fmt: skip

TOLERATED = Shape("tolerated", """
%%step divide --foreach x in [1, 0, 2] --allow-failures 1
y = 10 // x
---
%%step after
z = y + 1
---
%%step end --join divide
everything = inputs.z
lost = [(task.item, task.error.split(":")[0]) for task in inputs.failed]
""", {"end.everything": [11, 6], "end.lost": [(0, "ZeroDivisionError")]}, failed=("divide[1]",))  # fmt: skip

CRASHING = Shape("crashing", """
%%step work --foreach way in ["fine", "segfault", "exit", "leave", "kill"]
import ctypes
import os
import signal
print("about to", way, flush=True)
if way == "segfault":
    ctypes.string_at(0)
if way == "exit":
    os._exit(3)
if way == "leave":
    os._exit(0)
if way == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
done = way
""", {"work[0].done": "fine"}, failed=("work[1]", "work[2]", "work[3]", "work[4]"))  # fmt: skip

MUTATED = Shape("mutated", """
import operator
---
def smuggle(box):
    operator.iadd(box, [3])
---
%%step load
box = [1]
---
%%step append
box.append(2)
---
%%step hidden
smuggle(box)
---
%%step end
total = sum(box)
""", {"load.box": [1], "append.box": [1, 2], "hidden.box": [1, 2, 3], "end.total": 6})  # fmt: skip

CLASSES = Shape("classes", """
from dataclasses import dataclass
---
@dataclass
class Film:
    title: str
    year: int

    def age(self, now):
        return now - self.year
---
%%step load
films = [Film("Alien", 1979), Film("Up", 2009)]
---
%%step end
known = [isinstance(film, Film) for film in films]
ages = [film.age(2026) for film in films]
""", {"end.known": [True, True], "end.ages": [47, 17]})  # fmt: skip

LOST = Shape("lost", """
import threading
---
%%step make
config = {"lock": threading.Lock(), "rate": 3}
config["lock"].acquire()
---
%%step read
rate = config["rate"]
""", {"read.rate": 3})  # fmt: skip

LARGE = Shape("large", """
import numpy as np
---
%%step make
big = np.ones(125_000_000)
---
%%step use --foreach i in range(2)
part = float(big[i])
---
%%step end --join use
total = sum(inputs.part)
""", {"end.total": 2.0}, slow=True)  # fmt: skip

METAFLOW = Shape("metaflow", """
%%step start
self.x = 3
self.next(self.left, self.right)
---
%%step left
self.a = self.x + 1
---
%%step right
self.b = self.x * 2
---
%%step end
total = a + b
""", {"end.total": 10})  # fmt: skip

SHAPES = (
    LINEAR, BRANCH, DIAMOND, FOREACH, NESTED, FLATTENED, OVER_PARAMETER, EMPTY, IN_BRANCH, CHAIN, SWITCH, LOOP, FAILING,
    TOLERATED, CRASHING, MUTATED, CLASSES, LOST, LARGE, METAFLOW,
)  # fmt: skip
"""Every shape, once."""
