"""Reads one step method: its body as text, and the artifacts that it reads, writes and merges."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise

from nbflow.export.body_text import END
from nbflow.export.marks import read_cell_comment
from nbflow.export.text_layout import dedent
from nbflow.flow.flowspec.classes import Method, is_transition
from nbflow.flow.names.code import Names, names_of, parse
from nbflow.flow.source.trees import children, every_node
from nbflow.flow.syntax.metaflow_cell import names_of_self
from nbflow.importing.reading.decorator_facts import Decoration
from nbflow.importing.reading.source import Source
from nbflow.importing.refusals import CannotCarryOver, Obstacle, ObstacleFound
from nbflow.importing.words import Words, replace_words

ITEM, INDEX = "input", "index"
MACHINERY = frozenset({"next", "merge_artifacts", "foreach_stack", ITEM, INDEX})
_UNKNOWN = frozenset({"name", "cmd", "script_name", "foreach_stack"})
"""Names attributes of `self` that a FlowSpec has and a notebook does not."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Describes one call `self.merge_artifacts(inputs)`."""

    include: frozenset[str] | None
    exclude: frozenset[str]

    def takes(self, name: str) -> bool:
        return name in self.include if self.include is not None else name not in self.exclude


@dataclass(frozen=True)
class StepText:
    """Holds what one step method says. `line` is where its body begins in the script."""

    name: str
    method: Method
    decoration: Decoration
    body: str
    line: int
    above: str = ""  # the comment above the method
    names: Names = field(default_factory=Names)  # of its artifacts
    attributes: frozenset[str] = frozenset()  # every X of `self.X`
    mentions: frozenset[str] = frozenset()  # free plain names
    merges: tuple[Merge, ...] = ()
    hands_over_self: int = 0  # the line of the script that passes `self` itself to something

    @property
    def tree(self) -> ast.Module:
        return parse(self.body)

    @property
    def sure(self) -> frozenset[str]:
        return self.names.writes - self.names.maybe_writes

    @property
    def is_trivial(self) -> bool:
        """Tell whether the step does nothing but lead on, whatever its docstring says."""
        if self.decoration.catch or self.above:
            return False
        return all(isinstance(node, ast.Pass) or merge_call(node) is not None for node in self.tree.body)

    @property
    def looks(self) -> frozenset[tuple[str, str]]:
        """Return (STEP, NAME) for every `inputs.STEP.NAME`."""
        return frozenset(_looks(self.tree))


def read_steps(source: Source) -> dict[str, StepText]:
    """Return every step in the order of the script. Raises CannotCarryOver with all that cells cannot express."""
    found: dict[str, StepText] = {}
    obstacles: list[Obstacle] = []
    for name, method in source.steps.items():
        try:
            found[name] = _read(source, method)
        except ObstacleFound as error:
            obstacles.append(error.obstacle)
    if obstacles:
        raise CannotCarryOver(source.path, obstacles)
    return found


def _read(source: Source, method: Method) -> StepText:
    body, line = _body_of(source, method.tree)
    body = _with_inputs(method, body, line)
    above = _comment_above(source, method.tree)
    step = StepText(method.name, method, source.decorations[method.name], body, line, above)
    _refuse_unknown(step, names_of(source.flow.body).bound)
    _refuse_outside_function(step)
    return with_body_names(step)


def _with_inputs(method: Method, body: str, line: int) -> str:
    """Rename the argument of a join to `inputs`, as a notebook calls it."""
    spec = method.tree.args
    own = [*spec.posonlyargs, *spec.args][1].arg if method.is_join else "inputs"
    if own == "inputs":
        return body
    names = {node.id for node in every_node(parse(body)) if isinstance(node, ast.Name)}
    if "inputs" in names:
        raise ObstacleFound(
            line, f"step '{method.name}' has '{own}' and 'inputs'", "Rename the second argument of the join to inputs"
        )
    return replace_words(body, Words(names={own: "inputs"}))


def with_body_names(step: StepText) -> StepText:
    """Return the step with everything that its body says about names."""
    tree = step.tree
    found = names_of_self(tree)
    return replace(
        step,
        names=_with_failure(found.artifacts, step.decoration),
        attributes=self_attributes(tree),
        mentions=found.mentions,
        merges=tuple(_merges(tree, step.line)),
        hands_over_self=next((step.line + node.lineno - 1 for node in bare_names(tree, "self")), 0),
    )


def _with_failure(names: Names, decoration: Decoration) -> Names:
    """Adapt the names of a step with `@catch`: it may fail before it sets a name, and it sets the error."""
    if decoration.catch is None:
        return names
    failure = frozenset({decoration.catch} - {""})
    return replace(names, writes=names.writes | failure, maybe_writes=names.writes)


def _body_of(source: Source, method: ast.FunctionDef) -> tuple[str, int]:
    """Return the lines between docstring and transition, without indentation, and the number of the first."""
    first = _first_line(source, method)
    statements = method.body
    if statements[0].lineno == method.lineno or _share_a_line(statements[-2:]):
        kept = [node for node in statements if not _is_next(node) and not _is_docstring(method, node)]
        return "\n".join(_alone(source, node) for node in kept), first
    last = statements[-1].lineno - 1 if _is_next(statements[-1]) else method.end_lineno or first
    text = "\n".join("" if _is_mark(line) else line for line in source.lines[first - 1 : last])
    depth = statements[0].col_offset
    return dedent(text, depth).rstrip(), first


def _share_a_line(statements: Sequence[ast.stmt]) -> bool:
    return any(one.end_lineno == other.lineno for one, other in pairwise(statements))


def _is_mark(line: str) -> bool:
    """Tell whether a line is a mark that an export has written."""
    return read_cell_comment(line) is not None or line.strip() == END


def _alone(source: Source, node: ast.stmt) -> str:
    """Return a statement that shares its first or last line with another."""
    text = ast.get_source_segment(source.text, node) or ""
    return dedent(" " * node.col_offset + text, node.col_offset)


def _first_line(source: Source, method: ast.FunctionDef) -> int:
    """Return the first line after the docstring, or else after the colon of the `def`."""
    if ast.get_docstring(method) is not None:
        return (method.body[0].end_lineno or method.lineno) + 1
    depth, lines = 0, "\n".join(source.lines[method.lineno - 1 :])
    for token in tokenize.generate_tokens(io.StringIO(lines).readline):
        depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        if token.string == ":" and depth == 0:
            line = method.lineno + token.start[0] - 1
            return line if method.body[0].lineno == line else line + 1
    return method.body[0].lineno


def _is_docstring(method: ast.FunctionDef, node: ast.stmt) -> bool:
    return node is method.body[0] and ast.get_docstring(method) is not None


def _is_next(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and is_transition(node.value)


def _comment_above(source: Source, method: ast.FunctionDef) -> str:
    first = min([method.lineno, *(one.lineno for one in method.decorator_list)])
    found: list[str] = []
    while first > 1 and source.lines[first - 2].lstrip().startswith("#"):
        first -= 1
        found.insert(0, source.lines[first - 1].strip())
    return "\n".join(found)


def self_attributes(tree: ast.AST, *, stored: bool = False) -> frozenset[str]:
    """Return every X of `self.X`, or only those that are set."""
    return frozenset(
        node.attr
        for node in every_node(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        if not stored or isinstance(node.ctx, ast.Store)
    )


def bare_names(tree: ast.AST, name: str) -> Iterator[ast.Name]:
    """Yield the places where a name has no attribute after it."""
    owners = {id(node.value) for node in every_node(tree) if isinstance(node, ast.Attribute)}
    for node in every_node(tree):
        if isinstance(node, ast.Name) and node.id == name and id(node) not in owners:
            yield node


def merge_call(node: ast.AST) -> ast.Call | None:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr="merge_artifacts")) as call):
            return call
        case _:
            return None


def _merges(tree: ast.Module, line: int) -> Iterator[Merge]:
    for node in every_node(tree):
        call = merge_call(node)
        if call is not None:
            if [ast.unparse(one) for one in call.args[:1]] != ["inputs"]:
                fix = "Merge all inputs, and choose the artifacts with include= or exclude="
                raise ObstacleFound(
                    line + call.lineno - 1, f"'{ast.unparse(call)}' merges only some of the inputs", fix
                )
            given = {one.arg: _listed(one.value, line) for one in call.keywords}
            given |= dict(zip(("exclude", "include"), (_listed(one, line) for one in call.args[1:]), strict=False))
            yield Merge(given.get("include"), given.get("exclude") or frozenset())


def _listed(node: ast.expr, line: int) -> frozenset[str]:
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            if all(isinstance(part, ast.Constant) for part in parts):
                return frozenset(str(part.value) for part in parts if isinstance(part, ast.Constant))
    message = f"merge_artifacts is given '{ast.unparse(node)}'"
    raise ObstacleFound(line + node.lineno - 1, message, "Write the names of the artifacts as a list of texts")


def _looks(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in every_node(tree):
        match node:
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="inputs"), attr=branch), attr=name):
                yield branch, name


# what no cell can hold


def _refuse_unknown(step: StepText, in_class: Set[str]) -> None:
    for node in every_node(step.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            line = step.line + node.lineno - 1
            if node.attr in _UNKNOWN - in_class:
                fix = "Write its value into the step"
                raise ObstacleFound(
                    line, f"step '{step.name}' uses self.{node.attr}, which a notebook does not have", fix
                )
            if node.attr.startswith("_"):
                fix = f"Call it {node.attr.strip('_') or 'value'}: names with _ in front are no artifacts of a notebook"
                raise ObstacleFound(line, f"step '{step.name}' uses self.{node.attr}", fix)


def _refuse_outside_function(step: StepText) -> None:
    """Raise ObstacleFound for what only a function can do: return, yield, or name the variables of a function."""
    agenda: list[ast.AST] = list(step.tree.body)
    while agenda:
        node = agenda.pop()
        line = step.line + int(getattr(node, "lineno", 1)) - 1
        match node:
            case ast.Return():
                fix = "Put the statements below it into an if or else"
                raise ObstacleFound(line, f"step '{step.name}' uses return, and a cell cannot", fix)
            case ast.Yield() | ast.YieldFrom():
                raise ObstacleFound(
                    line, f"step '{step.name}' uses yield, and a cell cannot", "Put it into a function of its own"
                )
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                _refuse_nonlocal(step, node)
            case _:
                agenda.extend(children(node))


def _refuse_nonlocal(step: StepText, function: ast.AST, around: frozenset[str] = frozenset()) -> None:
    """Raise ObstacleFound if a function rebinds a variable of the step; `around` are variables of outer functions."""
    inside = list(_outside_functions(function))
    named = {name: node for node in inside if isinstance(node, ast.Nonlocal) for name in node.names}
    for name in sorted(named.keys() - around):
        fix = "Let the function return the value, or keep it in a list or dict"
        message = f"step '{step.name}' has a function that rebinds its variable '{name}'"
        raise ObstacleFound(step.line + named[name].lineno - 1, message, fix)
    own = {node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in every_node(function) if isinstance(node, ast.arg)}
    for node in inside:
        if isinstance(node, _FUNCTIONS):
            _refuse_nonlocal(step, node, around | (own - named.keys()))


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _outside_functions(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function with its inner functions, but not what is inside those."""
    agenda = list(children(function))
    while agenda:
        node = agenda.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            agenda.extend(children(node))


def artifact_reads(steps: Iterable[StepText], functions: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return the artifacts that each step reads, also through the methods and functions it calls."""
    found: dict[str, frozenset[str]] = {}
    for step in steps:
        called = step.attributes | step.mentions
        reached = frozenset[str]().union(*(functions.get(name, frozenset()) for name in called))
        found[step.name] = (step.names.reads | step.names.maybe_reads | reached) - MACHINERY
    return found
