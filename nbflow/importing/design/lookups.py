"""Replaces `getattr(self, "x", default)` and `hasattr(self, "x")` where it is known whether `x` is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from nbflow.flow.source.trees import every_node
from nbflow.importing.design.visible import Visible
from nbflow.importing.reading.methods import StepText, with_body_names
from nbflow.importing.refusals import ObstacleFound


def settle_lookups(step: StepText, seen: Visible) -> StepText:
    """Return the step with the lookups replaced. Raises ObstacleFound if some ways to the step lack an artifact."""
    lookups = list(_lookups(step.tree))
    if not lookups:
        return step
    body = step.body
    for call, name in lookups:
        segment = ast.get_source_segment(step.body, call) or ""
        if segment.startswith(("getattr(", "hasattr(")):
            body = body.replace(segment, _meaning(step, call, name, seen))
    return with_body_names(replace(step, body=body))


def _lookups(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    for node in every_node(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="getattr" | "hasattr"),
                args=[ast.Name(id="self"), ast.Constant(value=str() as name), *_],
            ):
                yield node, name


def _meaning(step: StepText, call: ast.Call, name: str, seen: Visible) -> str:
    asks = isinstance(call.func, ast.Name) and call.func.id == "hasattr"
    if name in seen.certain[step.name]:
        return "True" if asks else f"self.{name}"
    if name not in seen.entering[step.name] and name not in step.names.writes:
        return "False" if asks else ast.unparse(call.args[2]) if len(call.args) > 2 else f"self.{name}"
    line = step.line + call.lineno - 1
    message = f"step '{step.name}' asks whether self.{name} exists, which depends on the path through the flow"
    raise ObstacleFound(line, message, f"Set self.{name} before the paths divide, for example to None, and test for it")
