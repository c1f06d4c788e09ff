"""Finds models of scikit-learn that go from one of its versions to another: they may predict something else there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from nbflow.errors import VersionRefused
from nbflow.flow.graph.branch_reads import branch_reads
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import parse
from nbflow.flow.names.scope import root_of
from nbflow.flow.source.cell import Problem
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.environment_braces import foreseen_environments
from nbflow.flow.syntax.environment_words import is_version, versions_of_words
from nbflow.flow.syntax.places import problem
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.environments.environment_lock import EnvironmentLock
from nbflow.run.environments.locking import Locks, known_lock, known_locks

_PACKAGE = "scikit-learn"
_RETURN_THE_MODEL = frozenset({"fit", "partial_fit", "set_params", "set_output"})
_MAKE_MODELS = frozenset({"clone", "make_pipeline", "make_column_transformer", "make_union"})


def crossing_models(graph: Graph, folder: Path, steps: Iterable[str]) -> Iterator[Problem]:
    """Warn of each of these steps that reads a model of another version, as far as the versions are known."""
    if not any(step.options.env for step in graph.steps.values()):
        return
    locks = known_locks(graph, folder)
    for step in (graph.steps[name] for name in steps):
        here = _versions_of(step, locks, folder)
        for name, makers in _read_from(graph, step):
            apart = (one for one in makers if one.options.env != step.options.env and _makes_model(graph, one, name))
            made = {version for one in apart for version in _versions_of(one, locks, folder)}
            if here and made and (len(made) > 1 or made != here):
                yield _crossing(step, name, " and ".join(sorted(made - here or made)), " and ".join(sorted(here)))


def _read_from(graph: Graph, step: StepSpec) -> Iterator[tuple[str, list[StepSpec]]]:
    """Yield the artifacts that a step reads, each with the steps that it may come from."""
    linked = graph.links[step.name]
    found = [(one.name, one.writers) for one in linked.bindings]
    inside = [one for joined in (*linked.joined, *linked.branches) for one in (joined, *graph.links[joined].upstream)]
    found += [(name, tuple(inside)) for name in sorted(branch_reads(step)) if inside]
    for name, writers in found:
        yield name, [graph.steps[one] for one in writers if one in graph.steps]


def _crossing(step: StepSpec, name: str, there: str, here: str) -> Problem:
    message = f"step '{step.name}' reads the model '{name}' with {_PACKAGE} {here}, but it is made with {there}"
    fix = "Let both steps have the same version: a model may be refused by another one, or predict something else"
    return problem("environment", step, message, fix, name=name, warning=True)


def _versions_of(step: StepSpec, locks: Locks, folder: Path) -> set[str]:
    """Return the versions of scikit-learn that the tasks of a step have, as far as they are known before the run."""
    if step.options.env is None:
        return {_installed()} - {""}
    try:
        asked = foreseen_environments(step)
    except VersionRefused:
        return set()  # the flow is not run
    return {_version_in(words, locks.get(step.name) or known_lock(words, folder)) for words in asked} - {""}


def _version_in(words: Iterable[str], lock: EnvironmentLock | None) -> str:
    if lock is not None:
        return lock.packages.get(_PACKAGE, "")
    said = versions_of_words(word for word in words if is_version(word)).get(_PACKAGE, "")
    return said if said[:1].isdigit() and "*" not in said else ""


@cache
def _installed() -> str:
    from importlib import metadata  # noqa: PLC0415 - few flows have environments

    try:
        return metadata.version(_PACKAGE)
    except metadata.PackageNotFoundError:
        return ""


def _makes_model(graph: Graph, step: StepSpec, name: str) -> bool:
    """Return whether a step assigns a model to a name, as in `name = Ridge().fit(X, y)`."""
    imports = (*graph.prelude_of(step.name).definitions, *graph.code_of.get(step.name, ()))
    origins = dict(pair for one in imports for pair in one.origins)
    values = (
        node.value
        for node in every_node(parse(step.source.body))
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == name for one in node.targets)
    )
    return any(_is_model(value, origins) for value in values)


def _is_model(value: ast.expr, origins: dict[str, str]) -> bool:
    while (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _RETURN_THE_MODEL
    ):
        value = value.func.value
    if not isinstance(value, ast.Call):
        return False
    origin = origins.get(root_of(value.func) or "", "")
    made = value.func.attr if isinstance(value.func, ast.Attribute) else origin.rpartition(".")[2]
    return origin.partition(".")[0] == "sklearn" and (made[:1].isupper() or made in _MAKE_MODELS)
