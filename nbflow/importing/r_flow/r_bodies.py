"""Says what the function of a step does to `self`, and writes it as the body of a cell with plain variables.

`self$x` becomes `x` where that means the same. Where it might not, because the function has a variable of that name or
hands `self$x` to a function that looks names up in a frame, `self` stays and is the environment of the variables.
"""

from __future__ import annotations

import keyword
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nbflow.importing.r_flow.r_nodes import RNode
from nbflow.importing.refusals import ObstacleFound

_ASSIGNS = ("LEFT_ASSIGN", "EQ_ASSIGN", "RIGHT_ASSIGN")
_FUNCTIONS = ("FUNCTION", "'\\\\'")
_PLAIN_CALLS = frozenset({
    "abs", "all", "any", "anyNA", "apply", "array", "as.character", "as.Date", "as.factor", "as.integer",
    "as.list", "as.logical", "as.matrix", "as.numeric", "as.vector", "c", "cat", "cbind", "ceiling", "character",
    "colMeans", "colnames", "colSums", "cor", "cumsum", "cut", "data.frame", "diff", "dim", "dir.exists",
    "do.call", "duplicated", "exp", "factor", "file.exists", "file.path", "floor", "for", "format", "grepl",
    "gsub", "head", "identical", "ifelse", "integer", "intersect", "invisible", "is.na", "is.null", "lapply",
    "length", "levels", "list", "log", "logical", "lower.tri", "Map", "matrix", "max", "mean", "median", "merge",
    "message", "min", "names", "nchar", "ncol", "nlevels", "nrow", "numeric", "order", "paste", "paste0", "print",
    "prod", "quantile", "range", "rank", "rbind", "read.csv", "Reduce", "rep", "return", "rev", "round",
    "rowMeans", "rownames", "rowSums", "sapply", "seq", "seq_along", "seq_len", "setdiff", "sign", "sort",
    "split", "sprintf", "sqrt", "stop", "stopifnot", "strsplit", "sub", "substr", "sum", "table", "tail",
    "tapply", "tolower", "toupper", "trimws", "union", "unique", "unlist", "unsplit", "vapply", "var", "vector",
    "warning", "which", "which.max", "which.min", "write.csv", "writeLines",
})  # fmt: skip
"""Lists functions of base R that evaluate their arguments where they are called."""

_LOOKS_UP = frozenset({
    "substitute", "quote", "bquote", "match.call", "eval", "evalq", "enquo", "enquos", "quo", "sys.call",
})  # fmt: skip

_OF_METAFLOW = frozenset({
    "current", "flow_client", "run_client", "step_client", "task_client", "data_client", "mf_client",
    "set_namespace", "get_namespace",
})  # fmt: skip


@dataclass(frozen=True)
class _Use:
    """Is one `self$x`, or one `inputs$STEP$x` with its step."""

    node: RNode
    name: str
    step: str = ""
    writes: bool = False
    reads: bool = True
    nested: bool = False
    definite: bool = False


class RBody:
    """Reads the function of one step. `own` are the functions of the script that look no names up."""

    def __init__(
        self, function: RNode, own: frozenset[str], branches: frozenset[str], tables: bool, item: str = ""
    ) -> None:
        """Keep what else counts: the steps whose branches it joins, if the script has tables of data.table, and the
        artifact of which a foreach takes its items.
        """
        self._function, self._own, self._branches, self._tables = function, own, branches, tables
        self._items = item
        formals = [part.text for part in function.code if part.token == "SYMBOL_FORMALS"]
        if function.code[0].token not in _FUNCTIONS or not 1 <= len(formals) <= 2:
            raise ObstacleFound(function.line, "a step is not a function of self", "Write function(self)")
        self._self, self._inputs = formals[0], formals[1] if len(formals) > 1 else ""
        self._body = function.code[-1]
        self._dropped: list[RNode] = []

    def checked(self) -> RBody:
        """Return this body. Raises ObstacleFound for a use of `self` that cannot be seen through."""
        assert self.uses is not None
        return self

    @cached_property
    def uses(self) -> list[_Use]:
        """Return the places where it uses artifacts. Raises ObstacleFound for a use that cannot be seen through."""
        found: list[_Use] = []
        for node in self._body.walk():
            if node.text in _OF_METAFLOW and node.token in ("SYMBOL", "SYMBOL_FUNCTION_CALL"):
                fix = "Read it with nbflow's client, in a step in Python"
                raise ObstacleFound(node.line, f"'{node.text}' of Metaflow reads runs", fix)
            if node.called == "merge_artifacts":
                self._dropped.append(node)
            elif node.token == "SYMBOL" and node.text == self._self and self._is_variable(node):
                found += self._use_of_self(node)
            elif node.token == "SYMBOL" and node.text == self._inputs and self._branches and self._is_variable(node):
                found.append(self._use_of_branch(node))
        return found

    def _is_variable(self, symbol: RNode) -> bool:
        dropped = any(call in self._dropped for call in symbol.above())
        return not dropped and symbol.parent is not None and symbol.parent.core is symbol

    def _use_of_self(self, symbol: RNode) -> Iterator[_Use]:
        access = self._access(symbol)
        if access is None:
            fix = f"Hand over what the function needs: {self._self}$name"
            raise ObstacleFound(symbol.line, f"'{self._self}' is used as a whole", fix)
        name = (access.code[2].text if access.code[1].text == "$" else access.code[2].core.text).strip("\"'`")
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ObstacleFound(symbol.line, f"'{name}' cannot be the name of an artifact", "Use letters, digits and _")
        yield self._described(access, name)

    def _access(self, symbol: RNode) -> RNode | None:
        """Return the `self$x` or `self[["x"]]` around a symbol."""
        node = symbol.parent.parent if symbol.parent is not None else None
        parts = node.code if node is not None else []
        if len(parts) >= 3 and parts[0].core is symbol and parts[1].text in ("$", "[["):
            known = parts[2].core.token in ("SYMBOL", "STR_CONST") and (
                parts[1].text == "$" or parts[2].core.text[0] in "\"'"
            )
            return node if known else None
        return None

    def _use_of_branch(self, symbol: RNode) -> _Use:
        step = self._access(symbol)
        outer = step.parent if step is not None else None
        named = step.code[2].core.text.strip("\"'`") if step is not None else ""
        is_access = outer is not None and len(outer.code) == 3 and outer.code[1].text == "$" and outer.code[0] is step
        if not is_access or named not in self._branches or outer is None:
            fix = f"Name the steps: {self._inputs}$STEP$name, with {', '.join(sorted(self._branches))}"
            raise ObstacleFound(symbol.line, f"'{self._inputs}' is used as a whole", fix)
        return _Use(outer, outer.code[2].text.strip("`"), named)

    def _described(self, access: RNode, name: str) -> _Use:
        nested = self._is_nested(access)
        inner, whole = access, True
        for node in access.above():
            parts = node.code
            assigns = [place for place, part in enumerate(parts) if part.token in _ASSIGNS]
            if assigns and (inner is parts[-1 if parts[assigns[0]].token == "RIGHT_ASSIGN" else 0]):
                definite = whole and node.parent is self._body and not nested
                return _Use(access, name, writes=True, reads=not whole, nested=nested, definite=definite)
            if node.token != "expr" or not (
                parts[0] is inner or (node.called and len(parts) > 2 and parts[2] is inner)
            ):
                break
            inner, whole = node, False
        return _Use(access, name, nested=nested)

    def _is_nested(self, node: RNode) -> bool:
        """Return whether a node is in a function within the function of the step."""
        return any(one.code and one.code[0].token in _FUNCTIONS for one in self._inside(node))

    def _inside(self, node: RNode) -> Iterator[RNode]:
        """Yield the nodes between a node and the body."""
        for one in node.above():
            if one is self._body:
                return
            yield one

    # what it needs and makes

    @property
    def reads(self) -> set[str]:
        return {use.name for use in self.uses if use.reads}

    @property
    def writes(self) -> set[str]:
        return {use.name for use in self.uses if use.writes}

    @property
    def definite(self) -> set[str]:
        """Return the names that it binds on every path."""
        return {use.name for use in self.uses if use.definite}

    # the cell

    @property
    def text(self) -> str:
        """Return the body of the cell."""
        plain = self._is_plain()
        text = self._written({id(use.node): use.name for use in self.uses} if plain else {})
        if not plain:
            block = "local({\n" + textwrap.indent(text, "  ") + "\n})"
            text = "\n".join([f"{self._self} <- globalenv()", *self._branch_lists(), block])
        note = "  # a vector for the foreach, also if it has one item"
        return f"{text}\n{self._items} <- I({self._items}){note}" if self._items in self.writes else text

    def _branch_lists(self) -> list[str]:
        steps: dict[str, set[str]] = {}
        for use in self.uses:
            if use.step:
                steps.setdefault(use.step, set()).add(use.name)
        listed = [
            f"{step} = list({', '.join(f'{one} = {one}' for one in sorted(names))})" for step, names in steps.items()
        ]
        return [f"{self._inputs} <- list({', '.join(listed)})"] if listed else []

    def _written(self, names: dict[int, str]) -> str:
        nodes = [*self._body.walk()]
        spans = [(node.start, node.end, names[id(node)]) for node in nodes if id(node) in names]
        spans += [(node.start, node.end, "") for node in self._dropped]
        start, end = self._body.start, self._body.end
        if self._body.code and self._body.code[0].token == "'{'":
            start, end = self._body.code[0].end, self._body.code[-1].start
        text, at = "", start
        whole, offset = self._body.text, self._body.start
        for first, last, name in sorted(spans):
            text += whole[at - offset : first - offset] + name
            at = last
        text += whole[at - offset : end - offset]
        return textwrap.dedent("\n".join(line.rstrip() for line in text.expandtabs(4).split("\n")).strip("\n")).strip()

    def _is_plain(self) -> bool:
        """Return whether the variables of the cell can stand for `self$x` everywhere."""
        names = {use.name for use in self.uses}
        if self.uses and any(use.writes and use.nested for use in self.uses):
            return False
        nodes = [*self._body.walk()]
        if any(_names_a_variable(node) and node.text.strip("`") in names for node in nodes):
            return False
        if any(node.called == "return" and not self._is_nested(node) for node in nodes):
            return False
        return all(self._is_evaluated_here(use.node) for use in self.uses if use.reads)

    def _is_evaluated_here(self, node: RNode) -> bool:
        for one in self._inside(node):
            if one.called and one.called not in _PLAIN_CALLS | self._own:
                return False
            if any(part.text in ("~", ":=") for part in one.code):
                return False
            if self._tables and any(part.text == "[" for part in one.code) and one.code[0] is not node:
                return False
        return True


def functions_that_look_nothing_up(top: list[RNode]) -> frozenset[str]:
    """Return the names of functions of a script that evaluate their arguments as any function of R does."""
    functions = [node.code for node in top if len(node.code) == 3 and node.code[1].token in _ASSIGNS]
    functions = [parts for parts in functions if parts[2].code and parts[2].code[0].token in _FUNCTIONS]
    return frozenset(parts[0].text for parts in functions if all(one.text not in _LOOKS_UP for one in parts[2].walk()))


def _names_a_variable(node: RNode) -> bool:
    """Return whether a token is a name of its own, and not one behind `$` or before the value of an argument."""
    if node.token == "SYMBOL":
        return node.parent is not None and node.parent.core is node
    return node.token == "SYMBOL_FORMALS"
