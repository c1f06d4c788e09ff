"""Flows of any number of steps, in the shapes that notebooks have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

STEPS: dict[str, Callable[[int], str]] = {
    "chain": lambda n: f"x{n} = " + (f"x{n - 1} + {n}" if n else "0"),
    "rewrites": lambda n: f"x = x + {n}" if n else "x = 0",
    "wide": lambda n: f"x{n} = {n} * 2",
    "mixed": lambda n: f"x{n} = {n}" + "".join(f" + x{n - 10 + other % 10}" for other in (n, n + 1) if n >= 20),
    "functions": lambda n: f"x{n} = f{n}(" + (f"x{n - 1})" if n else "0)"),
}


def cells_of(shape: str, steps: int) -> Iterator[str]:
    """Yield the cells; with functions, an ordinary cell above each step defines the one that it calls."""
    for n in range(steps):
        if shape == "functions":
            yield f"def f{n}(a):\n    return a + {n}"
        yield f"%%step s{n}\n{STEPS[shape](n)}"


def notebook_of(cells: Sequence[str]) -> str:
    """Return cells as a notebook file."""
    facts: dict[str, object] = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    written = [{**facts, "id": f"c{n}", "source": text} for n, text in enumerate(cells)]
    return json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
