"""Checks files: rules for what gives other values in a second run or in parallel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbflow.flow.files.file_use import Access, FileUse
from nbflow.flow.files.pathtexts import show_path
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.repairs import AddOption
from nbflow.flow.syntax.specs import StepSpec


def _problem(rule: str, step: StepSpec, use: FileUse, message: str, fix: str) -> Problem:
    place = step.place if use.split else replace(step.place, line=step.source.body_line + use.line - 1)
    return Problem(rule, message, fix, place, step.name, warning=True)


def overwritten_inputs(graph: Graph) -> Iterator[Problem]:
    """Find files that a flow reads and then overwrites: the next run would read the new content."""
    first: dict[str, tuple[str, Access]] = {}
    for name, linked in graph.links.items():
        for use in (use for use in linked.files if use.is_certain and use.access is not Access.FIND):
            reader, access = first.setdefault(use.path, (name, use.access))
            if access is Access.READ and use.access is Access.WRITE and reader != name:
                first[use.path] = name, Access.WRITE
                path = show_path(use.path)
                message = f"step '{name}' writes {path}, which step '{reader}' above it reads"
                fix = "Write to another file: the next run would read the file that this run wrote"
                yield _problem("overwritten-input", graph.steps[name], use, message, fix)


def files_of_all_items(graph: Graph) -> Iterator[Problem]:
    """Find files that every task of a foreach writes: the tasks run in parallel, and any of them may be the last."""
    for name, linked in graph.links.items():
        lines: dict[int, list[FileUse]] = {}
        for use in linked.files if linked.scope else ():
            if use.access in (Access.WRITE, Access.APPEND, Access.UPDATE) and not use.split:
                lines.setdefault(use.line, []).append(use)
        for uses in lines.values():
            if len({use.path for use in uses}) == 1 and uses[0].is_certain:
                path = show_path(uses[0].path)
                message = f"every task of step '{name}' writes {path}, and they run in parallel"
                fix = "Put the item into the name of the file, or write it in a step with --join"
                yield _problem("file-of-all-items", graph.steps[name], uses[0], message, fix)


def modules_by_name(graph: Graph) -> Iterator[Problem]:
    """Find modules whose name is known only in a run: they are not part of the key, so changes to them go unnoticed."""
    for name, linked in graph.links.items():
        if not all(use.is_certain for use in linked.modules):
            message = f"step '{name}' imports a module by a computed name: a change to its file is not noticed"
            fix = f"Import it by its name, or write --watch with the file of the module in the header of '{name}'"
            place = graph.steps[name].place
            if not graph.steps[name].options.watch:
                repair = AddOption(place.cell, f"--watch {_MODULES}")
                yield Problem("module-by-name", message, fix, place, name, warning=True, repair=repair)


_MODULES = "*.py"
"""The files that a module with an unknown name may come from."""

FILE_RULES = (overwritten_inputs, files_of_all_items, modules_by_name)
