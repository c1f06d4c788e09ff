"""Replaces names in code, and nothing else: layout, comments and the text of strings stay."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from parso.grammar import load_grammar
from parso.tree import BaseNode, Leaf, NodeOrLeaf

from nbflow.flow.names.code import code_digest, parse, parse_expression


class Unsure(Exception):
    """Raised for code in which a name cannot be replaced without changing what it does."""


@dataclass(frozen=True, slots=True)
class Words:
    """Says what replaces `self.NAME`, a plain name, and `inputs` in a static join.

    `branches` are the steps that a static join reads, in order; `inputs.STEP` stays.
    """

    attributes: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    branches: Sequence[str] = ()
    owner: str = "self"


def replace_words(code: str, words: Words) -> str:
    """Replace names. Raises Unsure if the text of a name shows (`f"{self.x=}"`), or the code cannot be read."""
    leaves = list(_leaves(load_grammar().parse(code)))
    is_read = not any(leaf.type == "error_leaf" for leaf in leaves)  # parso does not know the match statement
    for at, leaf in enumerate(leaves):
        if leaf.type in ("name", "error_leaf") and not _is_attribute(leaves, at):
            _replace(leaves, at, words)
    replaced = "".join(leaf.prefix + leaf.value for leaf in leaves)
    if not is_read and not _is_faithful(code, replaced, words):
        raise Unsure
    return replaced


def _is_faithful(code: str, replaced: str, words: Words) -> bool:
    """Tell whether exactly the right names were replaced; it is only asked if parso could not read the code."""
    try:
        return not words.branches and code_digest(replaced) == code_digest(_Replacing(words).visit(parse(code)))
    except SyntaxError:
        return False


class _Replacing(ast.NodeTransformer):
    """Makes the same replacements in a syntax tree."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        new = self.words.attributes.get(node.attr)
        if new is not None and isinstance(node.value, ast.Name) and node.value.id == self.words.owner:
            return parse_expression(new)
        self.generic_visit(node)
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field_name, value in ast.iter_fields(node):
            if isinstance(value, str) and (type(node), field_name) in _NAMING:
                setattr(node, field_name, self.words.names.get(value, value))
        return node


_NAMING = {
    (ast.Name, "id"), (ast.arg, "arg"), (ast.ExceptHandler, "name"), (ast.FunctionDef, "name"), (ast.ClassDef, "name"),
    (ast.MatchAs, "name"), (ast.MatchStar, "name"), (ast.MatchMapping, "rest"),
}  # fmt: skip


def _leaves(node: NodeOrLeaf) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    for child in getattr(node, "children", ()):
        yield from _leaves(child)


def _is_attribute(leaves: Sequence[Leaf], at: int) -> bool:
    return at > 0 and leaves[at - 1].value == "."


def _value(leaves: Sequence[Leaf], at: int) -> str:
    return leaves[at].value if at < len(leaves) else ""


def _replace(leaves: Sequence[Leaf], at: int, words: Words) -> None:
    leaf = leaves[at]
    if leaf.value == words.owner and _value(leaves, at + 1) == ".":
        new = words.attributes.get(_value(leaves, at + 2))
        if new is not None:
            _refuse_shown(leaves, at + 2)
            leaf.value, leaves[at + 1].value, leaves[at + 2].value = new, "", ""
            leaves[at + 1].prefix = leaves[at + 2].prefix = ""
    elif leaf.value == "inputs" and words.branches:
        _replace_inputs(leaves, at, words.branches)
    elif leaf.value in words.names and not _is_keyword(leaf):
        _refuse_shown(leaves, at)
        leaf.value = words.names[leaf.value]


def _replace_inputs(leaves: Sequence[Leaf], at: int, branches: Sequence[str]) -> None:
    """Replace `inputs[0]` by the first branch, and `inputs` alone by the list of all."""
    following = [_value(leaves, at + n) for n in range(1, 4)]
    if following[0] == "." and following[1] in branches:
        return
    if following[0] == "[" and following[2] == "]" and re.fullmatch(r"\d+", following[1]):
        leaves[at].value = f"inputs.{branches[int(following[1])]}"
        for leaf in leaves[at + 1 : at + 4]:
            leaf.value = leaf.prefix = ""
    else:
        leaves[at].value = f"[{', '.join(f'inputs.{branch}' for branch in branches)}]"


def _is_keyword(leaf: Leaf) -> bool:
    """Tell whether a name is the keyword of an argument, as `n` in `f(n=3)`."""
    parent = leaf.parent
    return isinstance(parent, BaseNode) and parent.type == "argument" and parent.children[0] is leaf and _equals(parent)


def _equals(parent: BaseNode) -> bool:
    second = parent.children[1]
    return isinstance(second, Leaf) and second.value == "="


def _refuse_shown(leaves: Sequence[Leaf], at: int) -> None:
    node: NodeOrLeaf = leaves[at]
    while node.parent is not None and node.type != "fstring_expr":
        node = node.parent
    shown = node.children if isinstance(node, BaseNode) and node.type == "fstring_expr" else ()
    if any(isinstance(child, Leaf) and child.value == "=" for child in shown):
        raise Unsure
