"""Decides whether workers create a shell at their start, which takes longer than most tasks."""

from __future__ import annotations

import ast
import sys

from nbflow.flow.names.text import is_quiet
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.program.program import Program

_PLAIN = sys.stdlib_module_names | {"joblib", "nbflow", "numpy", "pandas", "pyarrow", "scipy", "sklearn"}
"""Lists packages that do not look for a shell when they are imported."""

_SILENT = frozenset(
    {"append", "close", "dump", "extend", "print", "refresh", "sort", "to_csv", "to_parquet", "update", "write"}
)
"""Lists functions that return nothing, or nothing that a cell shows."""


def needs_shell(program: Program) -> bool:
    """Return whether a step seems to show a value, or imports a module that may behave differently in a notebook."""
    flow = program.graph.flow
    imported = [*(step.source.modules for step in flow.steps), *(one.modules for one in flow.prelude.definitions)]
    tops = {name.partition(".")[0] for names in imported for name in names if not name.startswith(".")}
    return not tops <= _PLAIN or any(map(_shows, flow.steps))


def _shows(step: StepSpec) -> bool:
    if step.names.reads & {"display", "get_ipython"}:
        return True
    try:
        statements = ast.parse(step.source.body).body
    except SyntaxError:
        return False
    last = statements[-1] if statements else None
    return isinstance(last, ast.Expr) and not _is_silent(last.value) and not is_quiet(step.source.body)


def _is_silent(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _SILENT
        case _:
            return isinstance(value, ast.Constant)
