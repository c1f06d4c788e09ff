"""What the notebooks of the corpus are made of: `python -m tests.notebooks.constructs` writes `docs/constructs.md`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from nbflow.flow.source.trees import every_node
from nbflow.notebook.read import read_cells

CORPUS = Path(__file__).with_name("corpus")
PAGE = Path(__file__).parents[2] / "docs" / "constructs.md"
NOTEBOOKS = sorted(CORPUS.glob("*/*.py"))
CELL_MAGICS = ("time", "timeit", "capture")  # what stands below them is Python


@dataclass(frozen=True)
class Looked:
    """The text of a cell, and its Python."""

    source: str

    @cached_property
    def top(self) -> list[ast.stmt]:
        first, _, below = self.source.partition("\n")
        magic = re.match(r"%%(\w+)", first)
        if magic and magic[1] not in CELL_MAGICS:
            return []
        return ast.parse(TransformerManager().transform_cell(below if magic else self.source)).body

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return [node for statement in self.top for node in every_node(statement)]

    def has(self, *kinds: type[ast.AST]) -> bool:
        return any(isinstance(node, kinds) for node in self.nodes)

    def starts(self, *kinds: type[ast.AST]) -> bool:
        return any(isinstance(node, kinds) for node in self.top)

    def says(self, pattern: str) -> bool:
        return re.search(pattern, self.source, re.M) is not None


DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


def _mixed(cell: Looked, *kinds: type[ast.AST]) -> bool:
    """Whether the cell has statements of these kinds at its top, and others that compute."""
    computing = (node for node in cell.top if not isinstance(node, (*IMPORTS, *DEFINED)) and not _is_constant(node))
    return cell.starts(*kinds) and any(computing)


def _is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign | ast.Expr) and isinstance(node.value, ast.Constant)


def _decorated(cell: Looked) -> bool:
    return any(isinstance(node, DEFINED) and node.decorator_list for node in cell.nodes)


def _shows(cell: Looked) -> bool:
    return bool(cell.top) and isinstance(cell.top[-1], ast.Expr) and not isinstance(cell.top[-1].value, ast.Constant)


def _global(cell: Looked) -> bool:
    return cell.has(ast.Global)


def _writes_inside(cell: Looked) -> bool:
    inside = (node for node in cell.nodes if isinstance(node, ast.Attribute | ast.Subscript))
    return any(isinstance(node.ctx, ast.Store) for node in inside)


SHARED = "becomes shared code: steps below use it, and the step runs it as well"
RUNS = "runs in the step, as in IPython"
AGAIN = "makes the name an artifact of the step again"
SETTINGS = r"warnings\.(filter|simple)|set_option|pd\.options|style\.use|rcParams|set_printoptions|basicConfig"
FILES = (
    r"\bopen\(|to_(csv|json|parquet|pickle|sql)\(|read_(csv|json|parquet|pickle|text|sql)|np\.(save|load)|savefig"
    r"|\.(write|read)_(text|bytes)\("
)
MAGICS = r"^%(matplotlib|config|load_ext|autoreload|precision)"
KINDS = r"@dataclass|\((Int|Str)?(Enum|IntFlag)\)|NamedTuple|namedtuple\("

CONSTRUCTS: list[tuple[str, Callable[[Looked], bool], str]] = [
    ("imports and code in one cell", lambda c: _mixed(c, *IMPORTS), SHARED),
    ("functions and code in one cell", lambda c: _mixed(c, ast.FunctionDef, ast.AsyncFunctionDef), SHARED),
    ("classes and code in one cell", lambda c: _mixed(c, ast.ClassDef), SHARED),
    ("cells of definitions alone", lambda c: c.starts(*DEFINED) and not _mixed(c, *DEFINED), "stay ordinary cells"),
    ("`from x import *`", lambda c: c.says(r"^from \w+ import \*"), "its names are found by importing the module"),
    ("a last expression that is shown", _shows, "shown with the step; a cell that only shows stays scratch"),
    ("a last line with `;`", lambda c: c.says(r";\s*\Z"), "hides the value, as in IPython"),
    ("plots", lambda c: c.says(r"\b(plt|ax|pyplot)\.|\.plot\b"), "captured with the step"),
    ("`display(…)`", lambda c: c.says(r"\bdisplay\("), "captured with the step"),
    ("`%matplotlib`, `%config`, `%load_ext`, …", lambda c: c.says(MAGICS), RUNS),
    (
        "`%time`, `%timeit`, `%%time`, `%%timeit`",
        lambda c: c.says(r"^%%?time"),
        "the code runs; times are not compared",
    ),
    ("`%%capture`", lambda c: c.says(r"^%%capture"), RUNS),
    ("`!command`", lambda c: c.says(r"^(\w+ = )?!"), RUNS),
    ("`%%writefile`, `%run`", lambda c: c.says(r"^%(%writefile|run)"), "a file that the step makes or reads"),
    ("`name?`", lambda c: c.says(r"^[\w.]+\?"), "does nothing in a worker"),
    ("`await`, `async for`, `async with`", lambda c: c.has(ast.Await, ast.AsyncFor, ast.AsyncWith), RUNS),
    ("decorators", _decorated, SHARED),
    ("data classes, enums, named tuples", lambda c: c.says(KINDS), SHARED),
    ("generators", lambda c: c.has(ast.Yield, ast.GeneratorExp), "cells that share a running one become one step"),
    ("recursion, `global`", _global, "what the function assigns is an artifact"),
    ("`try` … `except`", lambda c: c.has(ast.Try), "a name that is asked for need not be there"),
    ("`del`", lambda c: c.has(ast.Delete), "ends the name for the steps below"),
    ('`globals()`, `"x" in globals()`', lambda c: c.says(r"globals\(\)"), "finds what the step has"),
    ("changes in place: `x[…] = …`, `x.a = …`", _writes_inside, AGAIN),
    ("`x += …`", lambda c: c.has(ast.AugAssign), AGAIN),
    (
        "`append`, `update`, `pop`, `fit`, …",
        lambda c: c.says(r"\.(append|extend|update|pop|add|insert|remove|fit)\("),
        AGAIN,
    ),
    ("comprehensions", lambda c: c.has(ast.ListComp, ast.DictComp, ast.SetComp), RUNS),
    ("lambdas", lambda c: c.has(ast.Lambda), RUNS),
    ("`match`", lambda c: c.has(ast.Match), RUNS),
    ("`with` blocks", lambda c: c.has(ast.With), RUNS),
    (
        "seeds and random numbers",
        lambda c: c.says(r"random|default_rng|RandomState|\brng\b"),
        "the order of the draws is kept",
    ),
    ("settings: `warnings`, `pd.set_option`, styles, logging", lambda c: c.says(SETTINGS), "done in every worker"),
    ("files read or written", lambda c: c.says(FILES), "order the steps that read and write them"),
    ("SQL", lambda c: c.says(r"(?i)\bselect\b.*\bfrom\b|sqlite3"), "a connection stays in one step"),
    ("scikit-learn", lambda c: c.says(r"sklearn|\.fit\(|\.predict\("), RUNS),
    ("data frames", lambda c: c.says(r"\bpd\.|groupby|merge\(|pivot|resample"), RUNS),
    ("regular expressions", lambda c: c.says(r"\bre\."), RUNS),
    ("dates and times", lambda c: c.says(r"datetime|timedelta|date_range|Timestamp|\bdate\("), RUNS),
    (
        "type hints",
        lambda c: c.has(ast.AnnAssign) or any(isinstance(n, ast.arg) and n.annotation for n in c.nodes),
        RUNS,
    ),
]


@dataclass(frozen=True)
class Count:
    """In how many notebooks and cells a construct is found."""

    name: str
    notebooks: int
    cells: int
    meaning: str


def counts(notebooks: Iterable[Path] = NOTEBOOKS) -> Iterator[Count]:
    books = [[Looked(cell.source) for cell in read_cells(path)] for path in notebooks]
    for name, is_found, meaning in CONSTRUCTS:
        found = [sum(map(is_found, cells)) for cells in books]
        yield Count(name, sum(map(bool, found)), sum(found), meaning)


def page() -> str:
    """The text of `docs/constructs.md`."""
    cells = sum(len(list(read_cells(path))) for path in NOTEBOOKS)
    rows = sorted(counts(), key=lambda count: -count.cells)
    return "\n".join(
        (
            "# What notebooks are made of, and what nbflow does with it",
            "",
            f"The tests have {len(NOTEBOOKS)} notebooks with {cells} code cells (`tests/notebooks/corpus`), written in",
            "the manner of textbooks, Kaggle, library documentation and lab notes. `nbflow init` makes a flow of each,",
            "and its run is compared with the cells run in IPython. This page is written by",
            "`python -m tests.notebooks.constructs`; a test compares it with the notebooks.",
            "",
            "| in a cell | notebooks | cells | what nbflow does |",
            "|---|---:|---:|---|",
            *(f"| {row.name} | {row.notebooks} | {row.cells} | {row.meaning} |" for row in rows),
            "",
        )
    )


if __name__ == "__main__":
    PAGE.write_text(page())
