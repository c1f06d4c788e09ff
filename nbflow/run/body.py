"""The body of a step as code, and how it is executed: as in a cell, with an event loop of its own where it awaits."""

from __future__ import annotations

import ast
import asyncio
import inspect
import types
from dataclasses import dataclass
from typing import Any

from nbflow.flow.magics import is_capture
from nbflow.flow.step import Step
from nbflow.flow.text import is_quiet


@dataclass(frozen=True, slots=True)
class Body:
    """`last` is the last expression, apart when its value is to be shown."""

    code: types.CodeType
    last: types.CodeType | None

    def execute(self, namespace: dict[str, Any]) -> Any:
        """Run it to its end; return the value of its last expression."""
        if not any(map(_awaits, (self.code, self.last))):
            eval(self.code, namespace)
            return eval(self.last, namespace) if self.last else None
        return asyncio.run(self._await(namespace))

    async def _await(self, namespace: dict[str, Any]) -> Any:
        await _evaluate(self.code, namespace)
        return await _evaluate(self.last, namespace) if self.last else None


async def _evaluate(code: types.CodeType, namespace: dict[str, Any]) -> Any:
    value = eval(code, namespace)
    return await value if _awaits(code) else value


def _awaits(code: types.CodeType | None) -> bool:
    return code is not None and bool(code.co_flags & inspect.CO_COROUTINE)


def compile_body(step: Step, filename: str, flags: int = 0) -> Body:
    """Compile a step with the line numbers of its cell; `flags` are those of the notebook's `__future__` imports."""
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = ast.increment_lineno(ast.parse(step.body), step.body_line - 1)
    _fill_capture(tree)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or is_quiet(step.body):
        return Body(compile(tree, filename, "exec", flags, dont_inherit=True), None)
    tree.body.pop()
    shown = compile(ast.Expression(last.value), filename, "eval", flags, dont_inherit=True)
    return Body(compile(tree, filename, "exec", flags, dont_inherit=True), shown)


def _fill_capture(tree: ast.Module) -> None:
    """Move what stands below a `%%capture` into the `with` that stands for it."""
    for number, node in enumerate(tree.body):
        if isinstance(node, ast.With) and is_capture(node):
            node.body += tree.body[number + 1 :]
            del tree.body[number + 1 :]
            return
