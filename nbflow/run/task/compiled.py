"""Compiles the body of a step and executes it as a cell: with an event loop of its own if it awaits something."""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbflow.flow.names.statements import first_line
from nbflow.flow.names.text import is_quiet
from nbflow.flow.source.ipython import is_capture
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.specs import StepSpec

_Told = Callable[[Definition], None]


@dataclass(frozen=True, slots=True)
class BodyPart:
    """Holds a part of a body: it ends after a definition that the steps below use as code too, or with the body."""

    code: types.CodeType
    definition: Definition | None = None


@dataclass(frozen=True, slots=True)
class CompiledBody:
    """Holds the compiled body of a step; `last` is its last expression, if its value is to be shown."""

    parts: tuple[BodyPart, ...]
    last: types.CodeType | None

    def execute(self, namespace: dict[str, Any], told: _Told) -> Any:
        """Execute the body in `namespace` and return the value of its last expression.

        `told` is called with each definition that was executed.
        """
        if any(_awaits(code) for code in (*(part.code for part in self.parts), self.last)):
            import asyncio  # noqa: PLC0415 - few bodies await, and every worker would load it

            return asyncio.run(self._await(namespace, told))
        for part in self.parts:
            eval(part.code, namespace)
            _tell(part, told)
        return eval(self.last, namespace) if self.last else None

    async def _await(self, namespace: dict[str, Any], told: _Told) -> Any:
        for part in self.parts:
            await _evaluate(part.code, namespace)
            _tell(part, told)
        return await _evaluate(self.last, namespace) if self.last else None


def _tell(part: BodyPart, told: _Told) -> None:
    if part.definition is not None:
        told(part.definition)


async def _evaluate(code: types.CodeType, namespace: dict[str, Any]) -> Any:
    value = eval(code, namespace)
    return await value if _awaits(code) else value


def _awaits(code: types.CodeType | None) -> bool:
    return code is not None and bool(code.co_flags & inspect.CO_COROUTINE)


def compile_body(step: StepSpec, filename: str, flags: int = 0, code: Iterable[Definition] = ()) -> CompiledBody:
    """Compile a step with the line numbers of its cell.

    `flags` come from the notebook's `__future__` imports. `code` holds the definitions of the body that the steps below
    share.
    """
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = ast.increment_lineno(ast.parse(step.source.body), step.source.body_line - 1)
    _fill_capture(tree)
    last = tree.body[-1] if tree.body else None
    shown: types.CodeType | None = None
    if isinstance(last, ast.Expr) and not is_quiet(step.source.body):
        tree.body.pop()
        shown = compile(ast.Expression(last.value), filename, "eval", flags, dont_inherit=True)
    parts = (
        BodyPart(compile(ast.Module(nodes, []), filename, "exec", flags, dont_inherit=True), definition)
        for nodes, definition in _divide(tree.body, {(one.place.line, one.place.column): one for one in code})
    )
    return CompiledBody(tuple(parts), shown)


def _divide(
    nodes: Iterable[ast.stmt], definitions: Mapping[tuple[int, int], Definition]
) -> Iterator[tuple[list[ast.stmt], Definition | None]]:
    """Divide a body after each of the definitions, which are given by their places: (line, column)."""
    piece: list[ast.stmt] = []
    for node in nodes:
        piece.append(node)
        if definition := definitions.get((first_line(node), node.col_offset)):
            yield piece, definition
            piece = []
    if piece:
        yield piece, None


def _fill_capture(tree: ast.Module) -> None:
    """Move the statements after a `%%capture` into the `with` statement that replaces it."""
    for number, node in enumerate(tree.body):
        if isinstance(node, ast.With) and is_capture(node):
            node.body += tree.body[number + 1 :]
            del tree.body[number + 1 :]
            return
