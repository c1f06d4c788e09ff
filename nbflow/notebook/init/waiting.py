"""Finds steps that must wait for each other because the code does not say which files they use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.statement_lines import tree_of
from nbflow.notebook.init.groups import Group
from nbflow.notebook.init.settle_plan import PlanDraft

_WRITES = re.compile(
    r"\.to_(?:csv|parquet|json|pickle|excel|feather|hdf|sql|html|latex|stata|netcdf)\(|\b(?:save\w*|dump|write\w*|unlink"
    r"|rmdir|mkdir|makedirs|rmtree|touch|rename|copyfile|copytree|urlretrieve|memmap|FileHandler|extractall|system)\("
    r"|\bos\.remove\(|\bshutil\.\w+\(|\bopen\([^)]*[\"'][wax]b?\+?[\"']|writefile"
)
_READS = re.compile(
    r"\b(?:read_(?:csv|parquet|json|pickle|excel|feather|hdf|sql|html|text|bytes|fwf|table)|open|load|loadtxt|genfromtxt"
    r"|glob|rglob|iterdir|listdir|scandir|exists|is_file|is_dir|stat|getsize|getmtime|imread|fromfile|getoutput)\((?!\s*(?:io\.)?(?:String|Bytes)IO)"
)


@dataclass(frozen=True, slots=True)
class _Files:
    """Says how a step uses files; `unclear` means that the graph does not know all of them."""

    writes: bool
    uses: bool
    unclear: bool


def with_waits(draft: PlanDraft) -> tuple[Group, ...]:
    """Return the groups; the header of each new step names the steps above for which it must wait."""
    graph = draft.graph
    files = _files(draft)
    waited: dict[str, list[str]] = {name: [] for name in graph.links}
    above: list[str] = []
    for name in graph.links:
        if draft.groups[draft.steps[name]].is_new and files[name].uses:
            waited[name] = _needed(graph, waited, [one for one in above if _meet(files[one], files[name])], name)
        above.append(name)
    changed = {draft.steps[name]: after for name, after in waited.items() if after}
    return tuple(_waiting(group, changed.get(at, ())) for at, group in enumerate(draft.groups))


def _waiting(group: Group, after: tuple[str, ...] | list[str]) -> Group:
    if not after:
        return group
    return replace(group, after=tuple(after), why=group.why or f"waits for {', '.join(after)}: both use files")


def _meet(upper: _Files, lower: _Files) -> bool:
    return (upper.writes or (upper.uses and lower.writes)) and (upper.unclear or lower.unclear)


def _needed(graph: Graph, waited: Mapping[str, list[str]], steps: list[str], name: str) -> list[str]:
    """Return the steps that must be waited for; a step that another one waits for already is left out."""
    known = _ancestors(graph, waited, name)
    found: list[str] = []
    for step in reversed(steps):
        if step not in known:
            found.insert(0, step)
            known |= {step} | _ancestors(graph, waited, step)
    return found


def _ancestors(graph: Graph, waited: Mapping[str, list[str]], name: str) -> set[str]:
    seen: set[str] = set()
    agenda = [name]
    while agenda:
        one = agenda.pop()
        new = {*graph.links[one].upstream, *waited[one]} - seen
        seen |= new
        agenda += new
    return seen


def _files(draft: PlanDraft) -> dict[str, _Files]:
    hidden = dict(_functions(draft))
    return {name: _files_of(draft.graph, name, hidden) for name in draft.graph.links}


def _functions(draft: PlanDraft) -> Iterator[tuple[str, str]]:
    """Yield the name and the code of each function and method of the notebook that uses files."""
    for group in draft.groups:
        tree = tree_of(group.source) if "def " in group.source else None
        for node in every_node(tree) if tree else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.unparse(node)
                if _WRITES.search(text) or _READS.search(text):
                    yield node.name, text


def _files_of(graph: Graph, name: str, functions: Mapping[str, str]) -> _Files:
    body = graph.steps[name].source.body
    texts = [body, *(text for word, text in functions.items() if re.search(rf"\b{word}\b", body))]
    writes = sum(len(_WRITES.findall(text)) for text in texts)
    uses = writes + sum(len(_READS.findall(text)) for text in texts)
    known = [use for use in graph.links[name].files if use.is_certain]
    return _Files(bool(writes), bool(uses), len(texts) > 1 or uses > len(known))
