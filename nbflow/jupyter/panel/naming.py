"""A name for a step that a cell could be: a verb for what it calls, a noun for what it writes."""

from __future__ import annotations

import ast
import builtins
import itertools
import keyword
import re
from collections.abc import Collection, Iterator

from nbflow.flow.checks import RESERVED_STEPS
from nbflow.flow.code import names_of
from nbflow.flow.text import parse_ordinary
from nbflow.flow.trees import every_node
from nbflow.jupyter.protocol import ProposedName

LONGEST = 24

_VERBS = {
    "load": r"(read|load|open|fetch|download|scan|from)(_.+|s)?|urlopen|get_dataset",
    "split": r"train_test_split|split|k_?fold",
    "fit": r"fit(_.+)?|train(_.+)?",
    "predict": r"predict(_.+)?|transform",
    "clean": r"dropna|fillna|drop(_.+)?|clip|strip|astype|clean(_.+)?",
    "merge": r"merge|join|concat|append",
    "group": r"groupby|agg|aggregate|pivot(_table)?|value_counts|resample",
    "plot": r"plot|hist|scatter|bar|boxplot|imshow|subplots|figure|savefig",
    "save": r"to_(csv|parquet|excel|json|pickle|sql|feather|hdf)|dump|write(_.+)?|save(_.+)?",
    "score": r"score|cross_val_score|\w+_(error|score)|evaluate",
    "sort": r"sort(_values|_index|ed)?|nlargest|nsmallest",
}
"""Verb -> the calls that it stands for."""

_ANYTHING = frozenset(
    {"df", "data", "x", "y", "out", "output", "res", "result", "results", "ax", "axes", "fig", "i", "n"}
)
"""Names that say nothing of what they hold."""


def propose_name(source: str, taken: Collection[str], comment: bool = False) -> ProposedName:
    """Valid and not `taken`, whatever the cell holds. `comment`: the headers of this notebook are comments."""
    stem = _stem(source)
    name = next(one for one in _numbered(stem) if one not in taken)
    return ProposedName(name, f"#| step: {name}" if comment else f"%%step {name}")


def _stem(source: str) -> str:
    try:
        tree = parse_ordinary(source).tree
    except (SyntaxError, ValueError, MemoryError):
        return "step"
    return _valid(_join(_verb(tree), _noun(tree)))


def _join(verb: str, noun: str) -> str:
    if noun in _ANYTHING:
        return verb or f"make_{noun}"
    if not verb or not noun or verb in noun:
        return (noun or verb)[:LONGEST]
    both = f"{verb}_{noun}"
    return both if len(both) <= LONGEST else verb


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}_{number}" for number in itertools.count(2))


def _valid(name: str) -> str:
    name = re.sub(r"\W+", "_", name).strip("_")
    if not name.isidentifier():
        return "step"
    is_taken = keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in RESERVED_STEPS
    return f"{name}_step" if is_taken else name


def _noun(tree: ast.Module) -> str:
    """The artifact that is assigned last, which a cell is mostly about."""
    writes = names_of(tree).writes
    stored = [node.id for node in every_node(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return next((name for name in reversed(stored) if name in writes), min(writes, default=""))


def _verb(tree: ast.Module) -> str:
    """Of the calls, the last ones first: that of the notebook's own function is a verb already."""
    for node in sorted(_calls(tree), key=_end, reverse=True):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        known = next((verb for verb, calls in _VERBS.items() if re.fullmatch(calls, name)), "")
        if known:
            return known
        if isinstance(node.func, ast.Name) and name.islower() and not hasattr(builtins, name):
            return name
    return ""


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Those that the cell itself makes, not its functions."""
    for statement in tree.body:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from (node for node in every_node(statement) if isinstance(node, ast.Call))


def _end(node: ast.Call) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0
