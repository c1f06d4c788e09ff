"""Random notebooks: ordinary cells change constants, settings and seeds, and steps between them read and draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

Draw = Callable[..., int]

PRELUDE = """\
import decimal
import os
import random

import numpy as np
import pandas as pd

random.seed(1)
np.random.seed(1)

LIMIT = 3
ITEMS = [1, 2]
TABLE = {"a": 1}
LOG = []
KNOWN = {}


class CFG:
    n = 1
    items = []


def register(function):
    KNOWN[function.__name__] = function
    return function


def scale(x):
    return x * LIMIT + getattr(scale, "shift", 0)


def jitter():
    return random.randint(0, 999)


def note(x):
    LOG.append(x)
    return len(LOG)
"""

ORDINARY = (
    "LIMIT = {n}",
    "LIMIT += {n}",
    "ITEMS.append({n})",
    "ITEMS += [{n}, LIMIT]",
    "ITEMS[0] = {n}",
    "for _i in range({n}):\n    ITEMS.append(_i)",
    "if LIMIT > {n}:\n    ITEMS.append(-{n})",
    "TABLE['k'] = {n}",
    "TABLE.update(b={n}, c=ITEMS[0])",
    "TABLE.pop('a', None)",
    "CFG.n = {n}",
    "CFG.n += LIMIT",
    "CFG.items.append({n})",
    "CFG.more = CFG.items",
    "scale.shift = {n}",
    "@register\ndef plus(x):\n    return x + {n}",
    "@register\ndef times(x):\n    return x * LIMIT",
    "def scale(x):\n    return x * LIMIT - {n}",
    "KNOWN['scale'] = scale",
    "os.environ['NBFLOW_TEST'] = '{n}'",
    "np.set_printoptions(precision={n})",
    "pd.options.display.max_rows = {n} + 1",
    "decimal.getcontext().prec = {n} + 1",
    "random.seed({n})",
    "np.random.seed({n})",
    "note({n})",
    "print(LIMIT)",
)

READS = (
    "print(LIMIT, scale(2), getattr(scale, 'shift', 0))",
    "print(ITEMS)",
    "print(sorted(TABLE.items()))",
    "print(CFG.n, CFG.items, getattr(CFG, 'more', None))",
    "print({{name: KNOWN[name]({n}) for name in sorted(KNOWN)}})",
    "print(os.environ.get('NBFLOW_TEST'), np.array([1 / 3]), pd.get_option('display.max_rows'))",
    "print(decimal.Decimal(1) / {n})",
    "own = list(ITEMS)\nown.append(LIMIT)\nprint(own)",
    "print(len(LOG))",
)

DRAWS = (
    "x{n} = random.random()\nprint(round(x{n}, 6))",
    "print(jitter())",
    "print(np.random.rand(2).round(5))",
    "values = list(range(5))\nrandom.shuffle(values)\nprint(values)",
    "order = np.random.permutation({n} + 1)\nprint(order)",
    "print(pd.Series(range(9)).sample({n}).tolist())",
    "random.seed({n})\nprint(jitter())",
    "np.random.seed({n})",
    "print(note({n}))",
    "print(sum(values))",
)


@dataclass
class Notebook:
    """What has been written so far."""

    draw: Draw
    cells: list[str] = field(default_factory=list)

    def pick(self, options: tuple[str, ...]) -> str:
        text = options[self.draw(st.integers(0, len(options) - 1))]
        return text.format(n=self.draw(st.integers(1, 9)))

    def ordinary(self) -> None:
        self.cells.append("\n".join(self.pick(ORDINARY) for _ in range(self.draw(st.integers(1, 3)))))

    def step(self) -> None:
        lines = [self.pick(READS if self.draw(st.booleans()) else DRAWS) for _ in range(self.draw(st.integers(1, 3)))]
        self.cells.append("\n".join([f"# %%step s{len(self.cells)}", *lines]))


@st.composite
def effect_notebooks(draw: Draw, most: int = 8) -> str:
    """The text of a notebook."""
    notebook = Notebook(draw, [PRELUDE, "# %%step first\nvalues = [3, 1]\nprint(values, LIMIT)"])
    for _ in range(draw(st.integers(2, most))):
        notebook.ordinary() if draw(st.booleans()) else notebook.step()
    notebook.cells.append("# %%step last\n" + "\n".join(read.format(n=2) for read in READS) + "\nprint(jitter())")
    return "".join(f"# %%\n{cell}\n\n" for cell in notebook.cells)
