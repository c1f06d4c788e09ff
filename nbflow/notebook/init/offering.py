"""Finds what `init` only suggests: literals that look like parameters, and loops that could be a foreach."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nbflow.flow.names.code import names_of
from nbflow.flow.names.scope import mutated_by, root_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.statement_lines import tree_of
from nbflow.notebook.init.dividing import parts_of
from nbflow.notebook.init.groups import Group
from nbflow.notebook.init.planned_kind import Becomes
from nbflow.notebook.init.settle_plan import PlanDraft

_WORDS = re.compile(
    r"(?:n|num|max|min)_\w+|\w*(?:epochs?|batch_size|learning_rate|seed|random_state|path|file|filename|folder|url"
    r"|alpha|beta|gamma|threshold|test_size|iterations|steps|size|rate|ratio|dim|date|year|city|country)|lr|k|top_k|debug"
)
_SLOW = re.compile(r"fit|train|score|cross_val|simulat|solve|read|load|fetch|download|get$|run|minimi|predict|request")


@dataclass(frozen=True, slots=True)
class Offer:
    """Describes a literal that could be a parameter: `EPOCHS = 10`, in the cell with this number."""

    number: int
    name: str
    text: str


def offers(draft: PlanDraft) -> list[Offer]:
    """Return the literals of ordinary cells that are bound once, never changed, and look like settings.

    All in a cell of nothing but literals do; in other cells, those that are named like a setting.
    """
    found = [
        Offer(group.number, name, text)
        for group in draft.groups
        if group.becomes is Becomes.ORDINARY and not group.settled and (tree := tree_of(group.source)) is not None
        for name, text in _settings(tree.body)
    ]
    names = Counter(offer.name for offer in found)
    changed = {name for group in draft.groups for name in _bound_elsewhere(group.source, names.keys())}
    return [offer for offer in found if names[offer.name] == 1 and offer.name not in changed]


def _settings(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each literal of a cell that looks like a setting."""
    are_all = len(body) > 1 and all(map(_literal, body))
    for node in body:
        name = _literal(node)
        if name and (are_all or _is_telling(name)):
            yield name, ast.unparse(node)


def _bound_elsewhere(source: str, names: Collection[str]) -> frozenset[str]:
    """Return which of the names a cell binds or changes in any other way."""
    tree = tree_of(source) if any(name in source for name in names) else None
    rest = [node for node in tree.body if _literal(node) not in names] if tree else []
    if not rest:
        return frozenset()
    outside = (name for node in rest for one in every_node(node) if isinstance(one, ast.Global) for name in one.names)
    return (names_of(rest).bound | names_of(rest).mutates | {*outside}) & {*names}


def _literal(node: ast.stmt) -> str:
    """Return the name that a statement binds to a literal; "" if it is another statement."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_plain(value) and not name.startswith("_"):
            return name
        case _:
            return ""


def _is_telling(name: str) -> bool:
    return name.isupper() or bool(_WORDS.fullmatch(name))


def _is_plain(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=bool() | int() | float() | str()):
            return True
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
            return True
        case _:
            return False


def with_parameters(groups: Iterable[Group], found: Iterable[Offer]) -> tuple[Group, ...]:
    """Make parameter cells of the cells in which every statement is one of these literals."""
    names = {offer.name for offer in found}
    return tuple(_as_parameters(group) if _is_offered(group, names) else group for group in groups)


def _is_offered(group: Group, names: set[str]) -> bool:
    tree = tree_of(group.source)
    body = tree.body if tree else []
    return bool(body) and not group.settled and all(_literal(node) in names for node in body)


def _as_parameters(group: Group) -> Group:
    return group.become(Becomes.PARAMETERS, "literals that look like settings")


def split_offered(group: Group, names: set[str]) -> list[Group]:
    """Divide a cell so that the lines which could be parameters are cells of their own."""
    tree = tree_of(group.source)
    if group.settled or tree is None or not tree.body or len(group.parts) > 1:
        return [group]
    kinds = [bool(name := _literal(node)) and name in names for node in tree.body]
    return [replace(group, parts=(part,)) for _, part in parts_of(group.parts[0], tree, kinds)]


def loops(group: Group) -> Iterator[str]:
    """Yield the loops of a step whose turns do not depend on each other, as options: `--foreach x in xs`."""
    tree = tree_of(group.source)
    for node in tree.body if tree else ():
        match node:
            case ast.For(target=ast.Name(id=name), iter=iterable, orelse=[]) if _is_independent(node, name):
                yield f"--foreach {name} in {ast.unparse(iterable)}"


def _is_independent(loop: ast.For, item: str) -> bool:
    """Tell whether each turn only collects what it has made itself, and probably takes time."""
    body = names_of(loop.body)
    nodes = [node for statement in loop.body for node in every_node(statement)]
    if any(isinstance(node, ast.Break | ast.Continue | ast.Return | ast.Yield | ast.Global) for node in nodes):
        return False
    carried = body.writes & (body.reads | body.maybe_reads) - body.mutates
    collected = {name for node in nodes if (name := _collects(node, item))}
    return not carried and body.mutates <= collected and bool(collected) and _takes_time(nodes)


def _collects(node: ast.AST, item: str) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(attr="append" | "extend" | "fit")):
            return mutated_by(node)
        case ast.Assign(targets=[ast.Subscript(value=ast.Name() as owner, slice=key)]):
            names = {one.id for one in every_node(key) if isinstance(one, ast.Name)}
            return root_of(owner) if item in names else None
        case _:
            return None


def _takes_time(nodes: Iterable[ast.AST]) -> bool:
    calls = (node.func for node in nodes if isinstance(node, ast.Call))
    names = (one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in calls)
    return any(_SLOW.match(name) for name in names)
