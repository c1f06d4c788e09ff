"""Checks names: what steps read and write, against parameters, prelude, scratch and other steps."""

from __future__ import annotations

import ast
import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache

from nbflow.flow.checks.scratch_rules import expanded_by_shell, words_of_unreadable
from nbflow.flow.checks.usual_imports import usual_import
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.graph.asking import soft_reads
from nbflow.flow.graph.branch_reads import INPUTS, branch_reads
from nbflow.flow.graph.foreach_scopes import ForeachScope, deepest
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of, parse, parsed
from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.source.cell import Cell, Problem
from nbflow.flow.source.ipython import SHELL_CALL
from nbflow.flow.source.repairs import AddImport, AddOption, MoveCell, Repair
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.metaflow_cell import names_of_self
from nbflow.flow.syntax.places import did_you_mean, listed, nearest, needed, problem, suggestion
from nbflow.flow.syntax.possible_repairs import cell_at, move_import, read_from, remove_deletion, rename
from nbflow.flow.syntax.specs import StepSpec

_OF_A_SESSION = frozenset({"display", "get_ipython", "__IPYTHON__", "__name__", "__file__", "__doc__"})
RESERVED_IN_CELLS = frozenset({"inputs", "self", "current", "display", "get_ipython"})


def reserved_artifacts(graph: Graph) -> Iterator[Problem]:
    """Find artifacts with a reserved name. `inputs` is an ordinary name where no step uses tasks or branches."""
    looks = any(linked.joined or linked.branches for linked in graph.links.values())
    reserved = RESERVED_IN_CELLS if looks else RESERVED_IN_CELLS - {INPUTS}
    if reserved.isdisjoint(itertools.chain.from_iterable(step.names.writes for step in graph.steps.values())):
        return
    for step in graph.steps.values():
        for name in sorted(step.names.writes & reserved):
            message = f"step '{step.name}' assigns '{name}', which has another meaning inside steps"
            yield problem("reserved-name", step, message, f"Rename it, for example to my_{name}", name=name)


def assigned_parameters(graph: Graph) -> Iterator[Problem]:
    """Find steps and functions that change a parameter: parameters are constants inside a run."""
    parameters = {parameter.name: parameter for parameter in graph.flow.parameters}
    for step in graph.steps.values() if parameters else ():
        for name in sorted((step.names.writes | graph.links[step.name].passing) & parameters.keys()):
            verb = _verb(step, name)
            message = f"step '{step.name}' {verb} '{name}', which is a parameter (cell {parameters[name].place.cell})"
            fix = "Remove the deletion" if verb == "deletes" else f"Write to another name, such as my_{name}"
            repair = remove_deletion(_cell_of(graph, step), name) if verb == "deletes" else None
            yield problem("assigned-parameter", step, message, fix, name=name, repair=repair)
    for definition in graph.prelude.definitions:
        for name in sorted(definition.state & parameters.keys()):
            message = f"{listed(definition.names)} changes '{name}', which is a parameter"
            message += f" (cell {parameters[name].place.cell})"
            fix = f"Write to another name, such as my_{name}"
            yield Problem("assigned-parameter", message, fix, definition.place)


def _verb(step: StepSpec, name: str) -> str:
    names = step.names
    if name in names.mutates:
        return "changes"
    return (
        "deletes" if name in names.ends | names.maybe_ends and name not in names.writes | names.passing else "assigns"
    )


def prelude_clash(graph: Graph) -> Iterator[Problem]:
    """Find steps outside a foreach that read shared code which each item changes for itself."""
    for reader, linked in graph.links.items() if graph.prelude.definitions else ():
        for binding in linked.bindings if linked.scope else ():
            nearest = binding.writers[0]
            scope, known = graph.links[nearest].scope, graph.prelude.names
            if binding.name in known and scope and scope != _scope_but_for(graph, reader, known)[: len(scope)]:
                yield _clash(graph, graph.steps[nearest], binding.name, reader, warning=False)
    yield from _state_of_items(graph)


def _scope_but_for(graph: Graph, reader: str, names: frozenset[str]) -> ForeachScope:
    """Return the scope that a step would have if it did not read these names."""
    if graph.steps[reader].control.foreach:
        return graph.links[reader].scope
    others = (one.writers for one in graph.links[reader].bindings if one.name not in names)
    return deepest(graph.links[writer].scope for writers in others for writer in writers)


def _state_of_items(graph: Graph) -> Iterator[Problem]:
    """Find state that functions change in the tasks of an item: only tasks of that item see the change."""
    steps = list(graph.steps.values())
    for at, step in enumerate(steps) if graph.prelude.definitions else ():
        scope = graph.links[step.name].scope
        names = (graph.links[step.name].passing & graph.prelude.names) - step.names.passing if scope else ()
        for name in sorted(names):
            readers = (one for one in steps[at + 1 :] if graph.links[one.name].scope[: len(scope)] != scope)
            reader = next((one for one in readers if name in soft_reads(one, graph.flow) | one.names.reads), None)
            if reader:
                yield _clash(graph, step, name, reader.name, warning=True)


def _clash(graph: Graph, step: StepSpec, name: str, reader: str, *, warning: bool) -> Problem:
    """Say that step `reader` cannot see how `name` has changed."""
    by = [one for one in graph.prelude.definitions if name in one.state]
    through = f" through {listed(by[0].names)}" if name not in step.names.writes and by else ""
    message = f"step '{step.name}' runs once per item and changes '{name}'{through}, which cell "
    message += f"{_definition(graph, name).place.cell} defines; '{reader}' cannot see the change"
    fix = f"Bind the result of each item to another name, and collect it in a step with --join {step.name}"
    return problem("prelude-clash", step, message, fix, name=name, warning=warning)


def _definition(graph: Graph, name: str) -> Definition:
    return next(definition for definition in graph.prelude.definitions if name in definition.names)


def parameter_clash(graph: Graph) -> Iterator[Problem]:
    """Find parameters that an ordinary cell or a step body defines as well."""
    for parameter in graph.flow.parameters:
        if parameter.name in graph.prelude.names:
            other = _definition(graph, parameter.name)
            message = f"this defines '{parameter.name}', which is a parameter (cell {parameter.place.cell})"
            fix = f"Use another name, such as my_{parameter.name}"
            yield Problem("prelude-clash", message, fix, other.place)


def _unknown_names(graph: Graph) -> Iterator[Problem]:
    """Find names that nothing above provides. A cell that cannot be read may provide any name that it mentions."""
    perhaps = words_of_unreadable(graph)
    plain = _plain_names(graph)
    for step in graph.steps.values():
        if not (graph.links[step.name].unknown or SHELL_CALL in step.source.body):
            continue
        unknown = graph.links[step.name].unknown - _plain_by_self(graph, step, plain).keys()
        unknown |= {*_from_shell(graph, step)}
        for name in sorted(unknown - perhaps):
            if not any(name in scratch.names for scratch in graph.flow.scratch):
                yield _unknown_name(graph, step, name)


def _from_shell(graph: Graph, step: StepSpec) -> Iterator[str]:
    """Yield the names in shell lines of a step that other cells of the notebook bind."""
    for name in expanded_by_shell(graph, step):
        if _writer_below(graph, step, name) or _private_binder(graph, step, name):
            yield name


def _unknown_name(graph: Graph, step: StepSpec, name: str) -> Problem:
    if name == INPUTS:
        fix = "Write --join STEP in its header, or read inputs.STEP.name of a step above"
        message = f"step '{step.name}' uses 'inputs', but joins nothing"
        return problem("inputs", step, message, fix, name=name, repair=_join(graph, step))
    if ender := dict(graph.links[step.name].ended).get(name):
        return _deleted(graph, step, name, ender)
    if below := _writer_below(graph, step, name):
        return _written_below(graph, step, name, below)
    if step.metaflow and any(name in linked.writes for linked in graph.links.values()):
        message = f"step '{step.name}' uses self, so its plain '{name}' is not the artifact of that name"
        repair = read_from(_cell_of(graph, step), name, "self")
        return problem("mixed-mode", step, message, f"Write self.{name}", name=name, repair=repair)
    if owner := _private_binder(graph, step, name):
        return _kept(graph, owner, step, name)
    if name in graph.steps:
        return _step_read(graph, step, name)
    message = f"nothing above provides '{name}'"
    if statement := usual_import(name):
        fix = f"Write  {statement}  in a cell above"
        return needed("unknown-name", step, message, fix, name, AddImport(statement, step.place.cell))
    if _OF_HISTORY.fullmatch(name):
        fix = "Give the value a name in the cell that shows it, and use that name"
        return needed("unknown-name", step, f"'{name}' belongs to the session history, and a step has none", fix, name)
    fix = f"Assign '{name}' in a step above, define it in an ordinary cell, or make it a parameter"
    if name.startswith("_"):
        fix = f"Define '{name}' in an ordinary cell above: a name that starts with _ stays in its step"
    near = nearest(name, _readable(graph))
    repair = rename([_cell_of(graph, step)], name, near) if near else None
    return needed("unknown-name", step, message + did_you_mean(near), fix, name, repair)


def _step_read(graph: Graph, step: StepSpec, name: str) -> Problem:
    """Report a step whose name is read like a value."""
    if step.control.join == name:
        message = f"step '{step.name}' reads '{name}', the step that it joins"
        repair = rename([_cell_of(graph, step)], name, INPUTS)
        return needed("unknown-name", step, message, f"Read inputs, the tasks of '{name}' in order", name, repair)
    writes = sorted(one for one in graph.links[name].writes if one.isidentifier())
    fix = f"Read what it makes by name, such as {writes[0]}" if writes else f"Assign a value in the cell of '{name}'"
    return needed("unknown-name", step, f"'{name}' is a step, not a value", fix, name)


def _cell_of(graph: Graph, step: StepSpec) -> Cell:
    return cell_at(graph.flow.cells, step.place.cell)


def _join(graph: Graph, step: StepSpec) -> AddOption | None:
    """Return the repair that joins the only step above that makes, for each item, all that is read of `inputs`."""
    names, above = branch_reads(step), [*graph.links][: graph.places[step.name]]
    makers = [one for one in above if graph.links[one].scope and names <= graph.links[one].writes]
    return AddOption(step.place.cell, f"--join {makers[0]}") if len(makers) == 1 and names else None


_OF_HISTORY = re.compile(r"_{1,3}|_\d+|_i+\d*|_[iod]h|In|Out")


def _written_below(graph: Graph, step: StepSpec, name: str, below: StepSpec) -> Problem:
    """Report a name that only a step below writes. Moving its cell helps if all that it needs is above."""
    at, repair = f"cell {step.place.cell}", move_above(graph, below, step)
    fix = f"Move cell {below.place.cell} above {at}" if repair else f"Give '{name}' a value in a cell above {at}"
    message = f"only step '{below.name}' below writes '{name}'"
    return needed("written-below", step, message, fix, name, repair)


def move_above(graph: Graph, step: StepSpec, other: StepSpec) -> MoveCell | None:
    """Return the repair that moves the cell of a step above that of another, if all that it needs is there."""
    can_move = all(graph.places[above] < graph.places[other.name] for above in graph.ancestors(step.name))
    return MoveCell(step.place.cell, other.place.cell) if can_move else None


def _kept(graph: Graph, owner: StepSpec, step: StepSpec, name: str) -> Problem:
    fix = f"Define '{name}' in an ordinary cell above, or again in the step that needs it"
    repair: Repair | None = move_import(_cell_of(graph, owner), name)
    if name.startswith("_"):
        plain = name.strip("_") or "my_name"
        fix = f"Rename it, for example to {plain}: a name that starts with _ stays in its step"
        cells = [_cell_of(graph, one) for one in (owner, step)]
        repair = rename(cells, name, plain, {word for cell in cells for word in _WORD.findall(cell.source)})
    return needed("private-name", step, f"step '{owner.name}' keeps '{name}' to itself", fix, name, repair)


_WORD = re.compile(r"\w+")


def _deleted(graph: Graph, reader: StepSpec, name: str, ender: str) -> Problem:
    step = graph.steps[ender]
    verb = "deletes" if name in step.names.ends else "may delete"
    message = f"step '{ender}' {verb} '{name}' in cell {step.place.cell}"
    fix = f"Read '{name}' before it is deleted, give it a new value in between, or remove the deletion"
    return needed("deleted", reader, message, fix, name, remove_deletion(_cell_of(graph, step), name))


def perhaps_deleted_prelude(graph: Graph) -> Iterator[Problem]:
    """Find shared code that a step may delete: a run cannot tell whether it was deleted or never assigned."""
    for step in graph.steps.values() if graph.prelude.definitions else ():
        for binding in graph.links[step.name].bindings:
            if binding.name in graph.prelude.names:
                for writer in binding.writers:
                    if binding.name in graph.links[writer].ends:
                        yield _deleted(graph, step, binding.name, writer)
                        break


def _private_binder(graph: Graph, reader: StepSpec, name: str) -> StepSpec | None:
    """Return the nearest step above that binds the name but makes no artifact, as an import or a loop does."""
    above = (graph.steps[other] for other in reversed([*graph.steps][: graph.places[reader.name]]))
    return next((step for step in above if name in _bound_by(step.source.body)), None)


@lru_cache(2048)
def _bound_by(body: str) -> frozenset[str]:
    """Return the names that a body binds; none for one that cannot be read, which has a problem of its own."""
    return names_of(ast.Module([*parsed(body)], [])).bound


def _readable(graph: Graph) -> frozenset[str]:
    written = frozenset(name for linked in graph.links.values() for name in linked.writes)
    return (written | graph.prelude.names) - GENERATORS | {parameter.name for parameter in graph.flow.parameters}


def _writer_below(graph: Graph, step: StepSpec, name: str) -> StepSpec | None:
    below = graph.writer_below(step.name, name)
    return graph.steps[below] if below else None


def undefined_in_prelude(graph: Graph) -> Iterator[Problem]:
    """Find names in shared code that no cell defines. This fails only when the function is called."""
    if graph.prelude.has_star or not graph.prelude.definitions:
        return
    known = (
        _readable(graph)
        | words_of_unreadable(graph)
        | BUILTINS
        | {"display", "get_ipython", "__IPYTHON__", "__name__", "__file__", "__doc__"}
    )
    known |= {name for scratch in graph.flow.scratch for name in scratch.names}
    for definition in graph.prelude.definitions:
        for name in sorted(definition.reads - known - definition.names):
            message = f"{listed(definition.names)} reads '{name}', but no cell defines it"
            statement = usual_import(name)
            fix = f"Write  {statement}  in a cell above" if statement else f"Define '{name}'"
            repair = AddImport(statement, definition.place.cell) if statement else None
            message += suggestion(name, known)
            yield Problem("undefined", message, fix, definition.place, warning=True, repair=repair)


def mixed_mode(graph: Graph) -> Iterator[Problem]:
    """Find plain names of cells with `self` that a later step reads: such a cell keeps its plain names to itself."""
    plain = _plain_names(graph)
    for step in graph.steps.values() if plain else ():
        for name, writer in sorted(_plain_by_self(graph, step, plain).items()):
            message = f"step '{writer.name}' uses self and also assigns '{name}', which step '{step.name}' reads"
            fix = f"Write self.{name} in '{writer.name}', or rename its local '{name}'"
            repair = rename([_cell_of(graph, writer)], name, f"self.{name}")
            yield problem("mixed-mode", writer, message, fix, name=name, repair=repair)


def _plain_names(graph: Graph) -> Mapping[str, list[StepSpec]]:
    """Map the plain names that Metaflow-mode cells assign to these cells, in document order."""
    found: dict[str, list[StepSpec]] = {}
    for step in graph.steps.values():
        for name in names_of_self(parse(step.source.body)).locals if step.metaflow else ():
            found.setdefault(name, []).append(step)
    return found


def _plain_by_self(graph: Graph, reader: StepSpec, plain: Mapping[str, list[StepSpec]]) -> dict[str, StepSpec]:
    """Return the plain names that a step reads, each with the nearest Metaflow-mode cell above that assigns it."""
    names = reader.names.mentions if reader.metaflow else reader.names.reads | reader.names.mentions
    found: dict[str, StepSpec] = {}
    for name in names & plain.keys():
        place = bisect_left(plain[name], graph.places[reader.name], key=lambda step: graph.places[step.name])
        if place:
            found[name] = plain[name][place - 1]
    return found


def parallel_writes(graph: Graph) -> Iterator[Problem]:
    """Find parallel branches that write one name. The nearest wins, which may not be what the user meant."""
    told: dict[tuple[str, str], int] = {}  # the rivals of a writer of a name: many steps may read it
    several = graph.written_by_several - GENERATORS
    for reader, linked in graph.links.items() if several else ():
        for binding in (one for one in linked.bindings if one.name in several):
            nearest, pair = binding.writers[0], (binding.writers[0], binding.name)
            rivals = graph.rivals(reader, nearest, binding.name) & ~told.get(pair, 0)
            if rivals:
                rivals &= ~graph.ancestry.set_of((*binding.writers, *linked.branches))
                told[pair] = told.get(pair, 0) | rivals
            for rival in graph.ancestry.steps_of(rivals):
                yield _parallel(graph.steps[nearest], graph.steps[rival], binding.name)


def _parallel(nearest: StepSpec, other: StepSpec, name: str) -> Problem:
    message = f"steps '{other.name}' and '{nearest.name}' both write '{name}' in parallel; below, '{nearest.name}' wins"
    fix = f"Rename one of them, or read the other as inputs.{other.name}.{name}"
    return problem("parallel-writes", nearest, message, fix, name=name, warning=True)


NAME_RULES = (
    reserved_artifacts,
    assigned_parameters,
    prelude_clash,
    parameter_clash,
    _unknown_names,
    perhaps_deleted_prelude,
    undefined_in_prelude,
    mixed_mode,
    parallel_writes,
)
