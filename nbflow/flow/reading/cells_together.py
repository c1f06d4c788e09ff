"""Looks at what all cells say together: finds names that are given twice, and gives each step its environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from nbflow.errors import ParameterError
from nbflow.flow.source.cell import Cell, Problem
from nbflow.flow.syntax.environment_braces import names_in_braces
from nbflow.flow.syntax.environment_words import NO_ENVIRONMENT, NamedEnvironment
from nbflow.flow.syntax.parameter_cell import with_injected
from nbflow.flow.syntax.places import nearest, problem
from nbflow.flow.syntax.possible_repairs import cell_at, remove_statement, rewrite_header
from nbflow.flow.syntax.proposals import free_name
from nbflow.flow.syntax.specs import ParameterSpec, StepSpec


def duplicates(steps: Sequence[StepSpec], cells: Sequence[Cell]) -> Iterator[Problem]:
    """Yield a problem for each step whose name an earlier one has."""
    seen: dict[str, StepSpec] = {}
    names = {step.name for step in steps}
    for step in steps if len(names) < len(steps) else ():
        first = seen.setdefault(step.name, step)
        if first is not step:
            message = f"step '{step.name}' is already defined in cell {first.place.cell}"
            name = free_name(step.name, names)
            names.add(name)
            repair = rewrite_header(cell_at(cells, step.place.cell), step.name, name)
            yield Problem("duplicate-step", message, "Rename one of them", step.place, step.name, repair=repair)


def environments_together(
    environments: Sequence[NamedEnvironment], steps: Iterable[StepSpec], problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """Return the requirements of all environments by name, and add what is wrong to `problems`."""
    problems += _said_twice(environments)
    known = {one.name: one.requirements for one in reversed(environments)}
    problems += (one for step in steps if step.options.env for one in _mistyped(step, known))
    return known


def with_environment(step: StepSpec, known: Mapping[str, tuple[str, ...]]) -> StepSpec:
    """Return a step with its environment.

    A header has names of `%%environment` cells replaced by what these hold; a step whose header says nothing gets what
    the flow says for every step.
    """
    said = step.options.env
    if said is None and "" not in known:
        return step
    words = known[""] if said is None else () if said == (NO_ENVIRONMENT,) else [*_replaced(said, known)]
    return _with_braces(replace(step, options=replace(step.options, env=tuple(dict.fromkeys(words)) or None)))


def _with_braces(step: StepSpec) -> StepSpec:
    """Return a step that also reads the names in the braces of its environment."""
    if not step.options.env:
        return step
    foreach, named = step.control.foreach, names_in_braces(step.options.env)
    reads = step.names.reads | named - ({foreach.var} if foreach else set())
    return replace(step, names=replace(step.names, reads=reads)) if named else step


def _replaced(words: Sequence[str], known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for word in words:
        yield from known.get(word, (word,))


def _said_twice(environments: Sequence[NamedEnvironment]) -> Iterator[Problem]:
    seen: dict[str, NamedEnvironment] = {}
    for one in environments:
        first = seen.setdefault(one.name, one)
        if first is not one:
            what = f"environment '{one.name}'" if one.name else "the environment of all steps"
            message = f"{what} is already defined in cell {first.place.cell}"
            yield Problem("environment", message, "Keep one of them, or give them names", one.place)


def _mistyped(step: StepSpec, known: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Warn of a word that is nearly the name of an environment: it is taken for a package."""
    names = known.keys() - {""}
    for word in step.options.env or ():
        near = nearest(word, names) if word.isidentifier() and word not in names and word != NO_ENVIRONMENT else ""
        if near:
            message = f"no cell defines the environment '{word}', so step '{step.name}' asks for the package '{word}'"
            yield problem("environment", step, message, f"Did you mean --env {near}?", warning=True)


def parameters_together(
    parameters: Iterable[ParameterSpec],
    injected: Iterable[ParameterSpec],
    cells: Sequence[Cell],
    problems: list[Problem],
) -> tuple[ParameterSpec, ...]:
    """Return the parameters of all cells, with the values that another tool has injected; note what is wrong."""
    seen: dict[str, ParameterSpec] = {}
    for parameter in parameters:
        if parameter.name in seen:
            message = f"parameter '{parameter.name}' is also defined in cell {seen[parameter.name].place.cell}"
            repair = remove_statement(cell_at(cells, parameter.place.cell), parameter.place.line)
            problems.append(Problem("parameter", message, "Keep one of them", parameter.place, repair=repair))
        seen.setdefault(parameter.name, parameter)
    found = tuple(seen.values())
    for one in injected:
        try:
            found = with_injected(found, [one])
        except ParameterError as error:
            message = f"the injected value of '{error.name}' must be {error.expected}, not {error.shown}"
            problems.append(Problem("parameter", message, "Inject a value of that type", one.place))
    return found
