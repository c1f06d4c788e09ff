"""One work in the language of each tool: an array is drawn, eight fits of it are made, and the best is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from textwrap import indent

import nbformat

IMPORTS = "import numpy"
FITS = 8


@dataclass(frozen=True)
class Part:
    """One cell: what it reads, the one name that it makes, and its text; a fit is made once for each `item`."""

    name: str
    reads: tuple[str, ...]
    makes: str
    body: str
    is_fit: bool = False


LARGE = (
    Part("load", (), "raw", "raw = numpy.random.default_rng(0).standard_normal(25_000_000)"),
    Part("clean", ("raw",), "rows", "rows = numpy.sort(raw[:2_500_000] - raw.mean())"),
    Part(
        "fit",
        ("rows",),
        "score",
        "score = sum(float(numpy.sort(rows * k).std()) for k in range(3)) + item",
        is_fit=True,
    ),
    Part("report", ("scores",), "text", 'text = f"best of {len(scores)}: {max(scores):.3f}"\nprint(text)'),
)
"""200 MB of numbers, a copy of a tenth of them, eight fits that take some tenths of a second, and a line of text."""

SMALL = (
    Part("cell0", (), "x0", "x0 = 0"),
    *(Part(f"cell{n}", (f"x{n - 1}",), f"x{n}", f"x{n} = x{n - 1} + 1") for n in range(1, 20)),
)
"""Twenty cells that do nothing."""


def edited(parts: Sequence[Part]) -> list[Part]:
    """Return the work after somebody has changed the text of its last cell."""
    *others, last = parts
    return [*others, replace(last, body=last.body + "\nprint('edited')")]


def plain_cells(parts: Sequence[Part]) -> list[str]:
    """Return cells of an ordinary notebook, where a loop makes the fits."""
    return [IMPORTS, *(_loop(part) if part.is_fit else part.body for part in parts)]


def _loop(part: Part) -> str:
    every = f"{part.makes}s"
    each = indent(f"{part.body}\n{every}.append({part.makes})", "    ")
    return f"{every} = []\nfor item in range({FITS}):\n{each}"


def step_cells(parts: Sequence[Part]) -> list[str]:
    """Return cells for nbflow."""
    return ["%load_ext nbflow", IMPORTS, *(cell for part in parts for cell in _steps(part))]


def _steps(part: Part) -> list[str]:
    if not part.is_fit:
        return [f"%%step {part.name}\n{part.body}"]
    gathered = f"%%step gather --join {part.name}\n{part.makes}s = inputs.{part.makes}"
    return [f"%%step {part.name} --foreach item in range({FITS})\n{part.body}", gathered]


def notebook(cells: Sequence[str]) -> str:
    """Return the text of a notebook file."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return str(nbformat.writes(book))


def flow_spec(parts: Sequence[Part]) -> str:
    """Return a script for Metaflow, in which `start` and `end` do nothing."""
    cells = [Part("start", (), "items", f"items = list(range({FITS}))"), *parts]
    names = [*(name for cell in cells for name in _methods(cell)), "end"]
    following = dict(pairwise(names))
    lines = ["from metaflow import FlowSpec, step", IMPORTS, "", "class Work(FlowSpec):"]
    for cell in cells:
        item = "item = self.input\n" if cell.is_fit else ""
        reads = "".join(f"{name} = self.{name}\n" for name in cell.reads)
        lines += _method(cell.name, f"{item}{reads}{cell.body}\nself.{cell.makes} = {cell.makes}", following[cell.name])
        if cell.is_fit:
            gathered = f"self.{cell.makes}s = [one.{cell.makes} for one in inputs]"
            lines += _method("gather", gathered, following["gather"], "self, inputs")
    return "\n".join([*lines, *_method("end", "pass"), "if __name__ == '__main__':", "    Work()", ""])


def _methods(part: Part) -> list[str]:
    return [part.name, "gather"] if part.is_fit else [part.name]


def _method(name: str, body: str, goes_on: str = "", arguments: str = "self") -> list[str]:
    spread = ", foreach='items'" if goes_on == "fit" else ""
    last = f"\nself.next(self.{goes_on}{spread})" if goes_on else ""
    return ["    @step", f"    def {name}({arguments}):", indent(body + last, " " * 8), ""]


def memory_script(parts: Sequence[Part]) -> str:
    """Return a script for joblib: each cell is a function with `Memory`, and two processes make the fits."""
    lines = [
        "from joblib import Memory, Parallel, delayed",
        IMPORTS,
        "memory = Memory('cache', mmap_mode='c', verbose=0)",
    ]
    for part in parts:
        arguments = ", ".join([*part.reads, "item"] if part.is_fit else part.reads)
        lines += [
            "@memory.cache",
            f"def {part.name}_({arguments}):",
            indent(f"{part.body}\nreturn {part.makes}", "    "),
        ]
    lines += ["if __name__ == '__main__':"]
    for part in parts:
        call = f"{part.name}_({', '.join(part.reads)})"
        fits = f"Parallel(n_jobs=2)(delayed({part.name}_)({', '.join(part.reads)}, item) for item in range({FITS}))"
        lines += [f"    {part.makes}s = {fits}" if part.is_fit else f"    {part.makes} = {call}"]
    return "\n".join([*lines, ""])


def cached_app(parts: Sequence[Part]) -> str:
    """Return a notebook of marimo, in which each cell is cached on disk."""
    lines = [
        "import marimo",
        "app = marimo.App()",
        "@app.cell",
        "def _():",
        "    import marimo as mo",
        f"    {IMPORTS}",
        "    return mo, numpy",
    ]
    for part in parts:
        body, makes = (_loop(part), f"{part.makes}s") if part.is_fit else (part.body, part.makes)
        cached = f"with mo.persistent_cache('{part.name}'):\n{indent(body, '    ')}\nreturn ({makes},)"
        lines += ["@app.cell", f"def _({', '.join(['mo', 'numpy', *part.reads])}):", indent(cached, "    ")]
    return "\n".join([*lines, "if __name__ == '__main__':", "    app.run()", ""])
