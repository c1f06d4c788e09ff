"""Runs in a worker what a script does before it starts its flow: the part below `if __name__ == "__main__":`.

In Metaflow each task is a process of its own that runs the script, so a step finds the logging that this part has
configured, and the globals that it has set.
"""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from pathlib import Path

from nbflow.script.language.flowspec import until_flow_starts


def run_main_part(module: types.ModuleType, file: Path) -> None:
    """Run this part of a script in its module, up to where it starts a flow. What it raises is raised."""
    statements = [one for block in _main_blocks(ast.parse(file.read_bytes())) for one in block.body]
    if not statements:
        return
    code = compile(ast.Module(statements, []), str(file), "exec")
    with until_flow_starts():
        exec(code, module.__dict__)


def _main_blocks(tree: ast.Module) -> Iterator[ast.If]:
    for node in tree.body:
        match node:
            case ast.If(test=ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")])):
                yield node
            case ast.If(test=ast.Compare(ast.Constant("__main__"), [ast.Eq()], [ast.Name("__name__")])):
                yield node
