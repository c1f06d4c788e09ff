"""Finds what a notebook does differently from its script, although it ends with the same values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from nbflow.flow.flowspec.classes import is_main_guard
from nbflow.flow.names.code import modules_of
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.importing.reading.decorator_facts import decorator_name
from nbflow.importing.reading.source import Source


def notes_of(source: Source, folder: Path) -> list[str]:
    """Return one line per difference, with its place in the script; `folder` is the notebook's folder."""
    rest = _modules(source) if folder.resolve() != source.path.resolve().parent else ()
    found = sorted((*rest, *_main(source), *_class(source), *_parameters(source), *_steps(source)))
    return [f"{source.path}:{line}: {text}" for line, text in found]


def _modules(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the modules beside the script, which a notebook in another folder does not find."""
    here = source.path.resolve().parent
    for node in every_node(source.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for root in sorted({module.split(".")[0] for module in modules_of([node])} - {""}):
                if (here / f"{root}.py").is_file() or (here / root / "__init__.py").is_file():
                    yield node.lineno, f"module '{root}' is beside the script: put it beside the notebook as well"


def _main(source: Source) -> Iterator[tuple[int, str]]:
    """Yield what the script does when it is started, apart from running the flow."""
    for guard in source.tree.body:
        for node in guard.body if isinstance(guard, ast.If) and is_main_guard(guard) else ():
            text = ast.unparse(node)
            if text != f"{source.flow.name}()":
                yield node.lineno, f"'{lines_of(text)[0]}' is left out: a notebook is not started as a script"


def _class(source: Source) -> Iterator[tuple[int, str]]:
    for decorator in source.flow.decorator_list:
        yield decorator.lineno, f"@{decorator_name(decorator)} is left out: a notebook belongs to no project"


def _parameters(source: Source) -> Iterator[tuple[int, str]]:
    for node in source.parameters:
        assert isinstance(node.value, ast.Call)
        name = ast.unparse(node.targets[0])
        given = {one.arg: one.value for one in node.value.keywords}
        first = node.value.args[0] if node.value.args else given.get("name")
        if isinstance(first, ast.Constant) and first.value != name:
            yield node.lineno, f"--{first.value!s} is --{name} in the notebook"
        if "separator" in given:
            yield node.lineno, f'--{name} takes a list in the notebook, such as \'["a", "b"]\''


def _steps(source: Source) -> Iterator[tuple[int, str]]:
    for name, method in source.steps.items():
        for decorator in method.tree.decorator_list:
            words = {one.arg: ast.unparse(one.value) for one in getattr(decorator, "keywords", ())}
            wait = words.get("minutes_between_retries", "0")  # nbflow does not wait where nothing is given
            if decorator_name(decorator) == "retry" and wait not in ("0", "0.0"):
                yield decorator.lineno, f"step '{name}' is tried again at once, not after {wait} minutes"
            if decorator_name(decorator) == "card" and words.get("type", "'default'") != "'default'":
                what = f"what it displays, not one of type {words['type']}"
                yield decorator.lineno, f"the card of step '{name}' is {what}"
