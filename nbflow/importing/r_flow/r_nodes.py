"""Lets R parse a script, and represents what it finds as a tree. Nothing of the script is evaluated."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbflow.errors import RFailed
from nbflow.importing.refusals import NotAScript
from nbflow.languages.r.run_r import run_r

_PARSE = """
lines <- strsplit(text, "\\n", fixed = TRUE)[[1]]
found <- utils::getParseData(parse(text = lines, keep.source = TRUE, encoding = "UTF-8"))
found <- lapply(as.list(found[c("line1", "col1", "line2", "col2", "id", "parent", "token")]), I)
"""


@dataclass(eq=False)
class RNode:
    """Is a token of R code, or an expression with its parts. `start` and `end` are offsets in the script."""

    token: str
    text: str
    line: int
    start: int
    end: int
    parent: RNode | None = None
    parts: list[RNode] = field(default_factory=list)

    @property
    def core(self) -> RNode:
        """Return the node without the expressions that only wrap it, comments and parentheses aside."""
        parts = self.code
        return parts[0].core if self.token == "expr" and len(parts) == 1 else self

    @property
    def code(self) -> list[RNode]:
        """Return the parts that are not comments."""
        return [part for part in self.parts if part.token != "COMMENT"]

    @property
    def called(self) -> str:
        """Return the name of the function that this expression calls, without its package; "" if it is no call."""
        head = self.code[0].code if self.code and self.token == "expr" else []
        return head[-1].text if head and head[-1].token == "SYMBOL_FUNCTION_CALL" else ""

    def walk(self) -> Iterator[RNode]:
        """Yield this node and all below it, in the order of the text."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def above(self) -> Iterator[RNode]:
        """Yield the nodes around this one, from the inside."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


@dataclass(frozen=True)
class RScript:
    """Holds a script and the expressions and comments at its top level."""

    path: Path
    text: str
    top: list[RNode]


def parse_r(path: Path, text: str) -> RScript:
    """Return the script as R reads it. Raises NotAScript where R cannot, and RMissing."""
    text = text.replace("\r\n", "\n")
    if not text.strip():
        return RScript(path, text, [])
    try:
        (found,) = run_r(_PARSE, {"text": text}, ["found"])
    except RFailed as error:
        where = error.message.removeprefix("<text>:").split("\n")[0]
        raise NotAScript(path, f"R cannot read it ({where})", "correct it first") from None
    return RScript(path, text, _tree(text, found))


def _tree(text: str, found: Mapping[str, list[Any]]) -> list[RNode]:
    lines = text.split("\n")
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        return int(offsets[line - 1]) + _characters(lines[line - 1], column)

    nodes: dict[int, RNode] = {}
    parents: dict[int, int] = {}
    for line1, column1, line2, column2, number, parent, token in zip(*found.values(), strict=True):
        start, end = offset(line1, column1 - 1), offset(line2, column2)
        nodes[number], parents[number] = RNode(token, text[start:end], line1, start, end), parent
    for number, node in nodes.items():
        node.parent = nodes.get(parents[number])
        if node.parent is not None:
            node.parent.parts.append(node)
    for node in nodes.values():
        node.parts.sort(key=lambda one: (one.start, one.end))
    return sorted((node for node in nodes.values() if node.parent is None), key=lambda node: node.start)


def _characters(line: str, column: int) -> int:
    """Return how many characters end at this column: R lets a tab reach to the next multiple of eight."""
    at = 0
    for count, character in enumerate(line):
        if at >= column:
            return count
        at = (at + 8) // 8 * 8 if character == "\t" else at + 1
    return len(line)


def r_arguments(call: RNode) -> list[tuple[str, RNode]]:
    """Return the arguments of a call, each with its name; "" for one without."""
    found: list[tuple[str, RNode]] = []
    name = ""
    for part in call.code[1:]:
        if part.token in ("SYMBOL_SUB", "STR_CONST") and part.parent is call:
            name = part.text.strip("\"'`")
        elif part.token == "expr":
            found.append((name, part))
            name = ""
    return found


def literal_of(node: RNode) -> Any:
    """Return the value of a literal, or of `c(…)` or `list(…)` of literals. Raises ValueError for anything else."""
    core = node.core
    if core.token == "STR_CONST":
        return ast.literal_eval(core.text)
    if core.token == "NULL_CONST":
        return None
    if core.token == "NUM_CONST":
        return _number(core.text)
    if core.called in ("c", "list"):
        return [literal_of(value) for _, value in r_arguments(core)]
    if core.token == "expr" and len(core.code) == 2 and core.code[0].token == "'-'":
        return -literal_of(core.code[1])
    raise ValueError(core.text)


def _number(text: str) -> bool | int | float:
    if text in ("TRUE", "FALSE"):
        return text == "TRUE"
    if text.endswith("L"):
        return int(float(text[:-1]))
    return float(text)
